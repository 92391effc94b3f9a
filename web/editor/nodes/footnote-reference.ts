import { InputRule, Node } from "@tiptap/core";
import { note } from "../footnote";
import { nodeOf } from "../schema";

/** The number of a note; typed as `[^1]`, which leads on to the note. */
export const FootnoteReference = Node.create({
  ...nodeOf("footnoteReference", { label: (element) => element.dataset.footnote ?? null }),
  parseHTML: () => [{ tag: "sup[data-footnote]", priority: 60 }],
  renderHTML: ({ node }) => [
    "sup",
    { "data-footnote": node.attrs.label },
    String(node.attrs.label),
  ],
  renderText: ({ node }) => `[${node.attrs.label}]`,
  addInputRules() {
    return [
      new InputRule({
        find: /\[\^([\p{L}\p{N}_-]{1,30})\]$/u,
        handler: ({ state, range, match: [, label = ""] }) => {
          note(state.tr, range.from, range.to, label);
        },
      }),
    ];
  },
});

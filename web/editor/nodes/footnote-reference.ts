import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

export const FootnoteReference = Node.create({
  ...nodeOf("footnoteReference", { label: (element) => element.dataset.footnote ?? null }),
  parseHTML: () => [{ tag: "sup[data-footnote]", priority: 60 }],
  renderHTML: ({ node }) => [
    "sup",
    { "data-footnote": node.attrs.label },
    String(node.attrs.label),
  ],
  renderText: ({ node }) => `[${node.attrs.label}]`,
});

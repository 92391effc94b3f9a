import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

export const FootnoteDefinition = Node.create({
  ...nodeOf("footnoteDefinition", { label: (element) => element.dataset.footnoteText ?? null }),
  parseHTML: () => [{ tag: "div[data-footnote-text]" }],
  renderHTML: ({ node }) => [
    "div",
    { "data-footnote-text": node.attrs.label, class: "footnote-definition" },
    0,
  ],
});

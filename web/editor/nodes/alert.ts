import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

export const kinds = ["note", "tip", "important", "warning", "caution"] as const;

function kindOf(element: HTMLElement): string | null {
  const named = /markdown-alert-(\w+)/.exec(element.className)?.[1];
  return element.dataset.alert ?? named ?? null;
}

export const Alert = Node.create({
  ...nodeOf("alert", { kind: kindOf }),
  parseHTML: () => [
    { tag: "blockquote[data-alert]", priority: 60 },
    { tag: "blockquote[class^=markdown-alert]", priority: 60 },
  ],
  renderHTML: ({ node }) => [
    "blockquote",
    { "data-alert": node.attrs.kind, class: `markdown-alert-${node.attrs.kind}`, dir: "auto" },
    0,
  ],
});

import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

const sides = ["left", "center", "right"];

function alignOf(element: HTMLElement): string | null {
  const side = element.dataset.align ?? element.getAttribute("align") ?? element.style.textAlign;
  return side && sides.includes(side) ? side : null;
}

function attributesOf(align: string | null): Record<string, string> {
  return align ? { "data-align": align } : {};
}

export const TableHeader = Node.create({
  ...nodeOf("tableHeader", { align: alignOf }),
  parseHTML: () => [{ tag: "th" }],
  renderHTML: ({ node }) => ["th", attributesOf(node.attrs.align), 0],
});

export const TableCell = Node.create({
  ...nodeOf("tableCell", { align: alignOf }),
  parseHTML: () => [{ tag: "td" }],
  renderHTML: ({ node }) => ["td", attributesOf(node.attrs.align), 0],
});

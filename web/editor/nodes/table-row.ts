import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

export const TableRow = Node.create({
  ...nodeOf("tableRow"),
  parseHTML: () => [{ tag: "tr" }],
  renderHTML: () => ["tr", 0],
});

import { Node, nodeInputRule } from "@tiptap/core";
import { nodeOf } from "../schema";

export const HorizontalRule = Node.create({
  ...nodeOf("horizontalRule"),
  parseHTML: () => [{ tag: "hr" }],
  renderHTML: () => ["hr"],
  addInputRules() {
    return [nodeInputRule({ find: /^(?:---|___\s|\*\*\*\s)$/, type: this.type })];
  },
});

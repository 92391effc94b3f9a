import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

export const Paragraph = Node.create({
  ...nodeOf("paragraph"),
  // Before all other blocks, so that a new block is a paragraph.
  priority: 1000,
  parseHTML: () => [{ tag: "p" }],
  renderHTML: () => ["p", 0],
  addKeyboardShortcuts() {
    return { "Mod-Alt-0": () => this.editor.commands.setNode(this.name) };
  },
});

import { Node, wrappingInputRule } from "@tiptap/core";
import { nodeOf } from "../schema";

export const Blockquote = Node.create({
  ...nodeOf("blockquote"),
  parseHTML: () => [{ tag: "blockquote" }],
  renderHTML: () => ["blockquote", { dir: "auto" }, 0],
  addKeyboardShortcuts() {
    return { "Mod-Shift-b": () => this.editor.commands.toggleWrap(this.name) };
  },
  addInputRules() {
    return [wrappingInputRule({ find: /^\s*>\s$/, type: this.type })];
  },
});

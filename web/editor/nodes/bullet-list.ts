import { Node, wrappingInputRule } from "@tiptap/core";
import { nodeOf } from "../schema";

export const BulletList = Node.create({
  ...nodeOf("bulletList", { tight: (element) => !element.querySelector(":scope > li > p + *") }),
  parseHTML: () => [{ tag: "ul" }],
  renderHTML: () => ["ul", { dir: "auto" }, 0],
  addKeyboardShortcuts() {
    return { "Mod-Shift-8": () => this.editor.commands.toggleList(this.name, "listItem") };
  },
  addInputRules() {
    return [wrappingInputRule({ find: /^\s*([-+*])\s$/, type: this.type })];
  },
});

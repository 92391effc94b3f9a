import { Mark, markInputRule } from "@tiptap/core";
import { markOf } from "../schema";

export const Strike = Mark.create({
  ...markOf("strike"),
  parseHTML: () => [{ tag: "s" }, { tag: "del" }, { tag: "strike" }],
  renderHTML: () => ["del", 0],
  addKeyboardShortcuts() {
    return { "Mod-Shift-s": () => this.editor.commands.toggleMark(this.name) };
  },
  addInputRules() {
    return [markInputRule({ find: /(?:^|\s)(~~(?!\s)([^~]+)~~)$/, type: this.type })];
  },
});

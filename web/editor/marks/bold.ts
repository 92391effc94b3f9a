import { Mark, markInputRule } from "@tiptap/core";
import { markOf } from "../schema";

export const Bold = Mark.create({
  ...markOf("bold"),
  parseHTML: () => [
    { tag: "strong" },
    { tag: "b", getAttrs: (element) => element.style.fontWeight !== "normal" && null },
  ],
  renderHTML: () => ["strong", 0],
  addKeyboardShortcuts() {
    return { "Mod-b": () => this.editor.commands.toggleMark(this.name) };
  },
  addInputRules() {
    return [markInputRule({ find: /(?:^|\s)(\*\*(?!\s)([^*]+)\*\*)$/, type: this.type })];
  },
});

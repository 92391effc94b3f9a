import { Mark, markInputRule } from "@tiptap/core";
import { markOf } from "../schema";

export const Italic = Mark.create({
  ...markOf("italic"),
  parseHTML: () => [{ tag: "em" }, { tag: "i" }],
  renderHTML: () => ["em", 0],
  addKeyboardShortcuts() {
    return { "Mod-i": () => this.editor.commands.toggleMark(this.name) };
  },
  addInputRules() {
    return [
      markInputRule({ find: /(?:^|\s)(\*(?![\s*])([^*]+)\*)$/, type: this.type }),
      markInputRule({ find: /(?:^|\s)(_(?![\s_])([^_]+)_)$/, type: this.type }),
    ];
  },
});

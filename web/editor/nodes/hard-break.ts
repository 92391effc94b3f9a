import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

export const HardBreak = Node.create({
  ...nodeOf("hardBreak"),
  selectable: false,
  linebreakReplacement: true,
  parseHTML: () => [{ tag: "br" }],
  renderHTML: () => ["br"],
  renderText: () => "\n",
  addKeyboardShortcuts() {
    const insert = () =>
      this.editor.commands.first(({ commands }) => [
        () => commands.exitCode(),
        () => commands.insertContent({ type: this.name }),
      ]);
    return { "Shift-Enter": insert, "Mod-Enter": insert };
  },
});

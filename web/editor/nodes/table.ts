import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";
import { addRow, moveCell } from "../table-commands";

export const Table = Node.create({
  ...nodeOf("table"),
  parseHTML: () => [{ tag: "table" }],
  renderHTML: () => ["table", ["tbody", 0]],
  addKeyboardShortcuts() {
    return {
      Tab: () => {
        const { state, view } = this.editor;
        if (moveCell(1)(state, view.dispatch)) return true;
        return addRow(1)(state, view.dispatch) && moveCell(1)(this.editor.state, view.dispatch);
      },
      "Shift-Tab": () => moveCell(-1)(this.editor.state, this.editor.view.dispatch),
    };
  },
});

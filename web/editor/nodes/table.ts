import { Node } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import { nodeOf } from "../schema";
import { addRow, clearCells, moveCell, moveLine, placeOf } from "../table-commands";

export const Table = Node.create({
  ...nodeOf("table"),
  parseHTML: () => [{ tag: "table" }],
  renderHTML: () => ["table", { dir: "auto" }, ["tbody", 0]],
  addKeyboardShortcuts() {
    const line = (by: 1 | -1) => () => {
      const { state, view } = this.editor;
      return moveLine(by)(state, view.dispatch, view);
    };
    const clear = () => clearCells(this.editor.state, this.editor.view.dispatch);
    return {
      Tab: () => {
        const { state, view } = this.editor;
        if (moveCell(1)(state, view.dispatch)) return true;
        return addRow(1)(state, view.dispatch) && moveCell(1)(this.editor.state, view.dispatch);
      },
      "Shift-Tab": () => moveCell(-1)(this.editor.state, this.editor.view.dispatch),
      // A cell is one paragraph: its lines are parted by breaks.
      Enter: () =>
        placeOf(this.editor.state.selection.$from) !== undefined &&
        this.editor.commands.insertContent({ type: "hardBreak" }),
      ArrowDown: line(1),
      ArrowUp: line(-1),
      Backspace: clear,
      Delete: clear,
    };
  },
  addProseMirrorPlugins() {
    return [
      new Plugin({
        props: {
          handleTextInput: (view, _from, _to, text) => {
            if (!clearCells(view.state, view.dispatch)) return false;
            view.dispatch(view.state.tr.insertText(text));
            return true;
          },
        },
      }),
    ];
  },
});

/**
 * Binds one Tiptap editor to one fragment of the shared document: y-prosemirror's plugins in a
 * small extension. All sections share one undo history, so Ctrl-Z undoes the newest change
 * wherever it was made.
 */

import { Extension } from "@tiptap/core";
import { redo, undo, yCursorPlugin, ySyncPlugin, yUndoPlugin } from "y-prosemirror";
import type { Awareness } from "y-protocols/awareness";
import type { UndoManager, XmlFragment } from "yjs";
import { caret, selection } from "./caret";

interface Options {
  fragment: XmlFragment;
  awareness: Awareness;
  history: UndoManager;
}

export const Binding = Extension.create<Options>({
  name: "binding",
  // Before the keymaps of the nodes.
  priority: 1100,
  addProseMirrorPlugins() {
    const { fragment, awareness, history } = this.options;
    return [
      ySyncPlugin(fragment),
      yCursorPlugin(awareness, { cursorBuilder: caret, selectionBuilder: selection }),
      yUndoPlugin({ undoManager: history }),
    ];
  },
  addKeyboardShortcuts() {
    return {
      "Mod-z": () => undo(this.editor.state),
      "Mod-y": () => redo(this.editor.state),
      "Shift-Mod-z": () => redo(this.editor.state),
    };
  },
});

/**
 * Binds one Tiptap editor to one fragment of the shared document: y-prosemirror's plugins in a
 * small extension. All sections share one undo history, so Ctrl-Z undoes the newest change
 * wherever it was made.
 */

import { Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import {
  redo,
  undo,
  yCursorPlugin,
  yCursorPluginKey,
  ySyncPlugin,
  ySyncPluginKey,
  yUndoPlugin,
} from "y-prosemirror";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { caret, selection } from "./caret";
import type { SectionAwareness } from "./carets";
import { narrowed } from "./change";

interface Options {
  fragment: Y.XmlFragment;
  awareness: SectionAwareness;
  history: Y.UndoManager;
}

/**
 * One history for all sections. It takes back what this page wrote and nothing else: a block that was begun here
 * and in which somebody else has written stays with their words.
 */
export function historyOf(fragments: Y.XmlFragment[]): Y.UndoManager {
  return new Y.UndoManager(fragments, {
    trackedOrigins: new Set([ySyncPluginKey]),
    // Children come before their parents, so that what is left in one is not ours.
    deleteFilter: ({ content }) => !(content instanceof Y.ContentType && content.type._length > 0),
  });
}

/**
 * Takes over where the caret stands in the page. The browser tells that only with its next frame
 * (https://w3c.github.io/selection-api/#scheduling-selectionchange-event), and whatever arrives
 * from elsewhere before would put the caret back to where it came from.
 */
export function settle(view: EditorView): void {
  // Internal to prosemirror-view; its own listener for `selectionchange` ends here too.
  const { domObserver } = view as unknown as { domObserver: { flush(): void } };
  domObserver.flush();
}

export const Binding = Extension.create<Options>({
  name: "binding",
  // Before the keymaps of the nodes.
  priority: 1100,
  addProseMirrorPlugins() {
    const { fragment, awareness, history } = this.options;
    return [
      ySyncPlugin(fragment),
      // It uses no more of it than that.
      yCursorPlugin(awareness as unknown as Awareness, {
        cursorBuilder: caret,
        selectionBuilder: selection,
      }),
      yUndoPlugin({ undoManager: history }),
      new Plugin({ props: { handleDOMEvents: { keydown: settle, keyup: settle, paste: settle } } }),
    ];
  },
  dispatchTransaction({ transaction, next }) {
    const { state, view } = this.editor;
    if (transaction.docChanged && transaction.getMeta(ySyncPluginKey)?.isChangeOrigin)
      return next(narrowed(state, transaction));
    const moved = transaction.getMeta(yCursorPluginKey);
    if (!moved || transaction.docChanged) return next(transaction);
    settle(view);
    const settled = this.editor.state;
    next(settled === state ? transaction : settled.tr.setMeta(yCursorPluginKey, moved));
  },
  addKeyboardShortcuts() {
    return {
      "Mod-z": () => undo(this.editor.state),
      "Mod-y": () => redo(this.editor.state),
      "Shift-Mod-z": () => redo(this.editor.state),
    };
  },
});

/** The block that is being dragged by its handle. */

import type { EditorView } from "@tiptap/pm/view";

export interface Held {
  view: EditorView;
  at: number;
}

export const dragged: { block: Held | undefined } = { block: undefined };

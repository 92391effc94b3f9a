/**
 * Plain text that is Markdown becomes what it means. It is there at once as it was pasted; what the
 * server reads in it takes its place a moment later, and one Undo brings the plain text back.
 */

import { Slice } from "@tiptap/pm/model";
import type { Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from "y-prosemirror";
import type { UndoManager } from "yjs";
import { readMarkdown } from "../import/markdown";
import { placeOf } from "../table-commands";
import { tell } from "../toast";
import { pasteIntoTable } from "./cell";
import type { Picture } from "./clean";
import { Lost } from "./lost";

/** Signs that are hardly ever meant otherwise; of items there must be two. */
const SIGNS = [
  /^#{1,6} \S/m,
  /^(```|~~~)/m,
  /^\|?[ :|-]*-{3,}[ :|-]*\|[ :|-]*$/m,
  /^> \S/m,
  /^\s*[-*+] \[[ x]\] \S/im,
  /^\s*([-*+]|\d+[.)]) \S.*\n(.*\n)*?\s*([-*+]|\d+[.)]) \S/m,
  /\*\*[^\s*][^*\n]*\*\*/,
  /\[[^\]\n]+\]\((https?:|\/|#|mailto:)[^)\s]*\)/,
  /\[\[[^[\]\n]+\]\]/,
];

export function looksLikeMarkdown(text: string): boolean {
  return SIGNS.some((sign) => sign.test(text));
}

/** Reads Markdown that stands in a range as plain text, and puts what it means in its place. */
export async function format(
  view: EditorView,
  markdown: string,
  range: { from: number; to: number },
  history: UndoManager,
  dispatch: (tr: Transaction, pictures: Picture[]) => void,
): Promise<void> {
  const sync = ySyncPluginKey.getState(view.state);
  const ends = [range.from, range.to].map((at) =>
    absolutePositionToRelativePosition(at, sync.type, sync.binding.mapping),
  );
  const before = view.state.doc.textBetween(range.from, range.to, "\n");
  // Offline, the plain text stays.
  const read = await readMarkdown(markdown, view.state.schema).catch(() => undefined);
  if (!read || view.isDestroyed) return;
  const now = ySyncPluginKey.getState(view.state);
  const [from, to] = ends.map((end) =>
    relativePositionToAbsolutePosition(now.doc, now.type, end, now.binding.mapping),
  );
  const { doc, tr } = view.state;
  // Somebody has gone on writing in it: then it stays as it is.
  if (typeof from !== "number" || typeof to !== "number") return;
  if (doc.textBetween(from, to, "\n") !== before) return;
  const { content, pictures } = read;
  const lost = new Lost();
  if (placeOf(doc.resolve(from))) {
    pasteIntoTable(tr.delete(from, to), from, from, content, lost);
  } else {
    const open = content.childCount === 1 && content.firstChild?.type.name === "paragraph" ? 1 : 0;
    tr.replaceRange(from, to, new Slice(content, open, open));
  }
  history.stopCapturing();
  dispatch(tr, pictures);
  history.stopCapturing();
  const told = [...read.lost, ...lost.sentences()];
  if (told.length > 0) tell(["Pasted.", ...told]);
}

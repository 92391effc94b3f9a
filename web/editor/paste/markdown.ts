/**
 * Plain text that is Markdown becomes what it means. It is there at once as it was pasted; what the
 * server reads in it takes its place a moment later, and one Undo brings the plain text back.
 */

import { Node, Slice } from "@tiptap/pm/model";
import type { EditorView } from "@tiptap/pm/view";
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from "y-prosemirror";
import type { UndoManager } from "yjs";
import { request } from "../../api/client";
import { placeOf } from "../table-commands";
import { tell } from "../toast";
import { pasteIntoTable } from "./cell";
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
): Promise<void> {
  const sync = ySyncPluginKey.getState(view.state);
  const ends = [range.from, range.to].map((at) =>
    absolutePositionToRelativePosition(at, sync.type, sync.binding.mapping),
  );
  const before = view.state.doc.textBetween(range.from, range.to, "\n");
  const read = await ask(markdown);
  if (!read || view.isDestroyed) return;
  const now = ySyncPluginKey.getState(view.state);
  const [from, to] = ends.map((end) =>
    relativePositionToAbsolutePosition(now.doc, now.type, end, now.binding.mapping),
  );
  const { doc, schema, tr } = view.state;
  // Somebody has gone on writing in it: then it stays as it is.
  if (typeof from !== "number" || typeof to !== "number") return;
  if (doc.textBetween(from, to, "\n") !== before) return;
  const { content } = Node.fromJSON(schema, read);
  const lost = new Lost();
  if (placeOf(doc.resolve(from))) {
    pasteIntoTable(tr.delete(from, to), from, from, content, lost);
  } else {
    const open = content.childCount === 1 && content.firstChild?.type.name === "paragraph" ? 1 : 0;
    tr.replaceRange(from, to, new Slice(content, open, open));
  }
  history.stopCapturing();
  view.dispatch(tr.scrollIntoView());
  history.stopCapturing();
  const told = lost.sentences();
  if (told.length > 0) tell(["Pasted.", ...told]);
}

/** The document of a section, in ProseMirror's JSON. */
async function ask(markdown: string): Promise<unknown> {
  try {
    const reply = await request("POST /api/v1/markdown", { body: { markdown } });
    return reply.ok ? await reply.json() : undefined;
  } catch {
    // Offline, the plain text stays.
    return undefined;
  }
}

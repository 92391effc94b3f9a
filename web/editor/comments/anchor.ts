/**
 * Where in a section a comment belongs. Relative positions follow the passage while others write; the
 * quotation finds it where they cannot, as after it was cut and pasted.
 */

import type { Node } from "@tiptap/pm/model";
import type { EditorState } from "@tiptap/pm/state";
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from "y-prosemirror";
import * as Y from "yjs";
import type { Schemas } from "../../api/client";
import { type Piece, scriptOf, signsAround } from "../plain-line";

export type Anchor = Schemas["Anchor"];

export interface Passage {
  from: number;
  to: number;
}

/** Letters of a quotation at most; the server takes no more. */
const LONGEST = 500;
/** Letters kept before and behind it. */
const AROUND = 30;

export function anchorOf(state: EditorState, section: string, { from, to }: Passage): Anchor {
  const { type, binding } = ySyncPluginKey.getState(state);
  const at = (place: number) => {
    const relative = absolutePositionToRelativePosition(place, type, binding.mapping);
    return JSON.stringify(Y.relativePositionToJSON(relative));
  };
  const { text, offsetOf } = textOf(state.doc);
  const [begin, end] = [offsetOf(from), offsetOf(to)];
  return {
    section,
    start: at(from),
    end: at(to),
    quote: text.slice(begin, end).slice(0, LONGEST),
    prefix: text.slice(Math.max(0, begin - AROUND), begin),
    suffix: text.slice(end, end + AROUND),
  };
}

/** Finds the passage in the text as it is now; nothing when it is gone. */
export function passageOf(state: EditorState, anchor: Anchor): Passage | undefined {
  const [from, to] = [place(state, anchor.start), place(state, anchor.end)];
  if (from !== null && to !== null && from < to && state.doc.textBetween(from, to).trim() !== "")
    return { from, to };
  return quoted(state.doc, anchor);
}

function place(state: EditorState, at: string): number | null {
  const sync = ySyncPluginKey.getState(state);
  try {
    const relative = Y.createRelativePositionFromJSON(JSON.parse(at));
    return relativePositionToAbsolutePosition(sync.doc, sync.type, relative, sync.binding.mapping);
  } catch {
    // Whoever wrote it was no page of ours.
    return null;
  }
}

/** The place where the words stand with the same neighbours, or else the only one where they stand. */
export function quoted(
  doc: Node,
  { quote, prefix = "", suffix = "" }: Anchor,
): Passage | undefined {
  const { text, placeOf } = textOf(doc);
  const around = text.indexOf(prefix + quote + suffix);
  const first = text.indexOf(quote);
  const only = first === text.lastIndexOf(quote) ? first : -1;
  const at = around < 0 ? only : around + prefix.length;
  if (at < 0 || quote.trim() === "") return undefined;
  return { from: placeOf(at), to: placeOf(at + quote.length - 1) + 1 };
}

/** The runs of a line that are raised, lowered or neither, with the runs beside each. */
function piecesOf(line: Node) {
  const pieces: { piece: Piece; place: number }[] = [];
  line.forEach((node, place) => {
    const text = node.isText ? (node.text ?? "") : "\ufffc";
    const script = node.isText ? scriptOf(node) : undefined;
    const last = pieces.at(-1);
    if (last && last.piece.script === script) last.piece.text += text;
    else pieces.push({ piece: { text, script }, place });
  });
  return pieces.map(({ piece, place }, at) => ({
    piece,
    place,
    before: pieces[at - 1]?.piece.text ?? "",
    // A sign stands before what is raised or lowered.
    after: pieces[at + 1]?.piece.script ? "" : (pieces[at + 1]?.piece.text ?? ""),
  }));
}

/** The text of a section, and which of its letters stands where in the document. */
function textOf(doc: Node) {
  const places: number[] = [];
  let text = "";
  const add = (letters: string, place: (letter: number) => number) => {
    for (let letter = 0; letter < letters.length; letter += 1) places.push(place(letter));
    text += letters;
  };
  doc.descendants((node, at) => {
    if (node.isTextblock && text !== "") add("\n", () => at);
    if (node.inlineContent) {
      for (const { piece, place, before, after } of piecesOf(node)) {
        const from = at + 1 + place;
        const [open, close] = signsAround(before, piece, after);
        add(open, () => from);
        add(piece.text, (letter) => from + letter);
        add(close, () => from + piece.text.length);
      }
      return false;
    }
    if (node.isLeaf) add("\ufffc", () => at);
    return true;
  });
  const offsetOf = (place: number) => {
    const found = places.findIndex((at) => at >= place);
    return found < 0 ? places.length : found;
  };
  return { text, offsetOf, placeOf: (offset: number) => places[offset] ?? doc.content.size };
}

/**
 * Plain text in which raised and lowered text stays apart from what it belongs to, by the rules that the server
 * follows (`src/document/tree/plain_line.rs`): `10^6`, `m^2`, `H2O`, `log_(10)5`.
 */

import type { Node as DocumentNode } from "@tiptap/pm/model";

/** A piece of a line. */
export interface Piece {
  text: string;
  script: string | undefined;
}

/** Whether text is raised or lowered: the name of the mark. */
export function scriptOf(node: DocumentNode): string | undefined {
  return node.marks.find(({ type }) => /^(super|sub)script$/.test(type.name))?.type.name;
}

/** What is written before and behind raised or lowered text. */
export function signsAround(
  before: string,
  { text, script }: Piece,
  after: string,
): [string, string] {
  if (script === undefined) return ["", ""];
  const isWord = /^[\p{L}\p{N}]+$/u.test(text);
  const numbersTouch = /\p{N}$/u.test(text) && /^\p{N}/u.test(after);
  if (script === "subscript" && isWord && /[\p{L})]$/u.test(before) && !numbersTouch)
    return ["", ""];
  const sign = script === "superscript" ? "^" : "_";
  const isTerm = /^([-+*'\u2212\u2013]?[\p{L}\p{N}]+|[\p{L}\p{N}]+[-+*'\u2212\u2013]|.)$/u.test(
    text,
  );
  const wordsTouch = /[\p{L}\p{N}]$/u.test(text) && /^[\p{L}\p{N}]/u.test(after);
  return isTerm && !wordsTouch ? [sign, ""] : [`${sign}(`, ")"];
}

/** The text of an element: a heading, say, that becomes a title. */
export function plainText(element: Element): string {
  const pieces: Piece[] = [];
  const walker = element.ownerDocument.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.nodeValue ?? "";
    const raised = walker.currentNode.parentElement?.closest("sup, sub");
    const inside = raised && element.contains(raised) && raised !== element;
    const script = inside ? (raised.localName === "sup" ? "superscript" : "subscript") : undefined;
    const last = pieces.at(-1);
    if (last && last.script === script) last.text += text;
    else pieces.push({ text, script });
  }
  return joined(pieces);
}

/** A line of pieces, no two side by side with the same script. */
function joined(pieces: Piece[]): string {
  return pieces.reduce((line, piece, at) => {
    const next = pieces[at + 1];
    const before = pieces[at - 1]?.script ? "" : line;
    const [open, close] = signsAround(before, piece, next?.script ? "" : (next?.text ?? ""));
    return line + open + piece.text + close;
  }, "");
}

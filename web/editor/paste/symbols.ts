/**
 * Text in fonts whose letters are signs: in Symbol the letter m is the sign µ. The published tables say which sign each
 * of them is; `dingbat-to-unicode`, which the reader of Word documents uses as well, holds them.
 */

import { codePoint } from "dingbat-to-unicode";

const FONTS = /^(symbol|wingdings|wingdings 2|wingdings 3|webdings)$/i;
/** Fonts of the same kind without a published table. */
const UNKNOWN =
  /^(mt extra|zapfdingbats|zapf dingbats|monotype sorts|marlett|bookshelf symbol \d)$/i;

/**
 * Boxes and arrows for which the tables name signs that few devices can show – Word writes `-->` as such an arrow –, and
 * the sign of micro as units have it.
 */
const COMMON: Record<string, Record<number, string>> = {
  symbol: { 109: "µ" },
  wingdings: {
    ...{ 111: "☐", 168: "☐", 120: "☒", 253: "☒", 254: "☑", 251: "✗" },
    ...{ 223: "←", 224: "→", 225: "↑", 226: "↓", 227: "↖", 228: "↗", 229: "↙", 230: "↘" },
    ...{ 231: "←", 232: "→", 233: "↑", 234: "↓", 235: "↖", 236: "↗", 237: "↙", 238: "↘" },
  },
  "wingdings 2": { 42: "☐", 163: "☐", 82: "☑", 83: "☒", 84: "☒" },
};

/** What an unknown sign becomes, so that its place is seen. */
export const UNREADABLE = "\uFFFD";

/** The bytes of windows-1252 that stand for other letters than their number says. */
const BYTES = new Map(
  Array.from({ length: 32 }, (_, index) => {
    const byte = 0x80 + index;
    return [new TextDecoder("windows-1252").decode(new Uint8Array([byte])).codePointAt(0), byte];
  }),
);

/** The first font of a list, if its letters are signs. */
export function symbolFont(family: string): string | undefined {
  const first = (family.split(",")[0] ?? "").replace(/["']/g, "").trim();
  return FONTS.test(first) || UNKNOWN.test(first) ? first.toLowerCase() : undefined;
}

/** The place of a letter in the table of a font; programs write it as itself, in U+F000–F0FF or as windows-1252. */
function placeOf(point: number): number | undefined {
  if (point >= 0xf000 && point <= 0xf0ff) return point - 0xf000;
  return BYTES.get(point) ?? (point < 0x100 ? point : undefined);
}

/** A text of a symbol font in Unicode; `unknown` is called with each letter that no table has. */
export function inUnicode(
  text: string,
  font: string | undefined,
  unknown: (letter: string) => void,
) {
  return [...text]
    .map((letter) => {
      const point = letter.codePointAt(0) ?? 0;
      const isPrivate = point >= 0xf000 && point <= 0xf0ff;
      if ((!font && !isPrivate) || /\s/.test(letter)) return letter;
      const place = placeOf(point);
      if (place === undefined) return letter;
      const found = font && (COMMON[font]?.[place] ?? codePoint(font, place)?.string);
      if (!found) unknown(`U+${point.toString(16).toUpperCase().padStart(4, "0")}`);
      return found || UNREADABLE;
    })
    .join("");
}

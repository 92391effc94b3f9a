/**
 * The words of Markdown beside those of what was read from it. Signs differ on both sides, so only letters and numbers
 * are compared.
 */

import { Words } from "../paste/compare";
import { type Piece, plainLabel } from "./pieces";

/** Letters and numbers; a decimal number is one word. */
function tokens(text: string): string[] {
  const plain = text.normalize("NFC").replace(/[*~_`\\|\u00AD\u200B\u2060\uFEFF]/g, "");
  return plain.match(/\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

function add(words: Words, text: string): void {
  for (const token of tokens(text)) {
    words.text(token);
    words.gap();
  }
}

/** The same words without their signs. */
export function plainly(result: Words): Words {
  const words = new Words();
  for (const { word, place } of result.all) {
    words.at(place);
    add(words, word);
  }
  return words;
}

/** The words of a file that was cut at its headings. */
export function wordsOfMarkdown(title: string | undefined, pieces: Piece[]): Words {
  const words = new Words();
  words.under(title ?? "");
  add(words, unmarked(title ?? "", new Set()));
  for (const { title, text } of pieces) {
    words.under(unmarked(title, new Set()).replace(/[*_`\\]/g, ""));
    add(words, unmarked(title, new Set()));
    const labels = definitions(text);
    let fence = "";
    let before = "";
    for (const line of text.split("\n")) {
      const mark = /^[ >]*(`{3,}|~{3,})/.exec(line)?.[1];
      if (mark && (fence === "" || mark.startsWith(fence))) {
        fence = fence === "" ? mark : "";
        continue;
      }
      if (fence !== "") add(words, line);
      else {
        const heading = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/.exec(line)?.[1];
        if (heading) words.under(heading.replace(/[*_`\\]/g, ""));
        add(words, unmarked(withoutMarker(line, before), labels));
      }
      before = line;
    }
  }
  return words;
}

const ITEM = /^[\s>]*(?:[-*+]|(\d{1,9})[.)])\s/;

/** Numbers of items are no words; those that begin a line of a paragraph are. */
function withoutMarker(line: string, before: string): string {
  const number = ITEM.exec(line)?.[1];
  const begins =
    number === undefined ||
    Number(number) === 1 ||
    before.trim() === "" ||
    ITEM.test(before) ||
    /^ {2,}/.test(before);
  if (!begins) return line;
  return line.replace(ITEM, " ").replace(/^\s*\[[ xX]\]\s/, " ");
}

function definitions(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, label = ""] of text.matchAll(/^ {0,3}\[([^\][\n]+)\]:/gm))
    found.add(plainLabel(label));
  return found;
}

/** A line without what Markdown says about it. */
function unmarked(line: string, labels: Set<string>): string {
  const known = (label: string) => labels.has(plainLabel(label));
  return line
    .split(/(`+[^`]*`+)/)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      return decoded(
        part
          .replace(/^ {0,3}\[\^([^\][]+)\]:/, " ")
          .replace(/^ {0,3}\[([^\][]+)\]:.*$/, (whole, label) => (known(label) ? " " : whole))
          .replace(/^([\s>]*)\[!\w+\]\s*$/, " ")
          .replace(/<!--.*?-->/g, " ")
          .replace(/<((?:https?|mailto):[^\s<>]*)>/gi, " $1 ")
          .replace(/<img\s[^>]*?alt=["']?([^"'>]*)["']?[^>]*>/gi, " $1 ")
          .replace(/<\/?(?:sup|sub)>/gi, "\n")
          .replace(
            /<\/?(?:b|strong|i|em|s|del|strike|code|kbd|samp|tt|span|font|small|big|u|ins|mark|a|abbr)(?:\s[^<>]*)?>/gi,
            "",
          )
          .replace(/<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>/gi, " ")
          .replace(
            /\]\((?:<[^<>]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/g,
            "]",
          )
          .replace(/\]\[([^\][]*)\]/g, (whole, label) =>
            label === "" || known(label) ? "]" : whole,
          )
          .replace(/\[\^([^\][]+)\]/g, (whole, label) => (known(`^${label}`) ? "" : whole))
          .replace(/\[\[[^\][|]*\|([^\][]*)\]\]/g, "$1"),
      );
    })
    .join("");
}

/** Entities such as `&deg;` as the signs that they stand for. */
function decoded(text: string): string {
  return text.replace(/&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,30});/gi, (entity) => {
    const page = new DOMParser().parseFromString(entity, "text/html");
    return page.body.textContent ?? entity;
  });
}

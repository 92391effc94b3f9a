/**
 * The words and numbers of a source beside those of what became of it. Both are read by code that knows nothing of the
 * way between them, so whatever gets lost, glued or changed on that way is named with its place.
 */

import type { Fragment, Node } from "@tiptap/pm/model";
import { under } from "./place";

/** What stands for a formula, whose letters differ by the language it is written in. */
const FORMULA = "[formula]";
/** How many words of one place, and how many places, are named. */
const WORDS = 30;
const LETTERS = 60;
const PLACES = 8;

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ";
const LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎";
const PLAIN = "0123456789+-=()ni";

export type Level = "" | "^" | "_";

/** Words in the order in which they stand; a number that is raised or lowered is another number. */
export class Words {
  readonly all: { word: string; place: string }[] = [];
  private word = "";
  private level: Level = "";
  private place = "";

  /** Adds letters to the word that is being read; spaces end it. */
  text(text: string, level: Level = ""): void {
    for (const letter of text.normalize("NFC").replace(/[\u00AD\u200B\u2060\uFEFF]/g, "")) {
      const at = RAISED.indexOf(letter);
      const below = LOWERED.indexOf(letter);
      if (/\s/.test(letter)) this.gap();
      else if (at >= 0) this.add(PLAIN[at] ?? "", "^");
      else if (below >= 0) this.add(PLAIN[below] ?? "", "_");
      else this.add(letter, level);
    }
  }

  private add(letter: string, level: Level): void {
    if (level !== this.level) this.word += level || "|";
    this.level = level;
    this.word += letter;
  }

  /** Ends a word. */
  gap(): void {
    if (this.word !== "") this.all.push({ word: this.word, place: this.place });
    this.word = "";
    this.level = "";
  }

  formula(): void {
    this.gap();
    this.all.push({ word: FORMULA, place: this.place });
  }

  /** What follows stands in a place that another reader found. */
  at(place: string): void {
    this.gap();
    this.place = place;
  }

  /** What follows stands under a heading. */
  under(heading: string): void {
    this.gap();
    this.place = under(heading);
  }
}

/** Reads what a section would hold. */
export function readContent(
  words: Words,
  content: Fragment,
  pictures: { alt: string }[] = [],
  formula: (latex: string) => void = () => words.formula(),
): void {
  const read = (node: Node): void => {
    if (node.type.name === "heading") words.under(node.textContent);
    if (node.isText) {
      const names = node.marks.map(({ type }) => type.name);
      const level =
        names.some((name) => /^sup/.test(name)) && !isCitation(node.text)
          ? "^"
          : names.some((name) => /^sub/.test(name))
            ? "_"
            : "";
      withPictures(words, node.text ?? "", level, pictures);
    } else if (node.type.name === "math") formula(node.attrs.latex);
    else if (node.type.name === "image") spaced(words, node.attrs.alt);
    else if (node.type.name === "wikiLink") words.text(node.attrs.label ?? node.attrs.title);
    else if (node.type.name === "mention") words.text(`@${node.attrs.name}`);
    else if (node.type.name === "hardBreak") words.gap();
    else node.forEach(read);
    if (node.isBlock) words.gap();
  };
  content.forEach(read);
  words.gap();
}

/** Marks stand for pictures that are on their way. */
function withPictures(words: Words, text: string, level: Level, pictures: { alt: string }[]): void {
  for (const part of text.split(/(\uE000\d+\uE001)/u)) {
    const number = /^\uE000(\d+)\uE001$/u.exec(part)?.[1];
    if (number === undefined) words.text(part, level);
    else spaced(words, pictures[Number(number)]?.alt ?? "");
  }
}

/** A raised number in brackets leads to a source; it changes no other number. */
export function isCitation(text: string | null | undefined): boolean {
  return /^\s*\[.*\]\s*$/s.test(text ?? "");
}

export function spaced(words: Words, text: string): void {
  words.gap();
  words.text(text);
  words.gap();
}

/** One sentence for each place where the words are not the same. */
export function differences(source: Words, result: Words): string[] {
  source.gap();
  result.gap();
  const missing = without(source, result);
  const added = without(result, source);
  const found = [...new Set([...missing.keys(), ...added.keys()])];
  const sentences = found.slice(0, PLACES).map((place) => {
    const [gone, come] = [named(missing.get(place)), named(added.get(place))];
    const where = place ? ` ${place}` : "";
    if (gone && come) return `Changed${where}: ${gone} became ${come}.`;
    return gone ? `Left out${where}: ${gone}.` : `Added${where}: ${come}.`;
  });
  const more = found.length - PLACES;
  if (more > 0) sentences.push(`Words differ in ${more} other ${more === 1 ? "place" : "places"}.`);
  return sentences;
}

function named(words: string[] | undefined): string {
  if (!words) return "";
  const more = words.length > WORDS ? ` and ${words.length - WORDS} more` : "";
  const shown = words.slice(0, WORDS).map((word) => word.replaceAll("|", "").slice(0, LETTERS));
  return `“${shown.join(" ")}”${more}`;
}

/** The words of one that the other lacks, by place. */
function without(one: Words, other: Words): Map<string, string[]> {
  const left = counted(one.all.map(({ word }) => word));
  for (const { word } of other.all) left.set(word, (left.get(word) ?? 0) - 1);
  const here = counted(other.all.map(({ word, place }) => `${place}\n${word}`));
  const found = new Map<string, string[]>();
  const take = ({ word, place }: { word: string; place: string }) => {
    const count = left.get(word) ?? 0;
    if (count <= 0) return;
    left.set(word, count - 1);
    const words = found.get(place);
    if (words) words.push(word);
    else found.set(place, [word]);
  };
  // First where the other has too few of them in the same place, then wherever one is left.
  const rest = one.all.filter((entry) => {
    const key = `${entry.place}\n${entry.word}`;
    const count = here.get(key) ?? 0;
    here.set(key, count - 1);
    if (count > 0) return true;
    take(entry);
    return false;
  });
  for (const entry of rest) take(entry);
  return found;
}

function counted(words: string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const word of words) found.set(word, (found.get(word) ?? 0) + 1);
  return found;
}

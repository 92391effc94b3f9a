/** A document as the parts that its headings make, and the sections that these belong to. */

import { plainText } from "../plain-line";

export interface Part {
  /** The heading; empty for what stands before the first. */
  title: string;
  /** What stands under it, with headings from the third level on, as sections have them. */
  html: string;
}

export interface Outline {
  /** The title of the whole, where it says one. */
  title: string | undefined;
  parts: Part[];
}

/** What only holds other blocks. */
const BOXES = "section, article, main, header, footer, body > div";
/** The smallest heading that a section has. */
const SMALLEST = 5;
/** Letters that may stand above a title: who wrote it, and when. */
const BYLINE = 200;

/** Splits a document at its largest headings; one that stands above all others is its title. */
export function outline(body: HTMLElement): Outline {
  for (let box = body.querySelector(BOXES); box; box = body.querySelector(BOXES))
    box.replaceWith(...box.childNodes);
  const headings = [...body.querySelectorAll<HTMLElement>("h1, h2, h3, h4, h5, h6")].filter(
    ({ parentElement }) => parentElement === body,
  );
  const [first] = headings;
  const top = Math.min(...headings.map(level));
  const alone =
    first && level(first) === top && headings.filter((h) => level(h) === top).length === 1;
  const isTitle = alone && headings.length > 1 && before(first).length <= BYLINE;
  const title = isTitle ? words(first) : undefined;
  if (isTitle) first.remove();
  const rest = headings.filter((heading) => !isTitle || heading !== first);
  const split = Math.min(...rest.map(level));
  const parts: Part[] = [];
  let part = { title: "", holder: body.ownerDocument.createElement("div") };
  const end = () => {
    const { textContent } = part.holder;
    if (part.title || textContent?.trim() || part.holder.querySelector("img, table, hr"))
      parts.push({ title: part.title, html: part.holder.innerHTML });
  };
  for (const node of [...body.childNodes]) {
    const heading = rest.find((other) => other === node);
    if (heading && level(heading) === split) {
      end();
      part = { title: words(heading), holder: body.ownerDocument.createElement("div") };
    } else {
      part.holder.append(heading ? lowered(heading, split) : node);
    }
  }
  end();
  return { title, parts };
}

function level(heading: HTMLElement): number {
  return Number(heading.localName[1]);
}

function words(heading: HTMLElement): string {
  return plainText(heading).replace(/\s+/g, " ").trim();
}

/** What is said before it. */
function before(heading: HTMLElement): string {
  const range = heading.ownerDocument.createRange();
  range.setStart(heading.parentElement ?? heading, 0);
  range.setEndBefore(heading);
  return range.toString().trim();
}

/** The first level below the split is the largest heading that a section has. */
function lowered(heading: HTMLElement, split: number): HTMLElement {
  const at = Math.min(level(heading) - split + 2, SMALLEST);
  const made = heading.ownerDocument.createElement(`h${at}`);
  made.append(...heading.childNodes);
  return made;
}

export interface Target {
  key: string;
  title: string;
}

/** The section of each part by its heading; what has none belongs to the one before it. */
export function matched(parts: Part[], sections: Target[]): { key: string; found: boolean }[] {
  let key = sections[0]?.key ?? "";
  return parts.map(({ title }) => {
    const found = best(title, sections);
    key = found?.key ?? key;
    return { key, found: found !== undefined };
  });
}

function best(title: string, sections: Target[]): Target | undefined {
  const wanted = plain(title);
  if (wanted === "") return undefined;
  const alike = sections.map((section) => {
    const named = [plain(section.title), plain(section.key)];
    return { section, likeness: Math.max(...named.map((name) => likeness(wanted, name))) };
  });
  alike.sort((a, b) => b.likeness - a.likeness);
  const [first] = alike;
  return first && first.likeness >= 0.6 ? first.section : undefined;
}

/** Without numbers before it, signs and case. */
function plain(title: string): string {
  const unnumbered = title.normalize("NFKD").replace(/^\s*(\d+[.)]?)+\s+/, "");
  return unnumbered
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** The share of pairs of letters that two names have in common (Dice). */
function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const pairs = (text: string) => [...text].slice(1).map((letter, at) => text[at] + letter);
  const [mine, theirs] = [pairs(a), pairs(b)];
  if (mine.length === 0 || theirs.length === 0) return 0;
  const left = [...theirs];
  const shared = mine.filter((pair) => {
    const at = left.indexOf(pair);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  return (2 * shared.length) / (mine.length + theirs.length);
}

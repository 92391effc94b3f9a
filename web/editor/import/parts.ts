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
  const top = headings.map(level).reduce((least, one) => Math.min(least, one), 7);
  const alone =
    first && level(first) === top && headings.filter((h) => level(h) === top).length === 1;
  // Word documents say which line is the title.
  const said = first?.matches(".document-title") === true;
  const isTitle =
    first !== undefined &&
    (said || (alone && headings.length > 1 && before(first).length <= BYLINE));
  const title = isTitle ? words(first) : undefined;
  const rest = headings.filter((heading) => !isTitle || heading !== first);
  const split = rest.map(level).reduce((least, one) => Math.min(least, one), 7);
  const parts: Part[] = [];
  let part = { title: "", holder: body.ownerDocument.createElement("div") };
  if (isTitle) {
    keep(first, part.holder);
    first.remove();
  }
  const end = () => {
    settle(part.holder);
    const { textContent } = part.holder;
    if (
      part.title ||
      textContent?.trim() ||
      part.holder.querySelector("img, table, hr, [data-footnote]")
    )
      parts.push({ title: part.title, html: part.holder.innerHTML });
  };
  for (const node of [...body.childNodes]) {
    const heading = rest.find((other) => other === node);
    if (heading && level(heading) === split) {
      end();
      part = { title: words(heading), holder: body.ownerDocument.createElement("div") };
      keep(heading, part.holder);
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

/** A title is plain text: raised digits and formulas are written as such. */
function words(heading: HTMLElement): string {
  const copy = heading.cloneNode(true) as HTMLElement;
  for (const note of copy.querySelectorAll("[data-footnote]")) note.remove();
  for (const math of copy.querySelectorAll<HTMLElement>("[data-latex]"))
    math.replaceWith(`$${math.dataset.latex}$`);
  for (const raised of copy.querySelectorAll("sup, sub")) {
    const signs = digits(raised.textContent ?? "", raised.localName === "sup");
    if (signs !== undefined) raised.replaceWith(signs);
  }
  for (const line of copy.querySelectorAll("br")) line.replaceWith(" ");
  return plainText(copy).replace(/\s+/g, " ").trim();
}

const PLAIN = "0123456789+-=()";

/** Unicode's raised or lowered signs for a text; `undefined` where it has none. */
function digits(text: string, up: boolean): string | undefined {
  const signs = up ? "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾" : "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎";
  const found = [...text.replace(/[\u2212\u2013]/g, "-")].map((sign) => signs[PLAIN.indexOf(sign)]);
  return found.every((sign) => sign !== undefined) ? found.join("") : undefined;
}

/** Notes and pictures of a heading go into the first paragraph below it. */
function keep(heading: HTMLElement, holder: HTMLElement): void {
  const kept = [...heading.querySelectorAll("[data-footnote], img")];
  if (kept.length === 0) return;
  const line = holder.ownerDocument.createElement("p");
  line.dataset.ofHeading = "";
  line.append(...kept.map((element) => element.cloneNode(true)));
  holder.append(line);
}

/** Joins what a heading left with the paragraph that follows it, if one does. */
function settle(holder: HTMLElement): void {
  for (const line of holder.querySelectorAll<HTMLElement>("p[data-of-heading]")) {
    const next = line.nextElementSibling;
    delete line.dataset.ofHeading;
    if (next?.localName !== "p" || next.hasAttribute("data-of-heading")) continue;
    next.append(...line.childNodes);
    line.remove();
  }
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

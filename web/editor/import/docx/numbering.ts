/** The numbers that Word shows before paragraphs, which its files do not hold: they are counted here as Word counts. */

import { type Label, labelOf } from "../../paste/lists";
import { under } from "../../paste/place";
import type { Styles } from "./styles";
import { all, ancestor, attribute, child, children, isOn, valOf } from "./xml";

interface Level {
  start: number;
  format: string;
  text: string;
  /** The level after which it begins anew; 0 for never. */
  restart: number | undefined;
  style: string | undefined;
  legal: boolean;
  indent: number | undefined;
}

/** What is known of a paragraph. */
export interface Paragraph {
  heading: number | undefined;
  /** The heading above it, in words. */
  place: string;
  item: { label: Label; list: string; level: number; indent: number } | undefined;
}

const LEVELS = 9;

export class Lists {
  private readonly kinds = new Map<string, Element>();
  private readonly lists = new Map<string, Element>();
  private readonly levels = new Map<string, Level[]>();

  constructor(
    page: Document | undefined,
    private readonly styles: Styles,
  ) {
    for (const kind of page ? all(page, "abstractNum") : [])
      this.kinds.set(attribute(kind, "abstractNumId") ?? "", kind);
    for (const list of page ? all(page, "num") : [])
      this.lists.set(attribute(list, "numId") ?? "", list);
  }

  /** The definition of a list; a list may name a style that names another list. */
  kindOf(list: string): string | undefined {
    let next: string | undefined = list;
    for (let hops = 0; hops < 5 && next !== undefined; hops += 1) {
      const id = valOf(this.lists.get(next), "abstractNumId");
      const kind = id === undefined ? undefined : this.kinds.get(id);
      if (!kind) return undefined;
      const link = valOf(kind, "numStyleLink");
      if (link === undefined) return id;
      next = this.styles.listOf(link);
    }
    return undefined;
  }

  levelsOf(list: string): Level[] {
    const known = this.levels.get(list);
    if (known) return known;
    const kind = this.kinds.get(this.kindOf(list) ?? "");
    const found: Level[] = [];
    for (const [index, level] of children(kind, "lvl").entries())
      found[Number(attribute(level, "ilvl") ?? index)] = readLevel(level);
    for (const override of children(this.lists.get(list), "lvlOverride")) {
      const level = child(override, "lvl");
      if (level) found[Number(attribute(override, "ilvl") ?? 0)] = readLevel(level);
    }
    const usable = found.slice(0, LEVELS);
    this.levels.set(list, usable);
    return usable;
  }

  /** Where a list begins a level anew. */
  overrides(list: string): Map<number, number> {
    const found = new Map<number, number>();
    for (const override of children(this.lists.get(list), "lvlOverride")) {
      const start = valOf(override, "startOverride");
      if (start !== undefined)
        found.set(Number(attribute(override, "ilvl") ?? 0), Number.parseInt(start, 10) || 0);
    }
    return found;
  }

  /** The level that a style stands for. */
  linked(list: string, style: string): number | undefined {
    const at = this.levelsOf(list).findIndex((level) => level?.style === style);
    return at < 0 ? undefined : at;
  }
}

function readLevel(level: Element): Level {
  return {
    start: Number.parseInt(valOf(level, "start") ?? "1", 10) || 0,
    format: valOf(level, "numFmt") ?? "decimal",
    text: valOf(level, "lvlText") ?? "",
    restart:
      valOf(level, "lvlRestart") === undefined ? undefined : Number(valOf(level, "lvlRestart")),
    style: valOf(level, "pStyle"),
    legal: isOn(level, "isLgl") ?? false,
    indent: indentOf(level),
  };
}

function indentOf(level: Element): number | undefined {
  const indent = child(child(level, "pPr"), "ind");
  const left = attribute(indent, "left") ?? attribute(indent, "start");
  return left === undefined ? undefined : Number.parseInt(left, 10) || 0;
}

/** Counts through a document; lists of one definition share their numbers. */
class Counter {
  private readonly counts = new Map<string, (number | undefined)[]>();
  private readonly begun = new Set<string>();

  constructor(private readonly lists: Lists) {}

  next(list: string, at: number): { text: string; value: number; format: string } | undefined {
    const kind = this.lists.kindOf(list);
    const levels = this.lists.levelsOf(list);
    const level = levels[at];
    if (kind === undefined || !level) return undefined;
    const counts = this.counts.get(kind) ?? [];
    this.counts.set(kind, counts);
    if (!this.begun.has(list)) {
      this.begun.add(list);
      for (const [index, start] of this.lists.overrides(list)) counts[index] = start - 1;
    }
    const value = (counts[at] ?? level.start - 1) + 1;
    counts[at] = value;
    for (let deeper = at + 1; deeper < LEVELS; deeper += 1) {
      const restart = levels[deeper]?.restart;
      if (restart === undefined || (restart > 0 && at < restart)) counts[deeper] = undefined;
    }
    const text = level.text.replace(/%([1-9])/g, (_, digit: string) => {
      const index = Number(digit) - 1;
      const other = levels[index];
      const count = counts[index] ?? other?.start ?? 1;
      if (index < at && counts[index] === undefined) counts[index] = count;
      return shown(count, level.legal ? "decimal" : (other?.format ?? "decimal"));
    });
    return { text, value, format: level.format };
  }
}

/** A number as a format shows it. */
export function shown(value: number, format: string): string {
  switch (format) {
    case "lowerLetter":
      return letters(value);
    case "upperLetter":
      return letters(value).toUpperCase();
    case "lowerRoman":
      return roman(value);
    case "upperRoman":
      return roman(value).toUpperCase();
    case "decimalZero":
      return String(value).padStart(2, "0");
    case "ordinal":
      return `${value}.`;
    case "none":
    case "bullet":
      return "";
    default:
      return String(value);
  }
}

function letters(value: number): string {
  if (value < 1 || value > 780) return String(value);
  return String.fromCharCode(97 + ((value - 1) % 26)).repeat(Math.ceil(value / 26));
}

const ROMAN: [number, string][] = [
  [1000, "m"],
  [900, "cm"],
  [500, "d"],
  [400, "cd"],
  [100, "c"],
  [90, "xc"],
  [50, "l"],
  [40, "xl"],
  [10, "x"],
  [9, "ix"],
  [5, "v"],
  [4, "iv"],
  [1, "i"],
];

function roman(value: number): string {
  if (value < 1 || value > 3999) return String(value);
  let [left, text] = [value, ""];
  for (const [size, sign] of ROMAN)
    while (left >= size) {
      text += sign;
      left -= size;
    }
  return text;
}

/** Headings, numbers and places of all paragraphs, in the order in which they stand. */
export function paragraphs(page: Document, styles: Styles, lists: Lists): Map<Element, Paragraph> {
  const counter = new Counter(lists);
  const found = new Map<Element, Paragraph>();
  let place = "";
  for (const paragraph of all(page, "p")) {
    // Drawings for old programs repeat the paragraphs of text boxes; those of DrawingML have another namespace.
    if (paragraph.namespaceURI !== page.documentElement.namespaceURI) continue;
    if (ancestor(paragraph, "Fallback") && ancestor(paragraph, "AlternateContent")) continue;
    const heading = styles.heading(paragraph);
    if (heading !== undefined && !ancestor(paragraph, "tc"))
      place = under(
        all(paragraph, "t")
          .map(({ textContent }) => textContent)
          .join(""),
      );
    found.set(paragraph, {
      heading,
      place,
      item: isDeleted(paragraph) ? undefined : itemOf(paragraph),
    });
  }
  return found;

  function itemOf(paragraph: Element): Paragraph["item"] {
    const numbering = styles.numbering(paragraph, (list, style) => lists.linked(list, style));
    if (!numbering) return undefined;
    const { list, level, direct } = numbering;
    const counted = counter.next(list, level);
    if (!counted || counted.format === "none") return undefined;
    const { text, value, format } = counted;
    const indent =
      styles.indent(paragraph, !direct) ??
      lists.levelsOf(list)[level]?.indent ??
      styles.indent(paragraph, true) ??
      0;
    const label = ofFormat(text, value, format);
    return { label, list: lists.kindOf(list) ?? list, level, indent: indent / 20 };
  }
}

function ofFormat(text: string, value: number, format: string): Label {
  if (format === "bullet") return { kind: "ul", text: "", value: 1, changed: false };
  const label = labelOf(text, value - 1);
  // Word shows no number here.
  if (text.trim() === "") return { kind: "ul", text: "", value: 1, changed: false };
  if (label.kind === "ol") return { ...label, value };
  return { ...label, kind: "text" };
}

/** Whether a paragraph was deleted as a whole in tracked changes. */
function isDeleted(paragraph: Element): boolean {
  const mark = child(child(child(paragraph, "pPr"), "rPr"), "del");
  return mark !== undefined && all(paragraph, "t").length === 0;
}

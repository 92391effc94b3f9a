/** Tables without spans: the first row is the header, all rows are equally long. */

import { isBlock, styleOf } from "./dom";
import type { Lost } from "./lost";

/** What a table may have when it is pasted. */
export const MOST_COLUMNS = 50;
export const MOST_ROWS = 500;

export function tables(body: HTMLElement, lost: Lost): void {
  // The inner ones first: a table in a cell becomes lines of that cell.
  for (const table of [...body.querySelectorAll("table")].reverse()) {
    if (table.parentElement?.closest("table")) flatten(table, lost);
    else square(table, lost);
  }
}

/** Each row becomes a line, with a space between its cells. */
function flatten(table: HTMLTableElement, lost: Lost): void {
  const page = table.ownerDocument;
  lost.count("tables");
  const lines = [...table.rows].map((row) => {
    const line = page.createElement("div");
    for (const cell of [...row.cells]) line.append(...cell.childNodes, " ");
    return line;
  });
  if (table.caption) {
    const line = page.createElement("div");
    line.append(...table.caption.childNodes);
    lines.unshift(line);
  }
  const box = page.createElement("div");
  box.append(...lines);
  table.replaceWith(box);
}

type Grid = (HTMLTableCellElement | undefined)[][];

/** Where each cell stands; what it spans beside its first place stays empty. */
function grid(table: HTMLTableElement, lost: Lost): Grid {
  const rows = [...table.rows];
  /** For each column, the row from which on it is free. */
  const free: number[] = [];
  return rows.map(({ cells }, row) => {
    const line: Grid[number] = [];
    let column = 0;
    for (const cell of cells) {
      while ((free[column] ?? 0) > row) column += 1;
      const wide = Math.min(Math.max(cell.colSpan, 1), MOST_COLUMNS);
      // Zero spans all rows that follow.
      const high = cell.rowSpan === 0 ? rows.length - row : cell.rowSpan;
      if (wide > 1 || high > 1) lost.count("merged");
      line[column] = cell;
      for (let along = 0; along < wide; along += 1) free[column + along] = row + high;
      column += wide;
    }
    return line;
  });
}

function square(table: HTMLTableElement, lost: Lost): void {
  const rows = grid(table, lost);
  const wide = rows.reduce((most, { length }) => Math.max(most, length), 0);
  lost.count("columns", wide - MOST_COLUMNS);
  lost.count("rows", rows.length - MOST_ROWS);
  const page = table.ownerDocument;
  const made = page.createElement("table");
  for (const [index, row] of rows.slice(0, MOST_ROWS).entries()) {
    const line = made.insertRow();
    for (let column = 0; column < Math.min(wide, MOST_COLUMNS); column += 1) {
      const cell = page.createElement(index === 0 ? "th" : "td");
      const from = row[column];
      if (from) fill(cell, from, lost);
      line.append(cell);
    }
  }
  if (table.caption) {
    const words = page.createElement("div");
    words.append(...table.caption.childNodes);
    table.before(words);
  }
  if (wide === 0) table.remove();
  else table.replaceWith(made);
}

/** A cell holds one paragraph: its blocks become lines with breaks between them. */
function fill(cell: HTMLTableCellElement, from: HTMLTableCellElement, lost: Lost): void {
  const align = styleOf(from).get("text-align") || from.getAttribute("align") || from.dataset.align;
  if (align && align !== "left" && align !== "start") cell.dataset.align = align;
  const page = from.ownerDocument;
  lost.count("lists", from.querySelectorAll("ol, ul:not([data-tasks])").length);
  for (const item of from.querySelectorAll("li[data-checked]"))
    item.prepend(item.getAttribute("data-checked") === "true" ? "☒ " : "☐ ");
  for (const code of from.querySelectorAll("pre")) asLines(code);
  // The inner ones first, so that each is still in its place.
  for (const block of [...from.querySelectorAll("*")].reverse()) {
    if (!isBlock(block)) continue;
    block.replaceWith(page.createElement("br"), ...block.childNodes, page.createElement("br"));
  }
  const line = page.createElement("p");
  line.append(...from.childNodes);
  tidy(line);
  cell.append(line);
}

/** Code keeps its lines, and the sign that it is code. */
function asLines(block: HTMLPreElement): void {
  const page = block.ownerDocument;
  for (const line of block.querySelectorAll("br")) line.replaceWith("\n");
  const lines = (block.textContent ?? "").replace(/\n$/, "").split("\n");
  block.replaceChildren(
    ...lines.flatMap((text) => {
      const code = page.createElement("code");
      code.textContent = text;
      return [code, page.createElement("br")];
    }),
  );
}

/** Leaves one break between two lines, and neither breaks nor spaces at either end. */
function tidy(line: HTMLElement): void {
  const walker = line.ownerDocument.createTreeWalker(
    line,
    NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
  );
  const needless: Element[] = [];
  /** The break behind the last words, until other words follow it. */
  let pending: Element | undefined;
  /** What was shown last. */
  let last: Node | undefined;
  /** Spaces since then. */
  let spaces: Text[] = [];
  const trim = () => {
    for (const space of spaces) space.data = "";
    if (last instanceof Text && !isCode(last)) last.data = last.data.trimEnd();
  };
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node instanceof Element && node.localName === "br") {
      if (!last || pending) {
        needless.push(node);
      } else {
        pending = node;
        trim();
      }
    } else if (isShown(node)) {
      const starts = !last || pending;
      if (starts && node instanceof Text && !isCode(node)) node.data = node.data.trimStart();
      last = node;
      spaces = [];
      pending = undefined;
    } else if (node instanceof Text) {
      if (!last || pending) node.data = "";
      else spaces.push(node);
    }
  }
  trim();
  if (pending) needless.push(pending);
  for (const element of needless) element.remove();
}

function isCode(text: Text): boolean {
  return text.parentElement?.closest("code") != null;
}

function isShown(node: Node): boolean {
  if (node instanceof Element)
    return node.matches("img, math, input, [data-latex], [data-footnote]");
  return /\S/.test(node.textContent ?? "");
}

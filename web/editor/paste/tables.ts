/** Tables without spans: the first row is the header, all rows are equally long. */

import { styleOf } from "./dom";
import type { Lost } from "./lost";

/** What a table may have when it is pasted. */
export const MOST_COLUMNS = 50;
export const MOST_ROWS = 500;

export function tables(body: HTMLElement, lost: Lost): void {
  // The inner ones first: a table in a cell becomes lines of that cell.
  for (const table of [...body.querySelectorAll("table")].reverse()) {
    if (table.parentElement?.closest("table")) flatten(table);
    else square(table, lost);
  }
}

function flatten(table: HTMLTableElement): void {
  const line = (row: HTMLTableRowElement) =>
    [...row.cells].map((cell) => cell.textContent?.trim() ?? "").join(" ");
  const lines = [...table.rows].map(line).filter((text) => text !== "");
  const breaks = lines.flatMap((text, index) =>
    index === 0 ? [text] : [table.ownerDocument.createElement("br"), text],
  );
  table.replaceWith(...breaks);
}

type Grid = (HTMLTableCellElement | undefined)[][];

/** Where each cell stands; what it spans beside its first place stays empty. */
function grid(table: HTMLTableElement, lost: Lost): Grid {
  const out: Grid = [];
  const taken = new Set<string>();
  for (const [row, { cells }] of [...table.rows].entries()) {
    const line: Grid[number] = [];
    out[row] = line;
    let column = 0;
    for (const cell of cells) {
      while (taken.has(`${row} ${column}`)) column += 1;
      const wide = Math.min(cell.colSpan, MOST_COLUMNS);
      const high = Math.min(cell.rowSpan, MOST_ROWS);
      if (wide > 1 || high > 1) lost.merged += 1;
      for (let down = 0; down < high; down += 1)
        for (let along = 0; along < wide; along += 1) taken.add(`${row + down} ${column + along}`);
      line[column] = cell;
      column += wide;
    }
  }
  return out;
}

function square(table: HTMLTableElement, lost: Lost): void {
  const rows = grid(table, lost);
  const wide = Math.max(0, ...rows.map((row) => row.length));
  lost.columns += Math.max(0, wide - MOST_COLUMNS);
  lost.rows += Math.max(0, rows.length - MOST_ROWS);
  const page = table.ownerDocument;
  const made = page.createElement("table");
  for (const [index, row] of rows.slice(0, MOST_ROWS).entries()) {
    const line = made.insertRow();
    for (let column = 0; column < Math.min(wide, MOST_COLUMNS); column += 1) {
      const cell = page.createElement(index === 0 ? "th" : "td");
      const from = row[column];
      if (from) fill(cell, from);
      line.append(cell);
    }
  }
  if (table.caption) {
    const words = page.createElement("p");
    words.append(...table.caption.childNodes);
    table.before(words);
  }
  if (wide === 0) table.remove();
  else table.replaceWith(made);
}

/** A cell holds one line: its blocks become lines that breaks part. */
function fill(cell: HTMLTableCellElement, from: HTMLTableCellElement): void {
  const align = styleOf(from).get("text-align") || from.getAttribute("align") || from.dataset.align;
  if (align && align !== "left" && align !== "start") cell.dataset.align = align;
  const blocks = "p, div, li, ul, ol, h1, h2, h3, h4, h5, h6, blockquote, pre";
  for (const block of [...from.querySelectorAll(blocks)].reverse()) {
    const { ownerDocument } = block;
    const first = block.previousSibling === null && block.parentElement === from;
    block.replaceWith(...(first ? [] : [ownerDocument.createElement("br")]), ...block.childNodes);
  }
  const line = from.ownerDocument.createElement("p");
  line.append(...from.childNodes);
  while (line.firstChild && isEmpty(line.firstChild)) line.firstChild.remove();
  while (line.lastChild && isEmpty(line.lastChild)) line.lastChild.remove();
  cell.append(line);
}

function isEmpty(node: ChildNode): boolean {
  return node.nodeName === "BR" || (node.nodeType === 3 && node.textContent?.trim() === "");
}

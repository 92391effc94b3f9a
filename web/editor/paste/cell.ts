/**
 * Pasting into a table: cells fill cells, anything else becomes lines of the cell that has the caret.
 * A table is never torn, whatever is pasted.
 */

import { Fragment, type Node, type Schema, Slice } from "@tiptap/pm/model";
import { TextSelection, type Transaction } from "@tiptap/pm/state";
import { cellStart, type Place, placeOf } from "../table-commands";
import type { Lost } from "./lost";
import { MOST_COLUMNS, MOST_ROWS } from "./tables";

/** The content of one cell. */
type Cell = Fragment;

/**
 * Puts content into the table around a range; false if there is none. The range may span several cells of it: they are
 * emptied first, and the first of them takes the content.
 */
export function pasteIntoTable(
  tr: Transaction,
  from: number,
  to: number,
  content: Fragment,
  lost: Lost,
): boolean {
  const place = placeOf(tr.doc.resolve(from));
  if (!place || placeOf(tr.doc.resolve(to))?.at !== place.at) return false;
  const cells = grid(content, lost);
  if (cells) return fillCells(tr, place, cells, lost);
  const end = emptied(tr, from, to);
  const { pos } = TextSelection.near(tr.doc.resolve(from)).$from;
  const line = inLines(content, tr.doc.type.schema, lost);
  tr.replace(pos, Math.max(pos, end), new Slice(line, 0, 0));
  const caret = pos + line.size;
  tr.setSelection(TextSelection.near(tr.doc.resolve(caret), -1)).scrollIntoView();
  for (const note of notes(content)) tr.insert(tr.doc.content.size, note);
  return true;
}

/** Empties what a range spans of each cell; where the rest of the range in the first one ends. */
function emptied(tr: Transaction, from: number, to: number): number {
  const { doc } = tr;
  if (doc.resolve(from).sameParent(doc.resolve(to))) return to;
  const ranges: [number, number][] = [];
  doc.nodesBetween(from, to, (node, at) => {
    if (!node.isTextblock) return true;
    ranges.push([Math.max(from, at + 1), Math.min(to, at + 1 + node.content.size)]);
    return false;
  });
  for (const [start, end] of ranges.reverse()) if (start < end) tr.delete(start, end);
  return from;
}

/** What is pasted as cells, if it is one table or a part of one. */
function grid(content: Fragment, lost: Lost): Cell[][] | undefined {
  const blocks = children(content).filter(
    ({ type, content }) => type.name !== "footnoteDefinition" && (type.isAtom || content.size > 0),
  );
  const [first] = blocks;
  const inside =
    blocks.length === 1 && first?.type.name === "table" ? children(first.content) : blocks;
  const rows = inside.every(({ type }) => type.name === "tableRow")
    ? inside.map((row) => children(row.content))
    : [inside];
  const isCell = ({ type }: Node) => type.name === "tableHeader" || type.name === "tableCell";
  if (rows.length === 0 || !rows.every((row) => row.length > 0 && row.every(isCell)))
    return undefined;
  // A single cell goes where the caret is, as words do.
  if (rows.length === 1 && rows[0]?.length === 1) return undefined;
  return rows.map((row) => row.map((cell) => inLines(cell.content, cell.type.schema, lost)));
}

function children(content: Fragment): Node[] {
  return [...content.content];
}

/** Fills cells from the one at a place on; the table grows as far as a table may. */
function fillCells(tr: Transaction, place: Place, cells: Cell[][], lost: Lost): boolean {
  const { at, row, column } = place;
  const most = cells.reduce((wide, { length }) => Math.max(wide, length), 0);
  const wide = Math.max(width(place.table), Math.min(column + most, MOST_COLUMNS));
  lost.count("columns", column + most - wide);
  const high = Math.max(place.table.childCount, Math.min(row + cells.length, MOST_ROWS));
  lost.count("rows", row + cells.length - high);
  grow(tr, place, wide, high);
  const table = tr.doc.nodeAt(at);
  if (!table) return false;
  const now = { ...place, table };
  let caret = 0;
  let overwritten = 0;
  // From the end, so that the places before stay where they are.
  for (let down = Math.min(cells.length, high - row) - 1; down >= 0; down -= 1) {
    const line = cells[down] ?? [];
    for (let along = Math.min(line.length, wide - column) - 1; along >= 0; along -= 1) {
      const start = cellStart(now, row + down, column + along) + 2;
      const size = table.child(row + down).child(column + along).firstChild?.content.size ?? 0;
      const content = line[along] ?? Fragment.empty;
      if (size > 0) overwritten += 1;
      tr.replace(start, start + size, new Slice(content, 0, 0));
      caret = caret === 0 ? start + content.size : caret + content.size - size;
    }
  }
  if (overwritten > 0)
    lost.name(
      `${overwritten === 1 ? "1 cell was" : `${overwritten} cells were`} overwritten; Ctrl-Z takes it back`,
    );
  tr.setSelection(TextSelection.near(tr.doc.resolve(caret), -1)).scrollIntoView();
  return true;
}

function width(table: Node): number {
  return table.content.content.reduce((wide, { childCount }) => Math.max(wide, childCount), 0);
}

/** Adds columns and rows at the end; all rows are equally long then. */
function grow(tr: Transaction, { table, at }: Place, wide: number, high: number): void {
  const { tableRow, tableHeader, tableCell } = table.type.schema.nodes;
  const header = table.child(0);
  const empty = (row: number, from: number) =>
    Array.from({ length: wide - from }, (_, index) => {
      const type = row === 0 ? tableHeader : tableCell;
      return type?.createAndFill(header.maybeChild(from + index)?.attrs);
    }).filter((cell) => cell != null);
  const rows = Array.from({ length: high - table.childCount }, () =>
    tableRow?.create(null, empty(1, 0)),
  ).filter((row) => row !== undefined);
  if (rows.length > 0) tr.insert(at + table.nodeSize - 1, rows);
  let end = at + table.nodeSize - 1;
  for (let row = table.childCount - 1; row >= 0; row -= 1) {
    const cells = empty(row, table.child(row).childCount);
    if (cells.length > 0) tr.insert(end - 1, cells);
    end -= table.child(row).nodeSize;
  }
}

/** Blocks as lines of one paragraph, with breaks between them. */
export function inLines(content: Fragment, schema: Schema, lost: Lost): Fragment {
  const lines: Node[][] = [];
  const add = (inline: readonly Node[]) => {
    if (inline.length > 0) lines.push([...inline]);
  };
  const walk = (node: Node): void => {
    const { name } = node.type;
    if (name === "footnoteDefinition") return;
    if (name === "bulletList" || name === "orderedList") lost.count("lists");
    if (name === "table") lost.count("tables");
    if (node.isInline) add([node]);
    else if (node.type.spec.code) for (const line of node.textContent.split("\n")) add(code(line));
    else if (node.isTextblock) add(node.content.content);
    else if (name === "tableRow") add(joined(node));
    else if (name === "taskItem") {
      const at = lines.length;
      node.forEach(walk);
      lines[at]?.unshift(schema.text(node.attrs.checked ? "☒ " : "☐ "));
    } else node.forEach(walk);
  };
  const code = (line: string) => {
    const mark = schema.marks.code?.create();
    return line === "" ? [] : [schema.text(line, mark ? [mark] : [])];
  };
  const joined = (row: Node) =>
    row.content.content.flatMap((cell, index) => {
      const line = inLines(cell.content, schema, lost).content;
      return index > 0 && line.length > 0 ? [schema.text(" "), ...line] : line;
    });
  if (content.firstChild?.isInline) return content;
  content.forEach(walk);
  const parted = lines.flatMap((line, index) => {
    const parting = index > 0 ? schema.nodes.hardBreak?.create() : undefined;
    return parting ? [parting, ...line] : line;
  });
  return Fragment.fromArray(parted);
}

function notes(content: Fragment): Node[] {
  return children(content).filter(({ type }) => type.name === "footnoteDefinition");
}

/** The lines of plain text. */
export function fromLines(text: string, schema: Schema): Fragment {
  const lines = text.split(/[\r\n]+/).filter((line) => line !== "");
  return Fragment.fromArray(lines.map((line) => schema.node("paragraph", null, schema.text(line))));
}

/** Cells as programs write them into plain text: tabs between them, quotes around what holds tabs or lines itself. */
export function fromTabs(text: string, schema: Schema): Fragment | undefined {
  if (!text.includes("\t")) return undefined;
  const { table, tableRow, tableCell, paragraph, hardBreak } = schema.nodes;
  if (!table || !tableRow || !tableCell || !paragraph || !hardBreak) return undefined;
  const cell = (words: string) => {
    const lines = words.split("\n").filter((line) => line.trim() !== "");
    const inline = lines.flatMap((line, index) =>
      index === 0 ? [schema.text(line)] : [hardBreak.create(), schema.text(line)],
    );
    return tableCell.create(null, paragraph.create(null, inline));
  };
  const rows = rowsOf(text.replace(/\r\n?/g, "\n").replace(/\n+$/, ""));
  return Fragment.from(
    table.create(
      null,
      rows.map((row) => tableRow.create(null, row.map(cell))),
    ),
  );
}

function rowsOf(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /("(?:[^"]|"")*"(?=[\t\n]|$)|[^\t\n]*)([\t\n]|$)/gy;
  for (let found = cell.exec(text); found; found = cell.exec(text)) {
    const [, words = "", end] = found;
    const unquoted = /^".*"$/s.test(words) ? words.slice(1, -1).replaceAll('""', '"') : words;
    rows.at(-1)?.push(unquoted);
    if (end === "\n") rows.push([]);
    if (end === "") break;
  }
  return rows;
}

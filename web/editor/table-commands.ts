/**
 * Commands for tables without spans: the first row holds the header, all rows are equally long. Where two people
 * changed rows and columns at once they are not, until somebody changes one of them again.
 */

import type { Node, ResolvedPos } from "@tiptap/pm/model";
import { type Command, Selection, TextSelection, type Transaction } from "@tiptap/pm/state";

export interface Place {
  table: Node;
  /** Before the table. */
  at: number;
  row: number;
  column: number;
}

/** Finds the table around the caret, and where in it the caret stands. */
export function placeOf($pos: ResolvedPos): Place | undefined {
  for (let depth = $pos.depth; depth > 0; depth -= 1) {
    const table = $pos.node(depth);
    if (table.type.name !== "table") continue;
    return {
      table,
      at: $pos.before(depth),
      row: $pos.index(depth),
      column: $pos.depth > depth ? $pos.index(depth + 1) : 0,
    };
  }
  return undefined;
}

function rowStart({ table, at }: Place, row: number): number {
  let start = at + 1;
  for (let index = 0; index < row; index += 1) start += table.child(index).nodeSize;
  return start;
}

/** Before a cell. */
export function cellStart(place: Place, row: number, column: number): number {
  const cells = place.table.child(row);
  let start = rowStart(place, row) + 1;
  const last = Math.min(column, cells.childCount);
  for (let index = 0; index < last; index += 1) start += cells.child(index).nodeSize;
  return start;
}

/** Where the cells of a column begin, in the rows that have one. */
function columnStarts(place: Place, column: number): number[] {
  const rows = place.table.content.content.keys();
  const has = [...rows].filter((row) => column < place.table.child(row).childCount);
  return has.map((row) => cellStart(place, row, column));
}

function widest(table: Node): number {
  return Math.max(...table.content.content.map(({ childCount }) => childCount));
}

/** Fills rows up that are shorter than another. */
function square(tr: Transaction, place: Place): void {
  const { table, at } = place;
  const { tableHeader, tableCell } = table.type.schema.nodes;
  const width = widest(table);
  for (let row = table.childCount - 1; row >= 0; row -= 1) {
    const end =
      at +
      1 +
      table.content.content.slice(0, row + 1).reduce((sum, { nodeSize }) => sum + nodeSize, 0);
    const lacking = width - table.child(row).childCount;
    const type = row === 0 ? tableHeader : tableCell;
    const cells = Array.from({ length: lacking }, () => type?.createAndFill()).filter(
      (cell) => cell != null,
    );
    if (cells.length > 0) tr.insert(tr.mapping.map(end - 1), cells);
  }
}

/** Moves the caret by one cell; false at either end of the table. */
export const moveCell =
  (by: 1 | -1): Command =>
  (state, dispatch) => {
    const place = placeOf(state.selection.$from);
    if (!place) return false;
    const { table } = place;
    let [row, column] = [place.row, place.column + by];
    if (column >= table.child(row).childCount) [row, column] = [row + 1, 0];
    else if (column < 0) {
      row -= 1;
      column = (table.maybeChild(row)?.childCount ?? 0) - 1;
    }
    if (row < 0 || row >= table.childCount) return false;
    const start = cellStart(place, row, column);
    const selection = Selection.near(state.doc.resolve(start + 1));
    dispatch?.(state.tr.setSelection(selection).scrollIntoView());
    return true;
  };

/** Moves the caret to the cell below (1) or above (-1); false at the edge of the table, and within a cell of several lines. */
export const moveLine =
  (by: 1 | -1): Command =>
  (state, dispatch, view) => {
    const { $from, empty } = state.selection;
    const place = placeOf($from);
    const row = (place?.row ?? 0) + by;
    if (!place || !empty || row < 0 || row >= place.table.childCount) return false;
    if (view && !view.endOfTextblock(by > 0 ? "down" : "up")) return false;
    const start = cellStart(place, row, place.column) + 2;
    const last = start + (state.doc.nodeAt(start - 1)?.content.size ?? 0);
    const caret = Math.min(start + $from.parentOffset, last);
    dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, caret)).scrollIntoView());
    return true;
  };

/** Adds a row behind (1) the caret's; a row never stands before the header. */
export const addRow =
  (side: 0 | 1): Command =>
  (state, dispatch) => {
    const place = placeOf(state.selection.$from);
    if (!place) return false;
    const { tableRow, tableCell } = state.schema.nodes;
    const row = Math.max(place.row + side, 1);
    const header = place.table.child(0);
    const cells = Array.from({ length: widest(place.table) }, (_, column) =>
      tableCell?.createAndFill(header.maybeChild(column)?.attrs),
    );
    const filled = tableRow?.create(
      null,
      cells.filter((cell) => cell !== null && cell !== undefined),
    );
    if (!filled) return false;
    const tr = state.tr.insert(rowStart(place, row), filled);
    square(tr, place);
    dispatch?.(tr.scrollIntoView());
    return true;
  };

/** Adds a column behind (1) or before (0) the caret's. */
export const addColumn =
  (side: 0 | 1): Command =>
  (state, dispatch) => {
    const place = placeOf(state.selection.$from);
    if (!place) return false;
    const { tr } = state;
    for (let row = 0; row < place.table.childCount; row += 1) {
      const type = state.schema.nodes[row === 0 ? "tableHeader" : "tableCell"];
      const cell = type?.createAndFill();
      if (!cell) return false;
      tr.insert(tr.mapping.map(cellStart(place, row, place.column + side)), cell);
    }
    square(tr, place);
    dispatch?.(tr);
    return true;
  };

/** Moves the caret's row one place up (-1) or down (1); the header stays where it is. */
export const moveRow =
  (by: 1 | -1): Command =>
  (state, dispatch) => {
    const place = placeOf(state.selection.$from);
    const to = place ? place.row + by : 0;
    if (!place || place.row === 0 || to < 1 || to >= place.table.childCount) return false;
    const start = rowStart(place, place.row);
    const row = place.table.child(place.row);
    const { $from } = state.selection;
    const neighbour = place.table.child(to).nodeSize;
    const tr = state.tr.delete(start, start + row.nodeSize).insert(start + by * neighbour, row);
    const caret = tr.doc.resolve($from.pos + by * neighbour);
    dispatch?.(tr.setSelection(TextSelection.near(caret)).scrollIntoView());
    return true;
  };

/** Moves the caret's column one place to the right (1) or left (-1). */
export const moveColumn =
  (by: 1 | -1): Command =>
  (state, dispatch) => {
    const place = placeOf(state.selection.$from);
    const to = place ? place.column + by : -1;
    if (!place || to < 0 || to >= place.table.child(0).childCount) return false;
    const { tr } = state;
    let caret = state.selection.from;
    for (let row = 0; row < place.table.childCount; row += 1) {
      const start = tr.mapping.map(cellStart(place, row, place.column));
      const cell = place.table.child(row).maybeChild(place.column);
      const neighbour = place.table.child(row).maybeChild(to)?.nodeSize;
      if (!cell || !neighbour) continue;
      tr.delete(start, start + cell.nodeSize).insert(start + by * neighbour, cell);
      if (row === place.row) caret += by * neighbour;
    }
    dispatch?.(tr.setSelection(TextSelection.near(tr.doc.resolve(caret))).scrollIntoView());
    return true;
  };

/** Removes the caret's row; the header stays. */
export const deleteRow: Command = (state, dispatch) => {
  const place = placeOf(state.selection.$from);
  if (!place || place.row === 0) return false;
  const start = rowStart(place, place.row);
  dispatch?.(state.tr.delete(start, start + place.table.child(place.row).nodeSize));
  return true;
};

/** Removes the caret's column; the last one stays. */
export const deleteColumn: Command = (state, dispatch) => {
  const place = placeOf(state.selection.$from);
  if (!place || place.table.child(0).childCount < 2) return false;
  const { tr } = state;
  for (const start of columnStarts(place, place.column).reverse())
    tr.delete(start, start + (tr.doc.nodeAt(start)?.nodeSize ?? 0));
  dispatch?.(tr);
  return true;
};

/** Removes the table around the caret. */
export const deleteTable: Command = (state, dispatch) => {
  const place = placeOf(state.selection.$from);
  if (!place) return false;
  dispatch?.(state.tr.delete(place.at, place.at + place.table.nodeSize));
  return true;
};

/** Aligns the caret's column: header and cells alike. */
export const alignColumn =
  (align: "left" | "center" | "right" | null): Command =>
  (state, dispatch) => {
    const place = placeOf(state.selection.$from);
    if (!place) return false;
    const { tr } = state;
    for (const start of columnStarts(place, place.column))
      tr.setNodeAttribute(start, "align", align);
    dispatch?.(tr);
    return true;
  };

/** Empties the cells that a selection spans; a table has no holes. */
export const clearCells: Command = (state, dispatch) => {
  const { $from, $to, from, to } = state.selection;
  const [first, last] = [placeOf($from), placeOf($to)];
  if (!first || first.at !== last?.at || $from.sameParent($to)) return false;
  const { tr } = state;
  first.table.descendants((node, offset) => {
    if (!node.isTextblock) return true;
    const begin = first.at + 1 + offset + 1;
    const [start, end] = [Math.max(from, begin), Math.min(to, begin + node.content.size)];
    if (start < end) tr.delete(tr.mapping.map(start), tr.mapping.map(end));
    return false;
  });
  dispatch?.(tr.setSelection(TextSelection.near(tr.doc.resolve(tr.mapping.map(from)))));
  return true;
};

/** Inserts a table of three columns and a header, and goes into its first cell. */
export const insertTable: Command = (state, dispatch) => {
  const { table, tableRow, tableHeader, tableCell } = state.schema.nodes;
  if (!table || !tableRow || !tableHeader || !tableCell) return false;
  const row = (type: typeof tableCell) => {
    const cells = [0, 1, 2].map(() => type.createAndFill());
    return tableRow.create(
      null,
      cells.filter((cell) => cell !== null),
    );
  };
  const node = table.create(null, [row(tableHeader), row(tableCell), row(tableCell)]);
  if (!dispatch) return true;
  const tr = state.tr.replaceSelectionWith(node);
  let first = -1;
  tr.doc.nodesBetween(0, tr.doc.content.size, (found, at) => {
    if (found === node) first = at;
  });
  if (first >= 0) tr.setSelection(TextSelection.near(tr.doc.resolve(first + 4)));
  dispatch(tr.scrollIntoView());
  return true;
};

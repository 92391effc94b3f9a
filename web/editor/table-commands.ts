/** Commands for tables without spans: the first row holds the header, all rows are equally long. */

import type { Node, ResolvedPos } from "@tiptap/pm/model";
import { type Command, Selection, TextSelection } from "@tiptap/pm/state";

interface Place {
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

function cellStart(place: Place, row: number, column: number): number {
  const cells = place.table.child(row);
  let start = rowStart(place, row) + 1;
  for (let index = 0; index < column; index += 1) start += cells.child(index).nodeSize;
  return start;
}

/** Moves the caret by one cell; false at either end of the table. */
export const moveCell =
  (by: 1 | -1): Command =>
  (state, dispatch) => {
    const place = placeOf(state.selection.$from);
    if (!place) return false;
    const width = place.table.child(place.row).childCount;
    const next = place.row * width + place.column + by;
    if (next < 0 || next >= place.table.childCount * width) return false;
    const start = cellStart(place, Math.floor(next / width), next % width);
    const selection = Selection.near(state.doc.resolve(start + 1));
    dispatch?.(state.tr.setSelection(selection).scrollIntoView());
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
    const cells = place.table
      .child(0)
      .content.content.map((cell) => tableCell?.createAndFill(cell.attrs));
    const filled = tableRow?.create(
      null,
      cells.filter((cell) => cell !== null && cell !== undefined),
    );
    if (!filled) return false;
    dispatch?.(state.tr.insert(rowStart(place, row), filled).scrollIntoView());
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
      const cell = place.table.child(row).child(place.column);
      const neighbour = place.table.child(row).child(to).nodeSize;
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
  for (let row = 0; row < place.table.childCount; row += 1) {
    const start = tr.mapping.map(cellStart(place, row, place.column));
    tr.delete(start, start + place.table.child(row).child(place.column).nodeSize);
  }
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
    for (let row = 0; row < place.table.childCount; row += 1) {
      tr.setNodeAttribute(cellStart(place, row, place.column), "align", align);
    }
    dispatch?.(tr);
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

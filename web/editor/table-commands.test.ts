import { getSchema } from "@tiptap/core";
import { type Command, EditorState, TextSelection } from "@tiptap/pm/state";
import { describe, expect, test } from "vitest";
import { content } from "./extensions";
import {
  addColumn,
  addRow,
  alignColumn,
  clearCells,
  deleteColumn,
  moveCell,
  moveColumn,
  moveLine,
  moveRow,
} from "./table-commands";

const schema = getSchema(content);

function table(rows: string[][]) {
  const cell = (type: string, text: string) => ({
    type,
    content: [{ type: "paragraph", content: [{ type: "text", text }] }],
  });
  const row = (cells: string[], index: number) => ({
    type: "tableRow",
    content: cells.map((text) => cell(index === 0 ? "tableHeader" : "tableCell", text)),
  });
  return { type: "table", content: rows.map(row) };
}

/** Applies a command with the caret behind a cell's first letter; the cells, and where the caret is then. */
function changed(rows: string[][], command: Command, at: string) {
  const doc = schema.nodeFromJSON({ type: "doc", content: [table(rows)] });
  let caret = -1;
  doc.descendants((node, place) => {
    if (node.text === at) caret = place + 1;
  });
  let state = EditorState.create({ doc, selection: TextSelection.create(doc, caret) });
  const done = command(state, (tr) => {
    state = state.apply(tr);
  });
  state.doc.check();
  const cells = state.doc.firstChild?.content.content.map((row) =>
    row.content.content.map((cell) => cell.textContent),
  );
  const { $from } = state.selection;
  return { done, cells, caret: `${$from.parent.textContent}:${$from.parentOffset}` };
}

const rows = [
  ["H1", "H2"],
  ["a", "bb"],
  ["ccc", "d"],
];

describe("tables", () => {
  test("rows move below the header, and the caret with them", () => {
    expect(changed(rows, moveRow(1), "bb")).toEqual({
      done: true,
      cells: [rows[0], rows[2], rows[1]],
      caret: "bb:1",
    });
    expect(changed(rows, moveRow(-1), "ccc").cells).toEqual([rows[0], rows[2], rows[1]]);
  });

  test("the header and what is at the edge stay", () => {
    for (const [step, at] of [
      [1, "H1"],
      [-1, "a"],
      [1, "d"],
    ] as const) {
      expect(changed(rows, moveRow(step), at)).toMatchObject({ done: false, cells: rows });
    }
  });

  test("a column moves in every row, and the caret with it", () => {
    const swapped = rows.map(([first, second]) => [second, first]);
    expect(changed(rows, moveColumn(1), "ccc")).toEqual({
      done: true,
      cells: swapped,
      caret: "ccc:1",
    });
    expect(changed(rows, moveColumn(-1), "H2")).toEqual({
      done: true,
      cells: swapped,
      caret: "H2:1",
    });
    expect(changed(rows, moveColumn(1), "bb").done).toBe(false);
  });

  test("rows and columns are added on either side", () => {
    expect(changed(rows, addRow(0), "a").cells).toEqual([rows[0], ["", ""], rows[1], rows[2]]);
    expect(changed(rows, addRow(0), "H1").cells).toEqual([rows[0], ["", ""], rows[1], rows[2]]);
    const [one, two, three] = rows.map(([first, second]) => ["", first, second]);
    expect(changed(rows, addColumn(0), "a").cells).toEqual([one, two, three]);
  });

  test("where two people changed rows and columns at once, the next change makes all equally long", () => {
    const ragged = [["H1", "H2"], ["a", "b", "c"], ["d"]];
    const square = [
      ["H1", "H2", ""],
      ["a", "b", "c"],
      ["d", "", ""],
    ];
    expect(changed(ragged, addRow(1), "d").cells).toEqual([...square, ["", "", ""]]);
    expect(changed(ragged, addColumn(0), "a").cells).toEqual(square.map((row) => ["", ...row]));
    expect(changed(ragged, deleteColumn, "b").cells).toEqual([["H1"], ["a", "c"], ["d"]]);
    expect(changed(ragged, alignColumn("right"), "c").done).toBe(true);
    expect(changed(ragged, moveColumn(-1), "c").cells).toEqual([
      ["H1", "H2"],
      ["a", "c", "b"],
      ["d"],
    ]);
    expect(changed(ragged, moveCell(1), "c").caret).toBe("d:0");
    expect(changed(ragged, moveCell(-1), "d").caret).toBe("c:0");
    expect(changed(ragged, moveCell(1), "d").done).toBe(false);
  });

  test("the caret goes from cell to cell, also up and down", () => {
    expect(changed(rows, moveLine(1), "bb").caret).toBe("d:1");
    expect(changed(rows, moveLine(-1), "ccc").caret).toBe("a:1");
    expect(changed(rows, moveLine(1), "d").done).toBe(false);
    expect(changed(rows, moveLine(-1), "H1").done).toBe(false);
  });

  test("what is taken away across cells leaves the cells", () => {
    const doc = schema.nodeFromJSON({ type: "doc", content: [table(rows)] });
    const places: Record<string, number> = {};
    doc.descendants((node, place) => {
      if (node.isText && node.text) places[node.text] = place;
    });
    const selection = TextSelection.create(doc, (places.bb ?? 0) + 1, (places.ccc ?? 0) + 2);
    let state = EditorState.create({ doc, selection });
    const done = clearCells(state, (tr) => {
      state = state.apply(tr);
    });
    state.doc.check();
    expect(done).toBe(true);
    const cells = state.doc.firstChild?.content.content.map((row) =>
      row.content.content.map((cell) => cell.textContent),
    );
    expect(cells).toEqual([rows[0], ["a", "b"], ["c", "d"]]);
    expect(clearCells(EditorState.create({ doc, selection: TextSelection.create(doc, 5) }))).toBe(
      false,
    );
  });
});

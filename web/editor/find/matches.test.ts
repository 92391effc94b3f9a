import type { Editor } from "@tiptap/core";
import { getSchema } from "@tiptap/core";
import { EditorState } from "@tiptap/pm/state";
import { expect, test } from "vitest";
import { content } from "../extensions";
import { matches, queryFor } from "./matches";

const schema = getSchema(content);

function section(...texts: [string, ...string[]][]): Editor {
  const words = texts.map(([text, ...marks]) =>
    schema.text(
      text,
      marks.map((name) => schema.mark(name, { id: "s", person: "p" })),
    ),
  );
  const doc = schema.node("doc", null, [schema.node("paragraph", null, words)]);
  return { state: EditorState.create({ schema, doc }) } as Editor;
}

const found = (editors: Editor[], words: string, exact = false) =>
  matches(editors, queryFor(words, exact)).map(({ editor, from, to }) => [
    editors.indexOf(editor),
    editor.state.doc.textBetween(from, to),
  ]);

test("finds words in every section, across marks, in any case or in one", () => {
  const editors = [section(["A "], ["Ti", "bold"], ["p and a tip"]), section(["tips"])];
  expect(found(editors, "tip")).toEqual([
    [0, "Tip"],
    [0, "tip"],
    [1, "tip"],
  ]);
  expect(found(editors, "tip", true)).toEqual([
    [0, "tip"],
    [1, "tip"],
  ]);
  expect(found(editors, "")).toEqual([]);
});

test("takes what stands there as it stands there, whatever it is in a search", () => {
  for (const words of ["a.b", "a\\nb", "^$", "(x)|[y]{2}*+?", "a/b-c"])
    expect(found([section([`aab aa b ${words}`])], words)).toEqual([[0, words]]);
});

test("leaves alone what is suggested to go", () => {
  expect(found([section(["A "], ["tip", "deleted"], [" and a tip"])], "tip")).toHaveLength(1);
});

test("never reads a raised digit as part of the number before it", () => {
  const editors = [
    section(["Limit 10"], ["6", "superscript"], [" in H"], ["2", "subscript"], ["O"]),
  ];
  expect(found(editors, "106")).toEqual([]);
  expect(found(editors, "6")).toEqual([[0, "6"]]);
  expect(found(editors, "H2O")).toEqual([[0, "H2O"]]);
});

test("keeps its place behind letters that are longer in small", () => {
  expect(found([section(["İ tips, İİ tip"])], "TIP")).toEqual([
    [0, "tip"],
    [0, "tip"],
  ]);
});

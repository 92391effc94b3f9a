import { getSchema } from "@tiptap/core";
import { EditorState, Plugin, TextSelection } from "@tiptap/pm/state";
import { expect, test } from "vitest";
import { narrowed, touched } from "./change";
import { content } from "./extensions";

const schema = getSchema(content);

const paragraphs = (...texts: string[]) =>
  schema.node(
    "doc",
    null,
    texts.map((text) => schema.node("paragraph", null, text === "" ? [] : [schema.text(text)])),
  );

/** Everything in the place of everything, as the binding does it. */
function arrival(state: EditorState, ...texts: string[]) {
  const { doc, tr } = state;
  return tr.replaceWith(0, doc.content.size, paragraphs(...texts).content).setMeta("said", "so");
}

/** Random numbers below `limit` that are the same every time. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

test("what arrives replaces the blocks that differ, and no other", () => {
  const state = EditorState.create({ doc: paragraphs("one", "two", "three") });
  const change = arrival(state, "one", "two and a half", "three");
  change.setSelection(TextSelection.create(change.doc, 2));
  const narrow = narrowed(state, change);
  expect(narrow.doc.eq(change.doc)).toBe(true);
  const replaced: [number, number][] = [];
  for (const map of narrow.mapping.maps) map.forEach((from, to) => void replaced.push([from, to]));
  expect(replaced).toEqual([[5, 10]]);
  expect(narrow.selection.eq(TextSelection.create(narrow.doc, 2))).toBe(true);
  expect(narrow.getMeta("said")).toBe("so");
});

test("whatever arrives, the document is the one that arrived", () => {
  const roll = dice(7);
  const text = () => ["", "a", "b", "ab"][roll(4)] ?? "";
  const some = () => Array.from({ length: 1 + roll(6) }, text);
  let state = EditorState.create({ doc: paragraphs(...some()) });
  for (let round = 0; round < 500; round += 1) {
    const change = arrival(state, ...some());
    const narrow = narrowed(state, change);
    expect(narrow.doc.eq(change.doc)).toBe(true);
    state = state.apply(narrow);
  }
});

test("a block is touched when text in it changes, and everything may be when a mark does", () => {
  const heard: unknown[] = [];
  const listener = new Plugin({
    state: { init: () => null, apply: (tr) => void heard.push(touched(tr)) },
  });
  const doc = paragraphs("one", "two", "three");
  const state = EditorState.create({ doc, plugins: [listener] });
  state.apply(state.tr.insertText("!", 7));
  state.apply(state.tr.addMark(1, 4, schema.mark("bold")));
  state.apply(state.tr.insert(5, schema.node("paragraph")));
  expect(heard).toEqual([[[6, 10]], [[0, doc.content.size]], [[5, 7]]]);
});

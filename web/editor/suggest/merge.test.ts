import { getSchema } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { describe, expect, test } from "vitest";
import { content } from "../extensions";
import { decided, found } from "./decide";
import { merge, placed } from "./merge";

const schema = getSchema(content);
const p = (...words: (string | Node)[]) =>
  schema.node(
    "paragraph",
    null,
    words.map((word) => (typeof word === "string" ? schema.text(word) : word)),
  );
const bold = (words: string) => schema.text(words, [schema.mark("bold")]);
const doc = (...blocks: Node[]) => schema.node("doc", null, blocks);
const list = (...items: string[]) =>
  schema.node(
    "bulletList",
    null,
    items.map((item) => schema.node("listItem", null, [p(item)])),
  );

const all = () => true;
/** Without other attributes and ids, to compare with. */
const plain = (node: Node) => node.toString();

/** Suggests a change; both ways out lead where they must. */
function suggested(before: Node, after: Node, person = "bo"): Node {
  const merged = merge(before, after, person).doc;
  merged.check();
  expect(decided(merged, false, all).eq(decided(before, false, all))).toBe(true);
  return merged;
}

function whatIs(merged: Node) {
  return found(merged).map(({ kind, text }) => `${kind} ${text}`);
}

describe("a change becomes a suggestion", () => {
  const begin = doc(p("Hold it upright."));

  test.each<[string, Node, Node, string[]]>([
    ["letters", begin, doc(p("Hold it always upright.")), ["inserted always "]],
    ["fewer letters", begin, doc(p("Hold upright.")), ["deleted it "]],
    ["other letters", begin, doc(p("Keep it upright.")), ["deleted Hold", "inserted Keep"]],
    ["a mark", begin, doc(p("Hold it ", bold("upright"), ".")), ["changed upright"]],
    ["a block", begin, doc(p("Hold it upright."), p("Then press.")), ["inserted Then press."]],
    ["a block less", doc(p("a"), p("b"), p("c")), doc(p("a"), p("c")), ["deleted b"]],
    [
      "Enter",
      begin,
      doc(p("Hold it"), p(" upright.")),
      ["deleted  upright.", "inserted  upright."],
    ],
    ["a join", doc(p("ab"), p("cd")), doc(p("abcd")), ["inserted cd", "deleted cd"]],
    ["an item", doc(list("a", "b")), doc(list("a", "b", "c")), ["inserted c"]],
    ["a list", doc(p("a")), doc(list("a")), ["deleted a", "inserted a"]],
    [
      "the last of two",
      doc(p("first one"), p("second")),
      doc(p("second!")),
      ["deleted first one", "inserted !"],
    ],
  ])("%s", (_, before, after, told) => {
    const merged = suggested(before, after);
    expect(whatIs(merged)).toEqual(told);
    expect(plain(decided(merged, true, all))).toBe(plain(after));
  });

  test("what one suggested oneself is changed at once", () => {
    const once = suggested(begin, doc(p("Hold it always upright.")));
    const words = "Hold it ever upright.";
    const tag = found(once)[0];
    const mark = schema.mark("inserted", { tag: `${tag?.id} bo` });
    const twice = suggested(once, doc(p("Hold it ", schema.text("ever ", [mark]), "upright.")));
    expect(whatIs(twice)).toEqual(["inserted ever "]);
    expect(decided(twice, true, all).textContent).toBe(words);
  });

  test("letters that follow each other are one suggestion", () => {
    let now = begin;
    for (const word of ["x", "y"]) {
      const state = EditorState.create({ doc: now });
      const at = now.textContent.indexOf("upright") + 1;
      now = suggested(now, state.tr.insertText(word, at).doc);
    }
    expect(new Set(found(now).map(({ id }) => id)).size).toBe(1);
    expect(decided(now, true, all).textContent).toBe("Hold it xyupright.");
  });

  test("a block of code is suggested as a whole", () => {
    const code = (text: string) => schema.node("codeBlock", null, [schema.text(text)]);
    const merged = suggested(doc(code("a = 1")), doc(code("a = 2")));
    expect(whatIs(merged)).toEqual(["deleted a = 1", "inserted a = 2"]);
  });

  test("what is kept moves the caret along", () => {
    const merged = merge(begin, doc(p("Keep it upright.")), "bo");
    expect(merged.kept).toEqual([{ at: 1, size: 4 }]);
    expect(placed(5, merged.kept, false)).toBe(9);
    expect([placed(1, merged.kept, false), placed(1, merged.kept, true)]).toEqual([1, 5]);
  });
});

/** Any change that an editor can make, in the end. */
function anything(state: EditorState, random: () => number): Transaction {
  const { tr } = state;
  const size = state.doc.content.size;
  const at = () => Math.floor(random() * (size + 1));
  const [from, to] = [at(), at()].sort((a, b) => a - b) as [number, number];
  const choice = Math.floor(random() * 6);
  const selection = TextSelection.between(state.doc.resolve(from), state.doc.resolve(to));
  if (choice === 0) return tr.insertText("xy", selection.from);
  if (choice === 1) return tr.deleteRange(selection.from, selection.to);
  if (choice === 2) return tr.addMark(selection.from, selection.to, schema.mark("bold"));
  if (choice === 3) return tr.setSelection(selection).replaceSelectionWith(p("new"));
  if (choice === 4 && selection.$from.depth === 1) return tr.split(selection.from);
  return tr.replaceWith(selection.from, selection.to, schema.text("z"));
}

/** Mulberry32, so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test("whatever two people suggest, the text without it stays as it was, and others' suggestions too", () => {
  const begin = doc(p("Hold it upright."), list("one", "two"), p("Then ", bold("press"), "."));
  for (let seed = 0; seed < 300; seed += 1) {
    const random = seeded(seed);
    let now = begin;
    for (let step = 0; step < 8; step += 1) {
      const person = random() < 0.5 ? "bo" : "cy";
      const after = anything(EditorState.create({ doc: now }), random).doc;
      const merged = merge(now, after, person).doc;
      merged.check();
      const mine = (tag: { person: string }) => tag.person === person;
      const [was, is] = [decided(now, false, mine), decided(merged, false, mine)];
      if (!was.eq(is)) throw new Error(`seed ${seed}, step ${step}: ${was} became ${is}`);
      now = merged;
    }
    expect(decided(now, false, all).eq(begin), `seed ${seed}`).toBe(true);
  }
});

import { getSchema } from "@tiptap/core";
import { EditorState, NodeSelection, TextSelection } from "@tiptap/pm/state";
import { describe, expect, test } from "vitest";
import { content } from "./extensions";
import { move } from "./move";

const schema = getSchema(content);
const block = (text: string) => ({ type: "paragraph", content: [{ type: "text", text }] });
const item = (...content: unknown[]) => ({ type: "listItem", content });
const list = (...content: unknown[]) => ({ type: "bulletList", content });
const quote = (...content: unknown[]) => ({ type: "blockquote", content });

/** Moves with a selection over one word, or from one to another; the text afterwards. */
function moved(blocks: unknown[], step: -1 | 1, from: string, to = from): string {
  const doc = schema.nodeFromJSON({ type: "doc", content: blocks });
  const at = (word: string) => {
    let found = -1;
    doc.descendants((node, place) => {
      if (node.text === word) found = place;
    });
    return found;
  };
  const selection = TextSelection.create(doc, at(from), at(to) + to.length);
  let state = EditorState.create({ doc, selection });
  expect(move(step)(state, (tr) => (state = state.apply(tr)))).toBe(true);
  const { anchor, head } = state.selection;
  expect(state.doc.textBetween(anchor, head, " ")).toContain(from);
  state.doc.check();
  return state.doc.textBetween(0, state.doc.content.size, " ");
}

describe("moving", () => {
  const three = [block("one"), block("two"), block("three")];

  test("a paragraph moves past its neighbour, and stays at the edge", () => {
    expect(moved(three, -1, "two")).toBe("two one three");
    expect(moved(three, 1, "two")).toBe("one three two");
    expect(moved(three, -1, "one")).toBe("one two three");
    expect(moved(three, 1, "three")).toBe("one two three");
  });

  test("all that is selected moves", () => {
    expect(moved(three, 1, "one", "two")).toBe("three one two");
    expect(moved(three, -1, "two", "three")).toBe("two three one");
  });

  test("the innermost item moves with what is below it", () => {
    const nested = list(
      item(block("a"), list(item(block("b")), item(block("c")))),
      item(block("d")),
    );
    expect(moved([nested], 1, "b")).toBe("a c b d");
    expect(moved([nested], 1, "a")).toBe("d a b c");
  });

  test("a paragraph stays in its quote", () => {
    const quoted = [block("before"), quote(block("one"), block("two"))];
    expect(moved(quoted, -1, "two")).toBe("before two one");
    expect(moved(quoted, -1, "one")).toBe("before one two");
  });

  test("a rule that is selected moves and stays selected", () => {
    const doc = schema.nodeFromJSON({
      type: "doc",
      content: [{ type: "horizontalRule" }, block("x")],
    });
    let state = EditorState.create({ doc, selection: NodeSelection.create(doc, 0) });
    move(1)(state, (tr) => (state = state.apply(tr)));
    expect(state.doc.lastChild?.type.name).toBe("horizontalRule");
    expect(state.selection).toBeInstanceOf(NodeSelection);
  });
});

// @vitest-environment jsdom
import { getSchema } from "@tiptap/core";
import { Fragment, type Node, DOMParser as Reader } from "@tiptap/pm/model";
import { EditorState, TextSelection } from "@tiptap/pm/state";
import { describe, expect, test } from "vitest";
import { content } from "../extensions";
import { fromTabs, pasteIntoTable } from "./cell";
import { clean } from "./clean";
import { Lost } from "./lost";

const schema = getSchema(content);

function read(html: string): Node {
  const page = new DOMParser().parseFromString(html, "text/html");
  return Reader.fromSchema(schema).parse(page.body);
}

const words = (node: Node) =>
  node.textBetween(0, node.content.size, "", (leaf) =>
    leaf.type.name === "hardBreak" ? "/" : "*",
  );

/** The cells after a paste behind the letter `from`, or from there to behind `to`, and what was said. */
function pasted(what: Fragment, from = "x", to = from) {
  const doc = read(
    "<table><tr><th>a</th><th>b</th></tr><tr><td>x</td><td>y</td></tr><tr><td>u</td><td>v</td></tr></table><p>end</p>",
  );
  const ends = [from, to].map((letter) => {
    let found = 0;
    doc.descendants((node, at) => {
      if (node.text === letter) found = at + 1;
    });
    return found;
  });
  const [start = 0, end = 0] = ends;
  const first = from === to ? start : start - 1;
  let state = EditorState.create({ doc, selection: TextSelection.create(doc, first, end) });
  const lost = new Lost();
  const { tr } = state;
  const done = pasteIntoTable(tr, first, end, what, lost);
  state = state.apply(tr);
  state.doc.check();
  const [table] = state.doc.content.content;
  const rows = table?.content.content.map((row) => row.content.content.map(words).join("|"));
  const widths = new Set(table?.content.content.map(({ childCount }) => childCount));
  expect(widths.size).toBe(1);
  expect(state.doc.childCount).toBe(done ? 2 : state.doc.childCount);
  const { $from } = state.selection;
  const caret = `${words($from.parent.cut(0, $from.parentOffset))}^`;
  return { rows, caret, lost: lost.sentences() };
}

const html = (source: string) => read(clean(source).html).content;

describe("pasting into a cell", () => {
  test("paragraphs, lines and items become lines of it", () => {
    expect(pasted(html("<p>one</p><p>two</p>"))).toEqual({
      rows: ["a|b", "xone/two|y", "u|v"],
      caret: "xone/two^",
      lost: [],
    });
    expect(pasted(html("<ul><li>one</li><li>two</li></ul>"))).toMatchObject({
      rows: ["a|b", "xone/two|y", "u|v"],
      lost: ["1 list in a cell became lines without numbers or bullets."],
    });
    expect(
      pasted(html("<h3>one</h3><pre>two\nthree</pre><hr><blockquote>four</blockquote>")).rows,
    ).toEqual(["a|b", "xone/two/three/four|y", "u|v"]);
    expect(pasted(html("<p>p</p><table><tr><td>1</td><td>2</td></tr></table>")).rows).toEqual([
      "a|b",
      "xp/1 2|y",
      "u|v",
    ]);
    expect(
      pasted(
        html(
          '<ul data-tasks><li data-checked="true">one</li><li data-checked="false">two</li></ul>',
        ),
      ).rows,
    ).toEqual(["a|b", "x☒ one/☐ two|y", "u|v"]);
  });

  test("words go where the caret is, in the header and in the last cell as well", () => {
    const line = html("<p>one <b>two</b></p>");
    expect(pasted(line, "a").rows).toEqual(["aone two|b", "x|y", "u|v"]);
    expect(pasted(line, "v")).toMatchObject({
      rows: ["a|b", "x|y", "u|vone two"],
      caret: "vone two^",
    });
    expect(pasted(html("<table><tr><td>q</td></tr></table>")).rows).toEqual(["a|b", "xq|y", "u|v"]);
  });

  test("cells fill cells, and the table grows", () => {
    expect(pasted(html("<table><tr><td>q</td><td>r</td></tr></table>"))).toEqual({
      rows: ["a|b", "q|r", "u|v"],
      caret: "r^",
      lost: ["2 cells were overwritten; Ctrl-Z takes it back."],
    });
    const four = html(
      "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4<br>5</td></tr></table>",
    );
    expect(pasted(four, "v").rows).toEqual(["a|b|", "x|y|", "u|1|2", "|3|4/5"]);
    expect(pasted(four, "b").rows).toEqual(["a|1|2", "x|3|4/5", "u|v|"]);
    const row = four.firstChild?.firstChild;
    expect(pasted(Fragment.from(row), "x").rows).toEqual(["a|b", "1|2", "u|v"]);
    expect(pasted(Fragment.from(row?.content), "x").rows).toEqual(["a|b", "1|2", "u|v"]);
    const wide = html(`<table><tr>${"<td>z</td>".repeat(50)}</tr></table>`);
    expect(pasted(wide, "y").lost[0]).toBe("A table is too wide: 1 column was left out.");
  });

  test("several cells that are selected are emptied, and the first takes the words", () => {
    expect(pasted(html("<p>one</p><p>two</p>"), "y", "u")).toMatchObject({
      rows: ["a|b", "x|one/two", "|v"],
      caret: "one/two^",
    });
  });

  test("cells in plain text come as tabs and lines", () => {
    const tabs = fromTabs('q\t"r\n""s"""\r\n1\t\n', schema);
    expect(pasted(tabs ?? Fragment.empty).rows).toEqual(["a|b", 'q|r/"s"', "1|"]);
    expect(fromTabs("no tabs", schema)).toBeUndefined();
  });

  test("a note comes along, and what is outside of a table is left to others", () => {
    const note = html(
      '<p>one<sup data-footnote="1"></sup></p><div data-footnote-text="1"><p>ISO</p></div>',
    );
    const doc = read("<table><tr><th>a</th></tr></table>");
    const { tr } = EditorState.create({ doc });
    expect(pasteIntoTable(tr, 4, 4, note, new Lost())).toBe(true);
    expect(tr.doc.lastChild?.type.name).toBe("footnoteDefinition");
    const text = EditorState.create({ doc: read("<p>x</p>") }).tr;
    expect(pasteIntoTable(text, 1, 1, note, new Lost())).toBe(false);
  });
});

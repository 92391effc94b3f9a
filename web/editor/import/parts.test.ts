// @vitest-environment jsdom
import { expect, test } from "vitest";
import { footnotes, withNotes } from "../paste/notes";

import { matched, outline } from "./parts";
import { pieces } from "./pieces";

const body = (html: string) => new DOMParser().parseFromString(html, "text/html").body;

test("a document is split at its largest headings, and one above all is its title", () => {
  const found = outline(
    body(
      "<h1>Balances</h1><p>In short.</p><h2>1. Background</h2><p>Why.</p><h3>Deeper</h3><p>x</p><h2>Ranges</h2>",
    ),
  );
  expect(found.title).toBe("Balances");
  expect(found.parts).toEqual([
    { title: "", html: "<p>In short.</p>" },
    { title: "1. Background", html: "<p>Why.</p><h3>Deeper</h3><p>x</p>" },
    { title: "Ranges", html: "" },
  ]);
});

test("headings within boxes count, and several largest ones are no title", () => {
  const found = outline(
    body(
      "<p>Before.</p><section><h1>One</h1><section><h2>Two</h2><p>a</p></section></section><h1>Three</h1>",
    ),
  );
  expect(found.title).toBeUndefined();
  expect(found.parts.map(({ title }) => title)).toEqual(["", "One", "Three"]);
  expect(found.parts[1]?.html).toBe("<h3>Two</h3><p>a</p>");
  expect(outline(body("<p>Only text.</p>")).parts).toEqual([
    { title: "", html: "<p>Only text.</p>" },
  ]);
  expect(outline(body("<h1>Alone</h1><p>x</p>")).parts.map(({ title }) => title)).toEqual([
    "Alone",
  ]);
  expect(outline(body("  ")).parts).toEqual([]);
});

test("parts go to the section with their heading, others to the one before", () => {
  const sections = [
    { key: "lead", title: "Lead" },
    { key: "background", title: "Background" },
    { key: "key_concepts", title: "Key Concepts" },
    { key: "application", title: "Use at work" },
  ];
  const titles = ["", "2.1 Background:", "Key concept", "Safety", "USE AT WORK"];
  const found = matched(
    titles.map((title) => ({ title, html: "" })),
    sections,
  );
  expect(found.map(({ key }) => key)).toEqual([
    "lead",
    "background",
    "key_concepts",
    "key_concepts",
    "application",
  ]);
  expect(found.map(({ found }) => found)).toEqual([false, true, true, false, true]);
});

test("footnotes go along with what names them", () => {
  const page = body(
    `<p>A<sup><a href="#footnote-1" id="footnote-ref-1">[1]</a></sup> <a href="#top">up</a></p>
     <ol><li id="footnote-1"><p>ISO <a href="#footnote-ref-1">↑</a></p></li></ol>`,
  );
  const notes = footnotes(page);
  expect(page.querySelector("ol")).toBeNull();
  expect(page.querySelector("p")?.innerHTML).toBe(
    'A<sup data-footnote="1"></sup> <a href="#top">up</a>',
  );
  expect(withNotes("<p>None</p>", notes)).toBe("<p>None</p>");
  expect(withNotes(page.innerHTML, notes)).toContain('<div data-footnote-text="1"><p>ISO');
});

test("Markdown is cut at headings, not in code, and notes go along", () => {
  const { pieces: found, front } = pieces(
    "---\ntitle: x\n---\nFirst[^a]\n\nTitle\n=====\n```\n# no heading\n```\n## Two ##\nSee [b].\n\n[^a]: Note\n    more\n[b]: https://example.org\n",
  );
  expect(front).toBe(true);
  expect(found.map(({ level, title }) => [level, title])).toEqual([
    [0, ""],
    [1, "Title"],
    [2, "Two"],
  ]);
  expect(found[0]?.text).toContain("[^a]: Note\n    more");
  expect(found[1]?.text).toContain("# no heading");
  expect(found[2]?.text).toContain("[b]: https://example.org");
  expect(pieces("---\n\nno facts").front).toBe(false);
});

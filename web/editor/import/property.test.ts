// @vitest-environment jsdom
import { getSchema } from "@tiptap/core";
import { DOMParser as Reader } from "@tiptap/pm/model";
import { expect, test } from "vitest";
import { content } from "../extensions";
import { clean } from "../paste/clean";
import { differences, readContent, Words } from "../paste/compare";
import * as foreign from "../paste/foreign";
import { docx, h, kind, li, lvl, num, p, r, table, tc } from "./fixtures/docx";
import { read, wordsOf } from "./read";

const schema = getSchema(content);

/** A generator with a fixed seed (Park and Miller, 1988). */
function generator(seed: number) {
  let state = seed;
  const next = (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const pick = <T>(all: readonly T[]): T => all[next(all.length)] as T;
  const times = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: 1 + next(most) }, make);
  return { next, pick, times };
}

type Generator = ReturnType<typeof generator>;

/** Words that are shown, in the order in which they are written; each is unlike all others. */
class Shown {
  readonly all: string[] = [];
  private count = 0;

  constructor(private readonly random: Generator) {}

  /** A word or a number that the result must hold. */
  word(): string {
    const made = this.hidden();
    this.all.push(made);
    return made;
  }

  /** One that must not be there. */
  hidden(): string {
    this.count += 1;
    return this.random.pick([
      `w${this.count}é`,
      `${this.count}.5`,
      `µ${this.count}`,
      `漢${this.count}`,
      `-${this.count}`,
    ]);
  }

  /** A word that becomes another in the result, such as a letter of a symbol font. */
  as(result: string): void {
    this.all.push(result);
  }
}

const sorted = (words: string[]) => [...words].sort();
/** Numbers of items that stay as text, in cells; the generators do not count them. */
const LABEL = /^(\d+\.|[a-z]+[.)])$/;
const found = (words: Words) =>
  sorted(words.all.map(({ word }) => word.replaceAll("|", "")).filter((word) => !LABEL.test(word)));

/** HTML as Word, browsers and spreadsheets write it. */
function html(random: Generator, shown: Shown): string {
  const { next, pick, times } = random;
  const inline = (): string =>
    pick<() => string>([
      () => shown.word(),
      () => shown.word(),
      () => `<b>${shown.word()}</b>`,
      () => `<a href="https://example.org/">${shown.word()}</a>`,
      () => `<span style='font-family:Calibri'>${shown.word()}<o:p></o:p></span>`,
      () => `${shown.word()}<br>${shown.word()}`,
      () => `<span style='display:none;mso-hide:all'>${shown.hidden()}</span>`,
      () =>
        `<del cite="mailto:a">${shown.hidden()}</del><ins cite="mailto:a">${shown.word()}</ins>`,
      () => {
        shown.as("µ");
        return " <font face=Symbol>m</font> ";
      },
      () => `<img src="file:///x.png" alt="${shown.word()}">`,
    ])();
  const line = () => times(3, inline).join(" ");
  const item = (level: number, marker: string) =>
    `<p class=MsoListParagraph style='mso-list:l${next(2)} level${level} lfo1'><![if !supportLists]><span style='mso-list:Ignore'>${marker}<span>&nbsp; </span></span><![endif]>${line()}</p>`;
  const block = (depth: number): string =>
    pick<() => string>([
      () => `<p class=MsoNormal>${line()}</p>`,
      () => `<h${1 + next(6)}>${line()}</h${1 + next(6)}>`,
      () => `<ul><li>${line()}</li><li>${depth > 0 ? block(depth - 1) : line()}</li></ul>`,
      () => `<ol start=${next(9)}><li value=${next(20)}>${line()}</li></ol>`,
      () => item(1 + next(3), pick(["1.", "a)", "·", "iv."])),
      () => `<blockquote>${depth > 0 ? block(depth - 1) : line()}</blockquote>`,
      () => `<pre>${shown.word()}\n  ${shown.word()}</pre>`,
      () => `<dl><dt>${line()}</dt><dd>${line()}</dd></dl>`,
      () => `<section>${line()}<hr>${line()}</section>`,
      () =>
        `<table>${times(3, () => `<tr>${times(3, () => `<td colspan=${1 + next(2)} rowspan=${1 + next(2)}>${depth > 0 && next(2) ? block(depth - 1) : line()}${next(2) ? ` ${line()}` : ""}</td>`).join("")}</tr>`).join("")}</table>`,
      () => `<div style='display:block'>${line()}<p>${line()}</p>${line()}</div>`,
      () => `${line()}`,
    ])();
  return `<html><body>${times(6, () => block(2)).join(" ")}</body></html>`;
}

test("no word of pasted HTML is lost, glued or added without a word about it", () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = generator(seed * 7919);
    const shown = new Shown(random);
    const source = html(random, shown);
    const cleaned = clean(source, foreign);
    const page = new DOMParser().parseFromString(cleaned.html, "text/html");
    const doc = Reader.fromSchema(schema).parse(page.body);
    doc.check();
    const result = new Words();
    readContent(result, doc.content, cleaned.pictures);
    expect([source, found(result)]).toEqual([source, sorted(shown.all)]);
    expect([source, cleaned.source && differences(cleaned.source, result)]).toEqual([source, []]);
  }
});

const numbering =
  kind(1, lvl(0, "decimal", "%1."), lvl(1, "lowerLetter", "%2)")) +
  kind(2, lvl(0, "bullet", "·")) +
  num(1, 1) +
  num(2, 2) +
  num(3, 1, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>');
const styles =
  '<w:style w:type="character" w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>';

/** A document as Word writes it. */
function body(random: Generator, shown: Shown): string {
  const { next, pick, times } = random;
  const run = (): string =>
    pick<() => string>([
      () => r(shown.word()),
      () => r(shown.word(), "<w:b/>"),
      () => `<w:fldSimple w:instr=" SEQ Figure ">${r(shown.word())}</w:fldSimple>`,
      () => r(shown.hidden(), pick(["<w:vanish/>", '<w:rStyle w:val="Secret"/>'])),
      () =>
        `<w:ins>${r(shown.word())}</w:ins><w:del><w:r><w:delText>${shown.hidden()}</w:delText></w:r></w:del>`,
      () =>
        `${r(shown.word())}<w:r><w:br w:type="${pick(["page", "column", "textWrapping"])}"/></w:r>${r(shown.word())}`,
      () => `${r(shown.word())}<w:r><w:tab/></w:r>${r(shown.word())}`,
      () => {
        shown.as("µ");
        return r("m", '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>');
      },
      () => `<w:sdt><w:sdtPr/><w:sdtContent>${r(shown.word())}</w:sdtContent></w:sdt>`,
      () => `<w:bdo w:val="rtl">${r(shown.word())}</w:bdo>`,
      () => `<w:hyperlink w:anchor="x">${r(shown.word())}</w:hyperlink>`,
    ])();
  const line = () => times(3, run).join(r(" "));
  const words = () => times(3, () => shown.word()).join(" ");
  const block = (depth: number): string =>
    pick<() => string>([
      () => p(line()),
      () => h(1 + next(3), words()),
      () => li(1 + next(3), next(2), words()),
      () =>
        table(
          ...times(3, () =>
            times(3, () => tc(depth > 0 && next(2) ? block(depth - 1) + p("") : words())),
          ),
        ),
      () =>
        p(
          `${line()}<w:r><w:pict><v:shape><v:textbox><w:txbxContent>${p(line())}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>`,
        ),
    ])();
  return h(1, words()) + times(6, () => block(1)).join("");
}

test("no word of a Word document is lost, glued or added without a word about it", async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = generator(seed * 104729);
    const shown = new Shown(random);
    const source = body(random, shown);
    const { title, parts, lost } = await read(
      await docx({ body: source, numbering, styles }),
      schema,
    );
    const result = found(wordsOf(title, parts));
    const unlike = lost.filter((sentence) => /^(Changed|Left out|Added|Words)/.test(sentence));
    expect([source, result]).toEqual([source, sorted(shown.all)]);
    expect([source, unlike]).toEqual([source, []]);
  }
});

test("whatever goes missing on the way is named with its place", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = generator(seed * 15485863);
    const shown = new Shown(random);
    const { source, html: cleaned } = clean(`<h3>Steps</h3>${html(random, shown)}`, foreign);
    const page = new DOMParser().parseFromString(cleaned, "text/html");
    const texts: Text[] = [];
    const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
      if (/\S/.test(walker.currentNode.textContent ?? "")) texts.push(walker.currentNode as Text);
    const victim = random.pick(texts);
    victim.data = random.pick(["", `${victim.data.trim()}0`, victim.data.replace(/\S/, "#")]);
    const result = new Words();
    readContent(result, Reader.fromSchema(schema).parse(page.body).content);
    expect(source && differences(source, result)).not.toEqual([]);
  }
});

test("raised digits are other digits", () => {
  const source = clean("<p>10<sup>6</sup></p>", foreign).source;
  const flat = new Words();
  flat.text("106");
  expect(source && differences(source, flat)).toEqual(["Changed: “10^6” became “106”."]);
});

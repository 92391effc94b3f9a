// @vitest-environment jsdom
import { getSchema } from "@tiptap/core";
import { DOMParser as Reader } from "@tiptap/pm/model";
import { describe, expect, test } from "vitest";
import { content } from "../extensions";
import { clean } from "./clean";
import { confluence, docs, excel, hostile, web, word } from "./fixtures";

const schema = getSchema(content);

/** What a section would hold, one line for each block, and what was said to be lost. */
function pasted(html: string) {
  const cleaned = clean(html);
  const page = new DOMParser().parseFromString(cleaned.html, "text/html");
  const doc = Reader.fromSchema(schema).parse(page.body);
  doc.check();
  return { text: doc.toString(), lost: cleaned.lost };
}

describe("pasting", () => {
  test("from Word: headings, marks, and lists that are paragraphs", () => {
    expect(pasted(word)).toEqual({
      text:
        'doc(heading("Handling pipettes"), paragraph("Choose the ", bold("smallest"), " pipette."), ' +
        'orderedList(listItem(paragraph("Set the volume"), bulletList(listItem(paragraph("slowly")), ' +
        'listItem(paragraph("upright")))), listItem(paragraph("Wet the tip"))), ' +
        'paragraph("Between."), bulletList(listItem(paragraph("Last"))))',
      lost: ["1 picture was left out."],
    });
  });

  test.each([
    ["<p>Limit 10<sup>6</sup> CFU/ml; H<sub>2</sub>O; value<SUP><a>1</a></SUP></p>"],
    [
      `<b style="font-weight:normal" id="docs-internal-guid-1"><p><span>Limit 10</span>` +
        `<span style="font-size:0.6em;vertical-align:super">6</span><span> CFU/ml; H</span>` +
        `<span style="font-size:0.6em;vertical-align:sub;">2</span><span>O; value</span>` +
        `<span style="vertical-align:super">1</span></p></b>`,
    ],
    [
      `<p class=MsoNormal>Limit 10<span style='position:relative;top:-3.0pt;mso-text-raise:3.0pt'>6</span>` +
        ` CFU/ml; H<span style='position:relative;top:3.0pt;mso-text-raise:-3.0pt'>2</span>O; ` +
        `value<span style='mso-text-raise:.5pt'>1</span></p>`,
    ],
  ])("raised and lowered text stays apart: %#", (html) => {
    expect(pasted(html).text).toBe(
      'doc(paragraph("Limit 10", superscript("6"), " CFU/ml; H", subscript("2"), "O; value", superscript("1")))',
    );
  });

  test("from Google Docs: styles, the bold wrapper, lists in lists", () => {
    expect(pasted(docs)).toEqual({
      text:
        'doc(heading("Cold chain"), paragraph("Keep ", bold("cold"), ", ", italic("not"), " ", ' +
        'strike("hot"), " frozen: ", link("see"), "."), bulletList(listItem(paragraph("one"), ' +
        'bulletList(listItem(paragraph("two")))), listItem(paragraph("three"))))',
      lost: [],
    });
  });

  test("from Confluence: panels, tasks, code, emoticons", () => {
    expect(pasted(confluence)).toEqual({
      text:
        'doc(alert(paragraph("Mind the rotor.")), taskList(taskItem(paragraph("Balance it")), ' +
        'taskItem(paragraph("Close the lid"))), codeBlock("SELECT 1;"), ' +
        'paragraph("Done ", "(tick)", " says Ada Byron"))'.replace(
          '"Done ", "(tick)", " says',
          '"Done (tick) says',
        ),
      lost: [],
    });
  });

  test("from Excel: cells, and what spans several", () => {
    expect(pasted(excel)).toEqual({
      text:
        'doc(table(tableRow(tableHeader(paragraph("Pipette")), tableHeader(paragraph("Range")), ' +
        'tableHeader(paragraph)), tableRow(tableCell(paragraph("P20")), tableCell(paragraph("2")), ' +
        'tableCell(paragraph("20")))))',
      lost: ["1 merged cell was split."],
    });
  });

  test("from a web page: headings without their tools, pictures with a warning", () => {
    expect(pasted(web)).toEqual({
      text:
        'doc(heading("Use"), paragraph("A ", bold("pipette"), " moves ", link("liquid"), ".", link(superscript("[1]"))), ' +
        'paragraph(link(image)), paragraph("Pipettes of three sizes"), paragraph("Air displacement"), ' +
        'paragraph("Air lies between."), orderedList(listItem(paragraph("Wet"), ' +
        'bulletList(listItem(paragraph("once")))), listItem(paragraph("Wait"))), paragraph("Sizes"), ' +
        'table(tableRow(tableHeader(paragraph("Name")), tableHeader(paragraph("µl"))), ' +
        'tableRow(tableCell(paragraph("P20")), tableCell(paragraph("20")))))',
      lost: ["1 picture stays on the site of origin; drop the file here to keep it with the text."],
    });
  });

  test("scripts, handlers and addresses that run code are gone", () => {
    const { text } = pasted(hostile);
    expect(text).toBe('doc(paragraph("click me"), paragraph("text"))');
  });

  test("a table with too many columns is cut, and this is told", () => {
    const cells = "<td>x</td>".repeat(200);
    const { text, lost } = pasted(`<table><tr>${cells}</tr><tr>${cells}</tr></table>`);
    expect(text.match(/tableHeader/g)?.length).toBe(50);
    expect(lost).toEqual(["A table is too wide: 150 columns were left out."]);
  });

  test("pictures inside of the HTML are taken out, and their places marked", async () => {
    const dot = "R0lGODlhAQABAAAAACw=";
    const { html, pictures, lost } = clean(`<p>a<img src="data:image/gif;base64,${dot}">b</p>`);
    expect(html).toBe("<p>a\uE0000\uE001b</p>");
    expect(pictures.map(({ file: { name, type, size } }) => ({ name, type, size }))).toEqual([
      { name: "picture-1", type: "image/gif", size: atob(dot).length },
    ]);
    expect(lost).toEqual([]);
    expect(clean('<img src="data:image/gif;base64,***">').lost).toEqual([
      "1 picture was left out.",
    ]);
  });

  test("what was copied in an editor of ours stays as it is", () => {
    const html = '<p data-pm-slice="0 0 []"><span class="mention" data-person="x">@A</span></p>';
    expect(clean(html)).toEqual({ html, pictures: [], lost: [] });
  });

  test("whatever is broken off or mixed up gives a section that is valid", () => {
    // A generator with a fixed seed (Park and Miller, 1988).
    let seed = 20261123;
    const next = (below: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    const all = [word, docs, confluence, excel, web, hostile];
    for (let round = 0; round < 100; round += 1) {
      const [one, two] = [all[next(all.length)] ?? "", all[next(all.length)] ?? ""];
      const [cut, from] = [next(one.length), next(two.length)];
      pasted(one.slice(0, cut) + two.slice(from));
    }
  }, 30_000);
});

// @vitest-environment jsdom
import { getSchema } from "@tiptap/core";
import { DOMParser as Reader } from "@tiptap/pm/model";
import { describe, expect, test } from "vitest";
import { content } from "../extensions";
import { clean } from "./clean";
import { differences, readContent, Words } from "./compare";
import * as foreign from "./foreign";
import { outlined } from "./outlined";

const schema = getSchema(content);

/** What a section would hold, with the starts of lists, and all that is said. */
function pasted(html: string) {
  const cleaned = clean(html, foreign);
  const page = new DOMParser().parseFromString(cleaned.html, "text/html");
  const doc = Reader.fromSchema(schema).parse(page.body);
  doc.check();
  const result = new Words();
  readContent(result, doc.content, cleaned.pictures);
  const unlike = cleaned.source ? differences(cleaned.source, result) : [];
  return { doc, text: outlined(doc), lost: [...cleaned.lost, ...unlike] };
}

const item = (level: number, marker: string, words: string, list = "l0", margin = "") =>
  `<p class=MsoListParagraph style='${margin};mso-list:${list} level${level} lfo1'><![if !supportLists]>` +
  `<span style='mso-list:Ignore'>${marker}<span style='font:7.0pt "Times New Roman"'>&nbsp; </span></span><![endif]>${words}</p>`;

describe("symbol fonts", () => {
  test("letters become the signs they are shown as, and the unknown is named", () => {
    const html =
      "<p class=MsoNormal>Dose 5 <span style='font-family:Symbol;mso-char-type:symbol;mso-symbol-font-family:Symbol'>m</span>g, " +
      "pH <span style='font-family:Symbol'>&sup3;</span> 5; <span style='font-family:Wingdings'>&#168;</span> done</p>";
    expect(pasted(html)).toMatchObject({ text: "Dose 5 µg, pH ≥ 5; ☐ done", lost: [] });
    expect(
      pasted(
        "<p>37 <font face=Symbol>&#xF0B0;</font>C <font face='wingdings 2'>R</font> <font face=Webdings>a</font></p>",
      ).text,
    ).toBe("37 °C ☑ ✔");
    expect(
      pasted("<style>span.G {font-family:Symbol}</style><p>5 <span class=G><b>m</b></span>g</p>")
        .text,
    ).toBe("5 µg");
    expect(
      pasted("<p style='font-family:Symbol'>a <span style='font-family:Arial'>a</span></p>").text,
    ).toBe("α a");
    expect(pasted("<p style='font-family:\"Segoe UI Symbol\"'>m</p>").text).toBe("m");
    expect(pasted("<p>A <span style='font-family:Wingdings'>à</span> B</p>").text).toBe("A → B");
    const odd = pasted(
      "<h2>Dose</h2><p>5 <span style='font-family:\"MT Extra\"'>m</span>g, \uF06D</p>",
    );
    expect(odd.text).toBe("# Dose\n5 �g, �");
    expect(odd.lost.join()).toMatch(
      /A sign of the font mt extra is not known: “U\+006D in 5 mg.*under “Dose”/,
    );
    expect(odd.lost.join()).toMatch(/A sign of the font of the source is not known: “U\+F06D/);
  });
});

describe("lists", () => {
  test("numbers are what they were, in lists and in text", () => {
    const html =
      item(1, "1.", "Open") +
      item(1, "2.", "Clean") +
      "<p class=MsoNormal>Note.</p>" +
      item(1, "3.", "Close") +
      item(2, "a)", "left") +
      item(2, "b)", "right") +
      item(1, "4.", "Sign") +
      "<p class=MsoNormal>See step 4.</p>";
    const { text, lost } = pasted(html);
    expect(text).toBe(
      "1. Open\n2. Clean\nNote.\n3. Close\n  1. left\n  2. right\n4. Sign\nSee step 4.",
    );
    expect(lost).toEqual([
      "Letters, Roman numerals and leading zeros of lists became plain numbers: “a) left”, “b) right”.",
    ]);
  });

  test("numbers of several parts and those of headings stay text", () => {
    const html =
      "<h2 style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>4.2<span>&nbsp;&nbsp; </span></span>Cleaning</h2>" +
      item(3, "4.2.1", "Wash") +
      item(3, "4.2.2", "Dry") +
      item(1, "1.", "One") +
      item(2, "1.1", "Deep") +
      item(1, "2.", "Two");
    expect(pasted(html)).toMatchObject({
      text: "# 4.2 Cleaning\n4.2.1 Wash\n4.2.2 Dry\n1. One\n  1.1 Deep\n2. Two",
      lost: [],
    });
  });

  test("a list of its own that stands deeper is a list below", () => {
    const html =
      item(1, "1.", "Open", "l0", "margin-left:36pt") +
      item(1, "a)", "left", "l1", "margin-left:54pt") +
      item(1, "ii.", "odd", "l2", "margin-left:72pt") +
      item(1, "2.", "Close", "l0", "margin-left:36pt");
    expect(pasted(html).text).toBe("1. Open\n  1. left\n    2. odd\n2. Close");
  });

  test("Word on the web says depth by an attribute", () => {
    const entry = (level: number, words: string, list = "ul", start = "") =>
      `<div class="ListContainerWrapper"><${list} role="list"${start}><li data-listid="1" data-aria-level="${level}" role="listitem"><p class="Paragraph">${words}</p></li></${list}></div>`;
    expect(
      pasted(entry(1, "Prepare") + entry(2, "Wash") + entry(2, "Dry") + entry(1, "Start")),
    ).toMatchObject({
      text: "- Prepare\n  - Wash\n  - Dry\n- Start",
      lost: [],
    });
    expect(
      pasted(
        entry(1, "A", "ol", ' start="1"') +
          "<p>Note</p>" +
          entry(1, "B", "ol", ' start="2"') +
          entry(2, "C") +
          entry(1, "D", "ol", ' start="3"'),
      ).text,
    ).toBe("1. A\nNote\n2. B\n  - C\n3. D");
  });

  test("values, letters and lists that count down", () => {
    const { text, lost } = pasted(
      "<h3>H</h3><ol start=3><li>a<li value=7>b<li>c</ol><ol type=a><li>d</ol><ol reversed start=-1><li>e</ol><ol start=x><li>f</ol>",
    );
    expect(text).toBe("# H\n3. a\n7. b\n8. c\n1. d\n1. e\n1. f");
    expect(lost).toEqual([
      "Letters, Roman numerals and leading zeros of lists became plain numbers: “d” (under “H”).",
      "Lists that counted down now count up: “e” (under “H”).",
      "A list begins with 1: “e” (under “H”), “f” (under “H”).",
    ]);
  });

  test("what was no box is none", () => {
    const list =
      '<ul class="contains-task-list"><li class="task-list-item"><input type="checkbox" checked> Done</li><li>Plain</li><li class="task-list-item"><input type="checkbox"> Open</li></ul>';
    expect(pasted(list)).toMatchObject({ text: "[x] Done\n- Plain\n[ ] Open", lost: [] });
    expect(
      pasted(
        "<p><input type=checkbox checked> Gloves</p><p><input type=checkbox> Door <input type=radio> x <input value=7> <select><option>a<option selected>b</select></p>",
      ).text,
    ).toBe("☒ Gloves\n☐ Door ○ x 7 b");
  });
});

describe("what is not seen, and reviews", () => {
  test("hidden text stays out and is named with its place", () => {
    const { text, lost } = pasted(
      "<style>.h{display:none}</style><h2>Steps</h2><p>Seen <span style='display:none;mso-hide:all'>NOTE</span><b class=h>two</b>" +
        "<i hidden>three</i><span style='visibility:hidden'>four</span><span style='font-size:0'>five</span> end " +
        "<span style='color:white'>white</span></p>",
    );
    expect(text).toBe("# Steps\nSeen  end white".replace("  ", " "));
    expect(lost).toEqual([
      "Hidden text was left out: “NOTE” (under “Steps”), “two” (under “Steps”), “three” (under “Steps”), “four” (under “Steps”), “five” (under “Steps”).",
    ]);
  });

  test("comments and deleted words stay out, inserted ones are text", () => {
    const html =
      `<p class=MsoNormal>Wait <del cite="mailto:A">five</del><ins cite="mailto:A">ten</ins> minutes <a style='mso-comment-reference:A_1'>at rest</a><span class=MsoCommentReference><a class=msocomanchor id="_anchor_1" href="#_msocom_1">[A1]</a></span>.</p>` +
      `<div style='mso-element:comment-list'><hr class=msocomoff align=left><div style='mso-element:comment'><div id="_com_1" class=msocomtxt><p class=MsoCommentText><a href="#_msoanchor_1" class=msocomoff>[A1]</a>Internal: ask legal first.</p></div></div></div>`;
    expect(pasted(html)).toMatchObject({
      text: "Wait ten minutes at rest.",
      lost: ["1 comment was left out.", "Tracked changes were taken as accepted."],
    });
    expect(pasted("<p>a <del>b</del></p>")).toMatchObject({ text: "a b", lost: [] });
  });

  test("footnotes of Word and LibreOffice become notes", () => {
    const html =
      `<p class=MsoNormal>Weigh<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1"><span class=MsoFootnoteReference>[1]</span></a> it.</p>` +
      `<div style='mso-element:footnote-list'><br clear=all><hr align=left size=1 width="33%"><div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText><a style='mso-footnote-id:ftn1' href="#_ftnref1" name="_ftn1"><span class=MsoFootnoteReference>[1]</span></a> ISO 17025.</p><p>Twice.</p></div></div>`;
    expect(pasted(html)).toMatchObject({ text: "Weigh[^1] it.\nISO 17025.\nTwice.", lost: [] });
    const office =
      `<p>Weigh<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a> it.</p>` +
      `<div id="sdfootnote1"><p class="sdfootnote"><a class="sdfootnotesym" name="sdfootnote1sym" href="#sdfootnote1anc">1</a>ISO.</p></div>`;
    expect(pasted(office)).toMatchObject({ text: "Weigh[^1] it.\nISO.", lost: [] });
  });

  test("panels and breadcrumbs of Confluence", () => {
    const { text, lost } = pasted(
      `<div id="breadcrumb-section"><ol id="breadcrumbs"><li>Space</li><li>Page</li></ol></div><div class="panel"><div class="panelHeader"><b>Head</b></div><div class="panelContent"><p>Body</p></div></div><div class="ak-editor-panel" data-panel-type="custom" data-pm-slice="0 0 []"><p>Own</p></div>`,
    );
    expect(text).toBe("Head\nBody\nOwn");
    expect(lost).toEqual(["Breadcrumbs and page details were left out: “SpacePage”."]);
  });
});

describe("formulas", () => {
  test.each([
    ["MathML", "<math><mfrac><mi>a</mi><mn>2</mn></mfrac></math>", "\\frac{a}{2}"],
    [
      "MathML with its LaTeX",
      '<math><semantics><mi>x</mi><annotation encoding="application/x-tex">{\\displaystyle x^{2}}</annotation></semantics></math>',
      "x^{2}",
    ],
    [
      "KaTeX",
      '<span class="katex"><span class="katex-mathml"><math><semantics><msup><mi>x</mi><mn>2</mn></msup><annotation encoding="application/x-tex">x^2</annotation></semantics></math></span><span class="katex-html" aria-hidden="true">x2</span></span>',
      "x^2",
    ],
    [
      "MathJax 3",
      "<mjx-container><mjx-math aria-hidden=true>x</mjx-math><mjx-assistive-mml><math><msub><mi>c</mi><mn>1</mn></msub></math></mjx-assistive-mml></mjx-container>",
      "c_{1}",
    ],
    [
      "MathJax 2",
      '<span class="MathJax_Preview">x</span><span class="MathJax">x</span><script type="math/tex">x_1</script>',
      "x_1",
    ],
    [
      "Word",
      '<!--[if gte msEquation 12]><m:oMath><m:f><m:num><m:r><i><span style=\'font-family:"Cambria Math"\'>a+1</span></i></m:r></m:num><m:den><m:sSup><m:e><m:r>10</m:r></m:e><m:sup><m:r>6</m:r></m:sup></m:sSup></m:den></m:f></m:oMath><![endif]--><![if !msEquation]><span><img width=1 src="file:///x.png"></span><![endif]>',
      "\\frac{a + 1}{10^{6}}",
    ],
  ])("of %s", (_, html, latex) => {
    expect(pasted(`<p>Is ${html} it.</p>`)).toMatchObject({ text: `Is $${latex}$ it.`, lost: [] });
  });

  test("of Word with sums, roots, brackets and tables", () => {
    const run = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
    const math = (inside: string) => {
      const page = new DOMParser().parseFromString(
        `<m:oMath xmlns:m="x">${inside}</m:oMath>`,
        "application/xml",
      );
      return foreign.latexOfOmml(page.documentElement);
    };
    expect(
      math(
        `<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>${run("i=1")}</m:sub><m:sup>${run("n")}</m:sup><m:e>${run("x")}</m:e></m:nary>`,
      ),
    ).toBe("\\sum_{i = 1}^{n} x");
    expect(
      math(
        `<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/><m:e>${run("2.5")}</m:e></m:rad>`,
      ),
    ).toBe("\\sqrt{2.5}");
    expect(
      math(
        `<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr><m:e>${run("a")}</m:e></m:d>`,
      ),
    ).toMatch(/\[.*a.*\]/);
    expect(math(`<m:m><m:mr><m:e>${run("a")}</m:e><m:e>${run("b")}</m:e></m:mr></m:m>`)).toContain(
      "a & b",
    );
  });

  test("one that cannot be read comes as letters and is named", () => {
    const { text, lost } = pasted("<h3>H</h3><p>Is <math><mtext>5 $</mtext></math>.</p>");
    expect(text).toBe("# H\nIs 5 $.");
    expect(lost).toEqual([
      "A formula could not be read and came as its letters: “5 $” (under “H”).",
    ]);
  });
});

test("blocks of pages begin and end a line, outside of tables as well", () => {
  const html =
    "<details><summary>1</summary>2</details><fieldset><legend>3</legend>4</fieldset><main>5</main>6<nav>7</nav><dl><dt>8<dt>9<dd>10</dl>" +
    "<a href='https://example.org' style='display:block'>11</a>12<p>a<button>Copy</button>b</p>";
  expect(pasted(html)).toMatchObject({
    text: "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\na Copy b",
    lost: [],
  });
});

test("raised and lowered numbers are other numbers, and a change of them is named", () => {
  const raised = "<p>10<span style='vertical-align:super'>6</span> H<sub>2</sub>O</p>";
  const { lost } = pasted(raised);
  expect(lost).toEqual([]);
  const one = new Words();
  one.text("10⁶ m²");
  const two = new Words();
  two.text("10");
  two.text("6", "^");
  two.text(" m");
  two.text("2", "^");
  expect(differences(one, two)).toEqual([]);
});

test.each([
  "<a",
  "<style",
  "<td rowspan=500 colspan=50>",
  "<a href=#a id=a>x</a>",
  "<p style='mso-list:l0 level9 lfo1'>x<p style='mso-list:l0 level1 lfo1'>x",
  "<p style='display:none'>x",
  "<math><mi>x</mi></math>",
  "<!--[if gte msEquation 12]><m:oMath>-->",
  "<li value=9>",
  "<ul><li><input type=checkbox>x",
])("what a hostile paste becomes grows with its size alone: %s", (part) => {
  const nodes = (size: number) => {
    const { html } = clean(`<table><tr>${part.repeat(Math.floor(size / part.length))}`, foreign);
    return html.length;
  };
  const small = nodes(5_000);
  expect(nodes(10_000)).toBeLessThanOrEqual(3 * small + 1_000);
});

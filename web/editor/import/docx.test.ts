// @vitest-environment jsdom
import { getSchema } from "@tiptap/core";
import { describe, expect, test } from "vitest";
import { content } from "../extensions";
import { outlined } from "../paste/outlined";
import {
  docx,
  fileOf,
  h,
  kind,
  li,
  lvl,
  num,
  type Parts,
  p,
  r,
  t,
  table,
  tc,
} from "./fixtures/docx";
import { read } from "./read";

const schema = getSchema(content);

async function imported(parts: Parts | string) {
  const file = await docx(typeof parts === "string" ? { body: parts } : parts);
  const { title, parts: found, lost } = await read(file, schema);
  const text = found.map((part) => {
    const doc = schema.nodes.doc?.create(null, part.content);
    doc?.check();
    return `${part.title && `## ${part.title}\n`}${doc ? outlined(doc) : ""}`;
  });
  return { title, text: text.join("\n"), lost: [...lost, ...found.flatMap(({ lost }) => lost)] };
}

const steps = kind(
  1,
  lvl(0, "decimal", "%1."),
  lvl(1, "lowerLetter", "%2)"),
  lvl(2, "lowerRoman", "%3."),
);

describe("numbers", () => {
  test("go on after a note", async () => {
    const numbering = steps + num(10, 1);
    const body =
      h(1, "Steps") +
      li(10, 0, "Open") +
      li(10, 0, "Clean") +
      p("NOTE.") +
      li(10, 0, "Close") +
      li(10, 0, "Sign") +
      p("See step 4.");
    expect(await imported({ body, numbering })).toMatchObject({
      text: "## Steps\n1. Open\n2. Clean\nNOTE.\n3. Close\n4. Sign\nSee step 4.",
      lost: [],
    });
  });

  test("sub-steps by level, by indent and by the built-in styles", async () => {
    const numbering =
      steps +
      kind(2, lvl(0, "lowerLetter", "%1)")) +
      kind(3, lvl(0, "decimal", "%1.", 360, '<w:pStyle w:val="ListNumber"/>')) +
      kind(4, lvl(0, "decimal", "%1.", 720, '<w:pStyle w:val="ListNumber2"/>')) +
      num(10, 1) +
      num(11, 2) +
      num(5, 3) +
      num(6, 4);
    const styles = ["", "2"]
      .map(
        (n) =>
          `<w:style w:type="paragraph" w:styleId="ListNumber${n}"><w:name w:val="List Number ${n}"/><w:pPr><w:numPr><w:numId w:val="${n ? 6 : 5}"/></w:numPr></w:pPr></w:style>`,
      )
      .join("");
    const deep = '<w:ind w:left="1080"/>';
    const named = (text: string, n = "") => p(text, `<w:pStyle w:val="ListNumber${n}"/>`);
    expect(
      (
        await imported({
          numbering,
          body:
            li(10, 0, "Open") +
            li(10, 0, "Check") +
            li(11, 0, "left", deep) +
            li(11, 0, "right", deep) +
            li(10, 0, "Close"),
        })
      ).text,
    ).toBe("1. Open\n2. Check\n  1. left\n  2. right\n3. Close");
    const levels = await imported({
      numbering,
      body:
        h(1, "S") +
        li(10, 0, "a") +
        li(10, 1, "b") +
        li(10, 2, "c") +
        li(10, 1, "d") +
        li(10, 0, "e") +
        li(10, 1, "f"),
    });
    expect(levels.text).toBe("## S\n1. a\n  1. b\n    1. c\n  2. d\n2. e\n  1. f");
    expect(levels.lost).toEqual([
      "Letters, Roman numerals and leading zeros of lists became plain numbers: “a) b” (under “S”), “i. c” (under “S”), “b) d” (under “S”), “a) f” (under “S”).",
    ]);
    expect(
      (
        await imported({
          numbering,
          styles,
          body: named("Open") + named("left", "2") + named("right", "2") + named("Close"),
        })
      ).text,
    ).toBe("1. Open\n  1. left\n  2. right\n2. Close");
  });

  test("start values, restarts, several parts, headings and cells", async () => {
    const legal = kind(
      5,
      lvl(0, "decimal", "%1", 360, '<w:pStyle w:val="Heading1"/>'),
      lvl(1, "decimal", "%1.%2", 720),
      lvl(2, "decimal", "%1.%2.%3"),
    );
    const numbering =
      steps +
      legal +
      kind(6, lvl(0, "decimal", "Step %1:")) +
      num(1, 1) +
      num(2, 1, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>') +
      num(5, 5) +
      num(6, 6);
    const chapter = (text: string) =>
      p(
        text,
        '<w:pStyle w:val="Heading1"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="5"/></w:numPr>',
      );
    const body =
      chapter("Purpose") +
      chapter("Steps") +
      li(5, 1, "Wash") +
      li(5, 2, "twice") +
      li(5, 1, "Dry") +
      li(1, 0, "a") +
      li(1, 0, "b") +
      li(2, 0, "c") +
      li(2, 0, "d") +
      li(6, 0, "Go") +
      table([tc("No"), tc("What")], [tc(li(1, 0, "")), tc("x")]);
    expect(await imported({ body, numbering })).toMatchObject({
      text: "## 1 Purpose\n\n## 2 Steps\n2.1 Wash\n2.1.1 twice\n2.2 Dry\n1. a\n2. b\n7. c\n8. d\nStep 1: Go\nNo\nWhat\n9.\nx",
      lost: [],
    });
  });
});

describe("letters", () => {
  test("symbol fonts, by runs and by styles, and signs", async () => {
    const symbol = '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>';
    const styles = `<w:style w:type="character" w:styleId="Greek"><w:name w:val="Greek"/><w:rPr>${symbol}</w:rPr></w:style>`;
    const body =
      h(1, "Dose") +
      p(
        r("5 ") +
          r("\uF06D", symbol) +
          r("g at 37 ") +
          r("\uF0B0", symbol) +
          r("C, ") +
          r("m", '<w:rStyle w:val="Greek"/>') +
          r("g"),
      ) +
      p(`<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>${r(" done")}`) +
      p(`${r("x\uF001")}<w:r><w:sym w:font="MT Extra" w:char="F06C"/></w:r>`);
    const { text, lost } = await imported({ body, styles });
    expect(text).toBe("## Dose\n5 µg at 37 °C, µg\n☑ done\nx��");
    expect(lost).toEqual([
      "A sign of the font MT Extra is not known: “U+F06C in x�” (under “Dose”).",
      "A sign of the font of the source is not known: “U+F001 in x��” (under “Dose”).",
    ]);
  });

  test("hidden text stays out, by runs and by styles; what was struck twice is struck", async () => {
    const styles =
      '<w:style w:type="paragraph" w:styleId="Note"><w:name w:val="Note"/><w:rPr><w:vanish/></w:rPr></w:style>';
    const body =
      h(1, "Steps") +
      p(
        r("Seen ") +
          r("AUTHOR NOTE", "<w:vanish/>") +
          r("end. ") +
          r("Struck", "<w:dstrike/>") +
          r(" on", '<w:vanish w:val="0"/>'),
      ) +
      p("Gone", '<w:pStyle w:val="Note"/>');
    const { text, lost } = await imported({ body, styles });
    expect(text).toBe("## Steps\nSeen end. Struck on");
    expect(lost).toEqual([
      "Hidden text was left out: “AUTHOR NOTE” (under “Steps”), “Gone” (under “Steps”).",
    ]);
  });

  test("raised and lowered text stays raised and lowered", async () => {
    const body =
      h(1, "Limit 10") +
      p(
        r("10") +
          r("6", '<w:vertAlign w:val="superscript"/>') +
          r(" 5") +
          r("2", '<w:position w:val="6"/>') +
          r(" in H") +
          r("2", '<w:vertAlign w:val="subscript"/>') +
          r("O"),
      );
    const { parts, lost } = await read(await docx({ body }), schema);
    expect(parts[0]?.content.toString()).toBe(
      '<paragraph("10", superscript("6"), " 5", superscript("2"), " in H", subscript("2"), "O")>',
    );
    expect([...lost, ...parts.flatMap((part) => part.lost)]).toEqual([]);
    const title = p(
      r("10") + r("-6", '<w:vertAlign w:val="superscript"/>') + r(" mol"),
      '<w:pStyle w:val="Heading1"/>',
    );
    expect(await imported(title + p("x"))).toMatchObject({ text: "## 10⁻⁶ mol\nx", lost: [] });
  });

  test("breaks part words", async () => {
    const body = p(
      `${r("to 1")}<w:r><w:br w:type="page"/></w:r>${r("0")}<w:r><w:cr/></w:r>${r("a")}<w:r><w:ptab/></w:r>${r("b")}<w:r><w:br w:type="column"/></w:r>`,
    );
    expect(await imported(body)).toMatchObject({ text: "to 1/0/a b", lost: [] });
  });
});

describe("fields, boxes and formulas", () => {
  const char = (type: string, inside = "") =>
    `<w:r><w:fldChar w:fldCharType="${type}">${inside}</w:fldChar></w:r>`;
  const instr = (text: string) =>
    `<w:r><w:instrText xml:space="preserve">${text}</w:instrText></w:r>`;

  test("show their value", async () => {
    const body =
      p(
        r("Figure ") +
          `<w:fldSimple w:instr=" SEQ Figure "><w:r>${t("1")}</w:r></w:fldSimple>` +
          r(": The feeder"),
      ) +
      p(
        r("Version ") +
          `<w:fldSimple w:instr=" DOCPROPERTY V "><w:r>${t("3.0")}</w:r></w:fldSimple>` +
          r(", see ") +
          char("begin") +
          instr(" IF ") +
          char("begin") +
          instr(" REF x ") +
          char("separate") +
          r("unseen") +
          char("end") +
          char("separate") +
          r("step 4") +
          char("end") +
          r("."),
      ) +
      p(
        `<w:fldSimple w:instr=' HYPERLINK "https://example.org/" '><w:r>${t("link")}</w:r></w:fldSimple>`,
      ) +
      p(
        char("begin", "<w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>") +
          instr(" FORMCHECKBOX ") +
          char("end") +
          r(" Gloves ") +
          char(
            "begin",
            '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="no"/><w:listEntry w:val="yes"/></w:ddList></w:ffData>',
          ) +
          instr(" FORMDROPDOWN ") +
          char("end") +
          char("begin") +
          instr(" EQ \\f(1,2) ") +
          char("end"),
      );
    expect(await imported(body)).toMatchObject({
      text: "Figure 1: The feeder\nVersion 3.0, see step 4.\nlink\n☒ Gloves yes",
      lost: ["The value of a field is not in the file: “EQ \\f(1,2)”."],
    });
  });

  test("check boxes are ticked or open", async () => {
    const box = (on: number, sign: string) =>
      `<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="${on}"/></w14:checkbox></w:sdtPr><w:sdtContent>${sign}</w:sdtContent></w:sdt>`;
    const body =
      p(box(1, r("☒")) + r(" Gloves on")) +
      p(
        box(0, r("\uF0A8", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>')) +
          r(" Door open"),
      ) +
      `<w:sdt><w:sdtPr/><w:sdtContent>${p("In a control")}</w:sdtContent></w:sdt>`;
    expect(await imported(body)).toMatchObject({
      text: "☒ Gloves on\n☐ Door open\nIn a control",
      lost: [],
    });
  });

  test("formulas are formulas", async () => {
    const fraction = `<m:oMath><m:f><m:num><m:r>${"<m:t>a</m:t>"}</m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>`;
    expect(
      await imported(
        h(1, "H") + p(r("Is ") + fraction + r(".")) + p(`<m:oMathPara>${fraction}</m:oMathPara>`),
      ),
    ).toMatchObject({
      text: "## H\nIs $\\frac{a}{2}$.\n$\\frac{a}{2}$",
      lost: [],
    });
  });

  test("text boxes, ruby and directions keep their words", async () => {
    const box = (name: string) => `<w:txbxContent>${p(`Box ${name}`)}</w:txbxContent>`;
    const body =
      p(
        `${r("Before")}<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>${box("1")}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>${box("1")}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>`,
      ) +
      p(
        `<w:bdo w:val="rtl">${r("around")}</w:bdo><w:r><w:ruby><w:rt>${r("kan")}</w:rt><w:rubyBase>${r("漢")}</w:rubyBase></w:ruby></w:r>`,
      );
    expect(await imported(body)).toMatchObject({
      text: "Before\nBox 1\naround漢(kan)",
      lost: ["Text boxes became ordinary paragraphs: “Box 1”."],
    });
  });
});

describe("shape", () => {
  test("cells stay under their heads", async () => {
    const body = `<w:tbl><w:tr>${tc("A1")}${tc("B1")}${tc("C1")}</w:tr><w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>${tc("B2")}${tc("C2")}</w:tr><w:tr><w:trPr><w:gridAfter w:val="1"/></w:trPr>${tc("A3")}${tc("B3")}</w:tr></w:tbl>`;
    const { parts } = await read(await docx({ body }), schema);
    expect(
      parts[0]?.content.firstChild?.content.content.map((row) =>
        row.content.content.map((cell) => cell.textContent).join("|"),
      ),
    ).toEqual(["A1|B1|C1", "|B2|C2", "A3|B3|"]);
  });

  test("the title is the title, headings are known by what their styles are based on", async () => {
    const styles =
      '<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="SOP"><w:name w:val="SOP Kopf"/><w:basedOn w:val="berschrift1"/></w:style>' +
      '<w:style w:type="paragraph" w:styleId="Sub"><w:name w:val="Unter"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style><w:style w:type="paragraph" w:styleId="TOC"><w:name w:val="TOC Heading"/><w:basedOn w:val="berschrift1"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>';
    const body =
      p("Line clearance", '<w:pStyle w:val="Title"/>') +
      p("Contents", '<w:pStyle w:val="TOC"/>') +
      p("Purpose", '<w:pStyle w:val="SOP"/>') +
      p("Why") +
      h(1, "Steps") +
      p("Deep", '<w:pStyle w:val="Sub"/>') +
      p("How");
    expect(await imported({ body, styles })).toMatchObject({
      title: "Line clearance",
      text: "Contents\n## Purpose\nWhy\n## Steps\n# Deep\nHow",
      lost: [],
    });
  });

  test("notes of headings and of the title come along", async () => {
    const note = '<w:r><w:footnoteReference w:id="2"/></w:r>';
    const footnotes = `<w:footnote w:id="2">${p("Not for line 3.")}</w:footnote>`;
    const body =
      h(1, "Steps") +
      p("Text.") +
      p(r("Critical points") + note, '<w:pStyle w:val="Heading1"/>') +
      p("More.");
    expect(await imported({ body, footnotes })).toMatchObject({
      text: "## Steps\nText.\n## Critical points\nMore.[^1]\nNot for line 3.",
      lost: [],
    });
    const alone = p(r("Critical") + note, '<w:pStyle w:val="Heading1"/>') + table([tc("a")]);
    expect((await imported({ body: alone, footnotes })).text).toBe(
      "## Critical\n[^1]\na\nNot for line 3.",
    );
  });

  test("comments and tracked changes", async () => {
    const body = p(
      `${r("Wait ")}<w:del><w:r><w:delText>five</w:delText></w:r></w:del><w:ins>${r("ten")}</w:ins>`,
    );
    expect(
      await imported({ body, comments: `<w:comment w:id="1">${p("Ask")}</w:comment>` }),
    ).toMatchObject({
      text: "Wait ten",
      lost: ["Tracked changes were taken as accepted.", "1 comment was left out."],
    });
  });
});

describe("hostile files", () => {
  test.each([
    ["entities", '<!DOCTYPE x [<!ENTITY a "aaaa">]>'],
    ["depth", ""],
  ])("are refused: %s", async (name, before) => {
    const deep =
      name === "depth"
        ? `${"<w:sdt><w:sdtContent>".repeat(500)}${"</w:sdtContent></w:sdt>".repeat(500)}`
        : "";
    const file = await docx({ body: deep, numbering: "" });
    if (before) {
      const { default: JSZip } = await import("jszip");
      const zip = await JSZip.loadAsync(await file.arrayBuffer());
      const text = await zip.file("word/document.xml")?.async("string");
      zip.file("word/document.xml", text?.replace("?>", `?>${before}`) ?? "");
      const made = fileOf(await zip.generateAsync({ type: "arraybuffer" }), "x.docx");
      await expect(read(made, schema)).rejects.toThrow("cannot be read");
    } else await expect(read(file, schema)).rejects.toThrow("cannot be read");
  });
});

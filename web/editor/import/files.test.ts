// @vitest-environment jsdom
import { getSchema } from "@tiptap/core";
import JSZip from "jszip";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { content } from "../extensions";
import { splitHtml } from "../paste/markdown-html";
import { outlined } from "../paste/outlined";
import { bundle } from "./bundle";
import { decoded } from "./encoding";
import { fileOf } from "./fixtures/docx";
import { pieces } from "./pieces";
import { read } from "./read";

const schema = getSchema(content);
const bytes = (text: string) => Uint8Array.from([...text].map((letter) => letter.charCodeAt(0)));
const file = (text: string, name: string) =>
  fileOf(new TextEncoder().encode(text).slice().buffer, name);

/** What the server would be asked for; here each line is a paragraph. */
const asked = vi.hoisted(() => vi.fn());
vi.mock("../../api/client", () => ({
  request: (_: string, { body }: { body: { markdown: string } }) => {
    asked(body.markdown);
    const lines = body.markdown.split("\n").filter((line) => line.trim() !== "");
    const inline = (line: string) =>
      line.split(/(!\[[^\]]*\]\(<[^>]*>\))/).flatMap((part): object[] => {
        const [, alt, src] = /^!\[([^\]]*)\]\(<([^>]*)>\)$/.exec(part) ?? [];
        if (src) return [{ type: "image", attrs: { src, alt } }];
        return part === "" ? [] : [{ type: "text", text: part }];
      });
    const blocks = lines.map((line) => ({ type: "paragraph", content: inline(line) }));
    const doc = { type: "doc", content: blocks.length > 0 ? blocks : [{ type: "paragraph" }] };
    return Promise.resolve({ ok: true, json: () => Promise.resolve(doc) });
  },
}));

beforeEach(() => asked.mockClear());

async function imported(...files: File[]) {
  const { title, parts, lost } = await read(files, schema);
  const text = parts
    .map((part) => `## ${part.title}\n${outlined(schema.node("doc", null, part.content))}`)
    .join("\n");
  const pictures = parts.flatMap((part) => part.pictures.map(({ file, alt }) => [file.name, alt]));
  return { title, text, pictures, lost: [...lost, ...parts.flatMap(({ lost }) => lost)] };
}

describe("letters", () => {
  test.each([
    ["UTF-8", new TextEncoder().encode("37 °C"), false, undefined],
    [
      "UTF-8 with its mark",
      new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode("37 °C")]),
      false,
      undefined,
    ],
    [
      "UTF-16 with its mark",
      new Uint8Array([0xff, 0xfe, ...[..."37 °C"].flatMap((letter) => [letter.charCodeAt(0), 0])]),
      false,
      undefined,
    ],
    [
      "UTF-16 without",
      new Uint8Array([..."37 °C"].flatMap((letter) => [0, letter.charCodeAt(0)])),
      false,
      "UTF-16BE",
    ],
    ["windows-1252 that says nothing", bytes("37 °C"), false, "windows-1252"],
    [
      "a page that says it",
      bytes('<meta http-equiv=Content-Type content="text/html; charset=windows-1252">37 °C'),
      true,
      undefined,
    ],
    ["a page that says UTF-8 and is not", bytes("<meta charset=utf-8>37 °C"), true, "windows-1252"],
    ["a page that says nonsense", bytes("<meta charset=nonsense>37 °C"), true, "windows-1252"],
  ])("%s", (_, given, isPage, assumed) => {
    const found = decoded(given, isPage);
    expect(found.text.replace(/<[^>]*>/g, "")).toBe("37 °C");
    expect(found.assumed).toBe(assumed);
  });

  test("what was assumed is named", async () => {
    const old = fileOf(bytes("## Steps\n\nPrüfen bei 37 °C").slice().buffer, "old.md");
    expect(await imported(old)).toMatchObject({
      text: "## Steps\nPrüfen bei 37 °C",
      lost: ["The file does not say how its letters are written; windows-1252 was assumed."],
    });
    const page = `<html><head><meta http-equiv=Content-Type content="text/html; charset=windows-1252"></head><body><h1>Purpose</h1><p>Prüfen bei 37 °C, 5 µg</p></body></html>`;
    expect(await imported(fileOf(bytes(page).slice().buffer, "word.html"))).toMatchObject({
      text: "## Purpose\nPrüfen bei 37 °C, 5 µg",
      lost: [],
    });
  });
});

describe("Markdown", () => {
  test("a rule that begins it is a rule, facts are facts", async () => {
    const rule =
      "---\n\n# Line clearance\n\nImportant first words.\n\n## Purpose\n\nWhy.\n\n---\n\n## Steps\n\nOpen\n";
    const found = await imported(file(rule, "a.md"));
    expect(found).toMatchObject({ title: "Line clearance", lost: [] });
    expect(found.text).toBe(
      "## \n---\nImportant first words.\n## Purpose\nWhy.\n---\n## Steps\nOpen",
    );
    const front = (text: string) => pieces(text).front;
    expect(front("---\ntitle: x\ntags:\n  - a\n- b\n\nkey: >\n  folded\n---\nText")).toBe(true);
    expect(front('+++\ntitle = "x"\n+++\nText')).toBe(true);
    expect(front("---\nImportant: read this.\n\n# Title\n\n---\n")).toBe(false);
    expect(front("---\nWords without a key\n---\n")).toBe(false);
    expect(front("---\ntitle: x\n")).toBe(false);
  });

  test("definitions in code are code, and labels do not mind case", () => {
    const { pieces: found } = pieces(
      "## Purpose\n\nSee [the SOP][SOP].\n\n```ini\n[section]: value\n[other]: https://example.org/keep\n```\n\n## Steps\n\nUse it.[^N] A line\n[x]: goes on\n\n[sop]: https://example.org/sop\n[^n]: Note\n\n    more of [it][SOP]\n\n[^lonely]: Words\n",
    );
    expect(found[0]?.text).toContain("[section]: value\n[other]: https://example.org/keep\n```");
    expect(found[0]?.text).toContain("[sop]: https://example.org/sop");
    expect(found[1]?.text).toContain("A line\n[x]: goes on");
    expect(found[1]?.text).toContain("[^n]: Note\n\n    more of [it][SOP]");
    expect(found[1]?.text).toContain("[sop]: https://example.org/sop");
    expect(found[1]?.text).toMatch(/\nWords\n$/);
  });

  test("HTML in it is read by the browser", async () => {
    const text =
      '## Steps\n\n<table>\n<tr><th>Strength</th><th>Tablets</th></tr>\n\n<tr><td>5</td><td>10</td></tr>\n</table>\n\n<ul><li>Gloves</li><li>Goggles</li></ul>\n\n<p align="center"><img src="img/feeder.png" alt="The feeder"></p>\n\n<a href="https://example.org/">A link</a>\n\n5 &deg;C\n';
    const found = await imported(file(text, "a.md"));
    expect(found.text).toBe(
      "## Steps\nStrength\nTablets\n5\n10\n- Gloves\n- Goggles\nThe feeder\n[A link](<https://example.org/>)\n5 &deg;C",
    );
    expect(asked.mock.calls.flat().join()).toContain("[A link](<https://example.org/>)");
  });

  test("within lines and around Markdown", () => {
    const { markdown, blocks } = splitHtml(
      '<details>\n<summary>More</summary>\n\n**bold** <b>5</b> <u>x</u> `<b>` 10<sup>6</sup> a<br>b <img src=a.png alt="x]y">\n\n</details>\n\n```\n<table>\n```\n5 <6 and a<b\n',
    );
    expect(blocks).toEqual([]);
    expect(markdown).toContain("**bold** **5** x `<b>` 10<sup>6</sup> a<br>b ![x\\]y](<a.png>)");
    expect(markdown).not.toContain("details");
    expect(markdown).toContain("```\n<table>\n```\n5 <6 and a<b");
    expect(splitHtml("<div>\n<b>x</b>\n</div>\nafter\n\nnext").blocks).toEqual([
      "<div>\n<b>x</b>\n</div>\nafter",
    ]);
  });

  test("what the parser drops is named", async () => {
    const { lost } = await imported(
      file("## Dose\n\nTake 5 <blink>10 mg</blink> and 10<sup>6</sup>\n", "a.md"),
    );
    expect(lost.join()).toMatch(/Added under “Dose”: “blink blink sup sup”/);
  });
});

describe("several files", () => {
  const picture = new File(["x"], "feeder.png", { type: "image/png" });

  test("pictures beside a text come along, missing ones are named", async () => {
    const text = file(
      "## Steps\n\n![The feeder](<img/feeder.png>) ![Gone](<img/gone.png>)\n",
      "a.md",
    );
    expect(await imported(text, picture)).toMatchObject({
      pictures: [["feeder.png", "The feeder"]],
      lost: ["A picture is missing; choose it together with the text: “img/gone.png”."],
    });
    const page = file(
      "<h1>Steps</h1><p><img src='img/feeder.png' alt='The feeder'><img src=gone.png alt=Gone></p>",
      "a.html",
    );
    expect(await imported(page, picture)).toMatchObject({
      pictures: [["feeder.png", "The feeder"]],
      lost: ["1 picture was left out."],
    });
  });

  test("as one file, with a folder and other texts", async () => {
    const zip = new JSZip();
    zip.file("export/a.md", "![x](<img/my%20feeder.png>)");
    zip.file("export/img/my feeder.png", "x");
    zip.file("export/deep/other.md", "other");
    zip.file("__MACOSX/export/._a.md", "x");
    const found = await bundle([fileOf(await zip.generateAsync({ type: "arraybuffer" }), "e.zip")]);
    expect(found.text.name).toBe("a.md");
    expect(found.find("img/my%20feeder.png")?.type).toBe("image/png");
    expect(found.find("../export/img/my feeder.png?raw=1")?.name).toBe("my feeder.png");
    expect(found.find("https://example.org/my feeder.png")).toBeUndefined();
    expect(found.others).toEqual(["export/deep/other.md"]);
    await expect(bundle([fileOf(bytes("PK").slice().buffer, "e.zip")])).rejects.toThrow("unpacked");
  });
});

// @vitest-environment jsdom
import JSZip from "jszip";
import { expect, test, vi } from "vitest";
import { readDocx } from "./docx";

// Under Node, mammoth takes a buffer where it takes an ArrayBuffer in a browser.
vi.mock("mammoth", async (original) => {
  const { default: mammoth } = await original<{ default: typeof import("mammoth") }>();
  const convertToHtml = ({ arrayBuffer }: { arrayBuffer: ArrayBuffer }, options: object) =>
    mammoth.convertToHtml({ buffer: new Uint8Array(arrayBuffer) as never }, options);
  return { default: { convertToHtml } };
});

const run = (text: string, place = "") =>
  `<w:r>${place && `<w:rPr><w:vertAlign w:val="${place}"/></w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r>`;

test("raised and lowered text of a Word document stays apart", async () => {
  const zip = new JSZip();
  const office = "http://schemas.openxmlformats.org";
  zip.file(
    "[Content_Types].xml",
    `<Types xmlns="${office}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
  );
  zip.file(
    "_rels/.rels",
    `<Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="r1" Type="${office}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
  );
  const words = run("Limit 10") + run("6", "superscript") + run(" in H") + run("2", "subscript");
  zip.file(
    "word/document.xml",
    `<w:document xmlns:w="${office}/wordprocessingml/2006/main"><w:body><w:p>${words}${run("O")}</w:p></w:body></w:document>`,
  );
  const bytes = await zip.generateAsync({ type: "arraybuffer" });
  const file = { arrayBuffer: async () => bytes } as Blob;
  const { html } = await readDocx(file);
  expect(html).toBe("<p>Limit 10<sup>6</sup> in H<sub>2</sub>O</p>");
});

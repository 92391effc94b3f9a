/** Word documents: what they say as HTML, and what of them no section can hold. */

import JSZip from "jszip";
import mammoth from "mammoth";

/** Titles are headings too; of the rest mammoth knows the names. */
const STYLES = ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"];

/** Parts of the file, and what they mean to whoever wrote it. */
const UNSEEN: [name: RegExp, words: string][] = [
  [/^word\/(header|footer)\d*\.xml$/, "Headers and footers were left out."],
  [/^word\/charts?\//, "Charts were left out."],
  [/^word\/diagrams\//, "Drawings were left out."],
];
const WITHIN: [sign: RegExp, words: string][] = [
  [/<w:comment\s/, "Comments of the document were left out."],
  [/<w:(del|ins|moveFrom)\b/, "Tracked changes were taken as accepted."],
  [/<w:txbxContent\b/, "Text boxes were left out."],
  [/<m:oMath\b/, "Formulas were left out; write them again as $…$."],
  [/<w:u\b/, "Underlining was left out."],
];

export async function readDocx(file: Blob): Promise<{ html: string; lost: string[] }> {
  const arrayBuffer = await file.arrayBuffer();
  const lost = await unseen(arrayBuffer);
  const { value } = await mammoth
    .convertToHtml({ arrayBuffer }, { styleMap: STYLES, externalFileAccess: false })
    .catch(() => {
      throw new Error("This Word document cannot be read; it may be damaged.");
    });
  return { html: value, lost };
}

async function unseen(bytes: ArrayBuffer): Promise<string[]> {
  const zip = await JSZip.loadAsync(bytes).catch(() => undefined);
  const text = await zip?.file("word/document.xml")?.async("string");
  if (!zip || text === undefined)
    throw new Error("This is no Word document (.docx); open it in Word and save it as one.");
  const comments = (await zip.file("word/comments.xml")?.async("string")) ?? "";
  const names = Object.keys(zip.files);
  const lost = UNSEEN.filter(([name]) => names.some((other) => name.test(other)));
  const within = WITHIN.filter(([sign]) => sign.test(text + comments));
  return [...lost, ...within].map(([, words]) => words);
}

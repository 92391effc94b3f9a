/** Word documents: what they say as HTML, and what of them no section can hold. */

import JSZip from "jszip";
import mammoth from "mammoth";
import type { Words } from "../paste/compare";
import * as foreign from "../paste/foreign";
import { Lost } from "../paste/lost";
import { Lists } from "./docx/numbering";
import { Package } from "./docx/package";
import { FORMULA, ITEM, prepare, type Slots } from "./docx/prepare";
import { Styles } from "./docx/styles";
import { readDocument } from "./docx/words";
import { all, parseXml } from "./docx/xml";

/** The title of a document is above its headings; of the rest mammoth knows the names. */
const STYLES = ["p.LecternTitle => h1.document-title:fresh", "p[style-name='Subtitle'] => p:fresh"];

/** Parts of the file, and what they mean to a reader. */
const UNSEEN: [name: RegExp, words: string][] = [
  [/^word\/(header|footer)\d*\.xml$/, "Headers and footers were left out."],
  [/^word\/charts?\//, "Charts were left out."],
  [/^word\/diagrams\//, "Drawings were left out."],
];
const WITHIN: [sign: RegExp, words: string][] = [
  [/<w:(del|ins|moveFrom)\b/, "Tracked changes were taken as accepted."],
  [/<w:u\b/, "Underlining was left out."],
  [/<w:(altChunk|subDoc)\b/, "A document within the document was left out."],
];

const DAMAGED = "This Word document cannot be read; it may be damaged.";

export interface FromDocx {
  html: string;
  lost: string[];
  /** The words of the document itself. */
  words: Words;
}

export async function readDocx(file: Blob): Promise<FromDocx> {
  const zip = await Package.open(await file.arrayBuffer());
  const main = zip && (await mainPart(zip));
  const text = main && (await zip.text(main));
  if (!zip || !main || text === undefined)
    throw new Error("This is no Word document (.docx); open it in Word and save it as one.");
  const folder = main.replace(/[^/]*$/, "");
  const sources: Record<string, string> = { [main]: text };
  for (const name of ["footnotes", "endnotes", "styles", "numbering", "comments"]) {
    const part = await zip.text(`${folder}${name}.xml`);
    if (part !== undefined) sources[`${folder}${name}.xml`] = part;
  }
  const parse = (path: string) => {
    const source = sources[path]?.replace(/[\uE000-\uE00F]/gu, "\uFFFD");
    if (source === undefined) return undefined;
    const page = parseXml(source);
    if (!page) throw new Error(DAMAGED);
    return page;
  };
  const styles = new Styles(parse(`${folder}styles.xml`));
  const lists = new Lists(parse(`${folder}numbering.xml`), styles);
  const notes = [`${folder}footnotes.xml`, `${folder}endnotes.xml`] as const;
  const body = parse(main);
  if (!body) throw new Error(DAMAGED);
  const words = readDocument(
    { body, footnotes: parse(notes[0]), endnotes: parse(notes[1]) },
    styles,
    lists,
    foreign,
  );
  const lost = new Lost();
  const slots: Slots = { items: [], formulas: [] };
  const written = new JSZip();
  for (const path of [main, ...notes]) {
    const page = parse(path);
    if (!page) continue;
    prepare(page, { styles, lists, foreign, lost, slots });
    written.file(path, new XMLSerializer().serializeToString(page));
  }
  for (const name of zip.names) {
    // Numbers are counted already.
    if (written.file(name) || !/^(_rels|word|\[Content)|\.(rels|xml)$|\/media\//.test(name))
      continue;
    if (name === `${folder}numbering.xml` || name === `${folder}comments.xml`) continue;
    const bytes = await zip.bytes(name);
    if (bytes) written.file(name, bytes);
  }
  const arrayBuffer = await written.generateAsync({ type: "arraybuffer", compression: "STORE" });
  const { value } = await mammoth
    .convertToHtml({ arrayBuffer }, { styleMap: STYLES, externalFileAccess: false })
    .catch(() => {
      throw new Error(DAMAGED);
    });
  countComments(sources[`${folder}comments.xml`], lost);
  return {
    html: filled(value, slots),
    lost: [
      ...unseen(zip.names, [main, ...notes].map((path) => sources[path] ?? "").join("")),
      ...lost.sentences(),
    ],
    words,
  };
}

/** The part that holds the text; programs other than Word may name it otherwise. */
async function mainPart(zip: Package): Promise<string | undefined> {
  const relations = parseXml((await zip.text("_rels/.rels")) ?? "<none/>");
  const found =
    relations &&
    all(relations, "Relationship").find((relation) =>
      /\/officeDocument$/.test(relation.getAttribute("Type") ?? ""),
    );
  const target = found?.getAttribute("Target")?.replace(/^\//, "");
  return [target, "word/document.xml"].find((name) => name && zip.names.includes(name));
}

function unseen(names: string[], text: string): string[] {
  const parts = UNSEEN.filter(([name]) => names.some((other) => name.test(other)));
  const within = WITHIN.filter(([sign]) => sign.test(text));
  return [...parts, ...within].map(([, words]) => words);
}

function countComments(text: string | undefined, lost: Lost): void {
  const count = text?.match(/<w:comment\s/g)?.length ?? 0;
  lost.count("comments", count);
}

/** What stood in the text while mammoth read it takes its own form. */
function filled(html: string, { items, formulas }: Slots): string {
  const escaped = (text: string) =>
    text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
  return html
    .replace(/<p>((?:<[^>]*>)*)\uE002(\d+)\uE003/gu, (_, tags: string, number: string) => {
      const item = items[Number(number)];
      return `<p data-item="${escaped(JSON.stringify(item))}">${tags}`;
    })
    .replace(ITEM, "")
    .replace(FORMULA, (_, number: string) => {
      const { latex, display } = formulas[Number(number)] ?? { latex: "", display: false };
      const block = display ? ' data-display=""' : "";
      return `<span data-latex="${escaped(latex)}"${block}>${escaped(latex)}</span>`;
    });
}

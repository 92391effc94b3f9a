/** A file as parts that can go into sections. */

import { type Fragment, Node, DOMParser as Parser, type Schema } from "@tiptap/pm/model";
import { type Foreign, type Picture, prepared, shaped } from "../paste/clean";
import { differences, readContent, Words } from "../paste/compare";
import { Lost } from "../paste/lost";
import { withNotes } from "../paste/notes";
import { type Piece, pieces, readMarkdown } from "./markdown";
import { outline } from "./parts";

export interface Read {
  title: string | undefined;
  parts: { title: string; content: Fragment; pictures: Picture[]; lost: string[] }[];
  /** What no part has any more. */
  lost: string[];
}

/** Larger files than this are no articles. */
const LARGEST = 50 << 20;
/** The kinds of file that can be read, as a picker names them. */
export const KINDS = ".docx,.md,.markdown,.html,.htm,.txt";

export async function read(file: File, schema: Schema): Promise<Read> {
  if (file.size > LARGEST)
    throw new Error("This file is too large to be an article: 50 MB at most.");
  const kind = /\.([a-z]+)$/i.exec(file.name)?.[1]?.toLowerCase();
  const found = await readAs(kind, file, schema);
  if (found.parts.length === 0) throw new Error("There is no text in this file.");
  return found;
}

async function readAs(kind: string | undefined, file: File, schema: Schema): Promise<Read> {
  if (kind === "docx") {
    const { readDocx } = await import("./docx");
    const { html, lost, words } = await readDocx(file);
    return fromHtml(html, lost, schema, words);
  }
  if (kind === "html" || kind === "htm") return fromHtml(await file.text(), [], schema);
  if (kind === "md" || kind === "markdown" || kind === "txt")
    return fromMarkdown(await file.text(), schema);
  throw new Error(
    `Word documents (.docx), Markdown (.md), web pages (.html) and plain text (.txt) can be read; “${file.name}” is none of them.`,
  );
}

/** HTML as parts. A source of the words beside the HTML is given where the HTML was made of something else. */
async function fromHtml(
  html: string,
  told: string[],
  schema: Schema,
  original?: Words,
): Promise<Read> {
  const foreign: Foreign = await import("../paste/foreign");
  const lost = new Lost();
  const { body, source, notes } = prepared(html, lost, foreign);
  for (const note of body.querySelectorAll("[data-footnote-text]")) note.remove();
  const { title, parts } = outline(body);
  const read: Read["parts"] = parts.map((part) => {
    const lost = new Lost();
    const page = new DOMParser().parseFromString(withNotes(part.html, notes), "text/html");
    const pictures = shaped(page.body, lost);
    const { content } = Parser.fromSchema(schema).parse(page.body);
    return { title: part.title, content, pictures, lost: lost.sentences() };
  });
  const result = wordsOf(title, read);
  return {
    title,
    parts: read,
    lost: [...told, ...lost.sentences(), ...differences(original ?? source, result)],
  };
}

/** The words of what was read. */
export function wordsOf(title: string | undefined, parts: Read["parts"]): Words {
  const words = new Words();
  words.under(title ?? "");
  words.text(title ?? "");
  for (const part of parts) {
    words.under(part.title);
    words.text(part.title);
    words.gap();
    readContent(words, part.content, part.pictures);
  }
  return words;
}

async function fromMarkdown(text: string, schema: Schema): Promise<Read> {
  const found = pieces(text);
  let rest = found.pieces;
  const headed = rest.filter(({ level }) => level > 0);
  const top = Math.min(...headed.map(({ level }) => level));
  const [first] = rest;
  const alone = headed.filter(({ level }) => level === top).length === 1 && headed.length > 1;
  const title = alone && first?.level === top ? first.title : undefined;
  if (title !== undefined && first) rest = [{ ...first, level: 0, title: "" }, ...rest.slice(1)];
  const parts: Read["parts"] = [];
  for (const piece of joined(rest)) {
    const { content } = Node.fromJSON(schema, await readMarkdown(piece.text));
    if (piece.title || hasContent(content))
      parts.push({ title: plain(piece.title), content, pictures: [], lost: [] });
  }
  const lost = found.front ? ["The facts in front of the text (YAML) were left out."] : [];
  return { title: title && plain(title), parts, lost };
}

/** Joins what stands under smaller headings to the larger one above it. */
function joined(all: Piece[]): Piece[] {
  const split = Math.min(...all.filter(({ level }) => level > 0).map(({ level }) => level));
  const whole: Piece[] = [];
  for (const piece of all) {
    const above = whole.at(-1);
    if (piece.level === 0 || piece.level === split || !above) {
      whole.push({ ...piece });
    } else {
      const level = Math.min(piece.level - split + 2, 5);
      above.text += `\n${"#".repeat(level)} ${piece.title}\n\n${piece.text}`;
    }
  }
  return whole;
}

function hasContent(content: Fragment): boolean {
  let found = content.size > 0 && content.childCount > 1;
  content.descendants((node: Node) => {
    if (node.isText || (node.isAtom && !node.isText)) found = true;
  });
  return found;
}

/** A heading without its signs. */
function plain(title: string): string {
  return title.replace(/\\(.)|[*_`]/g, "$1").trim();
}

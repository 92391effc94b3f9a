/** A file as parts that can go into sections. */

import { type Fragment, type Node, DOMParser as Parser, type Schema } from "@tiptap/pm/model";
import { type Foreign, type Picture, prepared, shaped } from "../paste/clean";
import { differences, readContent, Words } from "../paste/compare";
import { Lost } from "../paste/lost";
import { withNotes } from "../paste/notes";
import { bundle } from "./bundle";
import { decoded } from "./encoding";
import { readMarkdown } from "./markdown";
import { outline } from "./parts";
import { type Piece, pieces } from "./pieces";
import { plainly, wordsOfMarkdown } from "./plain-words";

type Find = (address: string) => File | undefined;

export interface Read {
  title: string | undefined;
  parts: { title: string; content: Fragment; pictures: Picture[]; lost: string[] }[];
  /** What no part has any more. */
  lost: string[];
}

/** Larger files than this are no articles. */
const LARGEST = 50 << 20;
/** The kinds of file that can be read, as a picker names them. */
export const KINDS = ".docx,.md,.markdown,.html,.htm,.txt,.zip,.png,.jpg,.jpeg,.gif,.webp,.svg";

export async function read(files: File | File[], schema: Schema): Promise<Read> {
  const all = Array.isArray(files) ? files : [files];
  const size = all.reduce((sum, { size }) => sum + size, 0);
  if (size > LARGEST) throw new Error("This file is too large to be an article: 50 MB at most.");
  const { text, find, others } = await bundle(all);
  const found = await readAs(text, find, schema);
  if (found.parts.length === 0) throw new Error("There is no text in this file.");
  if (others.length > 0)
    found.lost.unshift(
      `Only “${text.name}” was read, not ${others.map((other) => `“${other}”`).join(", ")}.`,
    );
  return found;
}

async function readAs(file: File, find: Find, schema: Schema): Promise<Read> {
  const kind = /\.([a-z]+)$/i.exec(file.name)?.[1]?.toLowerCase();
  if (kind === "docx") {
    const { readDocx } = await import("./docx");
    const { html, lost, words } = await readDocx(file);
    return fromHtml(html, lost, schema, find, words);
  }
  const isPage = kind === "html" || kind === "htm";
  if (!isPage && kind !== "md" && kind !== "markdown" && kind !== "txt")
    throw new Error(
      `Word documents (.docx), Markdown (.md), web pages (.html) and plain text (.txt) can be read; “${file.name}” is none of them.`,
    );
  const { text, assumed } = decoded(new Uint8Array(await file.arrayBuffer()), isPage);
  const told = assumed
    ? [`The file does not say how its letters are written; ${assumed} was assumed.`]
    : [];
  return isPage ? fromHtml(text, told, schema, find) : fromMarkdown(text, told, schema, find);
}

/** HTML as parts. A source of the words beside the HTML is given where the HTML was made of something else. */
async function fromHtml(
  html: string,
  told: string[],
  schema: Schema,
  find: Find,
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
    const pictures = shaped(page.body, lost, find);
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
export function wordsOf(
  title: string | undefined,
  parts: Read["parts"],
  formulas?: (words: Words) => (latex: string) => void,
): Words {
  const words = new Words();
  words.under(title ?? "");
  words.text(title ?? "");
  for (const part of parts) {
    words.under(part.title);
    words.text(part.title);
    words.gap();
    readContent(words, part.content, part.pictures, formulas?.(words));
  }
  return words;
}

async function fromMarkdown(
  text: string,
  told: string[],
  schema: Schema,
  find: Find,
): Promise<Read> {
  const found = pieces(text);
  const { title, rest } = titled(found.pieces);
  const parts: Read["parts"] = [];
  const whole = joined(rest);
  for (const piece of whole) {
    const { content, pictures, lost } = await readMarkdown(piece.text, schema, find);
    if (piece.title || hasContent(content))
      parts.push({ title: plain(piece.title), content, pictures, lost });
  }
  const name = title && plain(title);
  const lost = [...told];
  if (found.front) lost.push("The facts in front of the text (YAML) were left out.");
  const formulas = (words: Words) => (latex: string) => words.text(latex);
  const result = plainly(wordsOf(name, parts, formulas));
  lost.push(...differences(wordsOfMarkdown(title, whole), result));
  return { title: name, parts, lost };
}

/** Words that may stand above a title, such as who wrote it. */
const BYLINE = 200;

/** A heading that stands above all others is the title. */
function titled(all: Piece[]): { title: string | undefined; rest: Piece[] } {
  const headed = all.filter(({ level }) => level > 0);
  const top = headed.reduce((least, { level }) => Math.min(least, level), 7);
  const [first] = headed;
  const alone = headed.filter(({ level }) => level === top).length === 1 && headed.length > 1;
  const at = first ? all.indexOf(first) : -1;
  const before = all
    .slice(0, at)
    .map(({ text }) => text)
    .join("");
  if (!first || !alone || first.level !== top || before.length > BYLINE)
    return { title: undefined, rest: all };
  const text = [before, first.text].filter((part) => part.trim() !== "").join("\n");
  const beginning = text === "" ? [] : [{ level: 0, title: "", text }];
  return { title: first.title, rest: [...beginning, ...all.slice(at + 1)] };
}

/** Joins what stands under smaller headings to the larger one above it. */
function joined(all: Piece[]): Piece[] {
  const split = all.reduce((least, { level }) => (level > 0 ? Math.min(least, level) : least), 7);
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
  const raised = title.replace(/<su[bp]>(.*?)<\/su[bp]>/gi, (tag, words) =>
    /^<sup/i.test(tag) ? `^${words}` : words,
  );
  return raised.replace(/\\(.)|[*_`]/g, "$1").trim();
}

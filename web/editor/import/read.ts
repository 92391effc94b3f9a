/** A file as parts that can go into sections. */

import { type Fragment, Node, DOMParser as Parser, type Schema } from "@tiptap/pm/model";
import { clean, type Picture, unstyled } from "../paste/clean";
import { footnotes, withNotes } from "./footnotes";
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
    const { html, lost } = await readDocx(file);
    return fromHtml(html, lost, schema);
  }
  if (kind === "html" || kind === "htm") return fromHtml(await file.text(), [], schema);
  if (kind === "md" || kind === "markdown" || kind === "txt")
    return fromMarkdown(await file.text(), schema);
  throw new Error(
    `Word documents (.docx), Markdown (.md), web pages (.html) and plain text (.txt) can be read; “${file.name}” is none of them.`,
  );
}

function fromHtml(html: string, lost: string[], schema: Schema): Read {
  const { body } = new DOMParser().parseFromString(unstyled(html), "text/html");
  const notes = footnotes(body);
  const { title, parts } = outline(body);
  return {
    title,
    lost,
    parts: parts.map((part) => {
      const cleaned = clean(withNotes(part.html, notes));
      const page = new DOMParser().parseFromString(cleaned.html, "text/html");
      const { content } = Parser.fromSchema(schema).parse(page.body);
      return { title: part.title, content, pictures: cleaned.pictures, lost: cleaned.lost };
    }),
  };
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
    const reply = await readMarkdown(piece.text);
    const { content } = Node.fromJSON(schema, reply);
    if (piece.title || hasContent(content))
      parts.push({ title: plain(piece.title), content, pictures: [], lost: reply.lost ?? [] });
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
  const raised = title.replace(/<su[bp]>(.*?)<\/su[bp]>/gi, (tag, words) =>
    /^<sup/i.test(tag) ? `^${words}` : words,
  );
  return raised.replace(/\\(.)|[*_`]/g, "$1").trim();
}

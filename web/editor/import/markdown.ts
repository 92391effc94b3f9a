/** Markdown files: read by the server's own parser, part by part; the HTML in them is read here. */

import { type Fragment, Node, DOMParser as Parser, type Schema } from "@tiptap/pm/model";
import { request } from "../../api/client";
import { type Foreign, type Picture, prepared, shaped } from "../paste/clean";
import { Lost } from "../paste/lost";
import { BLOCK, splitHtml } from "../paste/markdown-html";

export interface FromMarkdown {
  content: Fragment;
  pictures: Picture[];
  lost: string[];
}

type Find = (address: string) => File | undefined;

interface Json {
  type: string;
  text?: string;
  attrs?: Record<string, unknown>;
  marks?: unknown[];
  content?: Json[];
  /** What the server says that the Markdown lost. */
  lost?: string[];
}

/** Reads Markdown as what a section holds. Pictures that stand beside the text are found by their addresses. */
export async function readMarkdown(
  markdown: string,
  schema: Schema,
  find: Find = () => undefined,
): Promise<FromMarkdown> {
  const { markdown: plain, blocks } = splitHtml(markdown);
  const read = (await ask(plain)) as Json;
  const foreign = blocks.length > 0 ? await import("../paste/foreign") : undefined;
  const lost = new Lost();
  const pictures: Picture[] = [];
  const filled = fill(read, (node) => {
    const number = blockOf(node);
    if (number !== undefined)
      return fromBlock(blocks[number] ?? "", schema, pictures, find, lost, foreign);
    return node.type === "image" ? [pictureOf(node, pictures, find, lost)] : [node];
  });
  const { content } = Node.fromJSON(schema, filled[0] ?? read);
  return { content, pictures, lost: [...(read.lost ?? []), ...lost.sentences()] };
}

async function ask(markdown: string): Promise<unknown> {
  const reply = await request("POST /api/v1/markdown", { body: { markdown } }).catch(() => {
    throw new Error(
      "Markdown is read by the server, which does not answer. Try again in a moment.",
    );
  });
  if (!reply.ok) throw new Error("This text cannot be read as Markdown.");
  return reply.json();
}

/** Puts other nodes in the place of some. */
function fill(node: Json, change: (node: Json) => Json[]): Json[] {
  const changed = change(node);
  if (changed.length !== 1 || changed[0] !== node) return changed;
  if (!node.content) return [node];
  const content = node.content.flatMap((child) => fill(child, change));
  return [{ ...node, content: merged(content) }];
}

/** Texts with the same marks are one. */
function merged(content: Json[]): Json[] {
  const found: Json[] = [];
  for (const node of content) {
    const last = found.at(-1);
    if (last?.type === "text" && node.type === "text" && same(last.marks, node.marks))
      found[found.length - 1] = { ...last, text: `${last.text}${node.text}` };
    else found.push(node);
  }
  return found;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? []) === JSON.stringify(other ?? []);
}

function blockOf({ type, content }: Json): number | undefined {
  const [only, more] = content ?? [];
  if (type !== "paragraph" || more || only?.type !== "text") return undefined;
  const number = BLOCK.exec(only.text?.trim() ?? "")?.[1];
  return number === undefined ? undefined : Number(number);
}

function fromBlock(
  html: string,
  schema: Schema,
  pictures: Picture[],
  find: Find,
  lost: Lost,
  foreign: Foreign | undefined,
): Json[] {
  const { body } = prepared(html, lost, foreign);
  const taken = shaped(body, lost, find, pictures.length);
  pictures.push(...taken);
  const page = new DOMParser().parseFromString(body.innerHTML, "text/html");
  return Parser.fromSchema(schema).parse(page.body).content.toJSON() as Json[];
}

/** A picture beside the text comes along as a file; one that is missing leaves its description. */
function pictureOf(node: Json, pictures: Picture[], find: Find, lost: Lost): Json {
  const address = String(node.attrs?.src ?? "");
  const alt = String(node.attrs?.alt ?? "");
  if (/^(https?:|\/files\/)/i.test(address)) return node;
  const file = find(address);
  if (file) {
    pictures.push({ file, alt });
    return { type: "text", text: `\uE000${pictures.length - 1}\uE001` };
  }
  lost.name("A picture is missing; choose it together with the text", address);
  return alt.trim() ? { type: "text", text: alt } : { type: "text", text: " " };
}

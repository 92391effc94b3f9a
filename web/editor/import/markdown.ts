/** Markdown files: what they say as HTML, read by the server's own parser, part by part. */

import { request, type Schemas } from "../../api/client";

/** Reads a text as the document of a section, in ProseMirror's JSON, and tells what is lost. */
export async function readMarkdown(markdown: string): Promise<Schemas["MarkdownReply"]> {
  const reply = await request("POST /api/v1/markdown", { body: { markdown } }).catch(() => {
    throw new Error(
      "Markdown is read by the server, which does not answer. Try again in a moment.",
    );
  });
  if (!reply.ok) throw new Error("This text cannot be read as Markdown.");
  return reply.json();
}

export interface Piece {
  /** 0 for what stands before the first heading. */
  level: number;
  title: string;
  text: string;
}

export interface Pieces {
  pieces: Piece[];
  /** Facts about the file in front of it (YAML). */
  front: boolean;
}

/** Cuts a file at its headings; notes and addresses that are named elsewhere go along. */
export function pieces(file: string): Pieces {
  const text = file.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const facts = /^---\n(?:.*\n)*?(---|\.\.\.)\n/.exec(text);
  const lines = text.slice(facts?.[0].length ?? 0).split("\n");
  const found: Piece[] = [{ level: 0, title: "", text: "" }];
  let fence = "";
  for (const [at, line] of lines.entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark && (fence === "" || mark.startsWith(fence))) fence = fence === "" ? mark : "";
    const current = found[found.length - 1] as Piece;
    const sharp = fence === "" ? /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/.exec(line) : null;
    const under = fence === "" && /^ {0,3}(=+|-+)\s*$/.exec(line);
    const above = lines[at - 1] ?? "";
    if (sharp?.[1] && sharp[2]) {
      found.push({ level: sharp[1].length, title: sharp[2], text: "" });
    } else if (under && /^\s{0,3}[^\s>#|`*+-]/.test(above) && (lines[at - 2] ?? "").trim() === "") {
      current.text = current.text.replace(/.*\n$/, "");
      const depth = under[1]?.startsWith("=") ? 1 : 2;
      found.push({ level: depth, title: above.trim(), text: "" });
    } else {
      current.text += `${line}\n`;
    }
  }
  return { pieces: withNotes(found), front: facts !== null };
}

const NOTE = /^\[(\^?[^\]\n]+)\]:[^\n]*(?:\n(?: {4}|\t)[^\n]*)*/gm;

/** A definition stands anywhere in a file, and is needed where its name is. */
function withNotes(found: Piece[]): Piece[] {
  const notes = new Map<string, string>();
  for (const piece of found) {
    piece.text = piece.text.replace(NOTE, (whole, name: string) => {
      notes.set(name, whole);
      return "";
    });
  }
  for (const piece of found) {
    const needed = [...notes].filter(([name]) => piece.text.includes(`[${name}]`));
    if (needed.length > 0) piece.text += `\n${needed.map(([, whole]) => whole).join("\n\n")}\n`;
  }
  return found.filter(({ level, text }) => level > 0 || text.trim() !== "");
}

/** A Markdown file cut at its headings. */

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

const LINK =
  /^ {0,3}\[([^\][\n]+)\]:\s*(?:<[^>\n]*>|\S+)(?:\s+(?:"[^"\n]*"|'[^'\n]*'|\([^)\n]*\)))?\s*$/;
const NOTE = /^ {0,3}\[(\^[^\][\n]+)\]:/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Where the facts in front end; a rule that begins a text is no facts. */
function factsEnd(lines: string[]): number {
  const [first = "", second = ""] = lines;
  const sign = /^(---|\+\+\+)\s*$/.exec(first)?.[1];
  if (!sign || !/^[\w"'$-][^:=]*[:=]/.test(second)) return 0;
  for (let at = 1; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.trim() === sign || (sign === "---" && line.trim() === "...")) return at + 1;
    const isFact = sign === "+++" || /^(\s*$|\s+\S|- |[\w"'$-][^:]*:(\s|$)|[\]})])/.test(line);
    if (!isFact) return 0;
  }
  return 0;
}

/** Cuts a file at its headings; notes and addresses that are named elsewhere go along. */
export function pieces(file: string): Pieces {
  const text = file.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const all = text.split("\n");
  const facts = factsEnd(all);
  const lines = all.slice(facts);
  const found: Piece[] = [{ level: 0, title: "", text: "" }];
  const notes = new Map<string, string>();
  let fence = "";
  let current = found[0] as Piece;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const mark = FENCE.exec(line)?.[1];
    if (mark && (fence === "" || mark.startsWith(fence))) fence = fence === "" ? mark : "";
    const inCode = fence !== "" || mark !== undefined;
    const above = lines[at - 1] ?? "";
    const sharp = inCode ? null : /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/.exec(line);
    const under = inCode ? null : /^ {0,3}(=+|-+)\s*$/.exec(line);
    const isFree =
      above.trim() === "" || LINK.test(above) || NOTE.test(above) || /^ {0,3}#{1,6}\s/.test(above);
    const name = inCode
      ? undefined
      : (NOTE.exec(line)?.[1] ?? (isFree ? LINK.exec(line)?.[1] : undefined));
    if (name !== undefined) {
      const end = NOTE.test(line) ? noteEnd(lines, at) : at + 1;
      const label = plainLabel(name);
      // The first definition of a label counts.
      if (!notes.has(label)) notes.set(label, lines.slice(at, end).join("\n"));
      at = end - 1;
    } else if (sharp?.[1] && sharp[2]) {
      current = { level: sharp[1].length, title: sharp[2], text: "" };
      found.push(current);
    } else if (under && /^\s{0,3}[^\s>#|`*+-]/.test(above) && (lines[at - 2] ?? "").trim() === "") {
      current.text = current.text.replace(/.*\n$/, "");
      current = { level: under[1]?.startsWith("=") ? 1 : 2, title: above.trim(), text: "" };
      found.push(current);
    } else {
      current.text += `${line}\n`;
    }
  }
  return { pieces: withNotes(found, notes), front: facts > 0 };
}

/** A note goes on in lines that are indented, with empty ones between them. */
function noteEnd(lines: string[], at: number): number {
  let end = at + 1;
  for (let next = end; next < lines.length; next += 1) {
    const line = lines[next] ?? "";
    if (/^( {4}|\t)\s*\S/.test(line)) end = next + 1;
    else if (line.trim() !== "") break;
  }
  return end;
}

/** Labels do not mind case and spaces. */
export function plainLabel(label: string): string {
  return label.replace(/\s+/g, " ").trim().toLowerCase();
}

export function labelsOf(text: string): Set<string> {
  return new Set([...text.matchAll(/\[([^\][\n]+)\]/g)].map(([, label = ""]) => plainLabel(label)));
}

/** A definition stands anywhere in a file, and is needed where its name is. */
function withNotes(found: Piece[], notes: Map<string, string>): Piece[] {
  const used = new Set<string>();
  for (const piece of found) {
    const needed: string[] = [];
    const seen = new Set<string>();
    const look = [`${piece.title}\n${piece.text}`];
    for (let text = look.pop(); text !== undefined; text = look.pop()) {
      for (const label of labelsOf(text)) {
        const note = notes.get(label);
        if (note === undefined || seen.has(label)) continue;
        seen.add(label);
        used.add(label);
        needed.push(note);
        look.push(note.replace(/^[^:]*:/, ""));
      }
    }
    if (needed.length > 0) piece.text += `\n${needed.join("\n\n")}\n`;
  }
  // Notes that nobody names are words as well.
  const left = [...notes].filter(([label]) => label.startsWith("^") && !used.has(label));
  const last = found.at(-1);
  if (last && left.length > 0)
    last.text += `\n${left.map(([, note]) => note.replace(/^ {0,3}\[\^[^\]]*\]:\s*/, "")).join("\n\n")}\n`;
  return found.filter(({ level, text }) => level > 0 || text.trim() !== "");
}

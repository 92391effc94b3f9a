/**
 * HTML in Markdown. The server reads Markdown; what of it is HTML the browser reads better: tables with spans, lists,
 * pictures and links as GitHub, GitLab, Confluence and Notion export them.
 */

/** Stands in the Markdown for a block of HTML: letters for private use around a number. */
export const BLOCK = /^\uE006(\d+)\uE007$/u;

/** Blocks that are read as a whole, empty lines included. */
const WHOLE = "table|ul|ol|dl|pre|figure";
/** Blocks that may hold Markdown: with empty lines in them only their tags go. */
const BOXES =
  "div|p|section|article|details|center|blockquote|header|footer|main|aside|nav|address|fieldset|form";
const SINGLE = "img|hr|h[1-6]";
const START = new RegExp(`^ {0,3}<(${WHOLE}|${BOXES}|${SINGLE})(?=[\\s/>])`, "i");
const BOX_TAG = new RegExp(`^ {0,3}</?(${BOXES}|summary)(\\s[^>]*)?>\\s*$`, "i");

export interface Split {
  markdown: string;
  blocks: string[];
}

/** Takes blocks of HTML out of Markdown, and writes HTML within lines as Markdown. */
export function splitHtml(markdown: string): Split {
  const blocks: string[] = [];
  const lines = markdown.replace(/[\uE000-\uE00F]/gu, "\uFFFD").split("\n");
  const out: string[] = [];
  let fence = "";
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const mark = /^ *(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark && (fence === "" || mark.startsWith(fence))) fence = fence === "" ? mark : "";
    if (fence !== "" || mark) {
      out.push(line);
      continue;
    }
    const tag = START.exec(line)?.[1]?.toLowerCase();
    const end = tag === undefined ? 0 : blockEnd(lines, at, tag);
    if (end > at) {
      out.push("", `\uE006${blocks.length}\uE007`, "");
      blocks.push(lines.slice(at, end).join("\n"));
      at = end - 1;
    } else if (BOX_TAG.test(line)) out.push("");
    else out.push(inline(line));
  }
  return { markdown: out.join("\n"), blocks };
}

/** The line behind a block, or none if it is better read as Markdown. */
function blockEnd(lines: string[], at: number, tag: string): number {
  const whole = new RegExp(`^(${WHOLE})$`).test(tag);
  if (new RegExp(`^(${SINGLE})$`).test(tag) && !/^h\d$/.test(tag)) return emptyLine(lines, at);
  const tags = new RegExp(`<(/?)${tag}(?=[\\s/>])`, "gi");
  let depth = 0;
  for (let next = at; next < lines.length && next < at + MOST_LINES; next += 1) {
    const line = lines[next] ?? "";
    if (!whole && line.trim() === "") return 0;
    for (const [, close] of line.matchAll(tags)) depth += close ? -1 : 1;
    if (depth <= 0) return emptyLine(lines, next);
  }
  return 0;
}

/** A block without an end costs this many lines at most for each that might begin one. */
const MOST_LINES = 2_000;

/** HTML goes on to the next empty line. */
function emptyLine(lines: string[], at: number): number {
  let end = at + 1;
  while (end < lines.length && (lines[end] ?? "").trim() !== "") end += 1;
  return end;
}

const MARKS: Record<string, string> = {
  b: "**",
  strong: "**",
  i: "*",
  em: "*",
  s: "~~",
  del: "~~",
  strike: "~~",
  code: "`",
  kbd: "`",
  samp: "`",
  tt: "`",
};
/** Elements that change the looks of words and nothing else. */
const LOOKS = /^(span|font|small|big|u|ins|mark|abbr|cite|q|time|var|dfn|label|bdi|bdo|wbr|nobr)$/;

/** Elements within a line, as Markdown; code stays as it is. */
function inline(line: string): string {
  if (!line.includes("<")) return line;
  return line
    .split(/(`+[^`]*`+)/)
    .map((part, index) => (index % 2 === 1 ? part : tags(part)))
    .join("");
}

function tags(text: string): string {
  const links: string[] = [];
  return text.replace(/<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)\/?>/gi, (whole, close, name, said) => {
    const tag = String(name).toLowerCase();
    if (tag === "img" && !close) {
      const source = value(said, "src");
      return source ? `![${label(value(said, "alt"))}](<${source}>)` : value(said, "alt");
    }
    if (tag === "a") {
      if (!close) links.push(value(said, "href"));
      const address = close ? links.pop() : links.at(-1);
      if (!address) return "";
      return close ? `](<${address}>)` : "[";
    }
    if (MARKS[tag]) return MARKS[tag];
    return LOOKS.test(tag) ? "" : whole;
  });
}

function value(said: string, name: string): string {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, "i").exec(
    said,
  );
  return (found?.[1] ?? found?.[2] ?? found?.[3] ?? "").replace(/[<>\n]/g, "");
}

function label(text: string): string {
  return text.replace(/[[\]]/g, "\\$&");
}

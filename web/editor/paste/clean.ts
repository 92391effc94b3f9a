/**
 * What other programs put on the clipboard, as HTML that says no more than a section can hold.
 *
 * The HTML is parsed without running or loading anything; the schema's own rules do the rest.
 */

import { boxes } from "./boxes";
import type { Words } from "./compare";
import { confluence } from "./confluence";
import { knownBlocks, nestLists, rename, STYLE, styleOf, unwrap } from "./dom";
import { levels } from "./levels";
import { numbers } from "./lists";
import { Lost } from "./lost";
import { marks } from "./marks";
import { fromComments, mathematics } from "./mathematics";
import { footnotes } from "./notes";
import { places } from "./place";
import { applySheets, sheets } from "./sheet";
import { readSource } from "./source";
import { tables } from "./tables";
import { chrome, comments, hidden, tracked } from "./unseen";
import { labels, online, word } from "./word";

/** A picture that was inside of the HTML, and what it shows. */
export interface Picture {
  file: File;
  alt: string;
}

export interface Cleaned {
  html: string;
  /** Pictures that were inside of the HTML; a mark in the text says where each belongs. */
  pictures: Picture[];
  /** What could not be taken along, in words. */
  lost: string[];
  /** The words of the source; nothing for what was copied in an editor of ours. */
  source: Words | undefined;
}

/** What reads symbol fonts and formulas, for texts that have some. */
export type Foreign = typeof import("./foreign");

/** The sign of what was copied in an editor of ours. */
export const OURS = "data-lectern";

export function clean(html: string, foreign?: Foreign): Cleaned {
  // What was copied in an editor of ours comes back as it is.
  if (html.includes(`${OURS}=`) && html.includes("data-pm-slice"))
    return { html, pictures: [], lost: [], source: undefined };
  const lost = new Lost();
  const { body, source } = prepared(html, lost, foreign);
  const pictures = shaped(body, lost);
  return { html: body.innerHTML, pictures, lost: lost.sentences(), source };
}

export interface Prepared {
  body: HTMLElement;
  source: Words;
  /** The footnotes by label; they stand at the end of the body as well. */
  notes: Map<string, string>;
}

/**
 * HTML without what is no text of it, each kind of which is named by itself: hidden text, comments, numbers of lists. The
 * words that are left are what the result is compared with.
 */
export function prepared(html: string, lost: Lost, foreign?: Foreign): Prepared {
  const { css, rest } = sheets(html);
  const { body } = new DOMParser().parseFromString(unstyled(rest), "text/html");
  shallow(body);
  applySheets(body, css);
  const where = places(body);
  fromComments(body);
  mathematics(body, foreign, lost, where);
  noise(body);
  for (const step of [hidden, comments, tracked, chrome]) step(body, lost, where);
  const found = labels(body);
  symbols(body, foreign, lost, where);
  levels(body);
  boxes(body);
  const notes = footnotes(body);
  for (const [label, note] of notes) {
    const box = body.ownerDocument.createElement("div");
    box.dataset.footnoteText = label;
    box.innerHTML = note;
    body.append(box);
  }
  const source = readSource(body);
  word(body, found, lost, where);
  online(body, lost, where);
  return { body, source, notes };
}

/** Says in the schema's elements what a text holds; its pictures. */
export function shaped(
  body: HTMLElement,
  lost: Lost,
  find: (address: string) => File | undefined = () => undefined,
  first = 0,
): Picture[] {
  for (const element of body.querySelectorAll<HTMLElement>("h1, h2")) rename(element, "h3");
  for (const step of [confluence, knownBlocks, marks, nestLists]) step(body);
  numbers(body, lost, places(body));
  tables(body, lost);
  const taken = inside(body, find, first);
  pictures(body, lost);
  return taken;
}

/** Styles as data, and no scripts: both are what the page's Content-Security-Policy forbids. */
export function unstyled(html: string): string {
  const tag = (found: string) =>
    found.replace(/\sstyle\s*=/i, ` ${STYLE}=`).replace(/\s(on[a-z]+\s*=)/gi, " data-$1");
  // Behind the last bracket no tag ends, and to look for one from each of many beginnings takes long.
  const end = html.lastIndexOf(">") + 1;
  const tags = html.slice(0, end).replace(/<[a-z][^>]*>/gi, tag);
  return tags.replaceAll(/[\uE000-\uE00F]/gu, "\uFFFD") + html.slice(end);
}

/** How deep elements may stand in each other. */
const DEEPEST = 200;

/** What stands deeper than anything a person writes becomes text, so that nothing here runs out of stack. */
function shallow(body: HTMLElement): void {
  let level: Element[] = [body];
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1)
    level = level.flatMap(({ children }) => [...children]);
  for (const element of level) {
    const walker = body.ownerDocument.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const texts: string[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode.textContent ?? "");
    element.replaceChildren(texts.join(" "));
  }
}

/** What is never text. */
function noise(body: HTMLElement): void {
  const hidden =
    "script, style, meta, link, title, xml, template, noscript, iframe, object, svg, br.Apple-interchange-newline";
  for (const element of body.querySelectorAll(hidden)) element.remove();
  // Tools of a page, such as "edit" beside a heading, which cannot be selected there.
  for (const element of body.querySelectorAll(`[${STYLE}*="user-select"]`))
    if (styleOf(element).get("user-select") === "none") element.remove();
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const comments: Node[] = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  for (const comment of comments) comment.parentNode?.removeChild(comment);
  // Office's own elements hold text, or a space that keeps an empty paragraph open.
  for (const element of body.querySelectorAll("*"))
    if (element.localName.includes(":")) unwrap(element);
  for (const slice of body.querySelectorAll("[data-pm-slice]"))
    slice.removeAttribute("data-pm-slice");
}

/** Letters of symbol fonts, and of no font that says what they are. */
function symbols(
  body: HTMLElement,
  foreign: Foreign | undefined,
  lost: Lost,
  where: (element: Element) => string,
): void {
  const read = (node: Node, font: string | undefined): void => {
    if (node instanceof Text) {
      const parent = node.parentElement;
      if (!foreign || !parent || (!font && !/[\uF000-\uF0FF]/.test(node.data))) return;
      const unknown = (letter: string) =>
        lost.name(
          `A sign of the font ${font ?? "of the source"} is not known`,
          `${letter} in ${parent.closest("p, li, td, th, h1, h2, h3, h4, h5, h6, div")?.textContent?.replace(/[\uE000-\uF8FF]/g, "�") ?? ""}`,
          where(parent),
        );
      const text = foreign.inUnicode(node.data, font, unknown);
      if (text !== node.data) node.data = text;
      return;
    }
    if (!(node instanceof Element)) return;
    const families = [
      styleOf(node).get("font-family"),
      styleOf(node).get("mso-ascii-font-family"),
      node.localName === "font" ? (node.getAttribute("face") ?? undefined) : undefined,
    ].filter((family) => family !== undefined);
    const own = families.map((family) => foreign?.symbolFont(family)).find(Boolean);
    const here = own ?? (families.length > 0 ? undefined : font);
    for (const child of [...node.childNodes]) read(child, here);
  };
  if (foreign) read(body, undefined);
}

/** Takes pictures that are part of the HTML, or came beside it, out of it and leaves marks. */
function inside(
  body: HTMLElement,
  find: (address: string) => File | undefined,
  first: number,
): Picture[] {
  const pictures: Picture[] = [];
  for (const image of body.querySelectorAll("img")) {
    const source = image.getAttribute("src") ?? "";
    const number = first + pictures.length + 1;
    const file = /^data:image\//i.test(source) ? decoded(source, number) : find(source);
    if (!file) continue;
    pictures.push({ file, alt: image.getAttribute("alt") ?? "" });
    image.replaceWith(mark(number - 1));
  }
  return pictures;
}

/** What a `data:` address holds (RFC 2397). */
function decoded(address: string, number: number): File | undefined {
  const [, type, base64] = /^data:(image\/[a-z]+);base64,(.*)$/is.exec(address) ?? [];
  if (!type || !base64) return undefined;
  try {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return new File([bytes], `picture-${number}`, { type });
  } catch {
    return undefined;
  }
}

/** Says in a text where a picture belongs: letters for private use, which no text has (Unicode, 23.5). */
export const MARK = /\uE000(\d+)\uE001/gu;

function mark(number: number): string {
  return `\uE000${number}\uE001`;
}

/** A picture that no address leads to leaves its description; no page may fetch one from another site. */
function pictures(body: HTMLElement, lost: Lost): void {
  for (const image of body.querySelectorAll("img")) {
    if (/^https?:/i.test(image.getAttribute("src") ?? "")) lost.count("linked");
    else {
      lost.count("pictures");
      image.replaceWith(image.alt && ` ${image.alt} `);
    }
  }
}

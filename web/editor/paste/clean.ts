/**
 * What other programs put on the clipboard, as HTML that says no more than a section can hold.
 *
 * The HTML is parsed without running or loading anything; the schema's own rules do the rest.
 */

import { confluence } from "./confluence";
import { nestLists, rename, STYLE, styleOf, unwrap } from "./dom";
import { Lost } from "./lost";
import { marks } from "./marks";
import { tables } from "./tables";
import { word } from "./word";

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
}

export function clean(html: string): Cleaned {
  // What was copied in an editor of ours comes back as it is.
  if (html.includes("data-pm-slice")) return { html, pictures: [], lost: [] };
  const { body } = new DOMParser().parseFromString(unstyled(html), "text/html");
  const lost = new Lost();
  for (const step of [noise, word, confluence, marks, nestLists, tables]) step(body, lost);
  const taken = inside(body);
  pictures(body, lost);
  return { html: body.innerHTML, pictures: taken, lost: lost.sentences() };
}

/** Styles as data, and no scripts: both are what the page's Content-Security-Policy forbids. */
export function unstyled(html: string): string {
  const tag = (found: string) =>
    found.replace(/\sstyle\s*=/i, ` ${STYLE}=`).replace(/\s(on[a-z]+\s*=)/gi, " data-$1");
  return html.replace(/<style[\s\S]*?<\/style\s*>/gi, "").replace(/<[a-z][^>]*>/gi, tag);
}

/** What is never text. */
function noise(body: HTMLElement): void {
  const hidden =
    "script, style, meta, link, title, xml, template, noscript, iframe, object, svg, br.Apple-interchange-newline";
  for (const element of body.querySelectorAll(hidden)) element.remove();
  // Tools of a page, such as "edit" beside a heading, which cannot be selected there.
  for (const element of body.querySelectorAll(`[${STYLE}*="user-select"]`))
    if (styleOf(element).get("user-select") === "none") element.remove();
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const comments: Node[] = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  for (const comment of comments) comment.parentNode?.removeChild(comment);
  // Office's own elements hold text, or a space that keeps an empty paragraph open.
  for (const element of body.querySelectorAll("*"))
    if (element.localName.includes(":")) unwrap(element);
  for (const element of body.querySelectorAll<HTMLElement>("h1, h2")) rename(element, "h3");
}

/** Takes pictures that are part of the HTML out of it and leaves marks. */
function inside(body: HTMLElement): Picture[] {
  const pictures: Picture[] = [];
  for (const image of body.querySelectorAll("img[src^='data:image/']")) {
    const file = decoded(image.getAttribute("src") ?? "", pictures.length + 1);
    if (!file) continue;
    pictures.push({ file, alt: image.getAttribute("alt") ?? "" });
    image.replaceWith(mark(pictures.length - 1));
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
      image.replaceWith(image.alt);
    }
  }
}

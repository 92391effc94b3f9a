/**
 * What other programs put on the clipboard, as HTML that says no more than a section can hold.
 *
 * The HTML is parsed without running or loading anything; the schema's own rules do the rest.
 */

import { confluence } from "./confluence";
import { nestLists, rename, STYLE, unwrap } from "./dom";
import { type Lost, lostWords, nothingLost } from "./lost";
import { marks } from "./marks";
import { tables } from "./tables";
import { word } from "./word";

export interface Cleaned {
  html: string;
  /** What could not be taken along, in words. */
  lost: string[];
}

export function clean(html: string): Cleaned {
  // What was copied in an editor of ours comes back as it is.
  if (html.includes("data-pm-slice")) return { html, lost: [] };
  const { body } = new DOMParser().parseFromString(unstyled(html), "text/html");
  const lost = nothingLost();
  for (const step of [noise, word, confluence, marks, nestLists, tables, pictures])
    step(body, lost);
  return { html: body.innerHTML, lost: lostWords(lost) };
}

/** Styles as data: applying them is what the page's Content-Security-Policy forbids. */
function unstyled(html: string): string {
  const tag = (found: string) => found.replace(/\sstyle\s*=/i, ` ${STYLE}=`);
  return html.replace(/<style[\s\S]*?<\/style\s*>/gi, "").replace(/<[a-z][^>]*>/gi, tag);
}

/** What is never text. */
function noise(body: HTMLElement): void {
  const hidden =
    "script, style, meta, link, title, xml, template, noscript, iframe, object, svg, br.Apple-interchange-newline";
  for (const element of body.querySelectorAll(hidden)) element.remove();
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const comments: Node[] = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  for (const comment of comments) comment.parentNode?.removeChild(comment);
  // Office's own elements hold text, or a space that keeps an empty paragraph open.
  for (const element of body.querySelectorAll("*"))
    if (element.localName.includes(":")) unwrap(element);
  for (const element of body.querySelectorAll<HTMLElement>("h1, h2")) rename(element, "h3");
}

/** A picture that no address leads to leaves its description. */
function pictures(body: HTMLElement, lost: Lost): void {
  for (const image of body.querySelectorAll("img")) {
    if (/^https?:/i.test(image.getAttribute("src") ?? "")) continue;
    lost.pictures += 1;
    image.replaceWith(image.alt);
  }
}

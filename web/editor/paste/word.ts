/**
 * Word and Outlook: a list is a row of paragraphs, each with its level in a style
 * (`mso-list:l0 level2 lfo1`) and its bullet or number as text in a span that says "Ignore".
 */

import { rename, styleOf } from "./dom";

const TITLES: Record<string, string> = { MsoTitle: "h3", MsoSubtitle: "h4" };

export function word(body: HTMLElement): void {
  for (const [name, heading] of Object.entries(TITLES))
    for (const title of body.querySelectorAll(`p.${name}`)) rename(title, heading);
  for (const paragraph of body.querySelectorAll("p")) {
    if (paragraph.isConnected && levelOf(paragraph) > 0) gather(paragraph);
  }
}

/** The level of a paragraph in a list, from 1; 0 if it stands in none. */
function levelOf(paragraph: Element): number {
  const list = styleOf(paragraph).get("mso-list") ?? "";
  return Number(/\blevel(\d+)\b/.exec(list)?.[1] ?? 0);
}

function isItem(element: Element | null): boolean {
  return element !== null && element.localName === "p" && levelOf(element) > 0;
}

/** Makes a list of a paragraph and those that follow it. */
function gather(first: Element): void {
  const items: Element[] = [first];
  for (let next = first.nextElementSibling; next && isItem(next); next = next.nextElementSibling)
    items.push(next);
  const open: { list: HTMLElement; level: number }[] = [];
  const roots: HTMLElement[] = [];
  for (const item of items) {
    const level = levelOf(item);
    const { kind, start } = takeMarker(item);
    while ((open.at(-1)?.level ?? 0) > level) open.pop();
    let here = open.at(-1);
    if (!here || here.level < level || (here.list.localName !== kind && here.level === level)) {
      if (here?.level === level) open.pop();
      const list = item.ownerDocument.createElement(kind);
      if (kind === "ol" && start !== 1) list.setAttribute("start", String(start));
      const outer = open.at(-1)?.list.lastElementChild;
      if (outer) outer.append(list);
      else roots.push(list);
      here = { list, level };
      open.push(here);
    }
    const made = item.ownerDocument.createElement("li");
    const paragraph = item.ownerDocument.createElement("p");
    paragraph.append(...item.childNodes);
    made.append(paragraph);
    here.list.append(made);
  }
  first.replaceWith(...roots);
  for (const item of items) item.remove();
}

/** Takes the bullet or number out of an item and tells what kind of list it makes. */
function takeMarker(item: Element): { kind: "ul" | "ol"; start: number } {
  let marker = "";
  for (const span of item.querySelectorAll("span")) {
    if (!/ignore/i.test(styleOf(span).get("mso-list") ?? "")) continue;
    marker += span.textContent ?? "";
    span.remove();
  }
  const text = marker.replace(/\s/gu, "");
  // "o" alone is the round bullet of the second level.
  const number = /^\(?(\d+|[a-z]+)[.)]/i.exec(text)?.[1];
  return { kind: number ? "ol" : "ul", start: number && /^\d+$/.test(number) ? Number(number) : 1 };
}

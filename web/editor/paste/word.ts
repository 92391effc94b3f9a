/**
 * Word and Outlook: a list is a row of paragraphs, each with its level in a style
 * (`mso-list:l0 level2 lfo1`) and its bullet or number as text in a span that says "Ignore".
 */

import { rename, styleOf } from "./dom";
import { gather, type Item, type Label, labelOf } from "./lists";
import type { Lost } from "./lost";

const TITLES: Record<string, string> = { MsoTitle: "h3", MsoSubtitle: "h4" };
/** How far a level stands from the one above it where no style says it, in points. */
const STEP = 36;

/** The labels of the paragraphs that are items. */
type Labels = Map<Element, Label>;

/** Takes the numbers and bullets out of items; one that no list can say stays as text, and so does a heading's. */
export function labels(body: HTMLElement): Labels {
  const found: Labels = new Map();
  const before = new Map<string, number>();
  for (const element of body.querySelectorAll("p, h1, h2, h3, h4, h5, h6, li")) {
    const { list, level } = listOf(element);
    if (level === undefined) continue;
    const text = takeMarker(element);
    if (element.localName === "li") continue;
    const key = `${list} ${level}`;
    let label = labelOf(text, before.get(key));
    before.set(key, label.value);
    // A cell has no lists; its number stays.
    if (label.kind === "ol" && element.closest("td, th")) label = { ...label, kind: "text" };
    const isHeading = element.localName !== "p";
    if ((isHeading && label.kind !== "ul") || label.kind === "text")
      element.prepend(`${label.text} `);
    if (!isHeading) found.set(element, label);
  }
  return found;
}

export function word(
  body: HTMLElement,
  found: Labels,
  lost: Lost,
  where: (element: Element) => string,
): void {
  for (const [name, heading] of Object.entries(TITLES))
    for (const title of body.querySelectorAll(`p.${name}`)) rename(title, heading);
  gather(body, (element) => itemOf(element, found), lost, where);
}

function listOf(element: Element): { list: string; level: number | undefined } {
  const said = styleOf(element).get("mso-list") ?? "";
  const level = /\blevel(\d+)\b/.exec(said)?.[1];
  return {
    list: said
      .replace(/\blevel\d+\b/, "")
      .replace(/\s+/g, " ")
      .trim(),
    level: level === undefined || level === "0" ? undefined : Number(level) - 1,
  };
}

function itemOf(element: Element, found: Labels): Item | undefined {
  const item = element.getAttribute("data-item");
  if (item) return { ...(JSON.parse(item) as Omit<Item, "element">), element };
  const label = found.get(element);
  const { list, level } = listOf(element);
  if (!label || level === undefined) return undefined;
  const margin = styleOf(element).get("margin-left") ?? "";
  const [, size, unit] = /^(-?[\d.]+)(pt|cm|in|px)/.exec(margin) ?? [];
  const points: Record<string, number> = { pt: 1, cm: 28.35, in: 72, px: 0.75 };
  const indent = size ? Number(size) * (points[unit ?? "pt"] ?? 1) : STEP * (level + 1);
  return { element, list, level, indent, label };
}

/** Takes the bullet or number out of an item. */
function takeMarker(item: Element): string {
  let marker = "";
  for (const span of item.querySelectorAll("span")) {
    if (!/ignore/i.test(styleOf(span).get("mso-list") ?? "")) continue;
    marker += span.textContent ?? "";
    span.remove();
  }
  return marker;
}

/** Word on the web, OneNote and Loop: each item is a list of its own, its depth is an attribute. */
export function online(body: HTMLElement, lost: Lost, where: (element: Element) => string): void {
  const items = new Map<Element, Item>();
  const counts = new Map<string, number>();
  for (const element of body.querySelectorAll("li[data-aria-level]")) {
    const list = element.parentElement;
    const level = Number(element.getAttribute("data-aria-level")) - 1;
    // Where items are nested, nesting says the depth.
    if (!list || !Number.isInteger(level) || level < 0 || element.querySelector("li")) continue;
    if (element.parentElement?.closest("li")) continue;
    const key = `${element.getAttribute("data-listid") ?? ""}`;
    const ordered = list.localName === "ol";
    const start = Number(list.getAttribute("start") ?? Number.NaN);
    const first = element.previousElementSibling === null && Number.isInteger(start);
    const value = first ? start : (counts.get(`${key} ${level}`) ?? 0) + 1;
    counts.set(`${key} ${level}`, value);
    for (const other of counts.keys())
      if (other.startsWith(`${key} `) && Number(other.slice(key.length + 1)) > level)
        counts.delete(other);
    const style = `${list.getAttribute("data-style") ?? ""} ${element.getAttribute("data-style") ?? ""}`;
    const changed = ordered && /list-style(-type)?:[^;]*(alpha|latin|roman)/i.test(style);
    const label: Label = { kind: ordered ? "ol" : "ul", text: `${value}.`, value, changed };
    const made = paragraphOf(element);
    items.set(made, { element: made, list: key, level, indent: STEP * (level + 1), label });
  }
  for (const made of items.keys()) {
    const list = made.parentElement;
    const wrapper = list?.parentElement;
    if (!list || !/^(ol|ul)$/.test(list.localName)) continue;
    list.replaceWith(...list.childNodes);
    if (wrapper?.matches(".ListContainerWrapper")) wrapper.replaceWith(...wrapper.childNodes);
  }
  if (items.size > 0) gather(body, (element) => items.get(element), lost, where);
}

/** An item as one paragraph. */
function paragraphOf(item: Element): HTMLElement {
  const paragraph = item.ownerDocument.createElement("p");
  const inner = [...item.querySelectorAll("p")];
  for (const [index, block] of inner.entries())
    block.replaceWith(
      ...(index > 0 ? [item.ownerDocument.createElement("br")] : []),
      ...block.childNodes,
    );
  paragraph.append(...item.childNodes);
  item.replaceWith(paragraph);
  return paragraph;
}

/**
 * Lists of programs that write each item as a paragraph of its own, with a number that is text. Numbers stay what they
 * were: a list begins with the number it is shown with, and a number that no list can say stays text.
 */

import type { Lost } from "./lost";

export interface Label {
  /** A bullet, a number that a list can say, or one that stays text, such as 4.2. */
  kind: "ul" | "ol" | "text";
  text: string;
  value: number;
  /** Whether it was a letter or a Roman numeral. */
  changed: boolean;
}

export interface Item {
  element: Element;
  /** The list that it says it belongs to; others of the same list are numbered on. */
  list: string;
  /** From 0. */
  level: number;
  /** How far from the margin it stands, in points. */
  indent: number;
  label: Label;
}

/** Indents that differ by less are the same, in points. */
const SAME = 5;
const MOST = 999_999_999;

/** Reads what stands before an item; `before` is the number before it in its list, if any. */
export function labelOf(text: string, before?: number): Label {
  const sign = text.replace(/\s+/gu, "");
  const say = (kind: Label["kind"], value = 1, changed = false): Label => ({
    kind,
    text: text.replace(/\s+/gu, " ").trim(),
    value,
    changed,
  });
  const number = /^[([]?(\d{1,9})[.)\]:]*$/.exec(sign)?.[1];
  if (number) return say("ol", Number(number), /^0\d/.test(number));
  const letters = /^[([]?([a-z]{1,7})[.)\]:]+$/i.exec(sign)?.[1];
  if (letters) {
    const [roman, letter] = [ofRoman(letters), ofLetters(letters)];
    const isRoman =
      roman !== undefined &&
      (before === undefined ? letters.length > 1 || /i/i.test(letters) : roman === before + 1);
    const value = isRoman ? roman : letter;
    if (value !== undefined) return say("ol", value, true);
  }
  // "o" and what a font for signs makes of other letters are bullets.
  return [...sign].length <= 1 || !/[\p{L}\p{N}]/u.test(sign) ? say("ul") : say("text");
}

const NUMERALS: Record<string, number> = { i: 1, v: 5, x: 10, l: 50, c: 100, d: 500, m: 1000 };

function ofRoman(text: string): number | undefined {
  const small = text.toLowerCase();
  if (!/^m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})$/.test(small)) return undefined;
  const values = [...small].map((letter) => NUMERALS[letter] ?? 0);
  return values.reduce(
    (sum, value, index) => sum + (value < (values[index + 1] ?? 0) ? -value : value),
    0,
  );
}

/** a is 1, z 26; Word goes on with aa, bb. */
function ofLetters(text: string): number | undefined {
  const small = text.toLowerCase();
  const first = small.codePointAt(0) ?? 0;
  if (![...small].every((letter) => letter === small[0])) return undefined;
  return first - 96 + 26 * (small.length - 1);
}

/** An item whose level is open, and what of the next items may come into it. */
interface Open {
  item: Item;
  /** What holds it; nothing at the margin. */
  list: HTMLElement | undefined;
  /** Where deeper items go; nothing for text at the margin. */
  host: HTMLElement | undefined;
}

/** Makes lists of items that follow each other; what takes their place, in order. */
export function gathered(
  items: Item[],
  lost: Lost,
  where: (element: Element) => string,
): Element[] {
  const roots: Element[] = [];
  const open: Open[] = [];
  for (const item of items) {
    const sibling = closed(open, item);
    const host = open.findLast(({ host }) => host !== undefined)?.host;
    const { label, element } = item;
    const page = element.ownerDocument;
    const paragraph = page.createElement("p");
    paragraph.append(...element.childNodes);
    if (label.changed)
      lost.name(
        "Letters, Roman numerals and leading zeros of lists became plain numbers",
        `${label.text} ${paragraph.textContent}`,
        where(element),
      );
    if (label.kind === "text") {
      if (host) host.append(paragraph);
      else roots.push(paragraph);
      open.push({ item, list: undefined, host });
      continue;
    }
    const list =
      sibling?.list && continues(sibling, item) ? sibling.list : begun(page, label, host, roots);
    const made = page.createElement("li");
    made.append(paragraph);
    list.append(made);
    open.push({ item, list, host: made });
  }
  return roots;
}

/** Closes the levels that an item does not stand in; the item of the same level, if there is one. */
function closed(open: Open[], item: Item): Open | undefined {
  const known = open.some((other) => other.item.list === item.list);
  let sibling: Open | undefined;
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const same = top.item.list === item.list;
    const inside = known
      ? same && top.item.level < item.level
      : top.item.indent + SAME < item.indent;
    if (inside) break;
    open.pop();
    const beside = known
      ? same && top.item.level === item.level
      : Math.abs(top.item.indent - item.indent) <= SAME;
    sibling = beside ? top : undefined;
    if (beside) break;
  }
  return sibling;
}

function continues({ item, list }: Open, { label }: Item): boolean {
  if (list?.localName !== label.kind) return false;
  return label.kind === "ul" || label.value === item.label.value + 1;
}

function begun(page: Document, label: Label, host: Element | undefined, roots: Element[]) {
  const list = page.createElement(label.kind);
  if (label.kind === "ol" && label.value !== 1) list.setAttribute("start", String(label.value));
  if (host) host.append(list);
  else roots.push(list);
  return list;
}

/** Puts lists in the place of items that stand beside each other. */
export function gather(
  body: HTMLElement,
  find: (element: Element) => Item | undefined,
  lost: Lost,
  where: (element: Element) => string,
) {
  const done = new Set<Element>();
  for (const element of [...body.querySelectorAll("p")]) {
    if (done.has(element)) continue;
    const items: Item[] = [];
    for (let next: Element | null = element; next; next = next.nextElementSibling) {
      const item: Item | undefined = find(next);
      if (!item || (items.length > 0 && textBefore(next))) break;
      items.push(item);
      done.add(next);
    }
    if (items.length === 0) continue;
    const mark = element.ownerDocument.createTextNode("");
    element.before(mark);
    const made = gathered(items, lost, where);
    mark.replaceWith(...made);
    for (const { element } of items) element.remove();
  }
}

function textBefore(element: Element): boolean {
  const before = element.previousSibling;
  return before?.nodeType === Node.TEXT_NODE && /\S/.test(before.textContent ?? "");
}

/** Numbers of ordinary lists that the schema cannot say as they are. */
export function numbers(body: HTMLElement, lost: Lost, where: (element: Element) => string): void {
  for (const list of body.querySelectorAll("ol")) {
    const kind = `${list.getAttribute("type") ?? ""} ${list.getAttribute("data-style") ?? ""} ${list.querySelector(":scope > li")?.getAttribute("data-style") ?? ""}`;
    if (/^[aAiI] /.test(kind) || /list-style(-type)?:[^;]*(alpha|latin|roman)/i.test(kind))
      lost.name(
        "Letters, Roman numerals and leading zeros of lists became plain numbers",
        list.firstElementChild?.textContent ?? "",
        where(list),
      );
    if (list.hasAttribute("reversed"))
      lost.name(
        "Lists that counted down now count up",
        list.firstElementChild?.textContent ?? "",
        where(list),
      );
    const start = Number(list.getAttribute("start") ?? 1);
    const usable = Number.isInteger(start) && start >= 0 && start <= MOST;
    if (!usable) {
      list.removeAttribute("start");
      lost.name("A list begins with 1", list.firstElementChild?.textContent ?? "", where(list));
    }
    renumber(list, usable ? start : 1);
  }
}

/** An item with a number of its own begins a list of its own. */
function renumber(list: Element, start: number): void {
  let next = start;
  let current = list;
  for (const item of [...list.children]) {
    if (item.localName !== "li") {
      if (current !== list) current.append(item);
      continue;
    }
    const said = item.getAttribute("value") ?? "";
    const value = /^\d{1,9}$/.test(said) ? Number(said) : next;
    if (value !== next) {
      if (item.previousElementSibling === null && current === list) {
        list.setAttribute("start", String(value));
      } else {
        const begun = list.ownerDocument.createElement("ol");
        begun.setAttribute("start", String(value));
        current.after(begun);
        current = begun;
      }
    }
    if (current !== list) current.append(item);
    next = value + 1;
  }
}

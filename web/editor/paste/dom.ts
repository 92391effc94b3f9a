/** Small changes of a tree of HTML. */

/** Leaves what is in an element, without the element. */
export function unwrap(element: Element): void {
  element.replaceWith(...element.childNodes);
}

/** Puts an element on a line of its own. */
function onItsLine(element: Element): void {
  const line = element.ownerDocument.createElement("div");
  element.replaceWith(line);
  line.append(element);
}

/** The same content under another name; attributes are given up, except those that are named. */
export function rename(element: Element, name: string, attributes: Record<string, string> = {}) {
  const made = element.ownerDocument.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...element.childNodes);
  element.replaceWith(made);
  return made;
}

/** Where an element's style is kept while it is read. */
export const STYLE = "data-style";

/** The declarations of an element's style, Office's own included, which `element.style` drops. */
export function styleOf(element: Element): Map<string, string> {
  return declarations(element.getAttribute(STYLE) ?? "");
}

/** The declarations of a style; the last of a name counts. */
export function declarations(style: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const declaration of style.split(";")) {
    const [name = "", ...value] = declaration.split(":");
    if (value.length > 0) found.set(name.trim().toLowerCase(), value.join(":").trim());
  }
  return found;
}

const BLOCKS = new Set(
  (
    "address article aside blockquote body caption center col colgroup dd details dialog dir div dl dt " +
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu " +
    "nav ol optgroup option p pre search section summary table tbody td tfoot th thead tr ul"
  ).split(" "),
);

/** Whether an element begins and ends a line of its own. */
export function isBlock(element: Element): boolean {
  if (BLOCKS.has(element.localName)) return true;
  return /^(block|flex|grid|table|list-item)/.test(styleOf(element).get("display") ?? "");
}

/** Blocks that the schema's parser takes for words of a line. */
const UNKNOWN = "summary, legend, details, center, main, nav, search, dt, optgroup, option, hgroup";

/** Gives them names that begin and end a line. */
export function knownBlocks(body: HTMLElement): void {
  for (const list of body.querySelectorAll("menu, dir")) rename(list, "ul");
  for (const block of body.querySelectorAll(UNKNOWN)) rename(block, "div");
  for (const block of body.querySelectorAll(
    `:is(a, b, i, em, strong, label, small, button)[${STYLE}]`,
  ))
    if (isBlock(block)) onItsLine(block);
}

/** A list right inside of a list, as Google Docs and old pages have it, belongs to the item before. */
export function nestLists(body: HTMLElement): void {
  for (const list of body.querySelectorAll(":is(ul, ol) > :is(ul, ol)")) {
    const before = list.previousElementSibling;
    if (before?.localName === "li") before.append(list);
    else {
      const item = list.ownerDocument.createElement("li");
      list.replaceWith(item);
      item.append(list);
    }
  }
}

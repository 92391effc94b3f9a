/** Small steps through the XML of a Word document; names are read without their prefixes. */

/** How deep elements may stand in each other; deeper files are made to do harm. */
const DEEPEST = 400;

export function parseXml(text: string): Document | undefined {
  // Word writes no document types; entities of their own are how small files become huge.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return undefined;
  const page = new DOMParser().parseFromString(text, "application/xml");
  if (page.getElementsByTagName("parsererror").length > 0) return undefined;
  let level: Element[] = [page.documentElement];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return undefined;
    level = level.flatMap(({ children }) => [...children]);
  }
  return page;
}

export function all(parent: Document | Element, name: string): Element[] {
  const found: Element[] = [];
  const top = parent instanceof Element ? parent : parent.documentElement;
  if (top !== parent && top.localName === name) found.push(top);
  for (let next = top.firstElementChild; next; next = following(next, top))
    if (next.localName === name) found.push(next);
  return found;
}

/** The next element in the order of the document, within another. */
function following(element: Element, top: Element): Element | null {
  if (element.firstElementChild) return element.firstElementChild;
  for (let up: Element | null = element; up && up !== top; up = up.parentElement)
    if (up.nextElementSibling) return up.nextElementSibling;
  return null;
}

export function child(parent: Element | undefined, name: string): Element | undefined {
  let next = parent?.firstElementChild;
  while (next && next.localName !== name) next = next.nextElementSibling;
  return next ?? undefined;
}

export function children(parent: Element | undefined, name: string): Element[] {
  const found: Element[] = [];
  for (let next = parent?.firstElementChild; next; next = next.nextElementSibling)
    if (next.localName === name) found.push(next);
  return found;
}

export function ancestor(element: Element, name: string): Element | undefined {
  for (let up = element.parentElement; up; up = up.parentElement)
    if (up.localName === name) return up;
  return undefined;
}

export function attribute(element: Element | undefined, name: string): string | undefined {
  return (
    element?.getAttribute(`w:${name}`) ??
    [...(element?.attributes ?? [])].find(({ localName }) => localName === name)?.value
  );
}

/** The `w:val` of a child. */
export function valOf(parent: Element | undefined, name: string): string | undefined {
  return attribute(child(parent, name), "val");
}

/** A property that is on, off or not said. */
export function isOn(parent: Element | undefined, name: string): boolean | undefined {
  const found = child(parent, name);
  return found && !/^(0|false|off|none)$/i.test(attribute(found, "val") ?? "1");
}

/** An element of Word's own names. */
export function make(page: Document, name: string, ...content: (Node | string)[]): Element {
  const made = page.createElementNS(page.documentElement.namespaceURI, `w:${name}`);
  made.append(...content);
  return made;
}

/** A run of text. */
export function makeRun(page: Document, text: string): Element {
  const made = make(page, "t", text);
  made.setAttribute("xml:space", "preserve");
  return make(page, "r", made);
}

export function set(element: Element, name: string, value: string): void {
  element.setAttributeNS(element.ownerDocument.documentElement.namespaceURI, `w:${name}`, value);
}

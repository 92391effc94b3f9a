/** Fields: numbers of captions, properties, cross references and form fields keep the value that is shown. */

import { all, ancestor, attribute, child, children, isOn, valOf } from "./xml";

/** Fields that show nothing. */
const SILENT = /^\s*(XE|TC|TA|RD|ASK|SET|PRIVATE|ADVANCE|HYPERLINK)\b/i;

interface Field {
  begin: Element;
  /** Its instruction, such as ` SEQ Figure `. */
  instruction: string;
  parts: Element[];
  inResult: boolean;
  shows: boolean;
}

export interface Found {
  /** Text inside field instructions, which Word does not show. */
  unseen: Set<Element>;
  /** Fields without a result of their own: what they show, after the element that ends them. */
  shown: { end: Element; parts: Element[]; text: string }[];
  /** Fields that show something that the file does not hold. */
  unknown: { end: Element; instruction: string }[];
}

/** Looks through the fields of a part. */
export function fields(page: Document): Found {
  const found: Found = { unseen: new Set(), shown: [], unknown: [] };
  const open: Field[] = [];
  for (const element of page.querySelectorAll("*")) {
    const top = open.at(-1);
    switch (element.localName) {
      case "fldChar": {
        const type = attribute(element, "fldCharType");
        if (type === "begin")
          open.push({
            begin: element,
            instruction: "",
            parts: [element],
            inResult: false,
            shows: false,
          });
        else if (top && type === "separate") {
          top.inResult = true;
          top.parts.push(element);
        } else if (top && type === "end") {
          open.pop();
          top.parts.push(element);
          ended(top, element, found);
        }
        break;
      }
      case "instrText":
        if (top && !top.inResult) {
          top.instruction += element.textContent ?? "";
          top.parts.push(element);
        }
        break;
      case "t":
      case "sym":
      case "drawing":
      case "pict":
        if (open.some(({ inResult }) => !inResult)) found.unseen.add(element);
        else for (const field of open) field.shows = true;
        break;
    }
  }
  return found;
}

function ended({ begin, instruction, parts, shows }: Field, end: Element, found: Found): void {
  const form = child(begin, "ffData");
  if (/^\s*FORMCHECKBOX\b/i.test(instruction)) {
    const box = child(form, "checkBox");
    const on = isOn(box, "checked") ?? isOn(box, "default") ?? false;
    found.shown.push({ end, parts, text: on ? "☒" : "☐" });
  } else if (!shows && /^\s*FORMDROPDOWN\b/i.test(instruction)) {
    const list = child(form, "ddList");
    const at = Number(valOf(list, "result") ?? valOf(list, "default") ?? 0);
    const entry = attribute(children(list, "listEntry")[at], "val") ?? "";
    found.shown.push({ end, parts, text: entry });
  } else if (!shows && /^\s*(EQ|SYMBOL|AUTONUM\w*|LISTNUM)\b/i.test(instruction)) {
    found.unknown.push({ end, instruction: instruction.trim() });
  } else if (
    !shows &&
    instruction.trim() &&
    !SILENT.test(instruction) &&
    !/^\s*(FORMTEXT|TOC|REF|PAGEREF|NOTEREF|GOTOBUTTON|MACROBUTTON|EMBED|LINK|INCLUDE\w*|DOCPROPERTY|MERGEFIELD|IF|SECTION)\b/i.test(
      instruction,
    )
  ) {
    found.unknown.push({ end, instruction: instruction.trim() });
  }
}

/** The paragraph around an element. */
export function paragraphOf(element: Element): Element | undefined {
  return element.localName === "p" ? element : ancestor(element, "p");
}

/** Simple fields are written as complex ones, which readers know. */
export function simpleFields(page: Document): void {
  for (const field of all(page, "fldSimple").reverse()) {
    const namespace = page.documentElement.namespaceURI;
    const element = (name: string) => page.createElementNS(namespace, `w:${name}`);
    const run = (inside: Element) => {
      const made = element("r");
      made.append(inside);
      return made;
    };
    const char = (type: string) => {
      const made = element("fldChar");
      made.setAttributeNS(namespace, "w:fldCharType", type);
      for (const data of type === "begin" ? children(field, "ffData") : []) made.append(data);
      return run(made);
    };
    const instruction = element("instrText");
    instruction.textContent = attribute(field, "instr") ?? "";
    field.replaceWith(
      char("begin"),
      run(instruction),
      char("separate"),
      ...[...field.childNodes],
      char("end"),
    );
  }
}

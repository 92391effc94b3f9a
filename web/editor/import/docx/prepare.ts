/**
 * Writes what mammoth does not read in elements that it does: numbers, fields, check boxes, formulas, symbol fonts, text
 * boxes, cells that a row leaves out. Hidden text goes. Each step that changes words says so.
 */

import type { Foreign } from "../../paste/clean";
import type { Lost } from "../../paste/lost";
import { fields, paragraphOf, simpleFields } from "./fields";
import { type Lists, type Paragraph, paragraphs } from "./numbering";
import type { Styles } from "./styles";
import { all, ancestor, attribute, child, children, isOn, make, makeRun, set, valOf } from "./xml";

/** Placeholders in the text while mammoth reads it: private-use letters around a number. */
export const ITEM = /\uE002(\d+)\uE003/gu;
export const FORMULA = /\uE004(\d+)\uE005/gu;

export interface Slots {
  items: NonNullable<Paragraph["item"]>[];
  formulas: { latex: string; display: boolean }[];
}

export interface Context {
  styles: Styles;
  lists: Lists;
  foreign: Foreign;
  lost: Lost;
  slots: Slots;
}

export function prepare(page: Document, context: Context): void {
  const known = paragraphs(page, context.styles, context.lists);
  const place = (element: Element) => known.get(paragraphOf(element) ?? element)?.place ?? "";
  alternatives(page);
  textBoxes(page, context.lost, place);
  checkBoxes(page);
  wrappers(page);
  simpleFields(page);
  fieldValues(page, context.lost, place);
  mathematics(page, context, place);
  hiddenRuns(page, context, place);
  letters(page, context, place);
  breaks(page);
  missingCells(page);
  for (const [paragraph, facts] of known)
    if (paragraph.isConnected) named(paragraph, facts, context.slots);
}

type Place = (element: Element) => string;

/** What is written twice, for new programs and for old ones: mammoth reads the old one. */
function alternatives(page: Document): void {
  for (const both of all(page, "AlternateContent")) {
    const choice = child(both, "Choice");
    const fallback = child(both, "Fallback");
    if (!fallback && choice) both.replaceWith(...choice.childNodes);
  }
}

/** The paragraphs of a text box come behind the one that it hangs on. */
function textBoxes(page: Document, lost: Lost, place: Place): void {
  for (const box of all(page, "txbxContent").reverse()) {
    const both = ancestor(box, "AlternateContent");
    const inFallback = both !== undefined && ancestor(box, "Fallback") !== undefined;
    const said = both && all(both, "txbxContent").some((other) => ancestor(other, "Choice"));
    if (inFallback && said) {
      box.remove();
      continue;
    }
    let anchor = paragraphOf(box);
    for (let up = anchor; up && ancestor(up, "txbxContent"); up = ancestor(up, "p")) anchor = up;
    if (!anchor) continue;
    const words = all(box, "t")
      .map(({ textContent }) => textContent)
      .join("");
    if (words.trim()) lost.name("Text boxes became ordinary paragraphs", words, place(anchor));
    anchor.after(...box.childNodes);
    box.remove();
  }
}

/** Check-box controls as signs. */
function checkBoxes(page: Document): void {
  for (const control of all(page, "sdt")) {
    const sign = checkBoxOf(control);
    const [content] = children(control, "sdtContent");
    if (!sign || !content) continue;
    const [first, ...rest] = [...all(content, "t"), ...all(content, "sym")];
    for (const other of rest) other.remove();
    if (first) {
      const run = ancestor(first, "r");
      first.replaceWith(make(page, "t", sign));
      for (const fonts of run ? all(run, "rFonts") : []) fonts.remove();
    } else {
      (all(content, "p")[0] ?? content).append(makeRun(page, sign));
    }
  }
}

/** The sign of a check-box control: ticked or open. */
export function checkBoxOf(control: Element): string | undefined {
  const box = child(child(control, "sdtPr"), "checkbox");
  if (!box) return undefined;
  return isOn(box, "checked") ? "☒" : "☐";
}

/** Elements around text that mammoth does not look into. */
function wrappers(page: Document): void {
  for (const control of all(page, "sdt").reverse()) {
    const [content] = children(control, "sdtContent");
    control.replaceWith(...(content?.childNodes ?? []));
  }
  for (const name of ["dir", "bdo", "customXml"])
    for (const wrapper of all(page, name).reverse()) {
      for (const properties of children(wrapper, `${name}Pr`)) properties.remove();
      wrapper.replaceWith(...wrapper.childNodes);
    }
  for (const ruby of all(page, "ruby").reverse()) {
    const run = ancestor(ruby, "r");
    const read = all(child(ruby, "rt") ?? ruby, "t")
      .map(({ textContent }) => textContent)
      .join("");
    const runs = children(child(ruby, "rubyBase"), "r");
    if (run) run.after(...runs, makeRun(page, `(${read})`));
    ruby.remove();
  }
}

function fieldValues(page: Document, lost: Lost, place: Place): void {
  const { unseen, shown, unknown } = fields(page);
  for (const element of unseen) element.remove();
  for (const { end, parts, text } of shown) {
    ancestor(end, "r")?.after(makeRun(page, text));
    for (const part of parts) part.remove();
  }
  for (const { end, instruction } of unknown)
    lost.name("The value of a field is not in the file", instruction, place(end));
}

function mathematics(page: Document, { foreign, lost, slots }: Context, place: Place): void {
  for (const block of all(page, "oMathPara"))
    block.replaceWith(
      ...children(block, "oMath").map((math) => {
        math.setAttribute("display", "block");
        return math;
      }),
    );
  for (const math of all(page, "oMath")) {
    if (!math.isConnected || ancestor(math, "oMath")) continue;
    const latex = foreign.latexOfOmml(math);
    const words = all(math, "t")
      .map(({ textContent }) => textContent)
      .join("");
    if (latex === undefined && words)
      lost.name("A formula could not be read and came as its letters", words, place(math));
    const text = latex === undefined ? words : `\uE004${slots.formulas.length}\uE005`;
    if (latex !== undefined)
      slots.formulas.push({ latex, display: math.getAttribute("display") === "block" });
    const run = makeRun(page, text);
    if (math.parentElement?.localName === "p" || paragraphOf(math)) math.replaceWith(run);
    else math.replaceWith(make(page, "p", run));
  }
}

function hiddenRuns(page: Document, { styles, lost }: Context, place: Place): void {
  const words = new Map<Element, { text: string; place: string }>();
  for (const run of all(page, "r")) {
    const paragraph = paragraphOf(run);
    if (!paragraph || !styles.look(run, paragraph).hidden || ancestor(run, "oMath")) continue;
    const text = all(run, "t")
      .map(({ textContent }) => textContent)
      .join("");
    const before = words.get(paragraph);
    if (before) before.text += text;
    else words.set(paragraph, { text, place: place(run) });
    if (all(run, "fldChar").length > 0 || all(run, "instrText").length > 0) {
      for (const text of all(run, "t")) text.remove();
    } else run.remove();
  }
  for (const { text, place } of words.values())
    if (text.trim()) lost.name("Hidden text was left out", text, place);
}

/** Signs of fonts, raised and lowered letters, and what was struck twice. */
function letters(page: Document, { styles, foreign, lost }: Context, place: Place): void {
  for (const sign of all(page, "sym"))
    sign.replaceWith(make(page, "t", symOf(sign, foreign, lost, place)));
  for (const run of all(page, "r")) {
    const texts = children(run, "t");
    if (texts.length === 0) continue;
    const look = styles.look(run, paragraphOf(run));
    for (const text of texts) {
      const before = text.textContent ?? "";
      const after = inSigns(before, look, foreign, (letter, font) =>
        unknown(lost, letter, font, run, place),
      );
      if (after !== before) text.textContent = after;
    }
    let properties = child(run, "rPr");
    if (look.level && !valOf(properties, "vertAlign")) {
      if (!properties) {
        properties = make(page, "rPr");
        run.prepend(properties);
      }
      const align = make(page, "vertAlign");
      set(align, "val", look.level);
      properties.append(align);
    }
    if (isOn(properties, "dstrike") && properties && !isOn(properties, "strike"))
      properties.append(make(page, "strike"));
  }
}

function unknown(
  lost: Lost,
  letter: string,
  font: string | undefined,
  at: Element,
  place: Place,
): void {
  const words = all(paragraphOf(at) ?? at, "t")
    .map(({ textContent }) => textContent)
    .join("");
  lost.name(
    `A sign of the font ${font ?? "of the source"} is not known`,
    `${letter} in ${words.replace(/[\uE000-\uF8FF]/g, "\uFFFD")}`,
    place(at),
  );
}

/** Text of a run in Unicode. */
export function inSigns(
  text: string,
  look: { ascii: string | undefined; hAnsi: string | undefined },
  foreign: Foreign,
  unknown: (letter: string, font: string | undefined) => void,
): string {
  const ascii = foreign.symbolFont(look.ascii ?? "");
  const hAnsi = foreign.symbolFont(look.hAnsi ?? "") ?? ascii;
  if (!ascii && !hAnsi && !/[\uF000-\uF0FF]/.test(text)) return text;
  // The letters of ASCII have a font of their own.
  return text.replace(/[\x20-\x7e]+|[^\x20-\x7e]+/g, (part) => {
    const font = /^[\x20-\x7e]/.test(part) ? ascii : hAnsi;
    return foreign.inUnicode(part, font, (letter) => unknown(letter, font));
  });
}

/** The sign of a `w:sym`. */
export function symOf(
  sign: Element,
  foreign: Foreign,
  lost?: Lost,
  place: Place = () => "",
): string {
  const font = attribute(sign, "font") ?? "";
  const code = Number.parseInt(attribute(sign, "char") ?? "", 16);
  if (!(code > 0 && code <= 0x10ffff)) return "";
  const found = foreign.symbolFont(font);
  const letter = String.fromCodePoint(code);
  return foreign.inUnicode(letter, found, (name) => {
    if (lost) unknown(lost, name, font, sign, place);
  });
}

/** Breaks that mammoth drops, and with them the space between two words. */
function breaks(page: Document): void {
  for (const paragraph of all(page, "p")) {
    const lines = all(paragraph, "br").filter(isPageBreak);
    const texts = lines.length > 0 ? all(paragraph, "t") : [];
    const [first, last] = [texts[0], texts.at(-1)];
    for (const line of lines) {
      const between = first && last && follows(line, first) && follows(last, line);
      if (between) line.replaceWith(make(page, "br"));
      else line.remove();
    }
  }
  for (const line of all(page, "cr")) line.replaceWith(make(page, "br"));
  for (const tab of all(page, "ptab")) tab.replaceWith(make(page, "tab"));
}

function isPageBreak(line: Element): boolean {
  const type = attribute(line, "type");
  return type !== undefined && type !== "textWrapping";
}

function follows(element: Element, other: Element): boolean {
  return (element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
}

/** Cells that a row leaves out at its beginning or end. */
function missingCells(page: Document): void {
  for (const row of all(page, "tr")) {
    const properties = child(row, "trPr");
    const count = (name: string) => Math.min(Number(valOf(properties, name) ?? 0) || 0, 63);
    const cell = () => make(page, "tc", make(page, "p"));
    const first = children(row, "tc")[0];
    for (let left = count("gridBefore"); left > 0; left -= 1) if (first) first.before(cell());
    for (let left = count("gridAfter"); left > 0; left -= 1) row.append(cell());
  }
}

/** Headings have a style that mammoth knows, and items a mark that names their list. */
function named(paragraph: Element, { heading, item }: Paragraph, slots: Slots): void {
  const page = paragraph.ownerDocument;
  let properties = child(paragraph, "pPr");
  if (!properties) {
    properties = make(page, "pPr");
    paragraph.prepend(properties);
  }
  for (const old of children(properties, "numPr")) old.remove();
  const style = child(properties, "pStyle");
  if (heading !== undefined) {
    const wanted = style ?? make(page, "pStyle");
    if (!style) properties.prepend(wanted);
    set(wanted, "val", heading === 0 ? "LecternTitle" : `Heading${Math.min(heading, 6)}`);
  } else if (style && /^Heading[1-6]?$/.test(attribute(style, "val") ?? "")) {
    style.remove();
  }
  if (!item) return;
  const label = textLabel(paragraph, { heading, place: "", item });
  if (label !== undefined) {
    if (label) properties.after(makeRun(page, `${label} `));
    if (heading !== undefined || item.label.kind !== "text") return;
  }
  properties.after(makeRun(page, `\uE002${slots.items.length}\uE003`));
  slots.items.push(item);
}

/** The number of a paragraph that stays text: of headings, in cells, and what no list can say. */
export function textLabel(paragraph: Element, { heading, item }: Paragraph): string | undefined {
  if (!item) return undefined;
  if (heading !== undefined) return item.label.kind === "ul" ? "" : item.label.text;
  if (item.label.kind === "text") return item.label.text;
  return item.label.kind === "ol" && ancestor(paragraph, "tc") ? item.label.text : undefined;
}

/** The words of a Word document as its pages show them; read from the file itself, not from what mammoth makes of it. */

import type { Foreign } from "../../paste/clean";
import { spaced, Words } from "../../paste/compare";
import { fields } from "./fields";
import { type Lists, type Paragraph, paragraphs } from "./numbering";
import { checkBoxOf, inSigns, symOf, textLabel } from "./prepare";
import type { Styles } from "./styles";
import { all, ancestor, attribute, child, children } from "./xml";

/** What is no text, or text that was deleted. */
const SKIPPED = new Set(
  "rPr pPr tblPr trPr tcPr sectPr sdtPr sdtEndPr instrText delText del moveFrom tblGrid txbxContent ffData".split(
    " ",
  ),
);
const GAPS = new Set("tab br cr ptab tc p tr tbl".split(" "));

export function readDocument(
  pages: { body: Document; footnotes: Document | undefined; endnotes: Document | undefined },
  styles: Styles,
  lists: Lists,
  foreign: Foreign,
): Words {
  const words = new Words();
  const notes: Element[] = [];
  new Reader(pages.body, words, notes, styles, lists, foreign).read();
  const kinds = { footnoteReference: pages.footnotes, endnoteReference: pages.endnotes };
  const read = new Set<Element>();
  for (const reference of notes) {
    const page = kinds[reference.localName as keyof typeof kinds];
    const name = reference.localName.replace("Reference", "");
    const note =
      page &&
      all(page, name).find((other) => attribute(other, "id") === attribute(reference, "id"));
    if (!page || !note || read.has(note)) continue;
    read.add(note);
    new Reader(page, words, [], styles, lists, foreign).read(note);
  }
  words.gap();
  return words;
}

class Reader {
  private readonly known: Map<Element, Paragraph>;
  private readonly unseen: Set<Element>;
  private readonly shown: Map<Element, string>;

  constructor(
    private readonly page: Document,
    private readonly words: Words,
    private readonly notes: Element[],
    private readonly styles: Styles,
    lists: Lists,
    private readonly foreign: Foreign,
  ) {
    this.known = paragraphs(page, styles, lists);
    const found = fields(page);
    this.unseen = found.unseen;
    this.shown = new Map(found.shown.map(({ end, text }) => [end, text]));
  }

  read(element: Element = this.page.documentElement): void {
    const { words } = this;
    const name = element.localName;
    if (SKIPPED.has(name) || this.unseen.has(element)) return;
    if (name === "tr" && child(child(element, "trPr"), "del")) return;
    if (name === "r") this.run(element);
    else if (name === "oMath") words.formula();
    else if (name === "AlternateContent") this.alternative(element);
    else this.content(element);
  }

  private content(element: Element): void {
    const { words } = this;
    const name = element.localName;
    const gap = GAPS.has(name);
    if (gap) words.gap();
    const facts = this.known.get(element);
    if (facts) this.begin(element, facts);
    const box = name === "sdt" ? checkBoxOf(element) : undefined;
    if (box) words.text(box);
    else this.inside(element);
    if (gap) words.gap();
    // The words of a text box come behind the paragraph that it hangs on.
    if (name === "p" && !ancestor(element, "txbxContent")) this.boxes(element);
  }

  private inside(element: Element | undefined): void {
    for (let next = element?.firstElementChild; next; next = next.nextElementSibling)
      this.read(next);
  }

  private begin(paragraph: Element, facts: Paragraph): void {
    if (facts.heading !== undefined && !ancestor(paragraph, "tc"))
      this.words.under(
        all(paragraph, "t")
          .map(({ textContent }) => textContent)
          .join(""),
      );
    const label = textLabel(paragraph, facts);
    if (label) spaced(this.words, label);
  }

  private boxes(paragraph: Element): void {
    for (const box of all(paragraph, "txbxContent")) {
      const both = ancestor(box, "AlternateContent");
      const said = both && all(both, "txbxContent").some((other) => ancestor(other, "Choice"));
      if (ancestor(box, "Fallback") && said) continue;
      // Boxes in boxes are found by the same search.
      this.inside(box);
      this.words.gap();
    }
  }

  private alternative(both: Element): void {
    const branch = child(both, "Fallback") ?? child(both, "Choice");
    this.inside(branch);
  }

  private run(run: Element): void {
    const { words, foreign } = this;
    const paragraph = ancestor(run, "p");
    const look = this.styles.look(run, paragraph);
    if (look.hidden) return;
    const level = look.level === "superscript" ? "^" : look.level === "subscript" ? "_" : "";
    for (let part = run.firstElementChild; part; part = part.nextElementSibling) {
      if (this.unseen.has(part)) continue;
      switch (part.localName) {
        case "t":
          words.text(
            inSigns(part.textContent ?? "", look, foreign, () => undefined),
            level,
          );
          break;
        case "sym":
          words.text(symOf(part, foreign), level);
          break;
        case "noBreakHyphen":
          words.text("\u2011");
          break;
        case "fldChar":
          words.text(this.shown.get(part) ?? "");
          break;
        case "footnoteReference":
        case "endnoteReference":
          this.notes.push(part);
          break;
        case "ruby":
          for (const inner of children(child(part, "rubyBase"), "r")) this.read(inner);
          words.text(
            `(${all(child(part, "rt") ?? part, "t")
              .map(({ textContent }) => textContent)
              .join("")})`,
          );
          break;
        case "drawing":
        case "pict":
        case "object":
          this.picture(part);
          break;
        default:
          this.read(part);
      }
    }
  }

  private picture(drawing: Element): void {
    for (const { localName, attributes } of drawing.getElementsByTagName("*")) {
      const say = (name: string) =>
        [...attributes].find((other) => other.localName === name)?.value ?? "";
      if (localName === "docPr" && all(drawing, "blip").length > 0)
        spaced(this.words, say("descr").trim() ? say("descr") : say("title"));
      if (localName === "imagedata") spaced(this.words, say("title"));
    }
  }
}

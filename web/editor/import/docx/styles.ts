/** What the styles of a document say: headings, numbers, hidden text and fonts, inherited from style to style. */

import { all, attribute, child, isOn, valOf } from "./xml";

/** "Heading 1" as the editions of Word and LibreOffice name it. */
const HEADING =
  /^(?:heading|überschrift|titre|título|titulo|titolo|kop|rubrik|overskrift|otsikko|nagłówek|nadpis|cím|címsor|başlık|заголовок|标题|標題|見出し|제목)\s*([1-9])$/i;
const TITLE =
  /^(title|titel|titre|título|titulo|titolo|otsikko|tytuł|název|cím|konu başlığı|标题|標題|表題|제목)$/i;

/** What a run is shown with. */
export interface Look {
  hidden: boolean;
  level: "superscript" | "subscript" | undefined;
  ascii: string | undefined;
  hAnsi: string | undefined;
}

export interface Numbering {
  list: string;
  level: number;
}

export class Styles {
  private readonly styles = new Map<string, Element>();
  private readonly defaults: Element | undefined;
  private readonly normal: string | undefined;

  constructor(page: Document | undefined) {
    for (const style of page ? all(page, "style") : []) {
      const id = attribute(style, "styleId") ?? "";
      if (!this.styles.has(id)) this.styles.set(id, style);
      if (attribute(style, "type") === "paragraph" && attribute(style, "default") === "1")
        this.normal ??= id;
    }
    const [defaults] = page ? all(page, "rPrDefault") : [];
    this.defaults = child(defaults, "rPr");
  }

  /** A style and those that it is based on. */
  private chain(id: string | undefined): Element[] {
    const found: Element[] = [];
    for (let next = id; next !== undefined; ) {
      const style = this.styles.get(next);
      if (!style || found.includes(style) || found.length > 50) break;
      found.push(style);
      next = valOf(style, "basedOn");
    }
    return found;
  }

  private styleOf(paragraph: Element): string | undefined {
    return valOf(child(paragraph, "pPr"), "pStyle") ?? this.normal;
  }

  /** The level of a heading, 0 for the title of the document, nothing for other paragraphs. */
  heading(paragraph: Element): number | undefined {
    for (const style of this.chain(this.styleOf(paragraph))) {
      const name = valOf(style, "name") ?? "";
      const outline = valOf(child(style, "pPr"), "outlineLvl");
      if (outline !== undefined && Number(outline) > 8) return undefined;
      if (TITLE.test(name)) return 0;
      const level = HEADING.exec(name)?.[1];
      if (level) return Number(level);
      if (outline !== undefined) return Number(outline) + 1;
    }
    // Without its definition, the name of a style is what is left.
    const id = this.styleOf(paragraph) ?? "";
    if (!this.styles.has(id) && /^heading[1-9]$/i.test(id)) return Number(id.slice(-1));
    const own = valOf(child(paragraph, "pPr"), "outlineLvl");
    return own !== undefined && Number(own) < 9 ? Number(own) + 1 : undefined;
  }

  /** The list that a paragraph belongs to, by itself or by its style; `linked` finds the level of a style. */
  numbering(
    paragraph: Element,
    linked: (list: string, style: string) => number | undefined,
  ): (Numbering & { direct: boolean }) | undefined {
    const own = child(child(paragraph, "pPr"), "numPr");
    const chain = this.chain(this.styleOf(paragraph));
    const styled = chain.find((style) => valOf(child(child(style, "pPr"), "numPr"), "numId"));
    const ofStyle = child(child(styled, "pPr"), "numPr");
    const list = valOf(own, "numId") ?? valOf(ofStyle, "numId");
    if (list === undefined || list === "0") return undefined;
    const ids = chain.map((style) => attribute(style, "styleId") ?? "");
    const level =
      valOf(own, "ilvl") ??
      (valOf(own, "numId") === undefined
        ? (ids.map((id) => linked(list, id)).find((level) => level !== undefined) ??
          valOf(ofStyle, "ilvl"))
        : undefined);
    return { list, level: Number(level ?? 0), direct: valOf(own, "numId") !== undefined };
  }

  /** The indent that a paragraph or its style says, in twentieths of a point. */
  indent(paragraph: Element, stylesToo: boolean): number | undefined {
    const own = indentOf(child(paragraph, "pPr"));
    if (own !== undefined || !stylesToo) return own;
    for (const style of this.chain(this.styleOf(paragraph))) {
      const found = indentOf(child(style, "pPr"));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The style that links a list to the definition of another. */
  listOf(style: string): string | undefined {
    return valOf(child(child(this.styles.get(style), "pPr"), "numPr"), "numId");
  }

  look(run: Element, paragraph: Element | undefined): Look {
    const own = child(run, "rPr");
    const layers = [
      own,
      ...this.chain(valOf(own, "rStyle")).map((style) => child(style, "rPr")),
      ...this.chain(paragraph && this.styleOf(paragraph)).map((style) => child(style, "rPr")),
      this.defaults,
    ].filter((layer) => layer !== undefined);
    const first = <T>(read: (layer: Element) => T | undefined) => {
      for (const layer of layers) {
        const found = read(layer);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    const align = first((layer) => valOf(layer, "vertAlign"));
    const position = Number(valOf(own, "position") ?? 0);
    return {
      hidden: first((layer) => isOn(layer, "vanish")) ?? false,
      level:
        align === "superscript" || align === "subscript"
          ? align
          : Math.abs(position) >= 4
            ? position > 0
              ? "superscript"
              : "subscript"
            : undefined,
      ascii: first((layer) => attribute(child(layer, "rFonts"), "ascii")),
      hAnsi: first((layer) => attribute(child(layer, "rFonts"), "hAnsi")),
    };
  }
}

function indentOf(properties: Element | undefined): number | undefined {
  const indent = child(properties, "ind");
  const left = attribute(indent, "left") ?? attribute(indent, "start");
  return left === undefined ? undefined : Number.parseInt(left, 10) || 0;
}

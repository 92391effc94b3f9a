/** MathML, and the formulas of Word (OMML), as LaTeX. */

import { MathMLToLaTeX } from "mathml-to-latex";

/** LaTeX that a section can hold (see `rules` in schemas/document.json); nothing for what is none. */
export function asLatex(source: string): string | undefined {
  const latex = source.replace(/\s+/g, " ").trim();
  let depth = 0;
  for (const [sign] of latex.replace(/\\./g, "").matchAll(/[{}]/g)) {
    depth += sign === "{" ? 1 : -1;
    if (depth < 0) return undefined;
  }
  return latex === "" || depth > 0 || latex.includes("$") ? undefined : latex;
}

/** The LaTeX of a formula in MathML, as it says itself or as its signs say. */
export function latexOfMathml(math: Element): string | undefined {
  const said = [...math.getElementsByTagName("*")].find(
    (element) =>
      name(element) === "annotation" && /tex/i.test(element.getAttribute("encoding") ?? ""),
  );
  if (said?.textContent?.trim())
    return asLatex(said.textContent.replace(/^\s*\{\\displaystyle\s*(.*)\}\s*$/s, "$1"));
  return converted(mathml(math));
}

function converted(markup: string): string | undefined {
  try {
    return asLatex(MathMLToLaTeX.convert(`<math>${markup}</math>`));
  } catch {
    return undefined;
  }
}

const LEFT_OUT = new Set(["annotation", "annotation-xml"]);

/** The elements of MathML without prefixes, as the converter wants them. */
function mathml(element: Element): string {
  const parts = [...element.childNodes].map((node) => {
    if (node.nodeType === Node.TEXT_NODE) return escaped(node.textContent ?? "");
    if (!(node instanceof Element) || LEFT_OUT.has(name(node))) return "";
    const tag = name(node);
    if (tag === "semantics") return mathml(node);
    const attributes = ["open", "close", "separators", "mathvariant", "linethickness"].flatMap(
      (key) => {
        const value = node.getAttribute(key);
        return value === null ? [] : [` ${key}="${escaped(value)}"`];
      },
    );
    return `<${tag}${attributes.join("")}>${mathml(node)}</${tag}>`;
  });
  return parts.join("");
}

/** The LaTeX of a formula in Word's own elements, in a document or in the comments of a copy. */
export function latexOfOmml(math: Element): string | undefined {
  return converted(row(math));
}

/** The name without its prefix; HTML reads `m:oMath` as one name in small letters. */
function name(element: Element): string {
  return element.localName.replace(/^.*:/, "").toLowerCase();
}

function child(element: Element, wanted: string): Element | undefined {
  return [...element.children].find((other) => name(other) === wanted);
}

/** The value of a property, such as the sign of a sum. */
function property(element: Element, kind: string, key: string): string | undefined {
  const found = child(child(element, kind) ?? element, key);
  if (!found) return undefined;
  const value = [...found.attributes].find(({ name: other }) => /(^|:)val$/.test(other));
  return value?.value ?? "";
}

const wrap = (tag: string, ...parts: string[]) => `<${tag}>${parts.join("")}</${tag}>`;
const sign = (text: string) => wrap("mo", escaped(text));
const part = (element: Element, key: string) => {
  const found = child(element, key);
  return wrap("mrow", found ? row(found) : "");
};
const isOff = (value: string | undefined) => value === undefined || /^(0|off|false)$/i.test(value);

function row(element: Element): string {
  return [...element.children].map(omml).join("");
}

function omml(element: Element): string {
  switch (name(element)) {
    case "r":
      return letters(element);
    case "f":
      return property(element, "fpr", "type") === "lin"
        ? wrap("mrow", part(element, "num"), sign("/"), part(element, "den"))
        : wrap("mfrac", part(element, "num"), part(element, "den"));
    case "ssup":
      return wrap("msup", part(element, "e"), part(element, "sup"));
    case "ssub":
      return wrap("msub", part(element, "e"), part(element, "sub"));
    case "ssubsup":
      return wrap("msubsup", part(element, "e"), part(element, "sub"), part(element, "sup"));
    case "spre":
      return `${wrap("msubsup", "<mrow></mrow>", part(element, "sub"), part(element, "sup"))}${part(element, "e")}`;
    case "rad":
      return !isOff(property(element, "radpr", "deghide")) ||
        !child(element, "deg")?.textContent?.trim()
        ? wrap("msqrt", part(element, "e"))
        : wrap("mroot", part(element, "e"), part(element, "deg"));
    case "nary":
      return nary(element);
    case "d":
      return brackets(element);
    case "func":
      return `${part(element, "fname")}${part(element, "e")}`;
    case "limlow":
      return wrap("munder", part(element, "e"), part(element, "lim"));
    case "limupp":
      return wrap("mover", part(element, "e"), part(element, "lim"));
    case "acc":
      return wrap("mover", part(element, "e"), sign(property(element, "accpr", "chr") || "^"));
    case "bar":
      return property(element, "barpr", "pos") === "top"
        ? wrap("mover", part(element, "e"), sign("¯"))
        : wrap("munder", part(element, "e"), sign("_"));
    case "m":
      return table(
        [...element.children]
          .filter((other) => name(other) === "mr")
          .map((line) => [...line.children]),
      );
    case "eqarr":
      return table(
        [...element.children].filter((other) => name(other) === "e").map((line) => [line]),
      );
    default:
      return /pr$/.test(name(element)) ? "" : row(element);
  }
}

function nary(element: Element): string {
  const chr = sign(property(element, "narypr", "chr") || "∫");
  const sub = isOff(property(element, "narypr", "subhide"))
    ? part(element, "sub")
    : "<mrow></mrow>";
  const sup = isOff(property(element, "narypr", "suphide"))
    ? part(element, "sup")
    : "<mrow></mrow>";
  return `${wrap("munderover", chr, sub, sup)}${part(element, "e")}`;
}

function brackets(element: Element): string {
  const open = property(element, "dpr", "begchr") ?? "(";
  const close = property(element, "dpr", "endchr") ?? ")";
  const between = property(element, "dpr", "sepchr") ?? "|";
  const inside = [...element.children].filter((other) => name(other) === "e").map(row);
  return wrap("mrow", open && sign(open), inside.join(sign(between)), close && sign(close));
}

function table(lines: Element[][]): string {
  return wrap(
    "mtable",
    ...lines.map((line) => wrap("mtr", ...line.map((cell) => wrap("mtd", row(cell))))),
  );
}

/** The letters, numbers and signs of a run. */
function letters(run: Element): string {
  const isText = property(run, "rpr", "nor") !== undefined;
  const text = [...run.childNodes]
    .filter((node) => !(node instanceof Element && /pr$/.test(name(node))))
    .map(({ textContent }) => textContent ?? "")
    .join("");
  if (isText) return wrap("mtext", escaped(text));
  return [...text.matchAll(/\d+(?:[.,]\d+)*|\p{L}\p{M}*|\S/gu)]
    .map(([found]) => {
      const tag = /^\d/.test(found) ? "mn" : /^\p{L}/u.test(found) ? "mi" : "mo";
      return wrap(tag, escaped(found));
    })
    .join("");
}

function escaped(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}

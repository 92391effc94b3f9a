/** What few texts need and is loaded with the first that does: symbol fonts and formulas. */

export { latexOfMathml, latexOfOmml } from "./formulas";
export { inUnicode, symbolFont, UNREADABLE } from "./symbols";

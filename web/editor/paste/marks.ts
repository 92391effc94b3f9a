/** Bold, italic, struck, raised and lowered text that a style says and no element. Google Docs does nothing else. */

import { isBlock, rename, styleOf, unwrap } from "./dom";

const tests: [tag: string, property: string, says: RegExp][] = [
  ["strong", "font-weight", /^(bold|bolder|[6-9]00)$/],
  ["em", "font-style", /^(italic|oblique)/],
  ["s", "text-decoration", /line-through/],
  ["s", "text-decoration-line", /line-through/],
  ["sup", "vertical-align", /^super$/],
  ["sub", "vertical-align", /^sub$/],
  ["sup", "mso-text-raise", /^\+?\d*\.?\d*[1-9]/],
  ["sub", "mso-text-raise", /^-\d*\.?\d*[1-9]/],
  ["code", "font-family", /^["']?(courier|consolas|menlo|monaco|roboto mono|monospace)/i],
];

export function marks(body: HTMLElement): void {
  // The wrapper of Google Docs is bold in name only, and so are words that a style makes plain.
  for (const element of body.querySelectorAll("b, strong")) {
    if (/^(normal|400)$/.test(styleOf(element).get("font-weight") ?? "")) unwrap(element);
  }
  for (const element of body.querySelectorAll("i, em")) {
    if (styleOf(element).get("font-style") === "normal") unwrap(element);
  }
  for (const span of body.querySelectorAll("span:not([data-latex]), font")) {
    // A heading is as bold as it is.
    const heading = span.closest("h1, h2, h3, h4, h5, h6") !== null;
    const styles = styleOf(span);
    const wanted = tests.filter(([, property, says]) => says.test(styles.get(property) ?? ""));
    for (const tag of new Set(wanted.map(([tag]) => tag))) {
      if ((heading && tag === "strong") || span.closest(`${tag}, pre`)) continue;
      const mark = span.ownerDocument.createElement(tag);
      mark.append(...span.childNodes);
      span.append(mark);
    }
    if (isBlock(span)) rename(span, "div");
    else unwrap(span);
  }
}

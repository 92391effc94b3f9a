/** Style sheets: what they say about fonts, hidden text and lists is written to the elements themselves. */

import { declarations, STYLE } from "./dom";

/** The style sheets of a page, and the page without them. */
export function sheets(html: string): { css: string; rest: string } {
  const small = html.toLowerCase();
  let [css, rest, at] = ["", "", 0];
  for (;;) {
    const start = small.indexOf("<style", at);
    const open = start < 0 ? -1 : small.indexOf(">", start);
    if (open < 0) return { css, rest: rest + html.slice(at) };
    const end = small.indexOf("</style", open);
    const close = end < 0 ? -1 : small.indexOf(">", end);
    rest += html.slice(at, start);
    css += html.slice(open + 1, end < 0 ? undefined : end);
    if (close < 0) return { css, rest };
    at = close + 1;
  }
}

/** What is looked for in a sheet; the schema's own rules and the looks of a page are no concern here. */
const WANTED: Record<string, RegExp> = {
  "font-family": /symbol|wingdings|webdings|mt extra/i,
  display: /^(none|block|flex|grid)/i,
  visibility: /^(hidden|collapse)/i,
  "mso-hide": /^all/i,
  "vertical-align": /^(super|sub)/i,
  "mso-list": /level/i,
  "list-style-type": /alpha|latin|roman/i,
  "text-decoration": /line-through/i,
  "font-weight": /^(bold|[6-9]00)/i,
  "font-style": /^(italic|oblique)/i,
};
/** Sheets with more rules of this kind are no text of a person. */
const MOST = 2_000;

export function applySheets(body: HTMLElement, css: string): void {
  const page = body.ownerDocument;
  const plain = css.replace(/<!--|-->/g, " ").replace(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g, " ");
  let left = MOST;
  for (const { selectors, style } of rules(plain)) {
    const wanted = [...declarations(style)].filter(([name, value]) => WANTED[name]?.test(value));
    if (wanted.length === 0) continue;
    const text = wanted.map(([name, value]) => `${name}:${value}`).join(";");
    for (const selector of selectors) {
      if (!/^([a-z][\w-]*)?(\.[\w-]+|#[\w-]+)*$/i.test(selector) || selector === "") continue;
      left -= 1;
      if (left < 0) return;
      for (const element of page.querySelectorAll(selector)) {
        const own = element.getAttribute(STYLE);
        element.setAttribute(STYLE, own ? `${text};${own}` : text);
      }
    }
  }
}

/** The rules outside of `@media` and the like. */
function rules(css: string): { selectors: string[]; style: string }[] {
  const found: { selectors: string[]; style: string }[] = [];
  let depth = 0;
  let start = 0;
  let head = "";
  for (const { 0: brace, index } of css.matchAll(/[{};]/g)) {
    if (brace === ";") {
      if (depth === 0) start = index + 1;
      continue;
    }
    if (brace === "{") {
      if (depth === 0) {
        head = css.slice(start, index).trim();
        start = index + 1;
      }
      depth += 1;
      continue;
    }
    depth = Math.max(0, depth - 1);
    if (depth > 0) continue;
    if (!head.startsWith("@")) {
      const selectors = head.split(",").map((selector) => selector.trim());
      found.push({ selectors, style: css.slice(start, index) });
    }
    start = index + 1;
  }
  return found;
}

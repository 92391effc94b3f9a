/** The words of HTML, as somebody sees them who looks at it. */

import { isCitation, type Level, spaced, Words } from "./compare";
import { isBlock } from "./dom";

/** Reads what is left once that was taken out which is named by itself, such as hidden text and comments. */
export function readSource(body: HTMLElement): Words {
  const words = new Words();
  const read = (node: Node, level: Level): void => {
    if (node.nodeType === Node.TEXT_NODE) {
      words.text(node.textContent ?? "", level);
      return;
    }
    if (!(node instanceof HTMLElement) && !(node instanceof Element)) return;
    const tag = node.localName;
    if (node.hasAttribute("data-latex")) words.formula();
    else if (tag === "img") spaced(words, node.getAttribute("alt") ?? "");
    else if (tag === "sup" && node.hasAttribute("data-footnote")) return;
    else if (tag === "br") words.gap();
    else {
      const block = isBlock(node);
      if (block) words.gap();
      if (/^h[1-6]$/.test(tag)) words.under(node.textContent ?? "");
      const here =
        tag === "sub" ? "_" : tag === "sup" && !isCitation(node.textContent) ? "^" : level;
      for (const child of node.childNodes) read(child, here);
      if (block) words.gap();
    }
  };
  read(body, "");
  words.gap();
  return words;
}

/** Colours the code of a page that is read; without scripts it is read as it is. */

import type { ElementContent, RootContent } from "hast";
import { grammars } from "./grammars";

export function paint(blocks: Iterable<HTMLElement>): void {
  for (const block of blocks) {
    const language = /language-(\S+)/.exec(block.className)?.[1];
    if (!language || !grammars.registered(language)) continue;
    const tree = grammars.highlight(language, block.textContent ?? "");
    block.replaceChildren(...tree.children.map(drawn));
  }
}

function drawn(node: RootContent | ElementContent): Node | string {
  if (node.type === "text") return node.value;
  if (node.type !== "element") return "";
  const span = document.createElement("span");
  span.className = Array.isArray(node.properties.className)
    ? node.properties.className.join(" ")
    : "";
  span.append(...node.children.map(drawn));
  return span;
}

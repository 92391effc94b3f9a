/** Raised and lowered text that a style says: it is another number than the same digits on the line. */

import { STYLE, styleOf } from "./dom";

export function levels(body: HTMLElement): void {
  for (const element of body.querySelectorAll(`:is(span, font, a, b, i, strong, em)[${STYLE}]`)) {
    const tag = levelOf(element);
    if (!tag || element.closest("sup, sub") || element.querySelector("sup, sub")) continue;
    if (!element.textContent?.trim()) continue;
    const made = element.ownerDocument.createElement(tag);
    made.append(...element.childNodes);
    element.append(made);
  }
}

function levelOf(element: Element): "sup" | "sub" | undefined {
  const style = styleOf(element);
  const align = style.get("vertical-align") ?? "";
  if (/^super/i.test(align)) return "sup";
  if (/^sub/i.test(align)) return "sub";
  const raised = Number.parseFloat(style.get("mso-text-raise") ?? "");
  // Pages move signs and icons by a little without meaning another number.
  const moved = Number.parseFloat(align);
  const raise = raised || (Math.abs(moved) >= 2 ? moved : 0);
  if (!raise) return undefined;
  return raise > 0 ? "sup" : "sub";
}

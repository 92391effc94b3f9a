/** What is filled and what is missing. It never blocks typing. */

import type { SectionInfo } from "./config";

export interface Completeness {
  required: number;
  filled: number;
  missing: SectionInfo[];
}

/** Counts the required sections that have content or a reason why they do not apply. */
export function completeness(
  sections: SectionInfo[],
  hasContent: (key: string) => boolean,
  reasonOf: (key: string) => string | undefined,
): Completeness {
  const required = sections.filter((section) => section.required);
  const missing = required.filter(({ key }) => !hasContent(key) && !reasonOf(key)?.trim());
  return { required: required.length, filled: required.length - missing.length, missing };
}

const SVG = "http://www.w3.org/2000/svg";
const RADIUS = 8;
const ROUND = 2 * Math.PI * RADIUS;

/** Draws the ring with its words, and links to what is missing. */
export class CompletenessView {
  private readonly arc: SVGCircleElement;
  private readonly words = document.createElement("span");
  private readonly list = document.createElement("ul");
  private readonly details = document.createElement("details");
  private shown = "";

  constructor(slot: HTMLElement) {
    const ring = document.createElementNS(SVG, "svg");
    ring.setAttribute("viewBox", "0 0 20 20");
    ring.setAttribute("class", "ring");
    ring.setAttribute("aria-hidden", "true");
    const [track, arc] = [circle("ring-track"), circle("ring-arc")];
    this.arc = arc;
    ring.append(track, arc);
    const summary = document.createElement("summary");
    summary.append(ring, this.words);
    this.list.className = "missing";
    this.details.className = "completeness";
    this.details.append(summary, this.list);
    slot.replaceChildren(this.details);
    document.addEventListener("click", (event) => {
      const outside = event.target instanceof Node && !this.details.contains(event.target);
      if (outside) this.details.open = false;
    });
  }

  show({ required, filled, missing }: Completeness): void {
    // It is told at every change of the text, and few of them change what is missing.
    const shown = [required, ...missing.map(({ key }) => key)].join();
    if (shown === this.shown) return;
    this.shown = shown;
    const share = required === 0 ? 1 : filled / required;
    this.arc.style.strokeDasharray = `${share * ROUND} ${ROUND}`;
    this.words.textContent = `${filled} of ${required}`;
    this.words.title =
      missing.length === 0 ? "Every required section is filled" : "What is missing";
    const done = document.createElement("li");
    done.textContent = "Every required section is filled.";
    const links = missing.map(({ key, title }) => {
      const [item, link] = [document.createElement("li"), document.createElement("a")];
      link.href = `#section-${key}`;
      link.textContent = title;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.details.open = false;
        document.querySelector<HTMLElement>(`#section-${CSS.escape(key)} .ProseMirror`)?.focus();
      });
      item.append(link);
      return item;
    });
    this.list.replaceChildren(...(links.length > 0 ? links : [done]));
  }
}

function circle(name: string): SVGCircleElement {
  const made = document.createElementNS(SVG, "circle");
  made.setAttribute("class", name);
  for (const [attribute, value] of [
    ["cx", "10"],
    ["cy", "10"],
    ["r", String(RADIUS)],
  ] as const) {
    made.setAttribute(attribute, value);
  }
  return made;
}

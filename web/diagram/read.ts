/** Diagrams on a page that is read: the picture, and its source one click away. Without scripts the source is read. */

import { show } from "./draw";

export function read(blocks: HTMLElement[]): void {
  for (const block of blocks) {
    const source = block.closest("pre");
    if (!source) continue;
    const place = document.createElement("figure");
    place.className = "diagram";
    void show(place, block.textContent ?? "").then((done) => {
      if (!done) return;
      const more = document.createElement("details");
      const summary = document.createElement("summary");
      summary.textContent = "Source of the diagram";
      source.replaceWith(place);
      more.append(summary, source);
      place.append(more);
    });
  }
}

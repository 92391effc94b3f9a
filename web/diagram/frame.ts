/**
 * Draws Mermaid diagrams in a frame of their own: it has no origin, no network and no cookies, and may have the inline
 * styles that Mermaid writes and our pages forbid. A diagram comes as text and goes back as a picture.
 */

import mermaid from "mermaid";
import type { Asked, Drawn } from "./draw";

mermaid.initialize({
  startOnLoad: false,
  securityLevel: "strict",
  theme: "neutral",
  fontFamily: "sans-serif",
  layout: "dagre",
  // Text as text: what is HTML in a picture is not shown everywhere.
  htmlLabels: false,
});

const page = window.parent;
let turn = Promise.resolve();

window.addEventListener("message", ({ source, data }: MessageEvent<Asked>) => {
  if (source !== page) return;
  // One after the other: they measure in the same page.
  turn = turn.then(async () => {
    const drawn = await draw(data);
    page.postMessage(drawn, "*");
  });
});

async function draw({ id, code }: Asked): Promise<Drawn> {
  try {
    const { svg } = await mermaid.render(`diagram-${id}`, code);
    return { id, svg: sized(svg) };
  } catch (why) {
    return { id, problem: why instanceof Error ? why.message : String(why) };
  }
}

/** A picture as wide as it was drawn; Mermaid says only how wide it may become. */
function sized(svg: string): string {
  const root = new DOMParser().parseFromString(svg, "text/html").querySelector("svg");
  if (!root) throw new Error("nothing was drawn");
  const [, , width, height] = (root.getAttribute("viewBox") ?? "").split(/\s+/);
  if (width && height) {
    root.setAttribute("width", width);
    root.setAttribute("height", height);
  }
  root.style.removeProperty("max-width");
  return new XMLSerializer().serializeToString(root);
}

page.postMessage("ready", "*");

/** Icons come as text with the bundle. */

/** Draws an icon; what it means stands beside it, or in a label. */
export function draw(source: string): SVGElement {
  const parsed = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
  const drawn = document.importNode(parsed, true) as unknown as SVGElement;
  drawn.setAttribute("aria-hidden", "true");
  drawn.setAttribute("class", "icon");
  return drawn;
}

/** Where something stands: under which heading. */

/** Names the heading above each element, for as long as no heading is added. */
export function places(body: HTMLElement): (element: Element) => string {
  const headings = [...body.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  return (element) => {
    // The last heading that is not behind the element.
    let [low, high] = [0, headings.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const heading = headings[middle];
      const behind =
        heading && element.compareDocumentPosition(heading) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (behind && !element.contains(heading)) high = middle;
      else low = middle + 1;
    }
    return under(headings[low - 1]?.textContent ?? "");
  };
}

export function under(heading: string): string {
  const words = heading.replace(/\s+/g, " ").trim();
  return words ? `under “${words.length > 60 ? `${words.slice(0, 60).trimEnd()}…` : words}”` : "";
}

/** Footnotes of a page: a link to an item that links back to it. */

/** Takes the notes out of the page and leaves a reference where each was named; the notes by label. */
export function footnotes(body: HTMLElement): Map<string, string> {
  const notes = new Map<string, string>();
  for (const link of body.querySelectorAll<HTMLAnchorElement>("a[href^='#']")) {
    const note = [...body.querySelectorAll("li")].find(({ id }) => id === named(link));
    const back = [...(note?.querySelectorAll<HTMLAnchorElement>("a[href^='#']") ?? [])];
    const own = [link, ...ancestors(link)].map(({ id }) => id).filter(Boolean);
    const returns = back.filter((other) => own.includes(named(other)));
    if (!note || note.contains(link) || returns.length === 0) continue;
    for (const other of returns) other.remove();
    const label = String(notes.size + 1);
    notes.set(label, note.innerHTML);
    const reference = body.ownerDocument.createElement("sup");
    reference.dataset.footnote = label;
    (link.closest("sup") ?? link).replaceWith(reference);
    const list = note.parentElement;
    note.remove();
    if (list?.children.length === 0) list.remove();
  }
  return notes;
}

function named(link: HTMLAnchorElement): string {
  return (link.getAttribute("href") ?? "").slice(1);
}

function ancestors(element: Element): Element[] {
  const above = element.parentElement;
  return above ? [above, ...ancestors(above)] : [];
}

/** A part with the notes that it names, as the section holds them. */
export function withNotes(html: string, notes: Map<string, string>): string {
  const needed = [...notes].filter(([label]) => html.includes(`data-footnote="${label}"`));
  const shown = needed.map(([label, note]) => `<div data-footnote-text="${label}">${note}</div>`);
  return html + shown.join("");
}

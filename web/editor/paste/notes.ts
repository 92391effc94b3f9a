/** Footnotes of a page or a text: a link to a note that links back to it. */

/** What a note may be; Word and LibreOffice write boxes, others items of a list. */
const NOTE = "li, div[id^=ftn], div[id^=edn], div[id^=sdfootnote], div[id^=sdendnote]";

/** Takes the notes out of the page and leaves a reference where each was named; the notes by label. */
export function footnotes(body: HTMLElement): Map<string, string> {
  const notes = new Map<string, string>();
  const named = new Map<string, Element>();
  for (const element of body.querySelectorAll("[id], a[name]"))
    for (const name of namesOf(element)) if (!named.has(name)) named.set(name, element);
  const lists = new Set<Element>();
  const labels = new Map<Element, string>();
  for (const link of body.querySelectorAll<HTMLAnchorElement>("a[href^='#']")) {
    if (!link.isConnected) continue;
    const target = named.get(aimOf(link));
    const note = target?.closest<HTMLElement>(NOTE) ?? target?.closest<HTMLElement>("p, dd");
    if (!target || !note || note.contains(link)) continue;
    // A note that several places name is taken out with the first of them.
    let label = labels.get(note);
    if (label === undefined) {
      if (!note.isConnected) continue;
      const own = ownNames(link);
      const back = [...note.querySelectorAll<HTMLAnchorElement>("a[href^='#']")];
      if (!back.some((other) => own.has(aimOf(other)))) continue;
      const places = new Set(own);
      for (const other of back) {
        const origin = named.get(aimOf(other));
        if (places.has(aimOf(other)) || (origin && aimsAt(origin, target))) other.remove();
      }
      label = String(notes.size + 1);
      labels.set(note, label);
      if (note.localName === "p" || note.localName === "dd")
        notes.set(label, `<p>${note.innerHTML}</p>`);
      else notes.set(label, note.innerHTML);
      if (note.parentElement) lists.add(note.parentElement);
      note.remove();
    }
    const reference = body.ownerDocument.createElement("sup");
    reference.dataset.footnote = label;
    (link.closest("sup") ?? link).replaceWith(reference);
  }
  for (const list of lists) removeEmpty(list, body);
  return notes;
}

/** The list or box of the notes, with the line above them. */
function removeEmpty(list: Element, body: HTMLElement): void {
  if (list === body || list.querySelector("img") || list.textContent?.trim()) return;
  list.remove();
}

function namesOf(element: Element): string[] {
  return [element.id, element.getAttribute("name") ?? ""].filter(Boolean);
}

function ownNames(link: Element): Set<string> {
  const names = new Set(namesOf(link));
  // Words around a link name it as well, such as `sup`; a whole block does not.
  let element = link.parentElement;
  for (let up = 0; element && up < 3; up += 1, element = element.parentElement)
    for (const name of namesOf(element)) names.add(name);
  for (const inner of link.querySelectorAll("[id], a[name]"))
    for (const name of namesOf(inner)) names.add(name);
  return names;
}

function aimsAt(origin: Element, target: Element): boolean {
  const link = origin.matches("a[href]") ? origin : origin.querySelector("a[href^='#']");
  return link !== null && namesOf(target).includes((link.getAttribute("href") ?? "").slice(1));
}

function aimOf(link: Element): string {
  return (link.getAttribute("href") ?? "").slice(1);
}

/** A part with the notes that it names, as the section holds them. */
export function withNotes(html: string, notes: Map<string, string>): string {
  const needed = [...notes].filter(([label]) => html.includes(`data-footnote="${label}"`));
  const shown = needed.map(([label, note]) => `<div data-footnote-text="${label}">${note}</div>`);
  return html + shown.join("");
}

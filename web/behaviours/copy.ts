/**
 * On the reading page: copies the link of a section, and the text of a block of code.
 *
 * The words of the buttons are in their style sheet, so that they are never part of the article's text.
 */
export function copy(page: Document): void {
  if (!navigator.clipboard) return;
  for (const link of page.querySelectorAll<HTMLAnchorElement>("a[data-copy-link]"))
    link.addEventListener("click", () => void put(link.href, link));
  for (const block of page.querySelectorAll<HTMLElement>(".reading-text pre")) {
    const code = block.querySelector("code:not([class$='mermaid'])");
    if (!code) continue;
    const button = page.createElement("button");
    button.type = "button";
    button.className = "button small copy-code screen-only";
    button.setAttribute("aria-label", "Copy code");
    button.addEventListener("click", () => void put(code.textContent ?? "", button));
    block.append(button);
  }
}

/** Copies text and says so for a moment in the place that was pressed. */
async function put(text: string, place: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not allowed: the link still leads to its section.
    return;
  }
  place.dataset.copied = "";
  window.setTimeout(() => delete place.dataset.copied, 1500);
}

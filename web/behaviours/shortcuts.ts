/** Ctrl-K (or /) searches, ? lists the shortcuts. */

/** Tells whether a key is being typed into something rather than at the page. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

export function shortcuts(page: Document): void {
  page.addEventListener("keydown", (event) => {
    const search = page.querySelector<HTMLInputElement>("[data-search] input[type=search]");
    const combined = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    const alone = event.key === "/" && !event.ctrlKey && !event.altKey && !isTyping(event.target);
    if (search && (combined || alone)) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "?" && !isTyping(event.target)) {
      window.location.assign("/shortcuts");
    }
  });
}

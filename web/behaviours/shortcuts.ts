/** Ctrl-K finds and does, / searches, ? lists the shortcuts. */

import { onKey } from "./keys";

/** Tells whether a key is being typed into something rather than at the page. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

export function shortcuts(page: Document): void {
  page.querySelector("[data-palette]")?.addEventListener("click", (event) => {
    event.preventDefault();
    openPalette();
  });
  onKey(page, (event) => {
    const field = () => page.querySelector<HTMLInputElement>("[data-search] input[type=search]");
    const combined = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    const alone = !event.ctrlKey && !event.altKey && !event.metaKey && !isTyping(event.target);
    if (combined && field()) {
      event.preventDefault();
      openPalette();
    } else if (event.key === "/" && alone) {
      const search = field();
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "?" && alone) {
      event.preventDefault();
      void import("./help").then(({ openHelp }) => openHelp());
    }
  });
}

/** The field is there at once; what it offers is loaded when it is first asked for. */
function openPalette(): void {
  if (document.querySelector("dialog[open]")) return;
  const dialog = document.createElement("dialog");
  dialog.className = "palette";
  dialog.setAttribute("aria-label", "Find and do");
  const field = document.createElement("input");
  Object.assign(field, { className: "input", maxLength: 200, autocomplete: "off" });
  field.placeholder = "Find an article, or something to do";
  for (const [name, value] of Object.entries({
    role: "combobox",
    spellcheck: "false",
    "aria-label": field.placeholder,
    "aria-controls": "palette-choices",
    "aria-expanded": "true",
    "aria-autocomplete": "list",
  }))
    field.setAttribute(name, value);
  dialog.append(field);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  void import("./palette").then(({ Palette }) => new Palette(dialog, field));
}

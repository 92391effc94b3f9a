/**
 * The reviewer's page: from change to change with keys, sections ticked without a reload, the
 * decision over the text where there is no room beside it. All of it works without, by plain links
 * and forms.
 */

import { request } from "../api/client";
import { onKey } from "./keys";

/** Where the decision stands beside the text. */
const WIDE = "(min-width: 60rem)";

/** Goes from one change to the next and tells which it is. */
class Changes {
  private readonly all: HTMLElement[];
  private at = -1;

  constructor(
    page: HTMLElement,
    private readonly bar: HTMLElement | null,
  ) {
    this.all = [...page.querySelectorAll<HTMLElement>("[data-change]")];
    const next = bar?.querySelector<HTMLAnchorElement>("[data-next]");
    if (!next || this.all.length === 0) return;
    const what = document.createElement("span");
    Object.assign(what, { className: "visually-hidden", textContent: " change" });
    next.replaceChildren("Next", what);
    next.addEventListener("click", (event) => {
      event.preventDefault();
      this.go(1);
    });
    const back = document.createElement("button");
    Object.assign(back, { type: "button", className: "button small", textContent: "Previous" });
    back.addEventListener("click", () => this.go(-1));
    next.before(back);
  }

  go(step: 1 | -1): void {
    const count = this.all.length;
    if (count === 0) return;
    const from = this.at < 0 && step < 0 ? 0 : this.at;
    this.show((from + step + count) % count);
  }

  /** The section of the change that was gone to last. */
  get section(): Element | null | undefined {
    return this.all[this.at]?.closest("[data-section]");
  }

  private show(at: number): void {
    this.all[this.at]?.classList.remove("here");
    this.at = at;
    const change = this.all[at];
    if (!change) return;
    change.classList.add("here");
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    change.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    change.focus({ preventScroll: true });
    const count = this.bar?.querySelector("[data-count]");
    if (count) count.textContent = `${at + 1} of ${this.all.length} changes`;
  }
}

/** Ticks a section on the server and on the page; where that fails, the form is sent as ever. */
async function tick(form: HTMLFormElement, review: string, page: HTMLElement): Promise<void> {
  const button = form.querySelector("button");
  if (!button) return;
  const seen = button.getAttribute("aria-pressed") !== "true";
  const reply = await request(`${seen ? "PUT" : "DELETE"} /api/v1/reviews/{id}/seen/{section}`, {
    path: { id: review, section: form.dataset.seen ?? "" },
  }).catch(() => undefined);
  if (!reply?.ok) {
    form.removeAttribute("data-seen");
    form.requestSubmit(button);
    return;
  }
  button.setAttribute("aria-pressed", String(seen));
  button.value = seen ? "no" : "yes";
  const all = page.querySelectorAll("[data-seen] button");
  const ticked = page.querySelectorAll('[data-seen] button[aria-pressed="true"]');
  const progress = page.querySelector("[data-progress]");
  const sections = all.length === 1 ? "1 section" : `${all.length} sections`;
  if (progress) progress.textContent = `${ticked.length} of ${sections} seen`;
}

/** The decision: focused where it stands beside the text, otherwise over the text in a dialogue. */
function decide(panel: HTMLElement): void {
  const first = () =>
    panel
      .querySelector<HTMLElement>(
        "[aria-invalid=true], input:not([type=hidden]):not(:checked), textarea, button",
      )
      ?.focus();
  if (window.matchMedia(WIDE).matches || panel.closest("dialog")) {
    first();
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  dialog.setAttribute("aria-labelledby", "decide");
  const head = document.createElement("div");
  head.className = "sheet-head";
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "button small", textContent: "Close" });
  close.addEventListener("click", () => dialog.close());
  head.append(close);
  const place = document.createComment("the decision stands here");
  panel.replaceWith(place);
  dialog.append(head, panel);
  dialog.addEventListener("close", () => {
    place.replaceWith(panel);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  first();
}

/** The words selected in a section, as they are put into the form of a comment on it. */
function selected(section: Element): string {
  const selection = document.getSelection();
  if (!selection?.anchorNode || !section.contains(selection.anchorNode)) return "";
  const words = selection.toString().replace(/\s+/g, " ").trim();
  return words.length > 300 ? words.slice(0, 300) : words;
}

/** Connects the keys and buttons, and marks the part of the page that now listens to them. */
export function connect(page: HTMLElement): void {
  const changes = new Changes(page, page.querySelector("[data-bar]"));
  const panel = page.querySelector<HTMLElement>("[data-verdict]");
  const review = page.dataset.review ?? "";
  page.querySelector("[data-decide]")?.addEventListener("click", (event) => {
    if (!panel) return;
    event.preventDefault();
    decide(panel);
  });
  page.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.dataset.seen === undefined) return;
    event.preventDefault();
    void tick(form, review, page);
  });
  // A click on "Comment" would take the selection away before the form is open.
  page.addEventListener("mousedown", ({ target }) => {
    const summary = (target as Element).closest(".comment-on > summary");
    const section = summary?.closest("[data-section]");
    const field = section?.querySelector<HTMLInputElement>("[data-comment] input[name=quote]");
    if (section && field && field.value === "") field.value = selected(section);
  });
  const keys: Record<string, () => void> = {
    n: () => changes.go(1),
    j: () => changes.go(1),
    p: () => changes.go(-1),
    k: () => changes.go(-1),
    s: () => changes.section?.querySelector<HTMLElement>("[data-seen] button")?.click(),
    d: () => panel && decide(panel),
  };
  onKey(document, (event) => {
    const run = keys[event.key];
    if (!run || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return;
    const { target } = event;
    if (target instanceof HTMLElement && target.matches("input, textarea, select")) return;
    event.preventDefault();
    run();
  });
  // A table that is wider than the page can be moved by keys as well.
  for (const table of page.querySelectorAll("table"))
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
  if (panel?.querySelector(".error")) decide(panel);
  page.dataset.ready = "";
}

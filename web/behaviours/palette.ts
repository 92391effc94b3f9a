/**
 * Ctrl-K: what this page can do and what can be found, by typing. Loaded when it is first asked for.
 *
 * The caret stays in the field; the field says which choice is meant (WAI-ARIA combobox pattern).
 */

import { request, type Schemas } from "../api/client";
import { onKey } from "./keys";

interface Choice {
  title: string;
  /** What else there is to know. */
  note: string;
  run: () => void;
}

type Hit = Schemas["HitReply"];

/** What a page offers, wherever it stands. */
const COMMANDS =
  'nav[aria-label="Main"] a, .masthead-tools > a, .page-head .actions :is(a, button), .write-bar button:not(.face), .menu-panel :is(a, button)';
/** How long somebody has to rest for the server to be asked, in milliseconds. */
const REST = 120;
/** Hits at most; the search page has more. */
const MOST = 8;

/** Gives an open field its choices; something may have been typed already. */
export class Palette {
  private readonly list = document.createElement("div");
  private readonly commands = commands();
  private choices: Choice[] = [];
  private hits: Choice[] = [];
  private at = 0;
  private asked = new AbortController();
  private timer: number | undefined;

  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly field: HTMLInputElement,
  ) {
    this.list.id = "palette-choices";
    this.list.className = "palette-choices";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Choices");
    this.list.tabIndex = -1;
    this.dialog.append(this.list);
    this.field.addEventListener("input", () => this.typed());
    onKey(this.field, (event) => this.key(event));
    this.dialog.addEventListener("click", ({ target }) => {
      if (target === this.dialog) this.dialog.close();
    });
    this.dialog.addEventListener("close", () => this.asked.abort());
    this.typed();
  }

  private get query(): string {
    return this.field.value.trim();
  }

  private typed(): void {
    this.asked.abort();
    window.clearTimeout(this.timer);
    this.hits = [];
    this.show();
    if (this.query === "") return;
    this.asked = new AbortController();
    const { signal } = this.asked;
    this.timer = window.setTimeout(async () => {
      const found = await find(this.query, signal);
      if (signal.aborted) return;
      this.hits = found.map((hit) => this.hit(hit));
      this.show();
    }, REST);
  }

  private hit({ slug, title, draft, section, section_title, snippet }: Hit): Choice {
    const words = new DOMParser().parseFromString(snippet, "text/html").body.textContent ?? "";
    const place = `/a/${slug}${draft ? "/edit" : ""}${section ? `#section-${section}` : ""}`;
    const about = [draft ? "Draft" : "", section_title, words].filter(Boolean);
    return { title, note: about.join(" · "), run: () => this.go(place) };
  }

  private go(place: string): void {
    window.location.assign(place);
  }

  private show(): void {
    const asked = this.query.toLowerCase();
    const begins = (title: string) =>
      title
        .toLowerCase()
        .split(/\s+/)
        .some((word) => word.startsWith(asked)) || title.toLowerCase().startsWith(asked);
    const fitting = this.commands.filter(({ title }) => begins(title));
    const all = `/search?q=${encodeURIComponent(this.query)}`;
    const search = { title: `Search for “${this.query}”`, note: "", run: () => this.go(all) };
    this.choices = [...fitting, ...this.hits, ...(asked ? [search] : [])];
    this.list.replaceChildren(...this.choices.map((choice, index) => this.option(choice, index)));
    this.mark(0);
  }

  private option({ title, note, run }: Choice, index: number): HTMLElement {
    const option = document.createElement("div");
    option.id = `palette-${index}`;
    option.className = "palette-choice";
    option.setAttribute("role", "option");
    const name = document.createElement("span");
    name.textContent = title;
    option.append(name);
    if (note) {
      const small = document.createElement("small");
      small.textContent = note;
      option.append(small);
    }
    option.addEventListener("mousedown", (event) => event.preventDefault());
    option.addEventListener("mousemove", () => this.mark(index));
    option.addEventListener("click", () => {
      this.dialog.close();
      run();
    });
    return option;
  }

  private mark(index: number): void {
    this.at = index;
    for (const [place, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(place === index));
      if (place !== index) continue;
      this.field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  }

  private key(event: KeyboardEvent): void {
    const count = this.choices.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && count > 0) {
      event.preventDefault();
      this.mark((this.at + step + count) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      (this.list.children[this.at] as HTMLElement | undefined)?.click();
    }
  }
}

function commands(): Choice[] {
  const found = new Map<string, Choice>();
  for (const element of document.querySelectorAll<HTMLElement>(COMMANDS)) {
    const title = named(element);
    const usable = !element.matches(":disabled") && !element.closest("[hidden], .missing");
    if (title && usable && !found.has(title))
      found.set(title, { title, note: "", run: () => element.click() });
  }
  return [...found.values()];
}

/** What a command is called where only its name is seen: as a screen reader says it, with the group that it belongs to. */
export function named(element: Element): string {
  const words = ({ textContent }: Element) => textContent?.replace(/\s+/g, " ").trim() ?? "";
  const legend = element.closest("fieldset")?.querySelector("legend");
  const name = element.getAttribute("aria-label") ?? words(element);
  return legend && name ? `${words(legend)}: ${name}` : name;
}

async function find(q: string, signal: AbortSignal): Promise<Hit[]> {
  try {
    const reply = await request("GET /api/v1/search", { query: { q, limit: MOST }, signal });
    return reply.ok ? (await reply.json()).hits : [];
  } catch {
    // Without network, what the page can do is still there.
    return [];
  }
}

/** Where a comment is written: words, people after `@`, and what was not sent is kept in this tab. */

import { onKey } from "../../behaviours/keys";
import { people } from "../mention";
import type { Remark } from "./threads";

interface Kept {
  text: string;
  /** Names of people that were chosen, with their ids. */
  chosen: [name: string, id: string][];
}

interface Options {
  /** Names what is written, in this tab. */
  key: string;
  label: string;
  send: string;
  article: string;
  text?: string;
  chosen?: [string, string][];
  /** Takes the words; an error is shown and the words stay. */
  done: (remark: Remark) => Promise<unknown>;
  gone: () => void;
}

let lists = 0;

export class Composer {
  readonly form = document.createElement("form");
  private readonly field = document.createElement("textarea");
  private readonly list = document.createElement("ul");
  private readonly problem = document.createElement("p");
  private readonly chosen: Map<string, string>;
  private asked = new AbortController();
  private at = 0;

  constructor(private readonly options: Options) {
    const kept = remembered(options.key);
    this.chosen = new Map(kept?.chosen ?? options.chosen);
    this.form.className = "composer";
    Object.assign(this.field, { className: "input", rows: 2, maxLength: 4_000 });
    this.field.value = kept?.text ?? options.text ?? "";
    this.field.setAttribute("aria-label", options.label);
    this.problem.className = "field-error";
    this.problem.setAttribute("role", "alert");
    lists += 1;
    this.list.id = `mentions-${lists}`;
    this.list.className = "mentions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "People");
    this.list.hidden = true;
    this.form.append(this.field, this.list, this.problem, this.buttons());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    this.field.addEventListener("input", () => {
      this.keep();
      void this.complete();
    });
    onKey(this.field, (event) => this.key(event));
    this.field.addEventListener("blur", () => this.offer([]));
  }

  focus(): void {
    this.field.focus();
  }

  private buttons(): HTMLElement {
    const row = document.createElement("div");
    row.className = "actions";
    const button = (type: "submit" | "button", words: string, kind: string) => {
      const made = document.createElement("button");
      Object.assign(made, { type, textContent: words, className: `button small ${kind}` });
      row.append(made);
      return made;
    };
    button("submit", this.options.send, "primary").title = `${this.options.send} (Ctrl+Enter)`;
    button("button", "Cancel", "").addEventListener("click", () => this.leave());
    return row;
  }

  private async send(): Promise<void> {
    const text = this.field.value.trim();
    if (text === "") {
      this.problem.textContent = "Write something first.";
      this.field.focus();
      return;
    }
    const named = [...this.chosen].filter(([name]) => text.includes(`@${name}`));
    this.problem.textContent = "";
    this.field.readOnly = true;
    try {
      await this.options.done({ text, mentions: named.map(([, id]) => id) });
      this.leave();
    } catch (why) {
      this.problem.textContent = (why as Error).message;
    } finally {
      this.field.readOnly = false;
    }
  }

  private leave(): void {
    forget(this.options.key);
    this.options.gone();
  }

  private keep(): void {
    const kept: Kept = { text: this.field.value, chosen: [...this.chosen] };
    store((storage) => storage.setItem(this.options.key, JSON.stringify(kept)));
  }

  private key(event: KeyboardEvent): void {
    const options = [...this.list.children] as HTMLElement[];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void this.send();
    } else if (this.list.hidden) {
      return;
    } else if (step) {
      event.preventDefault();
      this.mark((this.at + step + options.length) % options.length);
    } else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      options[this.at]?.click();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.offer([]);
    }
  }

  /** The word after the `@` before the caret. */
  private typed(): string | undefined {
    const before = this.field.value.slice(0, this.field.selectionStart);
    return /(?:^|\s)@([\p{L}\p{N}_.-]*)$/u.exec(before)?.[1];
  }

  private async complete(): Promise<void> {
    this.asked.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    const word = this.typed();
    const found = word === undefined ? [] : await people(this.options.article, word, signal);
    if (!signal.aborted) this.offer(found.slice(0, 6));
  }

  private offer(found: { id: string; title: string }[]): void {
    this.list.replaceChildren(
      ...found.map(({ id, title }, index) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}-${index}`;
        option.setAttribute("role", "option");
        option.textContent = title;
        option.addEventListener("mousedown", (event) => event.preventDefault());
        option.addEventListener("click", () => this.choose(id, title));
        return option;
      }),
    );
    this.list.hidden = found.length === 0;
    if (this.list.hidden) {
      this.field.removeAttribute("aria-controls");
      this.field.removeAttribute("aria-activedescendant");
    } else {
      this.field.setAttribute("aria-controls", this.list.id);
      this.mark(0);
    }
  }

  private mark(index: number): void {
    this.at = index;
    for (const [place, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(place === index));
      if (place === index) this.field.setAttribute("aria-activedescendant", option.id);
    }
  }

  private choose(id: string, name: string): void {
    const end = this.field.selectionStart;
    const start = end - (this.typed()?.length ?? 0);
    this.field.setRangeText(`${name} `, start, end, "end");
    this.chosen.set(name, id);
    this.offer([]);
    this.keep();
    this.field.focus();
  }
}

function store(use: (storage: Storage) => void): void {
  try {
    use(sessionStorage);
  } catch {
    // Where nothing may be kept, the words last as long as the page.
  }
}

export function remembered(key: string): Kept | undefined {
  let kept: Kept | undefined;
  store((storage) => {
    const text = storage.getItem(key);
    if (text) kept = JSON.parse(text);
  });
  return kept;
}

export function forget(key: string): void {
  store((storage) => storage.removeItem(key));
}

/**
 * Reading, suggesting or writing. While reading nothing can be changed by accident, links are followed, and what
 * others write still arrives. What one chose is remembered for each article on this device.
 */

import { onKey } from "../behaviours/keys";

export type Mode = "reading" | "suggesting" | "writing";

const WORDS: Record<Mode, string> = { reading: "Read", suggesting: "Suggest", writing: "Write" };

export class ModeSwitch {
  private readonly buttons = new Map<Mode, HTMLButtonElement>();
  private last: Mode;

  constructor(
    slot: HTMLElement,
    private readonly article: string,
    modes: Mode[],
    private readonly onChange: (mode: Mode) => void,
  ) {
    for (const mode of modes) {
      const made = document.createElement("button");
      const words = WORDS[mode];
      Object.assign(made, { type: "button", className: "mode", textContent: words });
      made.title = mode === "suggesting" ? words : `${words} (F2 changes it)`;
      made.addEventListener("click", () => this.choose(mode));
      this.buttons.set(mode, made);
    }
    this.last = modes.at(-1) ?? "writing";
    slot.setAttribute("role", "group");
    slot.setAttribute("aria-label", "Read or write");
    slot.replaceChildren(...this.buttons.values());
    onKey(document, (event) => {
      if (event.key !== "F2" || event.ctrlKey || event.altKey || event.shiftKey) return;
      event.preventDefault();
      this.choose(this.mode === "reading" ? this.last : "reading");
    });
  }

  get mode(): Mode {
    const pressed = [...this.buttons].find(([, { ariaPressed }]) => ariaPressed === "true");
    return pressed?.[0] ?? this.last;
  }

  /** Begins in the mode that was chosen last for this article; otherwise ready to write, on a phone as well. */
  begin(): void {
    const kept = remembered(this.article);
    this.show(kept && this.buttons.has(kept) ? kept : this.last);
  }

  private choose(mode: Mode): void {
    try {
      localStorage.setItem(place(this.article), mode);
    } catch {
      // Where nothing may be kept, the choice lasts as long as the page.
    }
    this.show(mode);
  }

  private show(mode: Mode): void {
    if (mode !== "reading") this.last = mode;
    for (const [name, button] of this.buttons) button.ariaPressed = String(name === mode);
    this.onChange(mode);
  }
}

function place(article: string): string {
  return `mode:${article}`;
}

function remembered(article: string): Mode | undefined {
  try {
    const kept = localStorage.getItem(place(article));
    return kept && kept in WORDS ? (kept as Mode) : undefined;
  } catch {
    return undefined;
  }
}

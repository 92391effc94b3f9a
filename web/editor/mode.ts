/**
 * Reading or writing. While reading nothing can be changed by accident, links are followed, and what
 * others write still arrives. What one chose is remembered for each article on this device.
 */

export type Mode = "reading" | "writing";

export class ModeSwitch {
  private readonly buttons: Record<Mode, HTMLButtonElement>;

  constructor(
    slot: HTMLElement,
    private readonly article: string,
    private readonly onChange: (mode: Mode) => void,
  ) {
    const button = (mode: Mode, words: string) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "mode";
      made.textContent = words;
      made.title = `${words} (F2 changes it)`;
      made.addEventListener("click", () => this.choose(mode));
      return made;
    };
    this.buttons = { reading: button("reading", "Read"), writing: button("writing", "Write") };
    slot.setAttribute("role", "group");
    slot.setAttribute("aria-label", "Read or write");
    slot.replaceChildren(this.buttons.reading, this.buttons.writing);
    document.addEventListener("keydown", (event) => {
      if (event.key !== "F2" || event.ctrlKey || event.altKey || event.shiftKey) return;
      event.preventDefault();
      this.choose(this.mode === "reading" ? "writing" : "reading");
    });
  }

  get mode(): Mode {
    return this.buttons.reading.getAttribute("aria-pressed") === "true" ? "reading" : "writing";
  }

  /** Begins as one left it; on a touch screen a text that stands already is read first. */
  begin(written: boolean): void {
    const touch = window.matchMedia("(pointer: coarse)").matches;
    this.show(remembered(this.article) ?? (touch && written ? "reading" : "writing"));
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
    for (const [name, button] of Object.entries(this.buttons))
      button.setAttribute("aria-pressed", String(name === mode));
    this.onChange(mode);
  }
}

function place(article: string): string {
  return `mode:${article}`;
}

function remembered(article: string): Mode | undefined {
  try {
    const kept = localStorage.getItem(place(article));
    return kept === "reading" || kept === "writing" ? kept : undefined;
  } catch {
    return undefined;
  }
}

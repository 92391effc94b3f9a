/** Follows somebody's caret through the text, until one does something oneself. */

import type { Awareness } from "y-protocols/awareness";
import { onKey } from "../behaviours/keys";

/** When a section has drawn a caret that moved, in milliseconds: it does so in the next task. */
const DRAWN = 50;

export class Follower {
  private person: string | undefined;

  constructor(
    private readonly awareness: Awareness,
    /** Told whenever it is somebody else that is followed, or nobody any more. */
    private readonly onChange: () => void,
  ) {
    awareness.on("change", () => {
      if (this.person) setTimeout(this.go, DRAWN);
    });
    const acts = (event: Event) => {
      const face = event.target instanceof Element && event.target.closest("[data-people]");
      if (!face || (event as KeyboardEvent).key === "Escape") this.follow(undefined);
    };
    for (const own of ["wheel", "touchmove", "mousedown", "compositionstart"])
      document.addEventListener(own, acts);
    onKey(document, acts);
  }

  get followed(): string | undefined {
    return this.person;
  }

  follow(person: string | undefined): void {
    if (person === this.person) return;
    this.person = person;
    this.onChange();
    this.go();
  }

  private readonly go = (): void => {
    const { person } = this;
    if (!person) return;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const behavior = calm ? "auto" : "smooth";
    const caret = document.querySelector(`.caret[data-person="${CSS.escape(person)}"]`);
    if (caret) caret.scrollIntoView({ block: "center", behavior });
    else this.section(person)?.scrollIntoView({ block: "start", behavior });
  };

  /** Where they are while their caret is in no text. */
  private section(person: string): Element | null {
    for (const { user, section } of this.awareness.getStates().values()) {
      if (user?.id === person && section)
        return document.querySelector(`#section-${CSS.escape(section)}`);
    }
    return null;
  }
}

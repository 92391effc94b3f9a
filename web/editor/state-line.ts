/** The state line: it says what is true, and goes on asking while the answer depends on the time. */

import { type SaveState, words } from "./save-state";

const TICK = 1_000;

export class StateLine {
  private timer: number | undefined;

  constructor(
    private readonly slot: HTMLElement,
    private readonly state: SaveState,
    /** Where to sign in: the draft, which asks for it. */
    private readonly draft: string,
  ) {
    window.addEventListener("beforeunload", (event) => {
      // What this device keeps comes back; what is on its way may not.
      if (["saving", "unsaved"].includes(this.state.at(Date.now())) && this.state.isPending()) {
        event.preventDefault();
      }
    });
    this.show();
  }

  readonly show = (): void => {
    const now = this.state.at(Date.now());
    if (this.slot.dataset.state !== now) {
      this.slot.dataset.state = now;
      this.slot.replaceChildren(now === "signed-out" ? this.signIn() : words[now]);
    }
    window.clearTimeout(this.timer);
    if (now === "saving") this.timer = window.setTimeout(this.show, TICK);
  };

  private signIn(): HTMLElement {
    const link = document.createElement("a");
    link.href = this.draft;
    link.textContent = words["signed-out"];
    return link;
  }
}

/** What stands for a file while it is on its way: its name, how far it is, and what went wrong. */

import { type Attachment, Unreachable } from "./upload";

/** How long to wait before the next attempt when the browser reports no change of the network, in milliseconds. */
const AGAIN = 10_000;

interface Way {
  send: (progress: (part: number) => void, signal: AbortSignal) => Promise<Attachment>;
  done: (attachment: Attachment) => void;
  gone: () => void;
}

let count = 0;

export class Placeholder {
  readonly id: string;
  readonly dom = document.createElement("span");
  private readonly words = document.createElement("span");
  private readonly bar = document.createElement("progress");
  private readonly buttons = document.createElement("span");
  private stop = new AbortController();
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly name: string,
    private readonly way: Way,
  ) {
    count += 1;
    this.id = `file-${count}`;
    this.dom.className = "coming";
    this.dom.contentEditable = "false";
    this.words.setAttribute("role", "status");
    this.bar.setAttribute("aria-label", `How much of ${name} is there`);
    this.dom.append(this.words, this.bar, this.buttons);
  }

  readonly start = (): void => {
    this.wait(false);
    this.stop = new AbortController();
    this.words.textContent = this.name;
    this.dom.classList.remove("failed");
    this.bar.hidden = false;
    this.bar.removeAttribute("value");
    this.offer("Cancel", () => this.leave());
    const progress = (part: number) => {
      this.bar.value = part;
    };
    this.way.send(progress, this.stop.signal).then(this.way.done, (why: Error) => this.fail(why));
  };

  private fail(why: Error): void {
    this.words.textContent = why.message;
    this.dom.classList.add("failed");
    this.bar.hidden = true;
    this.offer("Try again", () => this.start());
    this.offer("Dismiss", () => this.leave(), true);
    this.wait(why instanceof Unreachable);
  }

  /** Starts again once the network is back, or stops waiting for it. */
  private wait(waiting: boolean): void {
    clearTimeout(this.later);
    window.removeEventListener("online", this.start);
    if (!waiting) return;
    window.addEventListener("online", this.start);
    this.later = setTimeout(this.start, AGAIN);
  }

  private leave(): void {
    this.wait(false);
    this.stop.abort();
    this.way.gone();
  }

  private offer(words: string, run: () => void, beside = false): void {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = words;
    button.addEventListener("click", run);
    if (beside) this.buttons.append(button);
    else this.buttons.replaceChildren(button);
  }
}

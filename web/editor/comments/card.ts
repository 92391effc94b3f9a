/** One thread as it is shown: what it is about, what was said, and what can be done. */

import { formatted } from "../../behaviours/local-times";
import { initials } from "../people";
import { Composer, remembered } from "./composer";
import type { Remark, Said, Thread, Threads } from "./threads";

interface Around {
  article: string;
  /** Who looks. */
  self: string;
  threads: Threads;
  /** Shows the passage. */
  go: (thread: Thread) => void;
  /** It went out of sight while it had the focus. */
  gone: () => void;
}

export class Card {
  readonly element = document.createElement("li");
  private readonly about = document.createElement("button");
  private readonly lost = document.createElement("p");
  private readonly list = document.createElement("ol");
  private readonly foot = document.createElement("div");
  private readonly problem = document.createElement("p");
  /** What is shown. */
  private told = "";
  private composer: Composer | undefined;
  private editing = -1;

  constructor(
    private thread: Thread,
    private readonly around: Around,
  ) {
    this.element.className = "thread";
    this.element.id = `thread-${thread.id}`;
    this.about.type = "button";
    this.about.className = "quoted";
    this.about.addEventListener("click", () => around.go(this.thread));
    this.lost.className = "quiet";
    this.lost.textContent = "The text that this was about is gone.";
    this.list.className = "said";
    this.foot.className = "actions";
    this.problem.className = "field-error";
    this.problem.setAttribute("role", "alert");
    this.element.append(this.about, this.lost, this.list, this.problem, this.foot);
    if (remembered(this.key())) this.compose();
  }

  /** Shows the thread as it is now; `found` says whether its passage still stands. */
  show(thread: Thread, found: boolean, active: boolean): void {
    const told = JSON.stringify(thread);
    const changed = told !== this.told;
    [this.thread, this.told] = [thread, told];
    const { quote } = thread.anchor;
    this.about.textContent = `“${quote.length > 160 ? `${quote.slice(0, 160)}…` : quote}”`;
    this.about.setAttribute("aria-label", `Show the passage: ${quote.slice(0, 160)}`);
    this.about.disabled = !found;
    this.lost.hidden = found;
    this.element.classList.toggle("active", active);
    this.element.setAttribute("aria-current", String(active));
    if (!changed) return;
    this.list.replaceChildren(...thread.comments.map((said, number) => this.comment(said, number)));
    if (!this.composer) this.offer();
  }

  focus(): void {
    this.about.disabled ? this.foot.querySelector("button")?.focus() : this.about.focus();
  }

  private comment(said: Said, number: number): HTMLElement {
    const item = document.createElement("li");
    const head = document.createElement("p");
    head.className = "who";
    const face = document.createElement("span");
    face.className = "small-face";
    face.setAttribute("aria-hidden", "true");
    face.textContent = initials(said.by.name);
    const name = document.createElement("strong");
    name.textContent = said.by.name;
    head.append(face, name, " ", this.when(said));
    const words = document.createElement("p");
    words.className = "words";
    words.append(...withMentions(said));
    item.append(head, words);
    if (said.by.id === this.around.self && this.thread.state === "open") {
      const edit = this.button("Edit", () => this.edit(said, number));
      edit.className = "offer";
      edit.setAttribute("aria-label", `Edit “${said.text.slice(0, 60)}”`);
      head.append(" ", edit);
    }
    return item;
  }

  /** The time is the address of the thread as well. */
  private when({ at, edited_at }: Said): HTMLElement {
    const link = document.createElement("a");
    link.href = `?thread=${this.thread.id}`;
    link.className = "quiet";
    link.title = "Link to this thread";
    link.textContent = formatted(new Date(at), "minute") + (edited_at ? ", edited" : "");
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      history.replaceState(null, "", link.href);
      this.around.go(this.thread);
    });
    return link;
  }

  private offer(): void {
    const { state, may_resolve, changed_by } = this.thread;
    const buttons: Node[] = [];
    if (state === "open") {
      buttons.push(this.button("Reply", () => this.compose()?.focus()));
      if (may_resolve) buttons.push(this.button("Resolve", () => this.settle("resolve")));
    } else {
      const by = document.createElement("span");
      by.className = "quiet";
      by.textContent = `Resolved by ${changed_by?.name ?? "somebody"}.`;
      buttons.push(
        by,
        this.button("Reopen", () => this.settle("reopen")),
      );
    }
    this.foot.replaceChildren(...buttons);
  }

  private button(words: string, run: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: words, className: "button small" });
    button.addEventListener("click", run);
    return button;
  }

  private async settle(how: "resolve" | "reopen"): Promise<void> {
    try {
      this.problem.textContent = "";
      await this.around.threads.settle(this.thread, how);
      if (this.element.isConnected) this.focus();
      else this.around.gone();
    } catch (why) {
      this.problem.textContent = (why as Error).message;
    }
  }

  private key(): string {
    const { id } = this.thread;
    return `lectern/comment/${id}/${this.editing < 0 ? "reply" : this.editing}`;
  }

  private edit(said: Said, number: number): void {
    this.editing = number;
    const chosen = said.mentions.map(({ id, name }): [string, string] => [name, id]);
    this.compose("Save", "Your comment", { text: said.text, chosen })?.focus();
  }

  private compose(
    send = "Reply",
    label = "Your reply",
    begin: { text?: string; chosen?: [string, string][] } = {},
  ): Composer | undefined {
    const { threads, article } = this.around;
    const number = this.editing;
    const done = (remark: Remark) =>
      number < 0 ? threads.reply(this.thread, remark) : threads.edit(this.thread, number, remark);
    const gone = () => {
      this.composer = undefined;
      this.editing = -1;
      this.offer();
      this.foot.querySelector("button")?.focus();
    };
    this.composer = new Composer({ key: this.key(), label, send, article, ...begin, done, gone });
    this.foot.replaceChildren(this.composer.form);
    return this.composer;
  }
}

/** The words, with the people in them made out. */
function withMentions({ text, mentions }: Said): Node[] {
  let parts: (string | Node)[] = [text];
  for (const { name } of mentions) {
    parts = parts.flatMap((part): (string | Node)[] => {
      if (typeof part !== "string") return [part];
      return part.split(`@${name}`).flatMap((words, index): (string | Node)[] => {
        if (index === 0) return [words];
        const mention = document.createElement("span");
        mention.className = "mention";
        mention.textContent = `@${name}`;
        return [mention, words];
      });
    });
  }
  return parts.map((part) => (typeof part === "string" ? document.createTextNode(part) : part));
}

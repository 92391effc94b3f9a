/**
 * Comments beside the text: a list in the order of the passages, at the side of a wide window and a
 * sheet over the foot of a narrow one.
 */

import { onKey } from "../../behaviours/keys";
import type { Section } from "../section";
import { tell } from "../toast";
import { type Anchor, anchorOf, type Passage } from "./anchor";
import { Card } from "./card";
import { Composer, forget } from "./composer";
import { placeOf, showPassages } from "./passages";
import { type Thread, Threads } from "./threads";

/** A window in which the list stands beside the text. */
const WIDE = "(min-width: 75rem)";

interface Places {
  panel: HTMLElement;
  button: HTMLElement;
}

interface Settings {
  article: string;
  self: string;
}

export class Comments {
  private readonly threads: Threads;
  private readonly cards = new Map<string, Card>();
  private readonly list = document.createElement("ul");
  private readonly empty = document.createElement("p");
  private readonly fresh = document.createElement("div");
  private readonly settled = document.createElement("input");
  private readonly heard = document.createElement("p");
  private readonly toggle = document.createElement("button");
  private active: string | undefined;
  private composing: Anchor | undefined;
  private drawing = false;

  constructor(
    private readonly places: Places,
    private readonly settings: Settings,
    private readonly sections: Section[],
  ) {
    this.threads = new Threads(settings.article, (_, before) => {
      this.announce(before);
      const active = this.active ? before.get(this.active) : undefined;
      const now = this.threads.all.find(({ id }) => id === this.active);
      // What was settled just now goes out of sight.
      if (active?.state === "open" && now?.state === "resolved") this.active = undefined;
      this.draw();
    });
    this.furnish();
    onKey(document, (event) => this.key(event));
    document.addEventListener("comment", () => this.begin());
  }

  /** Fetches what was said, and shows what the address asks for. */
  async start(): Promise<void> {
    const asked = new URLSearchParams(window.location.search);
    await this.threads.fetch();
    const kept = this.keptAnchor();
    if (kept) this.compose(kept);
    const thread = this.threads.all.find(({ id }) => id === asked.get("thread"));
    if (thread) this.go(thread);
    else if (asked.has("thread")) tell(["The comment that this address names is not there."]);
    const open = this.threads.all.some(({ state }) => state === "open");
    if (asked.has("comments") || (open && window.matchMedia(WIDE).matches)) this.show(true);
  }

  /** Something was said or settled. */
  fetch(): void {
    void this.threads.fetch();
  }

  /** A passage was clicked. */
  choose(id: string): void {
    this.active = id;
    this.show(true);
    this.draw();
    this.cards.get(id)?.element.scrollIntoView({ block: "nearest" });
  }

  /** The text changed: passages may stand elsewhere, or nowhere. */
  moved(): void {
    if (this.drawing || this.threads.all.length === 0) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.arrange();
    });
  }

  private furnish(): void {
    const { panel, button } = this.places;
    this.toggle.type = "button";
    this.toggle.className = "button small";
    this.toggle.setAttribute("aria-expanded", "false");
    this.toggle.setAttribute("aria-controls", panel.id);
    this.toggle.addEventListener("click", () => this.show(panel.hidden));
    button.replaceChildren(this.toggle);
    const head = document.createElement("header");
    const title = document.createElement("h2");
    title.textContent = "Comments";
    const add = document.createElement("button");
    Object.assign(add, { type: "button", className: "button small", textContent: "Comment" });
    add.title = "Comment on what is selected (Ctrl+Alt+M)";
    // What is selected stays so.
    add.addEventListener("mousedown", (event) => event.preventDefault());
    add.addEventListener("click", () => this.begin());
    const close = document.createElement("button");
    Object.assign(close, { type: "button", className: "button small close", textContent: "Close" });
    close.addEventListener("click", () => this.show(false));
    head.append(title, add, close);
    const filter = document.createElement("label");
    filter.className = "quiet filter";
    this.settled.type = "checkbox";
    this.settled.addEventListener("change", () => this.draw());
    filter.append(this.settled, " Show resolved");
    this.empty.className = "quiet";
    this.empty.textContent = "No comments yet. Select text to comment on it.";
    this.list.className = "threads";
    this.heard.className = "visually-hidden";
    this.heard.setAttribute("aria-live", "polite");
    panel.replaceChildren(head, this.fresh, this.empty, this.list, filter, this.heard);
    this.draw();
  }

  private show(open: boolean): void {
    const { panel } = this.places;
    const had = panel.contains(document.activeElement);
    panel.hidden = !open;
    this.toggle.setAttribute("aria-expanded", String(open));
    if (!open) {
      this.active = undefined;
      this.draw();
      if (had) this.toggle.focus();
    }
  }

  private section(key: string): Section | undefined {
    return this.sections.find(({ info }) => info.key === key);
  }

  private shown(): Thread[] {
    const { checked } = this.settled;
    return this.threads.all.filter(
      ({ id, state }) => state === "open" || checked || id === this.active,
    );
  }

  private draw(): void {
    const open = this.threads.all.filter(({ state }) => state === "open").length;
    this.toggle.textContent = open === 0 ? "Comments" : `Comments (${open})`;
    const shown = this.shown();
    for (const { editor, info } of this.sections) {
      const here = shown.filter(({ anchor }) => anchor.section === info.key);
      showPassages(editor, here, this.active);
    }
    this.arrange();
  }

  /** Draws the list: in the order of the text, what has lost its passage at the end. */
  private arrange(): void {
    const places = this.shown().map((thread) => {
      const section = this.sections.findIndex(({ info }) => info.key === thread.anchor.section);
      const editor = this.sections[section]?.editor;
      return { thread, section, at: editor && placeOf(editor, thread.id)?.from };
    });
    const last = (at: number | undefined) => (at === undefined ? 1 : 0);
    places.sort(
      (a, b) => last(a.at) - last(b.at) || a.section - b.section || (a.at ?? 0) - (b.at ?? 0),
    );
    const elements = places.map(({ thread, at }) => {
      const card = this.card(thread);
      card.show(thread, at !== undefined, thread.id === this.active);
      return card.element;
    });
    const same = elements.every((element, index) => this.list.children[index] === element);
    // Moving an element takes the focus from what is in it.
    if (!same || this.list.children.length !== elements.length)
      this.list.replaceChildren(...elements);
    this.empty.hidden = elements.length > 0 || this.composing !== undefined;
  }

  private card(thread: Thread): Card {
    const known = this.cards.get(thread.id);
    if (known) return known;
    const { article, self } = this.settings;
    const { threads } = this;
    const gone = () => this.places.panel.focus();
    const go = (shown: Thread) => this.go(shown);
    const card = new Card(thread, { article, self, threads, go, gone });
    this.cards.set(thread.id, card);
    return card;
  }

  /** Shows a thread and its passage. */
  private go(thread: Thread): void {
    this.choose(thread.id);
    const passage = document.querySelector(`.commented[data-thread="${thread.id}"]`);
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    passage?.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  }

  /** Comments on what is selected. */
  private begin(): void {
    const found = this.selected();
    if (!found) {
      tell(["Select the words first that the comment is about."]);
      return;
    }
    const { section, passage } = found;
    const anchor = anchorOf(section.editor.state, section.info.key, passage);
    if (anchor.quote.trim() === "") tell(["There are no words in what is selected."]);
    else this.compose(anchor);
  }

  /** Read from the page, as an editor that is closed to changes does not follow the selection. */
  private selected(): { section: Section; passage: Passage } | undefined {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed) return undefined;
    const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(0);
    const holds = ({ editor }: Section) =>
      editor.view.dom.contains(startContainer) && editor.view.dom.contains(endContainer);
    const section = this.sections.find(holds);
    if (!section) return undefined;
    const { view } = section.editor;
    const from = view.posAtDOM(startContainer, startOffset, -1);
    const to = view.posAtDOM(endContainer, endOffset, 1);
    return from < to ? { section, passage: { from, to } } : undefined;
  }

  private compose(anchor: Anchor): void {
    this.composing = anchor;
    keep(this.anchorKey(), anchor);
    const about = document.createElement("p");
    about.className = "quoted";
    about.textContent = `“${anchor.quote.slice(0, 160)}”`;
    const composer = new Composer({
      key: this.composerKey(),
      label: "Your comment",
      send: "Comment",
      article: this.settings.article,
      done: async (remark) => {
        const thread = await this.threads.open(anchor, remark);
        this.choose(thread.id);
      },
      gone: () => {
        this.composing = undefined;
        forget(this.anchorKey());
        this.fresh.replaceChildren();
        this.draw();
        this.section(anchor.section)?.editor.view.focus();
      },
    });
    this.fresh.className = "thread fresh";
    this.fresh.replaceChildren(about, composer.form);
    this.show(true);
    this.empty.hidden = true;
    composer.focus();
  }

  private composerKey(): string {
    return `lectern/comment/${this.settings.article}/new`;
  }

  private anchorKey(): string {
    return `lectern/comment/${this.settings.article}/anchor`;
  }

  private keptAnchor(): Anchor | undefined {
    try {
      const kept = sessionStorage.getItem(this.anchorKey());
      return kept && sessionStorage.getItem(this.composerKey()) ? JSON.parse(kept) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Says what others said, to whoever cannot see it come. */
  private announce(before: Map<string, Thread>): void {
    if (before.size === 0) return;
    const { self } = this.settings;
    for (const thread of this.threads.all) {
      const known = before.get(thread.id)?.comments.length ?? 0;
      const said = thread.comments.slice(known).filter(({ by }) => by.id !== self);
      const last = said.at(-1);
      if (last) this.heard.textContent = `${last.by.name} commented: ${last.text}`;
    }
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey && event.altKey && event.code === "KeyM") {
      event.preventDefault();
      this.begin();
    } else if (event.key === "F8" && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      this.step(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && this.places.panel.contains(document.activeElement)) {
      event.preventDefault();
      this.show(false);
    }
  }

  /** To the next thread in the order of the text. */
  private step(by: 1 | -1): void {
    const ids = [...this.list.children].map(({ id }) => id.replace("thread-", ""));
    const at = ids.indexOf(this.active ?? "");
    const start = by > 0 ? 0 : ids.length - 1;
    const next = ids[at < 0 ? start : (at + by + ids.length) % ids.length];
    const thread = this.threads.all.find(({ id }) => id === next);
    if (!thread) {
      tell(["There are no comments."]);
      return;
    }
    this.go(thread);
    this.cards.get(thread.id)?.focus();
  }
}

function keep(key: string, anchor: Anchor): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(anchor));
  } catch {
    // Where nothing may be kept, the words last as long as the page.
  }
}

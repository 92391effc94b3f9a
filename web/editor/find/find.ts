/** The bar that finds words in the article, goes from one to the next, and replaces them. */

import type { Editor } from "@tiptap/core";
import { TextSelection } from "@tiptap/pm/state";
import type * as Y from "yjs";
import { onKey } from "../../behaviours/keys";
import { afterPaint } from "../after-paint";
import { type Match, mark, matches, queryFor, replaceIn } from "./matches";

/** Longer words are no words that somebody looks for. */
const LONGEST = 200;

export class Finder {
  private readonly form = document.createElement("form");
  private readonly words = field("Find");
  private readonly replacement = field("Replace with");
  private readonly exact = button("Aa", "Match case", () => this.toggleCase());
  private readonly told = document.createElement("output");
  /** The section that was gone to last; its selection is where the next one is looked for. */
  private here: Editor | undefined;
  /** Whether what was done last is still told. */
  private isDone = false;

  constructor(
    place: HTMLElement,
    /** Filled as the page is put together. */
    private readonly sections: { editor: Editor }[],
    private readonly history: Y.UndoManager,
    private readonly isSuggesting: () => boolean,
  ) {
    const { form } = this;
    form.className = "find-bar";
    form.setAttribute("role", "search");
    form.setAttribute("aria-label", "Find and replace in this article");
    form.hidden = true;
    this.exact.setAttribute("aria-pressed", "false");
    this.told.setAttribute("aria-live", "polite");
    form.append(
      group(
        this.words,
        this.exact,
        button("↑", "Previous match", () => this.go(-1)),
        button("↓", "Next match", () => this.go(1)),
        this.told,
      ),
      group(
        this.replacement,
        button("Replace", "Replace this match", () => this.replace()),
        button("Replace all", "Replace all matches", () => this.replaceAll()),
        button("Close", "Close find and replace", () => this.close()),
      ),
    );
    onKey(form, (event) => this.key(event));
    form.addEventListener("submit", (event) => event.preventDefault());
    this.words.addEventListener("input", () => this.look());
    place.append(form);
  }

  private get editors(): Editor[] {
    return this.sections.map(({ editor }) => editor);
  }

  /** A text is another one now: whoever looks for something is told how often it is there. */
  changed(): void {
    if (!this.form.hidden && !this.isDone) this.tell();
  }

  /** Opens the bar with what is selected, or with what was looked for last. */
  open(from: Editor | undefined): void {
    this.here = from ?? this.here ?? this.editors[0];
    this.form.hidden = false;
    const { doc, selection } = this.here?.state ?? {};
    const chosen = doc && selection ? doc.textBetween(selection.from, selection.to, "\n") : "";
    if (chosen && chosen.length <= LONGEST && !chosen.includes("\n")) this.words.value = chosen;
    this.words.focus();
    this.words.select();
    this.look();
  }

  /** Ends looking; whoever wrote goes on where the last match stands. */
  close(): void {
    if (this.form.hidden) return;
    const isHere = this.form.contains(document.activeElement);
    this.form.hidden = true;
    mark(this.editors, queryFor("", false));
    if (isHere) this.here?.view.focus();
  }

  private query() {
    const exact = this.exact.getAttribute("aria-pressed") === "true";
    return queryFor(this.words.value, exact);
  }

  private found(): Match[] {
    return matches(this.editors, this.query());
  }

  /** Where the selection stands among the matches, or -1. */
  private current(found: Match[]): number {
    const { from, to } = this.here?.state.selection ?? {};
    return found.findIndex((one) => one.editor === this.here && one.from === from && one.to === to);
  }

  /** Looks for other words from where one is. */
  private look(): void {
    mark(this.editors, this.query());
    const found = this.found();
    const from = this.here?.state.selection.from ?? 0;
    this.select(found.find((one) => this.isBehind(one, from)) ?? found[0]);
    this.tell();
  }

  private isBehind({ editor, from }: Match, place: number): boolean {
    if (editor === this.here) return from >= place;
    return this.editors.indexOf(editor) > this.editors.indexOf(this.here as Editor);
  }

  /** Goes to the next or the previous match, and round at the ends. */
  private go(step: 1 | -1): void {
    const found = this.found();
    const at = this.current(found);
    const place = this.here?.state.selection.to ?? 0;
    const behind = found.findIndex((one) => this.isBehind(one, place));
    const first = behind < 0 ? found.length : behind;
    const next = at >= 0 ? at + step : step > 0 ? first : first - 1;
    this.select(found.at(next % found.length));
    this.tell();
  }

  private select(match: Match | undefined): void {
    if (!match) return;
    const { editor, from, to } = match;
    if (this.here && this.here !== editor) collapse(this.here);
    this.here = editor;
    const { view } = editor;
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, from, to)));
    this.intoSight();
  }

  /** Once it is known how much of the window this bar covers. */
  private readonly intoSight = afterPaint(() => {
    const shown = this.here?.view.dom.querySelector(".ProseMirror-active-search-match");
    // At once: a scroll that still glides would go on past the match that is looked for next.
    shown?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  });

  private replace(): void {
    const found = this.found();
    const match = found[this.current(found)];
    if (match?.editor.isEditable) {
      this.history.stopCapturing();
      replaceIn(match.editor, [match], this.replacement.value);
      this.history.stopCapturing();
    }
    this.go(1);
  }

  /** Everything in all sections, as one change that one Undo takes back. */
  private replaceAll(): void {
    if (!this.here?.isEditable) return;
    const [found, words] = [this.found(), this.replacement.value];
    this.history.stopCapturing();
    for (const editor of this.editors) {
      const own = found.filter((one) => one.editor === editor);
      // Each place is a suggestion of its own, to be accepted or rejected.
      const changes = this.isSuggesting() ? own.toReversed().map((one) => [one]) : [own];
      for (const change of changes) if (change.length > 0) replaceIn(editor, change, words);
    }
    this.history.stopCapturing();
    this.say(`${found.length} replaced`);
    this.isDone = true;
  }

  private toggleCase(): void {
    this.exact.setAttribute("aria-pressed", String(this.exact.ariaPressed !== "true"));
    this.look();
  }

  private tell(): void {
    this.isDone = false;
    const found = this.found();
    const at = this.current(found);
    if (!this.words.value) this.say("");
    else if (found.length === 0) this.say("Not found");
    else this.say(at < 0 ? `${found.length} found` : `${at + 1} of ${found.length}`);
  }

  private say(words: string): void {
    if (this.told.textContent !== words) this.told.textContent = words;
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && event.target === this.words) this.go(event.shiftKey ? -1 : 1);
    else if (event.key === "Enter" && event.target === this.replacement) this.replace();
    else return;
    event.preventDefault();
  }
}

function collapse({ view }: Editor): void {
  const { doc, selection, tr } = view.state;
  view.dispatch(tr.setSelection(TextSelection.near(doc.resolve(selection.from))));
}

function field(name: string): HTMLInputElement {
  const input = document.createElement("input");
  Object.assign(input, { className: "input", placeholder: name, maxLength: LONGEST });
  input.setAttribute("aria-label", name);
  input.autocomplete = "off";
  input.spellcheck = false;
  return input;
}

function button(text: string, name: string, run: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "button small", textContent: text });
  Object.assign(made, { title: name, ariaLabel: name });
  made.addEventListener("click", run);
  return made;
}

function group(...parts: HTMLElement[]): HTMLElement {
  const made = document.createElement("div");
  made.append(...parts);
  return made;
}

/** How many suggestions there are, from one to the next, and all decided at once. */

import { TextSelection } from "@tiptap/pm/state";
import type { Section } from "../section";
import type { Found } from "./decide";
import { decide, suggestionsIn } from "./suggesting";

export class SuggestionBar {
  private readonly words = document.createElement("span");
  private readonly next = button("Next suggestion", () => this.goOn());
  private readonly accept = button("Accept all", () => this.all(true));
  private readonly reject = button("Reject all", () => this.all(false));

  constructor(
    private readonly slot: HTMLElement,
    private readonly sections: Section[],
    private readonly mayDecide: () => boolean,
  ) {
    slot.append(this.words, this.next, this.accept, this.reject);
  }

  show(): void {
    const count = new Set(this.found().map(([, { id }]) => id)).size;
    const words = count === 1 ? "1 suggestion" : `${count} suggestions`;
    this.slot.hidden = count === 0;
    if (this.words.textContent !== words) this.words.textContent = words;
    this.accept.hidden = !this.mayDecide();
    this.reject.hidden = !this.mayDecide();
  }

  private found(): [Section, Found][] {
    return this.sections.flatMap((section) =>
      suggestionsIn(section.editor.state).map((one): [Section, Found] => [section, one]),
    );
  }

  /** Goes to the first one behind the caret, and begins again after the last. */
  private goOn(): void {
    const all = this.found();
    const place = this.sections.findIndex(({ editor }) => editor.isFocused);
    const behind = all.find(([section, { from }]) => {
      const at = this.sections.indexOf(section);
      return at > place || (at === place && from > section.editor.state.selection.to);
    });
    const [section, one] = behind ?? all[0] ?? [];
    if (!section || !one) return;
    const { view } = section.editor;
    const inside = Math.min(one.from + 1, one.to);
    const selection = TextSelection.near(view.state.doc.resolve(inside));
    view.focus();
    view.dispatch(view.state.tr.setSelection(selection).scrollIntoView());
  }

  private all(accept: boolean): void {
    for (const { editor } of this.sections) decide(editor.view, accept, () => true);
  }
}

function button(name: string, run: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", textContent: name, className: "button small" });
  made.addEventListener("click", run);
  return made;
}

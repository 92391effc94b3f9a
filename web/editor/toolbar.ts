/** The toolbar: one stop of the Tab key, arrows move inside (WAI-ARIA toolbar pattern). */

import type { Editor } from "@tiptap/core";
import { onKey } from "../behaviours/keys";
import { type Action, type Dialogs, groups } from "./actions";
import { afterPaint } from "./after-paint";
import { styleChoice } from "./style-choice";
import { placeOf } from "./table-commands";
import { tool } from "./tool";

export class Toolbar {
  private editor: Editor | undefined;
  private readonly buttons: { action: Action; button: HTMLButtonElement }[] = [];
  private readonly style = styleChoice(() => this.editor);
  private readonly tableGroup: HTMLElement[] = [];

  constructor(
    private readonly slot: HTMLElement,
    private readonly dialogs: Dialogs,
    /** What concerns the whole page, behind what concerns the text. */
    ofPage: Action[],
  ) {
    this.slot.setAttribute("aria-orientation", "horizontal");
    const { select } = this.style;
    this.slot.replaceChildren(select, ...[...groups, ofPage].map((group) => this.group(group)));
    onKey(this.slot, (event) => this.move(event));
    this.rove(select);
    this.refresh();
  }

  /** The editor that was used last is the one that the toolbar works on. */
  use(editor: Editor): void {
    if (this.editor === editor) return;
    this.editor?.off("transaction", this.later);
    this.editor = editor;
    editor.on("transaction", this.later);
    this.refresh();
  }

  private readonly later = afterPaint(() => this.refresh());

  private readonly refresh = (): void => {
    const { editor } = this;
    const inTable = editor ? placeOf(editor.state.selection.$from) !== undefined : false;
    for (const group of this.tableGroup) group.hidden = !inTable;
    this.style.select.disabled = !editor;
    if (editor) this.style.show(editor);
    for (const { action, button } of this.buttons) {
      button.disabled = !editor;
      if (action.active)
        button.setAttribute("aria-pressed", String(editor ? action.active(editor) : false));
    }
  };

  private group(actions: Action[]): HTMLElement {
    const group = document.createElement("span");
    group.className = "tool-group";
    group.append(...actions.map((action) => this.button(action)));
    if (actions.some(({ inTable }) => inTable)) this.tableGroup.push(group);
    return group;
  }

  private button(action: Action): HTMLButtonElement {
    const button = tool(action, () => {
      if (this.editor) action.run(this.editor, this.dialogs);
    });
    this.buttons.push({ action, button });
    return button;
  }

  private stops(): HTMLElement[] {
    const all = [...this.slot.querySelectorAll<HTMLElement>("button, select")];
    return all.filter((stop) => !stop.closest("[hidden]"));
  }

  private rove(to: HTMLElement): void {
    for (const stop of this.slot.querySelectorAll<HTMLElement>("button, select")) {
      stop.tabIndex = stop === to ? 0 : -1;
    }
  }

  private move(event: KeyboardEvent): void {
    const stops = this.stops();
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const last = stops.length - 1;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = stops[(to + stops.length) % stops.length];
    if (!next) return;
    this.rove(next);
    next.focus();
  }
}

/**
 * The bar that comes up beside what is selected, or beside the link, article link or code block
 * that the caret is in. All of it can be reached in other ways too; this is the short one.
 */

import { autoUpdate, computePosition, flip, offset, shift } from "@floating-ui/dom";
import { type Editor, posToDOMRect } from "@tiptap/core";
import type { Transaction } from "@tiptap/pm/state";
import { onKey } from "../behaviours/keys";
import { afterPaint } from "./after-paint";
import type { Part } from "./bubble-parts";
import { dock } from "./dock";

export class Bubble {
  private readonly bar = document.createElement("div");
  private editor: Editor | undefined;
  private part: Part | undefined;
  private about = "";
  private refresh: (() => void) | undefined;
  private unplace: (() => void) | undefined;
  /** Nothing comes up under a mouse that is still selecting. */
  private selecting = false;

  constructor(
    page: HTMLElement,
    private readonly parts: Part[],
  ) {
    this.bar.className = "bubble";
    this.bar.hidden = true;
    this.bar.setAttribute("role", "group");
    page.append(this.bar);
    page.addEventListener("mousedown", (event) => {
      this.selecting = !this.bar.contains(event.target as Node);
    });
    document.addEventListener("mouseup", () => {
      this.selecting = false;
      this.update();
    });
    onKey(page, (event) => this.key(event));
    this.bar.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget !== null) this.update();
    });
  }

  use(editor: Editor): void {
    if (this.editor === editor) return;
    this.editor?.off("transaction", this.changed).off("focus", this.update).off("blur", this.left);
    this.editor = editor;
    editor.on("transaction", this.changed).on("focus", this.update).on("blur", this.left);
    this.update();
  }

  private readonly later = afterPaint(() => this.update());

  private readonly changed = ({ transaction }: { transaction: Transaction }): void => {
    // Where the focus goes is known only afterwards.
    if (!transaction.getMeta("blur")) this.later();
  };

  private readonly left = ({ event }: { event: FocusEvent }): void => {
    if (!this.bar.contains(event.relatedTarget as Node | null)) this.close();
  };

  private readonly update = (): void => {
    const { editor, bar } = this;
    const here = editor?.isFocused || bar.contains(document.activeElement);
    const open = here && editor?.isEditable && !this.selecting;
    const part = open ? this.parts.find(({ fits }) => fits(editor)) : undefined;
    if (!editor || !part) {
      this.close();
      return;
    }
    const about = part.about(editor);
    if (this.part !== part || this.about !== about) this.open(part, about, editor);
    this.refresh?.();
  };

  private open(part: Part, about: string, editor: Editor): void {
    const typing = this.bar.contains(document.activeElement);
    // Somebody else changed what is being edited here: what is typed stays.
    if (typing && this.part === part) return;
    this.unplace?.();
    [this.part, this.about] = [part, about];
    const { controls, refresh } = part.draw(editor, () => editor.view.focus());
    this.refresh = refresh;
    this.bar.setAttribute("aria-label", part.label);
    this.bar.replaceChildren(...controls);
    this.bar.hidden = false;
    this.unplace = this.place(part, editor);
  }

  private close(): void {
    if (this.bar.hidden) return;
    this.unplace?.();
    this.part = undefined;
    this.bar.hidden = true;
    this.bar.replaceChildren();
  }

  private place(part: Part, editor: Editor): () => void {
    // Beside the selection stand the device's own handles and menu.
    if (window.matchMedia("(pointer: coarse)").matches) return dock(this.bar);
    const around = {
      contextElement: editor.view.dom,
      getBoundingClientRect: () => {
        const { from, to } = part.range(editor);
        return posToDOMRect(editor.view, from, to);
      },
    };
    const middleware = [offset(8), flip({ padding: 8 }), shift({ padding: 8 })];
    return autoUpdate(around, this.bar, async () => {
      const { placement = "top" } = part;
      const { x, y } = await computePosition(around, this.bar, { placement, middleware });
      Object.assign(this.bar.style, { left: `${x}px`, top: `${y}px` });
    });
  }

  /** Alt-Enter goes into the bar, Escape closes it. */
  private key(event: KeyboardEvent): void {
    if (this.bar.hidden) return;
    const inside = this.bar.contains(document.activeElement);
    if (event.key === "Enter" && event.altKey && !inside) {
      event.preventDefault();
      this.bar.querySelector<HTMLElement>("input, select, button")?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      // What was typed and not taken is given up.
      for (const field of this.bar.querySelectorAll("input")) field.value = field.defaultValue;
      this.close();
      if (inside) this.editor?.view.focus();
    }
  }
}

/** The title: one line, bound to the shared text by minimal changes. */

import type * as Y from "yjs";
import { onKey } from "../behaviours/keys";
import { change, moved, rebased, type Step } from "./diff";

export function bindTitle(slot: HTMLElement, title: Y.Text, readOnly: boolean): void {
  const input = document.createElement("textarea");
  input.rows = 1;
  input.maxLength = 200;
  input.readOnly = readOnly;
  input.value = title.toString();
  input.className = "title-input";
  input.setAttribute("aria-label", "Title");
  input.placeholder = "Give this article a title";
  const resize = () => {
    input.style.blockSize = "auto";
    input.style.blockSize = `${input.scrollHeight}px`;
  };
  onKey(input, (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    document.querySelector<HTMLElement>("[data-section] .ProseMirror")?.focus();
  });
  /** While somebody composes: the title as it was before, and what others have done to it since. */
  let pending: { before: string; deltas: Step[][] } | undefined;

  /** Shares what the field says now, and moves past what others did meanwhile. */
  const share = () => {
    if (/[\r\n]/.test(input.value)) input.value = input.value.replace(/\s*[\r\n]+\s*/g, " ");
    const { before, deltas } = pending ?? { before: title.toString(), deltas: [] };
    const found = change(before, input.value);
    resize();
    if (!found) return;
    const { at, insert, remove } = rebased(found, deltas);
    title.doc?.transact(() => {
      title.insert(at, insert);
      for (const letter of remove) title.delete(letter < at ? letter : letter + insert.length, 1);
    }, input);
  };
  /** Shows what the title says now; the caret stays at its letter. */
  const show = () => {
    const found = change(input.value, title.toString());
    if (!found) return;
    const [from, to] = [input.selectionStart, input.selectionEnd];
    input.value = title.toString();
    input.setSelectionRange(moved(from, found), moved(to, found));
    resize();
  };
  input.addEventListener("compositionstart", () => {
    pending ??= { before: title.toString(), deltas: [] };
  });
  // To write into the field now would end or repeat the composition, so others' changes wait for its end.
  input.addEventListener("compositionend", () => {
    share();
    pending = undefined;
    show();
  });
  input.addEventListener("input", () => {
    if (!pending) share();
  });
  title.observe(({ delta }, { origin }) => {
    if (origin === input) return;
    if (pending) pending.deltas.push(delta);
    else show();
  });
  slot.replaceChildren(input);
  resize();
  window.addEventListener("resize", resize);
}

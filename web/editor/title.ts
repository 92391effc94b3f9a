/** The title: one line, bound to the shared text by minimal changes. */

import type * as Y from "yjs";
import { change, moved } from "./diff";

export function bindTitle(slot: HTMLElement, title: Y.Text, readOnly: boolean): void {
  const input = document.createElement("textarea");
  input.rows = 1;
  input.maxLength = 200;
  input.readOnly = readOnly;
  input.value = title.toString();
  input.className = "title-input";
  input.setAttribute("aria-label", "Title");
  const resize = () => {
    input.style.blockSize = "auto";
    input.style.blockSize = `${input.scrollHeight}px`;
  };
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    document.querySelector<HTMLElement>("[data-section] .ProseMirror")?.focus();
  });
  input.addEventListener("input", () => {
    if (/[\r\n]/.test(input.value)) input.value = input.value.replace(/\s*[\r\n]+\s*/g, " ");
    const found = change(title.toString(), input.value);
    resize();
    if (!found) return;
    title.doc?.transact(() => {
      title.delete(found.at, found.remove);
      title.insert(found.at, found.insert);
    }, input);
  });
  title.observe((_, { origin }) => {
    if (origin === input) return;
    const found = change(input.value, title.toString());
    if (!found) return;
    const [from, to] = [input.selectionStart, input.selectionEnd];
    input.value = title.toString();
    input.setSelectionRange(moved(from, found), moved(to, found));
    resize();
  });
  slot.replaceChildren(input);
  resize();
  window.addEventListener("resize", resize);
}

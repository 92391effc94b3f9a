/** A choice of what kind of paragraph the caret is in. */

import type { Editor } from "@tiptap/core";
import { styles } from "./actions";

export interface StyleChoice {
  select: HTMLSelectElement;
  /** Shows what the caret of an editor is in. */
  show: (editor: Editor) => void;
}

export function styleChoice(editor: () => Editor | undefined): StyleChoice {
  const select = document.createElement("select");
  const text = styles.at(-1);
  const ordered = text ? [text, ...styles.slice(0, -1)] : styles;
  select.append(...ordered.map(({ value, title }) => new Option(title, value)));
  select.setAttribute("aria-label", "Kind of paragraph");
  select.className = "select small";
  select.addEventListener("change", () => {
    const chosen = styles.find(({ value }) => value === select.value);
    const here = editor();
    if (here) chosen?.apply(here);
  });
  const show = (here: Editor) => {
    select.value = styles.find(({ active }) => active(here))?.value ?? "text";
  };
  return { select, show };
}

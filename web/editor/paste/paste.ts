/** Pasting and dropping: cleaned to what a section can hold, and what was lost is told. */

import { Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { tell } from "../toast";
import { clean } from "./clean";

/** More formatted text than this at once is pasted without its format. */
const MOST_HTML = 2_000_000;
/** More text than this is not pasted at all: it is a document to be imported. */
const MOST_TEXT = 400_000;

function size(characters: number): string {
  return `${(characters / 1_000_000).toFixed(1)} million characters`;
}

/** Takes over a paste that is too much for one; tells whether it did. */
function bounded(view: EditorView, event: ClipboardEvent): boolean {
  const html = event.clipboardData?.getData("text/html") ?? "";
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!view.editable || (html.length <= MOST_HTML && text.length <= MOST_TEXT)) return false;
  event.preventDefault();
  if (text.length > MOST_TEXT) {
    tell([`This is too much to paste at once (${size(text.length)}). Paste it in parts.`]);
  } else {
    view.pasteText(text, event);
    tell([`There is too much formatting (${size(html.length)}), so the text came without it.`]);
  }
  return true;
}

export const Paste = Extension.create({
  name: "paste",
  addProseMirrorPlugins: () => [
    new Plugin({
      props: {
        handleDOMEvents: { paste: bounded },
        transformPastedHTML: (pasted) => {
          const { html, lost } = clean(pasted);
          if (lost.length > 0) tell(["Pasted. ", ...lost]);
          return html;
        },
      },
    }),
  ],
});

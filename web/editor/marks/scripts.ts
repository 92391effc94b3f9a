/** Raised and lowered text; no text is both. */

import { Mark } from "@tiptap/core";
import { markOf } from "../schema";

const script = (name: string, element: string, key: string) =>
  Mark.create({
    ...markOf(name),
    parseHTML: () => [{ tag: element }],
    renderHTML: () => [element, 0],
    addKeyboardShortcuts() {
      return { [key]: () => this.editor.commands.toggleMark(this.name) };
    },
  });

export const Superscript = script("superscript", "sup", "Mod-.");
export const Subscript = script("subscript", "sub", "Mod-,");

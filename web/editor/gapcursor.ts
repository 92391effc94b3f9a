/** Lets the caret stand where no text is: before and behind a table or a rule. */

import { Extension } from "@tiptap/core";
import { gapCursor } from "@tiptap/pm/gapcursor";

export const Gapcursor = Extension.create({
  name: "gapcursor",
  addProseMirrorPlugins: () => [gapCursor()],
});

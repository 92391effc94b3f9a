/** Brings a file into the sections: read, shown with what goes where, and one step of Undo. */

import { Fragment, Slice } from "@tiptap/pm/model";
import type * as Y from "yjs";
import { change } from "../diff";
import { dispatchWith } from "../paste/paste";
import type { Section } from "../section";
import { tell } from "../toast";
import { type Choice, preview } from "./preview";
import { KINDS, type Read, read } from "./read";

interface Around {
  sections: Section[];
  title: Y.Text;
  history: Y.UndoManager;
}

/** Lets somebody pick a file, and brings it in as they choose. */
export function importFile(around: Around): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = KINDS;
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) void bring(file, around);
  });
  input.click();
}

async function bring(file: File, around: Around): Promise<void> {
  const schema = around.sections[0]?.editor.schema;
  if (!schema) return;
  try {
    const found = await read(file, schema);
    const places = around.sections.map((section) => {
      const { key, title } = section.info;
      return { key, title, filled: section.hasContent() };
    });
    const chosen = await preview(file.name, found, places, schema);
    if (!chosen) return;
    around.history.stopCapturing();
    if (chosen.title) rename(around.title, chosen.title);
    const taken = apply(found.parts, chosen.parts, around.sections);
    around.history.stopCapturing();
    const parts = taken === 1 ? "1 part" : `${taken} parts`;
    tell([`${parts} of “${file.name}” came in. Ctrl-Z takes it back.`]);
  } catch (why) {
    tell([(why as Error).message]);
  }
}

function apply(parts: Read["parts"], choices: Choice[], sections: Section[]): number {
  const replaced = new Set<string>();
  let taken = 0;
  for (const [index, part] of parts.entries()) {
    const choice = choices[index];
    const section = sections.find(({ info }) => info.key === choice?.key);
    if (!choice || !section) continue;
    const { editor, info } = section;
    const { schema, tr } = editor.state;
    const heading = schema.nodes.heading?.create({ level: 3 }, schema.text(part.title || " "));
    // Every editor has a schema of its own.
    const text = Fragment.fromJSON(schema, part.content.toJSON());
    const content = choice.heading && heading ? Fragment.from(heading).append(text) : text;
    // The first part that takes the place of what stands there; the next ones stand below it.
    const anew = !section.hasContent() || (choice.replace && !replaced.has(info.key));
    replaced.add(info.key);
    const { size } = tr.doc.content;
    tr.replace(anew ? 0 : size, size, new Slice(content, 0, 0));
    dispatchWith(editor, tr, part.pictures);
    taken += 1;
  }
  return taken;
}

function rename(title: Y.Text, wanted: string): void {
  const found = change(title.toString(), wanted.slice(0, 200));
  if (!found) return;
  title.doc?.transact(() => {
    title.delete(found.at, found.remove);
    title.insert(found.at, found.insert);
  });
}

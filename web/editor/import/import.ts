/** Brings a file into the sections: read, shown with what goes where, and one step of Undo. */

import { Fragment, Slice } from "@tiptap/pm/model";
import type * as Y from "yjs";
import { change } from "../diff";
import { freed } from "../paste/labels";
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
  // A text and the pictures beside it.
  input.multiple = true;
  input.addEventListener("change", () => {
    if (input.files?.length) void bring([...input.files], around);
  });
  input.click();
}

/** Brings in files that somebody drops, folders with what is in them included. */
export async function dropFiles(entries: FileSystemEntry[], around: Around): Promise<void> {
  const files = (await Promise.all(entries.map((entry) => filesIn(entry)))).flat();
  if (files.length > 0) await bring(files, around);
}

/** So many files are no article. */
const MOST_FILES = 1_000;

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  const found: File[] = [];
  const left = [entry];
  for (let next = left.pop(); next && found.length < MOST_FILES; next = left.pop()) {
    if (next.isFile) {
      const path = next.fullPath.replace(/^\//, "");
      const file = await new Promise<File>((done, failed) =>
        (next as FileSystemFileEntry).file(done, failed),
      );
      Object.defineProperty(file, "webkitRelativePath", { value: path });
      found.push(file);
    } else {
      const reader = (next as FileSystemDirectoryEntry).createReader();
      // A reader gives a hundred at a time.
      for (;;) {
        const some = await new Promise<FileSystemEntry[]>((done, failed) =>
          reader.readEntries(done, failed),
        );
        if (some.length === 0 || left.length > MOST_FILES) break;
        left.push(...some);
      }
    }
  }
  return found;
}

async function bring(files: File[], around: Around): Promise<void> {
  const schema = around.sections[0]?.editor.schema;
  if (!schema) return;
  try {
    const found = await read(files, schema);
    const name = files.length === 1 ? (files[0]?.name ?? "") : `${files.length} files`;
    const places = around.sections.map((section) => {
      const { key, title } = section.info;
      return { key, title, filled: section.hasContent() };
    });
    const chosen = await preview(name, found, places, schema);
    if (!chosen) return;
    around.history.stopCapturing();
    if (chosen.title) rename(around.title, chosen.title);
    const taken = apply(found.parts, chosen.parts, around.sections);
    around.history.stopCapturing();
    const parts = taken === 1 ? "1 part" : `${taken} parts`;
    tell([`Imported ${parts} of “${name}”. Press Ctrl+Z to undo.`]);
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
    const read = Fragment.fromJSON(schema, part.content.toJSON());
    const text = freed(read, section.editor.state.doc);
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

/** Marks the passages that comments are about; they are no part of the text. */

import { type Editor, Extension } from "@tiptap/core";
import { type EditorState, Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import { ySyncPluginKey } from "y-prosemirror";
import { type Anchor, type Passage, passageOf } from "./anchor";

export interface Commented {
  id: string;
  anchor: Anchor;
}

interface Shown {
  threads: Commented[];
  /** The one that is being looked at. */
  active: string | undefined;
  marks: DecorationSet;
}

const key = new PluginKey<Shown>("passages");

function marked(state: EditorState, { threads, active }: Omit<Shown, "marks">): DecorationSet {
  const marks = threads.flatMap(({ id, anchor }) => {
    const found = passageOf(state, anchor);
    const kind = id === active ? "commented active" : "commented";
    const attributes = { class: kind, "data-thread": id };
    return found ? [Decoration.inline(found.from, found.to, attributes, { id })] : [];
  });
  return DecorationSet.create(state.doc, marks);
}

interface Options {
  onClick: (thread: string) => void;
  /** The text changed, and so may where passages are. */
  onMove: () => void;
}

export const Passages = Extension.create<Options>({
  name: "passages",
  addProseMirrorPlugins() {
    const { onClick, onMove } = this.options;
    return [
      new Plugin<Shown>({
        key,
        state: {
          init: () => ({ threads: [], active: undefined, marks: DecorationSet.empty }),
          apply(tr, shown, _, state) {
            const told: Omit<Shown, "marks"> | undefined = tr.getMeta(key);
            const now = { ...shown, ...told };
            if (now.threads.length === 0) return { ...now, marks: DecorationSet.empty };
            // What arrives puts a new document in the place of the old one.
            if (told || (tr.docChanged && tr.getMeta(ySyncPluginKey)))
              return { ...now, marks: marked(state, now) };
            return { ...now, marks: shown.marks.map(tr.mapping, tr.doc) };
          },
        },
        props: {
          decorations: (state) => key.getState(state)?.marks,
          handleClick: (view, at) => {
            const [found] = key.getState(view.state)?.marks.find(at, at) ?? [];
            if (found) onClick(found.spec.id);
            return false;
          },
        },
        view: () => ({
          update: (view, before) => {
            if (!view.state.doc.eq(before.doc)) onMove();
          },
        }),
      }),
    ];
  },
});

/** Shows which passages have comments. */
export function showPassages(
  editor: Editor,
  threads: Commented[],
  active: string | undefined,
): void {
  const before = key.getState(editor.state);
  if (before?.threads.length === 0 && threads.length === 0) return;
  editor.view.dispatch(
    editor.state.tr.setMeta(key, { threads, active }).setMeta("addToHistory", false),
  );
}

/** Where a thread's passage stands now. */
export function placeOf(editor: Editor, thread: string): Passage | undefined {
  const marks = key.getState(editor.state)?.marks;
  const [found] = marks?.find(undefined, undefined, ({ id }) => id === thread) ?? [];
  return found;
}

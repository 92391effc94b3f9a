/** Writing that suggests: what somebody does to the text becomes a suggestion before it reaches the document. */

import { Extension } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import {
  type EditorState,
  NodeSelection,
  Plugin,
  PluginKey,
  Selection,
  TextSelection,
  type Transaction,
} from "@tiptap/pm/state";
import { ReplaceStep } from "@tiptap/pm/transform";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import { ySyncPluginKey } from "y-prosemirror";
import { carry, touched } from "../change";
import { decided, type Found, found } from "./decide";
import { merge, placed } from "./merge";
import type { Names } from "./names";
import type { Tag } from "./tag";

interface Options {
  person: string;
  names: Names;
  isOn: () => boolean;
  onChange: () => void;
}

interface Shown {
  found: Found[];
  marks: DecorationSet;
}

const key = new PluginKey<Shown>("suggestions");
/** Says of a change that it decides on suggestions and is none. */
const DECIDES = "decides on suggestions";

export const Suggesting = Extension.create<Options>({
  name: "suggesting",
  dispatchTransaction({ transaction, next }) {
    const { state } = this.editor;
    const own = !transaction.getMeta(ySyncPluginKey) && !transaction.getMeta(DECIDES);
    if (!transaction.docChanged || !own || !this.options.isOn()) return next(transaction);
    next(suggestion(state, transaction, this.options.person));
  },
  addProseMirrorPlugins() {
    const { names, onChange } = this.options;
    const show = (doc: Node): Shown => {
      const all = found(doc);
      return {
        found: all,
        marks: DecorationSet.create(
          doc,
          all.map((one) => drawn(one, names)),
        ),
      };
    };
    return [
      new Plugin<Shown>({
        key,
        state: {
          init: (_, { doc }) => show(doc),
          apply: (tr, shown) => {
            if (!tr.docChanged && !tr.getMeta(key)) return shown;
            return shown.found.length === 0 && !isAmong(tr) ? shown : show(tr.doc);
          },
        },
        props: { decorations: (state) => key.getState(state)?.marks },
        view: (view) => {
          const stop = names.onChange(() => view.dispatch(view.state.tr.setMeta(key, true)));
          return {
            update: ({ state }, before) => {
              if (key.getState(state) !== key.getState(before)) onChange();
            },
            destroy: stop,
          };
        },
      }),
    ];
  },
});

/** Whether something is suggested in what a change touched. */
function isAmong(tr: Transaction): boolean {
  return touched(tr).some(([from, to]) => found(tr.doc, from, to).length > 0);
}

function drawn(one: Found, names: Names): Decoration {
  const { name, color } = names.of(one.person);
  const words = { inserted: "adds", deleted: "takes away", changed: "changes" }[one.kind];
  const attrs = {
    class: `suggested ${one.kind}`,
    style: `--person: ${color}`,
    title: `${name} ${words} this`,
  };
  return one.node
    ? Decoration.node(one.from, one.to, attrs)
    : Decoration.inline(one.from, one.to, attrs);
}

/** What is suggested in a section, in order. */
export function suggestionsIn(state: EditorState): Found[] {
  return key.getState(state)?.found ?? [];
}

/** The suggestion that the caret, or what is selected, stands in. */
export function suggestionAt(state: EditorState): Found | undefined {
  const { from, to } = state.selection;
  return suggestionsIn(state).find((one) => one.from <= from && to <= one.to);
}

/** The change as one that only suggests. */
function suggestion(state: EditorState, change: Transaction, person: string): Transaction {
  const { doc, kept } = merge(change.before, change.doc, person);
  const { tr } = state;
  replace(tr, doc);
  const { head } = state.selection;
  // The caret goes on in the direction in which somebody takes letters away.
  const forward = state.selection.empty && kept.some(({ at }) => at === head);
  tr.setSelection(moved(change.selection, tr.doc, (at) => placed(at, kept, forward)));
  return carry(change, tr);
}

function moved(selection: Selection, doc: Node, place: (at: number) => number): Selection {
  const [anchor, head] = [place(selection.anchor), place(selection.head)];
  if (selection instanceof NodeSelection && doc.nodeAt(anchor))
    return NodeSelection.create(doc, anchor);
  return TextSelection.between(doc.resolve(anchor), doc.resolve(head));
}

/** Makes a document out of another one, touching only what differs, so that carets and marks elsewhere stay. */
function replace(tr: Transaction, doc: Node): void {
  const start = tr.doc.content.findDiffStart(doc.content);
  const end = tr.doc.content.findDiffEnd(doc.content);
  if (start === null || !end) return;
  const overlap = Math.max(0, start - Math.min(end.a, end.b));
  const [a, b] = [end.a + overlap, end.b + overlap];
  if (tr.maybeStep(new ReplaceStep(start, a, doc.slice(start, b))).failed)
    tr.replaceWith(0, tr.doc.content.size, doc.content);
}

/** Accepts or rejects those that are chosen; says whether there were any. */
export function decide(
  { state, dispatch }: { state: EditorState; dispatch: (tr: Transaction) => void },
  accept: boolean,
  chosen: (tag: Tag) => boolean,
): boolean {
  if (!suggestionsIn(state).some(chosen)) return false;
  const { tr } = state;
  replace(tr, decided(state.doc, accept, chosen));
  dispatch(
    tr
      .setMeta(DECIDES, true)
      .setSelection(
        Selection.near(tr.doc.resolve(Math.min(state.selection.from, tr.doc.content.size))),
      ),
  );
  return true;
}

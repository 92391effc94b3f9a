/** Footnotes: a number in the text, its words at the end of the section, and the way there and back. */

import type { Editor } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { type EditorState, NodeSelection, TextSelection, type Transaction } from "@tiptap/pm/state";
import type { Part } from "./bubble-parts";

const REFERENCE = "footnoteReference";
const DEFINITION = "footnoteDefinition";

interface Found {
  node: Node;
  at: number;
}

function find(doc: Node, type: string, label: string): Found | undefined {
  let found: Found | undefined;
  doc.descendants((node, at) => {
    if (node.type.name === type && node.attrs.label === label) found ??= { node, at };
    return !found;
  });
  return found;
}

/** The smallest number that no note of the section has. */
export function freeLabel(doc: Node): string {
  let label = 1;
  while (find(doc, DEFINITION, String(label)) || find(doc, REFERENCE, String(label))) label += 1;
  return String(label);
}

/** Puts a reference in the place of a range, and goes to its note, which is begun if there is none. */
export function note(tr: Transaction, from: number, to: number, label: string): Transaction {
  const { nodes } = tr.doc.type.schema;
  const reference = nodes[REFERENCE]?.create({ label });
  if (!reference) return tr;
  tr.replaceWith(from, to, reference);
  if (!find(tr.doc, DEFINITION, label)) {
    const begun = nodes[DEFINITION]?.createAndFill({ label });
    if (begun) tr.insert(tr.doc.content.size, begun);
  }
  return goTo(tr, find(tr.doc, DEFINITION, label));
}

function goTo(tr: Transaction, found: Found | undefined): Transaction {
  if (!found) return tr;
  const { node, at } = found;
  const end = tr.doc.resolve(at + node.nodeSize - 1);
  const selection = node.isAtom
    ? TextSelection.near(tr.doc.resolve(at + node.nodeSize))
    : TextSelection.near(end, -1);
  return tr.setSelection(selection).scrollIntoView();
}

/** Adds a numbered reference at the caret and goes to its note. */
export function addFootnote(editor: Editor): void {
  editor.view.focus();
  const { tr, selection, doc } = editor.state;
  editor.view.dispatch(note(tr, selection.from, selection.to, freeLabel(doc)));
}

/** The reference that is chosen, or the note that the caret is in. */
function here({ selection }: EditorState): Node | undefined {
  if (selection instanceof NodeSelection)
    return selection.node.type.name === REFERENCE ? selection.node : undefined;
  for (let depth = selection.$from.depth; depth > 0; depth -= 1) {
    const node = selection.$from.node(depth);
    if (node.type.name === DEFINITION) return node;
  }
  return undefined;
}

/** The bar beside a reference or a note leads to the other one. */
export const footnotePart: Part = {
  label: "Footnote",
  fits: ({ state }) =>
    here(state) !== undefined &&
    (state.selection.empty || state.selection instanceof NodeSelection),
  range: ({ state }) => {
    if (state.selection instanceof NodeSelection) return state.selection;
    // Beside the beginning of the note, so that it stays where it is while one writes.
    const start = state.selection.$from.start(1);
    return { from: start, to: start };
  },
  about: ({ state }) => {
    const node = here(state);
    return `${node?.type.name} ${node?.attrs.label}`;
  },
  draw: (editor) => {
    const node = here(editor.state);
    const other = node?.type.name === DEFINITION ? REFERENCE : DEFINITION;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = other === DEFINITION ? "To the note" : "Back to the text";
    button.addEventListener("click", () => {
      const { state, view } = editor;
      view.focus();
      view.dispatch(goTo(state.tr, find(state.doc, other, node?.attrs.label)));
    });
    return { controls: [button] };
  },
};

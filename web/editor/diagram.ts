/** Diagrams while they are written: the picture stands below its source, and takes its place in the reading mode. */

import { Extension } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

/** Typing goes on for less than this between two letters, in milliseconds. */
const PAUSE = 400;

function pictures(doc: Node): DecorationSet {
  const found: Decoration[] = [];
  doc.descendants((node, at) => {
    if (node.type.name !== "codeBlock") return !node.isTextblock;
    if (node.attrs.language !== "mermaid" || !node.textContent.trim()) return false;
    const code = node.textContent;
    const end = at + node.nodeSize;
    found.push(
      Decoration.node(at, end, { class: "diagram-source" }),
      Decoration.widget(end, () => place(code), {
        side: -1,
        key: `diagram ${code}`,
        ignoreSelection: true,
      }),
    );
    return false;
  });
  return DecorationSet.create(doc, found);
}

function place(code: string): HTMLElement {
  const figure = document.createElement("figure");
  figure.className = "diagram";
  figure.contentEditable = "false";
  setTimeout(() => {
    // It was typed on meanwhile: another one takes this one's place.
    if (!figure.isConnected) return;
    void import("../diagram/draw").then(({ show }) => show(figure, code));
  }, PAUSE);
  return figure;
}

export const Diagrams = Extension.create({
  name: "diagrams",
  addProseMirrorPlugins: () => [
    new Plugin<DecorationSet>({
      state: {
        init: (_, { doc }) => pictures(doc),
        apply: (tr, shown) => (tr.docChanged ? pictures(tr.doc) : shown),
      },
      props: {
        decorations(state) {
          return this.getState(state);
        },
      },
    }),
  ],
});

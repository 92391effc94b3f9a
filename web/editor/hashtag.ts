/** Hashtags are plain text that stands out; on the page that is read they lead to the search. */

import { Extension } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import { touched } from "./change";

/** The same as the server has it: behind a space or a bracket, and it begins with a letter. */
const TAG = /(?<![^\s([{/])#\p{L}(?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?/gu;

/** The hashtags of a text: where they begin and end, counted in UTF-16. */
export function hashtags(text: string): [from: number, to: number][] {
  return [...text.matchAll(TAG)].map((found) => [found.index, found.index + found[0].length]);
}

function decorations(doc: Node, from: number, to: number): Decoration[] {
  const out: Decoration[] = [];
  doc.nodesBetween(from, to, (node, at) => {
    if (node.type.spec.code) return false;
    const literal = node.marks.some(({ type }) => type.name === "code" || type.name === "link");
    if (!node.isText || literal) return true;
    for (const [start, end] of hashtags(node.text ?? ""))
      out.push(Decoration.inline(at + start, at + end, { class: "hashtag" }));
    return false;
  });
  return out;
}

export const Hashtags = Extension.create({
  name: "hashtags",
  addProseMirrorPlugins: () => [
    new Plugin<DecorationSet>({
      state: {
        init: (_, { doc }) => DecorationSet.create(doc, decorations(doc, 0, doc.content.size)),
        apply: (tr, shown) => {
          if (!tr.docChanged) return shown;
          const { doc } = tr;
          let set = shown.map(tr.mapping, doc);
          for (const [from, to] of touched(tr))
            set = set.remove(set.find(from, to)).add(doc, decorations(doc, from, to));
          return set;
        },
      },
      props: {
        decorations(state) {
          return this.getState(state);
        },
      },
    }),
  ],
});

/** Shows the template's guidance as ghost text while a section is empty. */

import { Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

export const Guidance = Extension.create<{ text: string }>({
  name: "guidance",
  addProseMirrorPlugins() {
    const { text } = this.options;
    return [
      new Plugin({
        props: {
          decorations: ({ doc }) => {
            const only = doc.firstChild;
            const empty = doc.childCount === 1 && only?.isTextblock && only.content.size === 0;
            if (!empty || !only) return DecorationSet.empty;
            const ghost = { class: "ghost", "data-guidance": text };
            return DecorationSet.create(doc, [Decoration.node(0, only.nodeSize, ghost)]);
          },
        },
      }),
    ];
  },
});

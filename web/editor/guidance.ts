/** Ghost text: the template's guidance while a section is empty, and in an empty line how to go on. */

import { Extension } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { type EditorState, Plugin } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

export const Guidance = Extension.create<{ text: string }>({
  name: "guidance",
  addProseMirrorPlugins() {
    const { text } = this.options;
    return [
      new Plugin({
        props: {
          decorations: (state) => {
            const { doc } = state;
            const only = doc.firstChild;
            if (doc.childCount === 1 && only && isEmpty(only)) {
              const ghost = { class: "ghost", "data-guidance": text };
              return DecorationSet.create(doc, [Decoration.node(0, only.nodeSize, ghost)]);
            }
            return DecorationSet.create(doc, hint(state));
          },
        },
      }),
    ];
  },
});

function isEmpty(node: Node): boolean {
  return node.isTextblock && node.content.size === 0;
}

/** Beside the caret in an empty line of the section itself. */
function hint({ selection: { $from, empty } }: EditorState): Decoration[] {
  const { parent, depth } = $from;
  if (!empty || depth !== 1 || parent.type.name !== "paragraph" || !isEmpty(parent)) return [];
  return [Decoration.node($from.before(), $from.after(), { class: "hint" })];
}

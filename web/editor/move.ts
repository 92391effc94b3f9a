/** Alt-↑ and Alt-↓ move what the caret is in: the item of a list, the row of a table, or the block of the section, quote or alert. */

import { Extension } from "@tiptap/core";
import { type Command, Selection } from "@tiptap/pm/state";
import { moveRow, placeOf } from "./table-commands";

/** Whose children are moved past each other. */
const CONTAINERS = ["doc", "bulletList", "orderedList", "taskList", "blockquote", "alert"];

/** Moves the selected children of the nearest container one place up (-1) or down (1). */
export function move(step: -1 | 1): Command {
  return (state, dispatch) => {
    const { $from, $to } = state.selection;
    if (placeOf($from)) return moveRow(step)(state, dispatch) || true;
    let depth = $from.sharedDepth($to.pos);
    while (!CONTAINERS.includes($from.node(depth).type.name)) depth -= 1;
    const container = $from.node(depth);
    const [first, behind] = [$from.index(depth), $to.indexAfter(depth)];
    const neighbour = container.maybeChild(step < 0 ? first - 1 : behind);
    // At the edge the keys do nothing, not what the browser would do either.
    if (!neighbour || !dispatch) return true;
    const from = $from.posAtIndex(first, depth);
    const to = $to.posAtIndex(behind, depth);
    const by = step < 0 ? -neighbour.nodeSize : neighbour.nodeSize;
    const tr = state.tr.delete(from, to);
    tr.insert(from + by, container.content.cut(from - $from.start(depth), to - $from.start(depth)));
    const places = Object.entries(state.selection.toJSON());
    const shifted = places.map(([key, at]) => [key, typeof at === "number" ? at + by : at]);
    tr.setSelection(Selection.fromJSON(tr.doc, Object.fromEntries(shifted)));
    dispatch(tr.scrollIntoView());
    return true;
  };
}

export const Move = Extension.create({
  name: "move",
  addKeyboardShortcuts() {
    const run = (step: -1 | 1) => () => move(step)(this.editor.state, this.editor.view.dispatch);
    return { "Alt-ArrowUp": run(-1), "Alt-ArrowDown": run(1) };
  },
});

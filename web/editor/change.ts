/** What a change touches, and the same change made as small as it is. */

import type { Node } from "@tiptap/pm/model";
import { type EditorState, Selection, type Transaction } from "@tiptap/pm/state";
import { StepMap } from "@tiptap/pm/transform";

/** A range of positions in a document. */
export type Range = [from: number, to: number];

/**
 * The ranges of the new document that differ from the old one, widened to the ends of the blocks that they begin
 * and end in. Steps that move nothing, as those that set marks or attributes, do not tell their place: all of it.
 */
export function touched({ doc, mapping, steps }: Transaction): Range[] {
  if (steps.some((step) => step.getMap() === StepMap.empty)) return [[0, doc.content.size]];
  const ranges: Range[] = [];
  for (const [step, map] of mapping.maps.entries()) {
    const later = mapping.slice(step + 1);
    map.forEach((_oldFrom, _oldTo, newFrom, newTo) => {
      const $from = doc.resolve(later.map(newFrom, -1));
      const $to = doc.resolve(later.map(newTo, 1));
      // Between two blocks of the section itself there is no block to widen to.
      ranges.push([$from.depth ? $from.start() : $from.pos, $to.depth ? $to.end() : $to.pos]);
    });
  }
  return ranges;
}

/**
 * The same change as one that replaces the blocks of the section that differ. The binding replaces all of them
 * when something arrives, after which nothing that is known about a place holds any more. Whole blocks, since the
 * binding knows each by being the very one that it made.
 */
export function narrowed(state: EditorState, change: Transaction): Transaction {
  const [before, after] = [state.doc, change.doc];
  const { tr } = state;
  const differing = differingBlocks(before, after);
  if (differing) {
    const { from, to, end } = differing;
    tr.replace(from, to, after.slice(from, end));
  }
  tr.setSelection(Selection.fromJSON(tr.doc, change.selection.toJSON()));
  return carry(change, tr);
}

/** Gives a change that stands for another one what plugins were told with that one. */
export function carry(from: Transaction, to: Transaction): Transaction {
  // Internal to prosemirror-state.
  const { meta } = from as unknown as { meta: Record<string, unknown> };
  for (const [name, value] of Object.entries(meta)) to.setMeta(name, value);
  if (from.storedMarks) to.setStoredMarks(from.storedMarks);
  if (from.scrolledIntoView) to.scrollIntoView();
  return to;
}

/** From where to where the blocks of two documents differ: in the first one, and where that ends in the second. */
function differingBlocks(
  before: Node,
  after: Node,
): { from: number; to: number; end: number } | undefined {
  const same = (a: number, b: number) => before.child(a).eq(after.child(b));
  const shorter = Math.min(before.childCount, after.childCount);
  let [first, from] = [0, 0];
  for (; first < shorter && same(first, first); first += 1) from += before.child(first).nodeSize;
  let [last, lastAfter] = [before.childCount, after.childCount];
  let to = before.content.size;
  for (; Math.min(last, lastAfter) > first && same(last - 1, lastAfter - 1); last -= 1) {
    lastAfter -= 1;
    to -= before.child(last - 1).nodeSize;
  }
  if (first === last && first === lastAfter) return undefined;
  return { from, to, end: to + after.content.size - before.content.size };
}

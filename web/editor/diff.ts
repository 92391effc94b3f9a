/** The smallest single change between two lines of text, so that others' carets stay put. */

export interface Change {
  at: number;
  remove: number;
  insert: string;
}

export function change(before: string, after: string): Change | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  // Never cut between the two halves of a character beyond the basic plane.
  if (start > 0 && isHigh(before.charCodeAt(start - 1))) start -= 1;
  if (end > 0 && isLow(before.charCodeAt(before.length - end))) end -= 1;
  return {
    at: start,
    remove: before.length - start - end,
    insert: after.slice(start, after.length - end),
  };
}

/** Where a caret at `at` stands after somebody else's change. */
export function moved(at: number, { at: start, remove, insert }: Change): number {
  if (at <= start) return at;
  return at >= start + remove ? at + insert.length - remove : start + insert.length;
}

/** One step of a Yjs text event: letters kept, letters inserted, or letters deleted. */
export interface Step {
  retain?: number | undefined;
  insert?: unknown;
  delete?: number | undefined;
}

/** The change as single deletions and one insertion, in a text that `deltas` have changed since. */
export interface Rebased {
  /** Where the words come in. */
  at: number;
  insert: string;
  /** The letters that go and are still there, from the last to the first. */
  remove: number[];
}

/** Moves a change past what others did in the meantime. What they inserted stays. */
export function rebased({ at, remove, insert }: Change, deltas: Step[][]): Rebased {
  let start = at;
  let letters = Array.from({ length: remove }, (_, index) => at + index);
  for (const delta of deltas) {
    start = gapAfter(start, delta);
    letters = letters.flatMap((letter) => letterAfter(letter, delta) ?? []);
  }
  return { at: start, insert, remove: letters.reverse() };
}

/** Where the gap before a letter is after a delta; what was inserted in it comes first. */
function gapAfter(gap: number, delta: Step[]): number {
  let [before, after] = [0, 0];
  for (const { retain = 0, insert, delete: gone = 0 } of delta) {
    if (before > gap) break;
    if (typeof insert === "string") after += insert.length;
    else if (retain > 0 && before + retain > gap) return after + gap - before;
    else if (gone > 0 && before + gone > gap) return after;
    else {
      before += retain + gone;
      after += retain;
    }
  }
  return after + Math.max(0, gap - before);
}

/** Where a letter is after a delta, unless the delta deleted it. */
function letterAfter(letter: number, delta: Step[]): number | undefined {
  let [before, after] = [0, 0];
  for (const { retain = 0, insert, delete: gone = 0 } of delta) {
    if (typeof insert === "string") after += insert.length;
    else if (before + retain + gone > letter) return gone > 0 ? undefined : after + letter - before;
    else {
      before += retain + gone;
      after += retain;
    }
  }
  return after + letter - before;
}

const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000;

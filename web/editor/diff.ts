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

const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000;

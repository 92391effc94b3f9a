/** The suggested length of a section, in words. */

import type { Length } from "./config";

/** Such as "200–600", "3", or "at least 2" where a length is open-ended. */
export function rangeOf({ min, max }: Pick<Length, "min" | "max">): string {
  if (max === undefined) return `at least ${min}`;
  return min === max ? `${min}` : `${min}–${max}`;
}

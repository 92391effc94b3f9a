import { expect, test } from "vitest";
import { rangeOf } from "./length";

test("a suggested length reads as a range, a number or a least", () => {
  expect(rangeOf({ min: 200, max: 600 })).toBe("200–600");
  expect(rangeOf({ min: 3, max: 3 })).toBe("3");
  expect(rangeOf({ min: 2 })).toBe("at least 2");
});

import { expect, test } from "vitest";
import { change, moved } from "./diff";

const apply = (text: string, { at, remove, insert }: NonNullable<ReturnType<typeof change>>) =>
  text.slice(0, at) + insert + text.slice(at + remove);

test.each([
  ["", "a"],
  ["a", ""],
  ["hand wash", "hand washing"],
  ["aaa", "aaaa"],
  ["abc", "xbz"],
  ["🧤", "🧪"],
  ["one 🧤 two", "one 🧤🧤 two"],
])("%j becomes %j", (before, after) => {
  const found = change(before, after);
  if (!found) throw new Error("there is a change");
  expect(apply(before, found)).toBe(after);
});

test("nothing changed", () => expect(change("same", "same")).toBeUndefined());

test("a caret stays at its letter", () => {
  const found = { at: 2, remove: 3, insert: "x" };
  expect([1, 2, 4, 5, 9].map((at) => moved(at, found))).toEqual([1, 2, 3, 3, 7]);
});

import { expect, test } from "vitest";
import { targets } from "./wiki";

const hit = (title: string, version: string | null = null) => ({
  title,
  version,
  draft: version === null,
});
const shown = (hits: ReturnType<typeof hit>[], typed: string) =>
  targets(hits, typed).map(({ title, note }) => `${title} (${note})`);

test("each title once, and what was typed last", () => {
  const hits = [hit("Balances", "2.0"), hit("Balances"), hit("Weighing")];
  expect(shown(hits, "bal")).toEqual([
    "Balances (2.0)",
    "Weighing (draft)",
    "bal (not written yet)",
  ]);
});

test("a title that exists is not offered a second time", () => {
  expect(shown([hit("Balances")], "balances ")).toEqual(["Balances (draft)"]);
});

test("what no link can hold is not offered", () => {
  expect(shown([], "a]b")).toEqual([]);
  expect(shown([], " ")).toEqual([]);
});

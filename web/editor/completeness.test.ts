import { expect, test } from "vitest";
import { completeness } from "./completeness";
import type { SectionInfo } from "./config";

const section = (key: string, required: boolean): SectionInfo => ({
  key,
  required,
  title: key,
  guidance: "",
  example: null,
  length: null,
});

test("filled, excused, missing and optional sections", () => {
  const sections = [
    section("a", true),
    section("b", true),
    section("c", true),
    section("d", false),
  ];
  const reasons: Record<string, string> = { b: "no product", c: "  " };
  const found = completeness(
    sections,
    (key) => key === "a",
    (key) => reasons[key],
  );
  expect(found).toMatchObject({ required: 3, filled: 2 });
  expect(found.missing.map(({ key }) => key)).toEqual(["c"]);
});

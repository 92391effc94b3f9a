import { expect, test } from "vitest";
import { local, universal } from "./zoned-forms";

test("a time comes back as it was sent, whatever the zone", () => {
  for (const moment of ["2026-05-04T22:30:00", "2026-01-31T00:00:15"]) {
    expect(universal(local(moment))).toBe(`${moment}.000Z`);
  }
});

test("a field that is empty or holds no time sends nothing", () => {
  expect(local("")).toBe("");
  expect(local("yesterday")).toBe("");
  expect(universal("")).toBe("");
});

import { expect, test } from "vitest";
import { formatted } from "./local-times";

test("a moment is written in the reader's zone", () => {
  const moment = new Date("2026-05-04T22:30:00Z");
  expect(formatted(moment, "day", "en-GB", "Europe/Berlin")).toBe("5 May 2026");
  expect(formatted(moment, "minute", "en-GB", "UTC")).toBe("4 May 2026, 22:30");
  expect(formatted(moment, "month", "en-GB", "UTC")).toBe("May 2026");
});

import { expect, test } from "vitest";
import type { FieldInfo } from "./config";
import { fieldProblem } from "./fields";

const field = (kind: FieldInfo["kind"], more: Partial<FieldInfo> = {}): FieldInfo => ({
  key: "x",
  title: "X",
  kind,
  choices: [],
  fixed: null,
  ...more,
});

test("a value is what the field asks for", () => {
  const cases: [FieldInfo, string, boolean][] = [
    [field("text"), "anything", true],
    [field("date"), "2026-11-30", true],
    [field("date"), "2026-13-30", false],
    [field("date"), "tomorrow", false],
    [field("number"), "2.5", true],
    [field("number"), "two", false],
    [field("flag"), "true", true],
    [field("flag"), "yes", false],
    [field("text", { choices: ["a", "b"] }), "b", true],
    [field("text", { choices: ["a", "b"] }), "c", false],
    [field("flag", { fixed: "true" }), "false", false],
    [field("number"), "", true],
  ];
  for (const [info, value, fits] of cases)
    expect(fieldProblem(info, value) === undefined, `${info.kind} ${value}`).toBe(fits);
});

import { expect, test } from "vitest";
import { languageTag } from "./language";

test("names and tags are known, and nothing else", () => {
  expect(["German", "deutsch ", "de-CH", "english", "zh-Hant-TW"].map(languageTag)).toEqual([
    "de",
    "de",
    "de-CH",
    "en",
    "zh-Hant-TW",
  ]);
  for (const value of ["", "English, German", "all of them", "de_CH", "d"])
    expect(languageTag(value), value).toBe(undefined);
});

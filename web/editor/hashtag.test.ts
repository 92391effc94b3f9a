import { expect, test } from "vitest";
import { hashtags } from "./hashtag";

const found = (text: string) => hashtags(text).map(([from, to]) => text.slice(from, to));

test("a hashtag begins with a letter, behind a space or a bracket", () => {
  expect(found("#a and (#cold-chain), #1 C#d ##e /#f")).toEqual(["#a", "#cold-chain", "#f"]);
});

test("a hashtag ends with a letter or a digit", () => {
  expect(found("#über-uns- #x_1. #日本")).toEqual(["#über-uns", "#x_1", "#日本"]);
});

import { expect, test } from "vitest";
import { looksLikeMarkdown } from "./markdown";

test.each([
  "# Before you begin\nWash your hands.",
  "- one\n- two",
  "1. one\n   more\n2. two",
  "- [ ] one",
  "| a | b |\n|---|--:|\n| c | d |",
  "```\ncode\n```",
  "> said",
  "It is **bold**.",
  "See [this](https://example.org).",
  "See [[Balances]].",
])("is Markdown: %s", (text) => {
  expect(looksLikeMarkdown(text)).toBe(true);
});

test.each([
  "Only words. Two sentences!",
  "- a dash begins one line",
  "5 * 3 ** 2 = 45",
  "#cold-chain and C#",
  "a_b_c [1] (2)",
  "costs 3 - 5 | 6",
])("is plain text: %s", (text) => {
  expect(looksLikeMarkdown(text)).toBe(false);
});

import { getSchema } from "@tiptap/core";
import { expect, test } from "vitest";
import { content } from "../extensions";
import { quoted } from "./anchor";

const schema = getSchema(content);
const doc = (...texts: string[]) =>
  schema.node(
    "doc",
    null,
    texts.map((text) => schema.node("paragraph", null, [schema.text(text)])),
  );
const about = (prefix: string, quote: string, suffix: string) => ({
  section: "lead",
  start: "{}",
  end: "{}",
  prefix,
  quote,
  suffix,
});

test("a quotation keeps raised digits apart", () => {
  const raised = [schema.mark("superscript")];
  const words = [schema.text("Limit 10"), schema.text("6", raised), schema.text(" CFU")];
  const text = schema.node("doc", null, [schema.node("paragraph", null, words)]);
  const passage = quoted(text, about("Limit ", "10^6", " CFU"));
  expect(passage && text.textBetween(passage.from, passage.to)).toBe("106");
  expect(quoted(text, about("", "106", ""))).toBeUndefined();
});

test("words are found with their neighbours, or where they stand alone", () => {
  const text = doc("The rotor turns.", "Take the rotor out.");
  const found = (prefix: string, quote: string, suffix: string) => {
    const passage = quoted(text, about(prefix, quote, suffix));
    return passage && [passage.from, text.textBetween(passage.from, passage.to, "|")];
  };
  expect(found("Take the ", "rotor", " out")).toEqual([28, "rotor"]);
  expect(found("The ", "rotor", " turns")).toEqual([5, "rotor"]);
  // Twice, and with other neighbours: it could be either.
  expect(found("a ", "rotor", " stops")).toBeUndefined();
  expect(found("a ", "turns", " stops")).toEqual([11, "turns"]);
  // Across paragraphs.
  expect(found("", "turns.\nTake", "")).toEqual([11, "turns.|Take"]);
  expect(found("", "gone", "")).toBeUndefined();
  expect(found("", " ", "")).toBeUndefined();
});

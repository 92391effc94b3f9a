import { getSchema } from "@tiptap/core";
import { expect, test } from "vitest";
import { content } from "../extensions";
import { apart, freed } from "./labels";

const schema = getSchema(content);
const note = (label: string) => schema.node("footnoteReference", { label });
const text = (label: string) =>
  schema.node("footnoteDefinition", { label }, [schema.node("paragraph", null, schema.text("n"))]);
const line = (label: string) => schema.node("paragraph", null, [schema.text("a"), note(label)]);

test("notes that come in take labels that are free", () => {
  const doc = schema.node("doc", null, [line("1"), text("1")]);
  const coming = schema.node("doc", null, [line("1"), line("2"), text("1"), text("2")]).content;
  expect(freed(coming, doc).toString()).toBe(coming.toString());
  const labels: string[] = [];
  freed(coming, doc).descendants((node) => {
    if (node.attrs.label) labels.push(node.attrs.label);
  });
  expect(labels).toEqual(["3", "2", "3", "2"]);
  const other = schema.node("doc", null, [line("x")]);
  expect(freed(coming, other)).toBe(coming);
});

test("their words stand apart from the blocks", () => {
  const { blocks, notes } = apart(schema.node("doc", null, [line("1"), text("1")]).content);
  expect(blocks.childCount).toBe(1);
  expect(notes.map(({ attrs }) => attrs.label)).toEqual(["1"]);
});

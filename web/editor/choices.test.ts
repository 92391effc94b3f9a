import { expect, test } from "vitest";
import { matching } from "./choices";

const choices = [
  { title: "Heading", icon: "", words: "title" },
  { title: "Smaller heading", icon: "", words: "title" },
  { title: "Task list", icon: "", words: "todo checklist" },
  { title: "Table", icon: "", words: "grid" },
];
const titles = (query: string) => matching(choices, query).map(({ title }) => title);

test("nothing asked leaves all, in their order", () => {
  expect(titles("")).toEqual(choices.map(({ title }) => title));
});

test("titles that begin so come first, then other words", () => {
  expect(titles("he")).toEqual(["Heading", "Smaller heading"]);
  expect(titles("T")).toEqual(["Task list", "Table", "Heading", "Smaller heading"]);
  expect(titles("todo")).toEqual(["Task list"]);
  expect(titles("eading")).toEqual([]);
});

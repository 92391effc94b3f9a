import { expect, test } from "vitest";
import { matching, reveal } from "./choices";

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

test("choosing scrolls the list and nothing around it", () => {
  const list = { scrollTop: 0, clientHeight: 100 } as HTMLElement;
  const option = (offsetTop: number) =>
    ({
      offsetTop,
      offsetHeight: 40,
      scrollIntoView: () => expect.unreachable("this scrolls the page"),
    }) as unknown as HTMLElement;
  const shown = (at: number) => {
    reveal(list, option(at));
    return list.scrollTop;
  };
  expect([shown(0), shown(80), shown(60), shown(200), shown(0)]).toEqual([0, 20, 20, 140, 0]);
});

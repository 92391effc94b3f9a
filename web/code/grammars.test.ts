import { expect, test } from "vitest";
import { grammars } from "./grammars";
import { languages } from "./languages";

test("every language that is offered has a grammar", () => {
  expect(languages.filter(([name]) => !grammars.registered(name))).toEqual([]);
});

import { expect, test } from "vitest";
import { grammars } from "./grammars";
import { languages } from "./languages";

test("every language that is offered has a grammar, or is drawn", () => {
  expect(languages.filter(([name]) => name !== "mermaid" && !grammars.registered(name))).toEqual([]);
});

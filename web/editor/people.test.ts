import { expect, test } from "vitest";
import { colors, initials, present } from "./people";

const ada = { id: "1", name: "Ada Byron", color: "#112233" };
const bob = { id: "2", name: "Bob", color: "#445566" };

test("a person with two tabs stands there once, oneself first", () => {
  const states = [
    { user: bob, section: "lead" },
    { user: ada },
    { user: ada, section: "care" },
    {},
  ];
  expect(present(states, "1")).toEqual([
    { ...ada, section: "care" },
    { ...bob, section: "lead" },
  ]);
});

test("initials", () => {
  expect(["Ada Byron", "bob", "Ana María de la Cruz", ""].map(initials)).toEqual([
    "AB",
    "B",
    "AC",
    "",
  ]);
});

test("two people never share a colour, and every screen chooses alike", () => {
  const states = ["c", "a", "b", "a"].map((id) => ({ user: { id, color: "#2f6f9f" } }));
  const chosen = colors(states);
  expect(chosen.get("a")).toBe("#2f6f9f");
  expect(new Set(chosen.values()).size).toBe(3);
  expect(colors([...states].reverse())).toEqual(chosen);
});

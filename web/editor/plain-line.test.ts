// @vitest-environment jsdom
import { expect, test } from "vitest";
import { plainText, signsAround } from "./plain-line";

test.each([
  ["10", "superscript", "6", " CFU", "10^6 CFU"],
  ["10", "superscript", "-3", "", "10^-3"],
  ["Ca", "superscript", "2+", "", "Ca^2+"],
  ["2", "superscript", "3", "4", "2^(3)4"],
  ["value", "superscript", "1, 2", "", "value^(1, 2)"],
  ["H", "subscript", "2", "O", "H2O"],
  ["log", "subscript", "10", "5", "log_(10)5"],
  ["10", "subscript", "2", "", "10_2"],
])("%s with %s %s before %j reads as %5$s", (before, script, text, after, expected) => {
  const [open, close] = signsAround(before, { text, script }, after);
  expect(before + open + text + close + after).toBe(expected);
});

test("the text of a heading keeps raised digits apart", () => {
  const heading = document.createElement("h2");
  heading.innerHTML = "Limit 10<sup>6</sup> in <b>H<sub>2</sub>O</b>, SO<sub>4</sub><sup>2-</sup>";
  expect(plainText(heading)).toBe("Limit 10^6 in H2O, SO4^2-");
});

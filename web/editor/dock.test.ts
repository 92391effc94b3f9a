// @vitest-environment jsdom

import { expect, test } from "vitest";
import { dock } from "./dock";

test("the bar stands above the keyboard, and the text keeps clear of it", () => {
  const visible = Object.assign(new EventTarget(), { height: 844, offsetTop: 0 });
  Object.assign(window, { innerHeight: 844, visualViewport: visible });
  const bar = document.createElement("div");
  Object.defineProperty(bar, "offsetHeight", { value: 48 });
  const covered = () => document.documentElement.style.getPropertyValue("--docked");
  const undock = dock(bar);
  expect([bar.className, covered()]).toEqual(["docked", "48px"]);
  visible.height = 500;
  visible.dispatchEvent(new Event("resize"));
  expect(covered()).toBe("392px");
  undock();
  expect([bar.className, covered()]).toEqual(["", ""]);
});

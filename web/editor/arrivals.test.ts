// @vitest-environment jsdom
import { expect, test, vi } from "vitest";
import { Arrivals } from "./arrivals";

function listening() {
  const seen: string[] = [];
  const arrivals = new Arrivals((all) => {
    seen.push("(");
    all();
    seen.push(")");
  });
  return { seen, arrivals };
}

test("what arrives between two pictures is done as one, in its order", async () => {
  const { seen, arrivals } = listening();
  arrivals.push(() => seen.push("text"));
  arrivals.push(() => seen.push("caret"));
  expect(seen).toEqual([]);
  await expect.poll(() => seen).toEqual(["(", "text", "caret", ")"]);
});

test("a page that nobody sees does not wait for a picture", async () => {
  const { seen, arrivals } = listening();
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  const frames = vi.spyOn(window, "requestAnimationFrame");
  arrivals.push(() => seen.push("text"));
  await Promise.resolve();
  expect(seen).toEqual(["(", "text", ")"]);
  expect(frames).not.toHaveBeenCalled();
  hidden.mockRestore();
  frames.mockRestore();
});

test("what waits is done when the page is hidden, and once", async () => {
  const { seen, arrivals } = listening();
  arrivals.push(() => seen.push("text"));
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(seen).toEqual(["(", "text", ")"]);
  hidden.mockRestore();
  arrivals.push(() => seen.push("more"));
  await expect.poll(() => seen).toEqual(["(", "text", ")", "(", "more", ")"]);
});

test("one that fails is reported and keeps nothing else out", async () => {
  const { seen, arrivals } = listening();
  const report = vi.fn();
  vi.stubGlobal("reportError", report);
  arrivals.push(() => {
    throw new Error("not a caret");
  });
  arrivals.push(() => seen.push("text"));
  arrivals.letIn();
  expect(seen).toEqual(["(", "text", ")"]);
  expect(report).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});

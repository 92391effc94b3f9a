import { expect, type Page } from "@playwright/test";
import { test } from "../support/house.js";

for (const [width, height] of [
  [1440, 600],
  [390, 600],
] as const) {
  test(`the line one writes in is in sight, never behind the tools: ${width} px`, async ({ started }) => {
    const { slug, ada } = await started("Handling pipettes");
    await ada.write(slug);
    const { page } = ada;
    await page.setViewportSize({ width, height });
    await ada.section("Lead").click();
    for (let line = 1; line <= 24; line += 1) {
      await page.keyboard.insertText(`Line ${line}`);
      await page.keyboard.press("Enter");
      await expect.poll(() => outOfSight(page)).toBe(0);
    }
    for (const key of [...Array(24).fill("ArrowUp"), ...Array(24).fill("ArrowDown")]) {
      await page.keyboard.press(key);
      await expect.poll(() => outOfSight(page), key).toBe(0);
    }
    // Who has scrolled away comes back with the next letter.
    await page.keyboard.press("Control+Home");
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await expect.poll(() => outOfSight(page)).not.toBe(0);
    await page.keyboard.type("x");
    await expect.poll(() => outOfSight(page)).toBe(0);
    await page.evaluate(() => document.querySelector(".ProseMirror-focused")?.lastElementChild?.scrollIntoView(true));
    await page.keyboard.press("Control+End");
    await page.keyboard.type("x");
    await expect.poll(() => outOfSight(page)).toBe(0);
  });
}

/** How many pixels of the line with the caret are behind the tools or outside the window. */
function outOfSight(page: Page): Promise<number> {
  return page.evaluate(() => {
    const node = getSelection()?.focusNode;
    const line = node instanceof Element ? node : node?.parentElement;
    const head = document.querySelector(".write-head");
    if (!line || !head) throw new Error("nobody writes here");
    const { top, bottom } = line.getBoundingClientRect();
    return Math.ceil(Math.max(0, head.getBoundingClientRect().bottom - top, bottom - window.innerHeight));
  });
}

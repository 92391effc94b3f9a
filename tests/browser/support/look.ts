import { expect, type Page } from "@playwright/test";
import axe from "axe-core";

declare global {
  interface Window {
    axe: typeof axe;
  }
}

const widths = [1440, 768, 390];
const schemes = ["light", "dark"] as const;

/** Checks the page at three widths, light and dark, and with axe in both; `PICTURES=1` keeps a picture of each. */
export async function look(page: Page, name: string): Promise<void> {
  await expect(page.locator("main"), `${name} has one main part`).toHaveCount(1);
  await expect(page.locator("h1"), `${name} has one heading above all`).toHaveCount(1);
  const before = page.viewportSize();
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      const seen = await page.evaluate(drawn);
      expect(seen.window, `${name} is drawn anew`).toBe(width);
      expect(seen.page, `${name} is wider than a window of ${width} pixels`).toBeLessThanOrEqual(width);
      const path = `artefacts/${name}-${width}-${colorScheme}.png`;
      if (process.env.PICTURES) await page.screenshot({ path, fullPage: true, animations: "disabled" });
    }
    await expectAccessible(page, `${name}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  if (before) await page.setViewportSize(before);
}

/** The widths once the page is drawn and every transition has ended; runs in the page. */
async function drawn(): Promise<{ window: number; page: number }> {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  for (const animation of document.getAnimations()) {
    if (Number.isFinite(animation.effect?.getComputedTiming().endTime)) animation.finish();
  }
  await frame();
  return { window: window.innerWidth, page: document.documentElement.scrollWidth };
}

/**
 * Finds no violation of WCAG 2.2 AA, nor of axe's best practices.
 *
 * axe runs in the page itself and returns violations alone. `@axe-core/playwright` opens a second page for each run and
 * sends everything that passed through it, which takes several times as long; what it does more is to look into
 * frames, and our pages show none.
 */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  await expect(page.locator("iframe:not([aria-hidden=true])"), `${name} shows no frame`).toHaveCount(0);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run({ resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`);
  });
  expect(found, `what axe found on ${name}`).toEqual([]);
}

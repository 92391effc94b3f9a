import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const widths = [1440, 768, 390];
const schemes = ["light", "dark"] as const;

/** Takes the page's picture at three widths, light and dark, and checks it with axe at each. */
export async function look(page: Page, name: string): Promise<void> {
  await expect(page.locator("main"), `${name} has one main part`).toHaveCount(1);
  await expect(page.locator("h1"), `${name} has one heading above all`).toHaveCount(1);
  const before = page.viewportSize();
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      const path = `artefacts/${name}-${width}-${colorScheme}.png`;
      await page.screenshot({ path, fullPage: true, animations: "disabled" });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, `${name} is wider than a window of ${width} pixels`).toBeLessThanOrEqual(width);
    }
    await expectAccessible(page, `${name}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  if (before) await page.setViewportSize(before);
}

/** Finds no violation of WCAG 2.2 AA, nor of axe's best practices. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(", ")}`);
  expect(found, `what axe found on ${name}`).toEqual([]);
}

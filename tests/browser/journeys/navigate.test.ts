import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

test("the sidebar: branches open, favourites stay, order is a matter of keys", async ({ filled }) => {
  const { ada, slug, article } = await filled("Handling pipettes");
  const { page } = ada;
  await page.goto(`/a/${slug}/edit`);
  const tree = page.getByRole("navigation", { name: "Modules and articles" });
  await expect(tree.locator("[aria-current=page]")).toHaveText(/Handling pipettes/);
  await expect(page.getByRole("navigation", { name: "Breadcrumbs" })).toContainText("Handling pipettes");

  await page.getByRole("button", { name: "Favourite" }).click();
  await expect(page.getByRole("button", { name: "Favourite" })).toHaveAttribute("aria-pressed", "true");
  await page.goto("/");
  await expect(tree.getByRole("link", { name: /Handling pipettes/ })).toHaveCount(1);

  // A branch fills when it is opened.
  const branch = tree.locator("details[data-branch]").first();
  await branch.locator("summary").click();
  await expect(tree.getByRole("link", { name: /Handling pipettes/ })).toHaveCount(2);

  // Alt and an arrow move an article, also for the next visitor.
  const second = { module: article.module, template: "topic-article", title: "Cleaning pipettes" };
  expect(await ada.context.request.post("/api/v1/articles", { data: second })).toBeOK();
  await page.goto("/a/cleaning-pipettes/edit");
  const leaves = tree.locator("[data-order] li");
  await expect(leaves.first()).toContainText("Handling pipettes");
  const moved = page.waitForResponse((reply) => reply.url().endsWith("/order"));
  await tree.locator("[data-order]").getByRole("link", { name: /Cleaning pipettes/ }).focus();
  await page.keyboard.press("Alt+ArrowUp");
  expect((await moved).status()).toBe(204);
  await page.reload();
  await expect(leaves.first()).toContainText("Cleaning pipettes");
  await look(page, "sidebar");

  // It collapses, and stays so on the next page.
  const stored = page.waitForResponse((reply) => reply.url().endsWith("/sidebar"));
  await page.getByRole("button", { name: "Collapse the sidebar" }).click();
  await expect(tree).toBeHidden();
  await stored;
  await page.goto("/");
  await expect(tree).toBeHidden();
  await page.getByRole("button", { name: "Show the sidebar" }).click();
  await expect(tree).toBeVisible();
});

test("on a phone the sidebar is a drawer", async ({ filled }) => {
  const { ada, slug } = await filled("Handling pipettes");
  const { page } = ada;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/a/${slug}/edit`);
  const tree = page.getByRole("navigation", { name: "Modules and articles" });
  await expect(tree).toBeHidden();
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await expect(tree.locator("[aria-current=page]")).toBeInViewport();
  await look(page, "drawer");
  await page.keyboard.press("Escape");
  await expect(tree).toBeHidden();
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Home" }).click();
  await expect(page.getByRole("heading", { name: /^Good to see you/ })).toBeVisible();
});

test("a draft is a desk: the first words stand high, and the slash menu in sight", async ({ filled }) => {
  const { ada, slug } = await filled("Handling pipettes");
  const { page } = ada;
  for (const [width, height, most] of [
    [1440, 900, 260],
    [390, 844, 300],
  ] as const) {
    await page.setViewportSize({ width, height });
    await ada.write(slug);
    const words = await ada.section("Lead").boundingBox();
    expect(words?.y, `the first words at ${width} pixels`).toBeLessThan(most);
    await expect(page.locator("[data-mode] [aria-pressed=true]")).toHaveText("Write");
    await look(page, "desk");
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await ada.section("Lead").click();
  await page.keyboard.press("Control+End");
  const before = await page.evaluate(() => window.scrollY);
  await page.keyboard.press("Enter");
  await page.keyboard.type("/");
  const menu = page.getByRole("listbox");
  await expect(menu).toBeInViewport({ ratio: 1 });
  expect(Math.abs((await page.evaluate(() => window.scrollY)) - before)).toBeLessThan(200);
  await page.keyboard.press("Escape");
});

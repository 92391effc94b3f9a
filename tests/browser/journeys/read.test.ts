import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";
import { Person } from "../support/person.js";

test("find it: from anywhere by keyboard, to the section that says it", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.approve("Handling pipettes");
  const bo = await come("bo");
  await bo.page.goto("/templates");
  await bo.page.keyboard.press("Control+k");
  const field = bo.page.getByRole("combobox", { name: /^Find an article/ });
  await expect(field).toBeFocused();
  await expect(bo.page.getByRole("option", { name: "New article" })).toBeVisible();
  await expect(async () => {
    await field.fill("maximum errors");
    await expect(bo.page.getByRole("option", { name: /Handling pipettes/ })).toBeVisible({ timeout: 500 });
  }).toPass();
  await look(bo.page, "palette");
  await bo.page.keyboard.press("Enter");
  await bo.page.waitForURL(new RegExp(`/a/${slug}#section-evidence$`));
  await bo.page.keyboard.press("Control+k");
  await bo.page.keyboard.type("templ");
  await expect(bo.page.getByRole("option", { name: "Templates" })).toHaveAttribute("aria-selected", "true");
  await bo.page.keyboard.press("Enter");
  await bo.page.waitForURL(/\/templates$/);
  await bo.page.keyboard.press("?");
  const help = bo.page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(help).toContainText("Undo your own last change");
  await look(bo.page, "help");
  await bo.page.keyboard.press("Escape");
  await expect(help).toHaveCount(0);
  await bo.page.keyboard.press("/");
  await expect(bo.page.getByRole("searchbox", { name: "Search articles" })).toBeFocused();
  await bo.page.keyboard.type("maximum errors");
  await bo.page.keyboard.press("Enter");
  await bo.page.waitForURL(/\/search\?q=maximum/);
  // The index follows the approval within a second; the page does not wait for it.
  await expect(async () => {
    await bo.page.reload();
    await expect(bo.page.locator(".snippet mark").first()).toHaveText(/maximum|errors/, { timeout: 200 });
  }).toPass();
  await look(bo.page, "search");
  await bo.page.getByRole("link", { name: "Evidence" }).click();
  await bo.page.waitForURL(new RegExp(`/a/${slug}#section-evidence$`));
  await expect(bo.page.locator("#section-evidence")).toBeInViewport();
  await bo.page.goto("/search?q=zeppelin");
  await expect(bo.page.getByRole("main")).toContainText("Nothing matches “zeppelin”");
  await look(bo.page, "search-nothing");
});

test("read it: one line under the title, no script, under 60 kB", async ({ filled, come, browser, server }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.approve("Handling pipettes");

  const reader = await Person.at(browser, server, false);
  await reader.signIn("bo");
  let sent = 0;
  const replies: Promise<void>[] = [];
  reader.page.on("requestfinished", (request) => {
    replies.push(request.sizes().then(({ responseBodySize }) => void (sent += responseBodySize)));
  });
  // A browser that was never here keeps nothing of what it fetched before.
  const devtools = await reader.context.newCDPSession(reader.page);
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
  await reader.page.goto(`/a/${slug}`);
  await reader.page.waitForLoadState("networkidle");
  await Promise.all(replies);
  expect(sent).toBeGreaterThan(1_000);
  expect(sent, "bytes of the reading page with all that it loads").toBeLessThanOrEqual(60_000);

  await expect(reader.page.locator(".standing")).toHaveText(/v1\.0 · effective .+ · approved by Cleo Marsh · review by .+/);
  await expect(reader.page.getByRole("navigation", { name: "Contents" }).getByRole("link")).toHaveCount(6);
  await expect(reader.page.locator("#section-lead strong")).toHaveText("pipette");
  await expect(reader.page.locator("#section-key_concepts h3").first()).toHaveText("Ranges");
  await expect(reader.page.locator("#section-key_concepts td").first()).toHaveText("P20");
  await expect(reader.page.getByText("Balances")).toHaveClass("wiki missing");
  await reader.context.close();

  const bo = await come("bo");
  await bo.page.goto(`/a/${slug}`);
  await look(bo.page, "read");
  await bo.page.setViewportSize({ width: 1440, height: 960 });
  await bo.page.screenshot({ path: "artefacts/readme.png" });
  await bo.page.goto("/a/no-such-article");
  await expect(bo.page.getByRole("searchbox").last()).toBeVisible();
  await look(bo.page, "not-found");
});

test("a page that links here is named at the foot", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.approve("Handling pipettes");
  await ada.page.goto("/m/laboratory-basics");
  await ada.page.getByRole("link", { name: "Start an article" }).click();
  await ada.page.getByLabel("Title").fill("Balances");
  await ada.page.locator("label", { hasText: "Topic article" }).click();
  await ada.page.getByRole("button", { name: "Start writing" }).click();
  await ada.page.waitForURL(/\/a\/balances\/edit/);
  const bo = await come("bo");
  await bo.page.goto(`/a/${slug}`);
  await bo.page.getByRole("article").getByRole("link", { name: "Balances", exact: true }).click();
  await expect(bo.page).toHaveURL(/\/a\/balances$/);
  await look(bo.page, "unapproved");
});

test("everything is reached by keyboard", async ({ come }) => {
  const ada = await come("ada");
  await ada.page.keyboard.press("Tab");
  await expect(ada.page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await ada.page.keyboard.press("Enter");
  await expect(ada.page.locator("#main")).toBeFocused();
  await ada.page.goto("/");
  await ada.page.keyboard.press("?");
  await expect(ada.page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await ada.page.goto("/shortcuts");
  await look(ada.page, "shortcuts");
});

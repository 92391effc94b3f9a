import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { expectAccessible, look } from "../support/look.js";
import type { Person } from "../support/person.js";

/** Waits until the writing page is kept on the device. */
async function kept(who: Person, slug: string): Promise<void> {
  const known = () => who.page.evaluate(async (path) => Boolean(await caches.match(path)), `/a/${slug}/edit`);
  await expect.poll(known).toBe(true);
}

test("a draft that was visited opens and is written without a server, and merges when it is back", async ({
  started,
  come,
  server,
}) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("Online. ");
  await ada.saved();
  await kept(ada, slug);
  await bo.write(slug);
  await expect(bo.section("Lead")).toContainText("Online.");
  await kept(bo, slug);

  await server.kill();
  await ada.page.goto("about:blank");
  await ada.write(slug);
  await expect(ada.page.locator("[data-state]")).toHaveText("Offline – kept on this device");
  await expect(ada.section("Lead")).toContainText("Online.");
  await ada.section("Lead").click();
  await ada.page.keyboard.press("End");
  await ada.page.keyboard.type("Ada offline. ");
  await bo.section("Background").click();
  await bo.page.keyboard.type("Bo offline.");
  // Reloaded without a server, it is still there.
  await ada.page.reload();
  await expect(ada.section("Lead")).toContainText("Ada offline.");

  // Any other page says what can be done.
  await ada.page.goto("/");
  await expect(ada.page.getByRole("heading", { name: "Lectern cannot be reached" })).toBeVisible();
  await expectAccessible(ada.page, "unreachable");
  await ada.page.screenshot({ path: "artefacts/unreachable.png" });
  await ada.page.getByRole("link", { name: "Handling pipettes" }).click();
  await expect(ada.section("Lead")).toContainText("Ada offline.");

  await server.start();
  await ada.saved();
  await bo.saved();
  await expect.poll(() => bo.text("Lead")).toBe("Online. Ada offline. ");
  await expect(ada.section("Background")).toContainText("Bo offline.");
});

test("what was kept goes with whoever signs out, and nobody else gets it", async ({ started, server }) => {
  const { slug, ada } = await started("Handling pipettes");
  await ada.write(slug);
  await kept(ada, slug);
  await ada.page.goto("/");
  await ada.page.locator("summary", { hasText: "Account of" }).click();
  await ada.page.getByRole("button", { name: "Sign out" }).click();
  await ada.page.waitForURL(/sign-in/);
  // While the server answers, it decides.
  await ada.page.goto(`/a/${slug}/edit`);
  await expect(ada.page.getByLabel("Password")).toBeVisible();
  await server.kill();
  await ada.page.goto(`/a/${slug}/edit`);
  await expect(ada.page.getByText("No draft is kept on this device.")).toBeVisible();
  await server.start();
});

test("two tabs of one person write in one text, and are one person to others", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const second = await ada.context.newPage();
  await second.goto(`/a/${slug}/edit`);
  await expect(second.locator("[data-editor][data-ready]")).toBeAttached();
  const lead = second.getByRole("textbox", { name: "Lead", exact: true });
  await ada.section("Lead").click();
  await ada.page.keyboard.type("One. ");
  await expect(lead).toContainText("One.");
  await lead.click();
  await second.keyboard.press("End");
  await second.keyboard.type("Two. ");
  await expect(ada.section("Lead")).toContainText("Two.");
  await ada.page.bringToFront();
  await ada.section("Background").click();
  await ada.page.keyboard.type("Three.");
  await expect.poll(() => bo.text("Lead")).toBe("One. Two. ");
  await expect(bo.section("Background")).toContainText("Three.");
  await expect(bo.page.locator("[data-people] [data-follow]")).toHaveCount(1);
  await expect(second.locator("[data-people] li")).toHaveCount(2);
  await ada.saved();
  await expect(second.locator("[data-state]")).toHaveText("Saved");
  await second.close();
  await ada.page.reload();
  await expect(ada.section("Lead")).toContainText("One. Two.");
});

test("whoever leaves before all is saved is asked, and nobody else", async ({ started }) => {
  const { slug, ada } = await started("Handling pipettes");
  const { page } = ada;
  // A server that takes what is written and does not say that it is on its disk.
  const held: (() => void)[] = [];
  let silent = false;
  await page.routeWebSocket(/\/collab\//, (line) => {
    const server = line.connectToServer();
    server.onMessage((frame) => {
      const pass = () => line.send(frame);
      if (silent && typeof frame !== "string" && frame[0] === 102) held.push(pass);
      else pass();
    });
  });
  await ada.write(slug);
  await ada.section("Lead").click();
  await page.keyboard.type("Saved.");
  await ada.saved();
  silent = true;
  await page.keyboard.type(" On its way.");
  await expect(page.locator("[data-state]")).toHaveText("Saving…");
  const asked = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  const question = await asked;
  expect(question.type()).toBe("beforeunload");
  await question.dismiss();
  await expect(ada.section("Lead")).toContainText("On its way.");
  // After a while the state line says what is true.
  await expect(page.locator("[data-state]")).toHaveText("Not saved");
  silent = false;
  for (const pass of held) pass();
  await ada.saved();
  const left = page.waitForEvent("close");
  await page.close({ runBeforeUnload: true });
  await left;
});

test("what others wrote since one last looked is marked and counted", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("Before.");
  await expect(bo.section("Lead")).toContainText("Before.");
  const since = bo.page.locator("[data-since]");
  await expect(since).toBeHidden();
  await bo.page.goto("/");

  await ada.page.keyboard.type(" New words.");
  await ada.section("Evidence").click();
  await ada.page.keyboard.type("New evidence.");
  await ada.saved();
  await bo.write(slug);
  await expect(since).toContainText("2 changes since you last looked");
  await expect(bo.section("Lead").locator(".since")).toHaveText(" New words.");
  await expect(bo.section("Evidence").locator(".since")).toHaveText("New evidence.");
  await look(bo.page, "since");
  // The marks stay where they belong while somebody writes before them.
  await ada.section("Lead").click();
  await ada.page.keyboard.press("Home");
  await ada.page.keyboard.type("Even ");
  await expect.poll(() => bo.text("Lead")).toContain("Even Before.");
  await expect(bo.section("Lead").locator(".since")).toHaveText(" New words.");
  const evidence = bo.section("Evidence").locator(".since");
  await bo.page.setViewportSize({ width: 1280, height: 400 });
  await expect(evidence).not.toBeInViewport();
  await since.getByRole("button", { name: "Next change" }).click();
  await since.getByRole("button", { name: "Next change" }).click();
  await expect(evidence).toBeInViewport();
  await since.getByRole("button", { name: "All seen" }).click();
  await expect(since).toBeHidden();
  await expect(bo.page.locator(".since")).toHaveCount(0);
  await bo.write(slug);
  await bo.section("Lead").click();
  await expect(since).toBeHidden();
});

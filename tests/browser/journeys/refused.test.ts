import { expect, type Page } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";
import type { Person } from "../support/person.js";

/** Sends an order of the interface from a page, as the person who is signed in there. */
async function order(page: Page, method: string, path: string, body?: unknown): Promise<void> {
  const status = await page.evaluate(
    async ([method, path, body]) => {
      const headers = { "content-type": "application/json" };
      return (await fetch(path, { method, headers, body })).status;
    },
    [method, path, body === undefined ? undefined : JSON.stringify(body)] as const,
  );
  expect(status, path).toBeLessThan(300);
}

/** The person's own id, as their writing page knows it. */
async function id(person: Person): Promise<string> {
  const config = await person.page.locator("#draft").textContent();
  return JSON.parse(config ?? "{}").person.id;
}

/** What a person reads who may not go on, who then types in vain. */
async function turnedAway(person: Person, text: RegExp): Promise<void> {
  await expect(person.page.getByRole("alert")).toContainText(text);
  await expect(person.section("Lead")).toHaveAttribute("contenteditable", "false");
  await expect(person.page.getByRole("toolbar")).toBeHidden();
  await person.page.keyboard.type("Typed in vain. ");
  expect(await person.text("Lead")).toBe("A pipette moves small volumes.");
}

test("whoever may not write any more is told why, and nothing typed is lost", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  const root = await come("root");
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("A pipette moves small volumes.");
  await ada.saved();
  await bo.write(slug);
  await expect.poll(() => bo.text("Lead")).toBe("A pipette moves small volumes.");
  await bo.section("Lead").click();

  await order(root.page, "PUT", `/api/v1/people/${await id(bo)}/roles`, { roles: [] });
  await turnedAway(bo, /You may not write in this article any more/);
  await look(bo.page, "write-forbidden");

  await order(root.page, "POST", `/api/v1/people/${await id(ada)}/deactivate`);
  await expect(ada.page.getByRole("alert")).toContainText("You are signed out. Your changes are kept on this device");
  await expect(ada.page.getByRole("link", { name: "Sign in again", exact: true })).toHaveAttribute("href", `/a/${slug}/edit`);
});

test("a page of another release is asked to reload before it changes anything", async ({ started }) => {
  const { slug, ada } = await started("Handling pipettes");
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("A pipette moves small volumes.");
  await ada.saved();
  await ada.page.context().route(`**/a/${slug}/edit`, async (route) => {
    const reply = await route.fetch();
    const body = (await reply.text()).replace(/"schema_version":\s*\d+/, '"schema_version":0');
    await route.fulfill({ response: reply, body });
  });
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.press("Control+End");
  await ada.page.keyboard.type("x");
  const notice = ada.page.getByRole("alert");
  await expect(notice).toContainText("Lectern was updated. What you wrote is kept; reload to go on.");
  await look(ada.page, "write-outdated");
  await ada.page.context().unroute(`**/a/${slug}/edit`);
  await notice.getByRole("link", { name: "Reload the page" }).click();
  await expect(ada.page.locator("[data-editor][data-ready]")).toBeAttached();
  await ada.saved();
  await expect(ada.section("Lead")).toHaveText("A pipette moves small volumes.x");
});

import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { Person } from "../support/person.js";

test("without scripts: everything but writing together works", async ({ filled, browser, server }) => {
  const { slug } = await filled("Handling pipettes");
  const plain = async (login: string) => {
    const person = await Person.at(browser, server, false);
    await person.signIn(login);
    return person;
  };
  const ada = await plain("ada");
  await ada.page.goto(`/a/${slug}/edit`);
  await expect(ada.page.getByText("moves small volumes")).toBeVisible();
  await ada.page.goto(`/a/${slug}/history`);
  await ada.page.getByLabel("Name", { exact: true }).fill("By hand");
  await ada.page.getByRole("button", { name: "Save" }).click();
  await expect(ada.page.getByRole("link", { name: /By hand/ })).toBeVisible();
  await ada.requestReview(slug, "First version.");

  const cleo = await plain("cleo");
  await cleo.approve("Handling pipettes");
  const bo = await plain("bo");
  await expect(async () => {
    await bo.page.goto("/search?q=pipette");
    await expect(bo.page.getByText("v1.0")).toBeVisible({ timeout: 200 });
  }).toPass();
  await bo.page.getByRole("listitem").filter({ hasText: "v1.0" }).getByRole("link").first().click();
  await expect(bo.page.locator(".standing")).toContainText("v1.0");
  await bo.page.locator(".menu summary").click();
  await bo.page.getByRole("button", { name: "Dark" }).click();
  await expect(bo.page.locator("html")).toHaveAttribute("data-theme", "dark");
  await bo.page.locator(".menu summary").click();
  await bo.page.getByRole("button", { name: "Sign out" }).click();
  await expect(bo.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  for (const person of [ada, cleo, bo]) await person.context.close();
});

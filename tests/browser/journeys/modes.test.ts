import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

test("reading and writing are apart: nothing changes by accident, and nothing moves", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  const { page } = ada;
  const mode = page.getByRole("group", { name: "Read or write" });
  await expect(mode.getByRole("button", { name: "Write" })).toHaveAttribute("aria-pressed", "true");
  const lead = ada.section("Lead");
  await lead.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n[ ] Check the [[Balances]].");
  await ada.saved();
  const stands = () => lead.evaluate(({ offsetTop, offsetWidth, offsetHeight }: HTMLElement) => [offsetTop, offsetWidth, offsetHeight]);
  const before = await stands();

  await page.keyboard.press("F2");
  await expect(mode.getByRole("button", { name: "Read" })).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("toolbar")).toBeHidden();
  await expect(lead).toHaveAttribute("aria-readonly", "true");
  expect(await stands()).toEqual(before);
  await lead.getByText("A pipette").click();
  await page.keyboard.type("Not written.");
  await lead.getByRole("checkbox").click({ force: true });
  await expect(lead.getByRole("checkbox")).not.toBeChecked();
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveAttribute("readonly");
  // What others write still comes.
  await bo.section("Lead").click();
  await bo.page.keyboard.press("Control+Home");
  await bo.page.keyboard.type("Bo was here. ");
  await expect(lead).toContainText("Bo was here.");
  await expect(lead).not.toContainText("Not written.");
  await look(page, "write-reading");

  // The choice is kept for this article, and links are followed.
  await ada.write(slug);
  await expect(mode.getByRole("button", { name: "Read" })).toHaveAttribute("aria-pressed", "true");
  await lead.getByRole("link", { name: "Balances" }).click();
  await expect(page).toHaveURL(/\/search\?q=Balances/);
  await ada.write(slug);
  await mode.getByRole("button", { name: "Write" }).click();
  await lead.getByRole("checkbox").check();
  await expect(bo.section("Lead").getByRole("checkbox")).toBeChecked();
  await ada.saved();
});

import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

test("a section says what belongs in it, also once something stands there", async ({ started }) => {
  const { slug, ada } = await started("Handling pipettes");
  await ada.write(slug);
  await ada.section("Evidence").click();
  await ada.page.keyboard.type("A claim [1].");
  const evidence = ada.page.locator("#section-evidence");
  await evidence.getByLabel("Guidance for “Evidence”").click();
  await expect(evidence.locator(".help")).toContainText("Cite every claim.");
  await expect(evidence.locator(".help")).toContainText("Such as: ISO 8655-2:2022 permits");
  await ada.page.getByText("About this article").click();
  await look(ada.page, "template-help");
});

test("optional sections are added by name, removed, and brought back by Undo", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  await expect(ada.page.locator("#section-misconceptions")).toBeHidden();
  await ada.page.getByRole("button", { name: "Misconceptions", exact: true }).click();
  await expect(ada.section("Misconceptions")).toBeFocused();
  await expect(bo.page.locator("#section-misconceptions")).toBeHidden();
  await ada.page.keyboard.type("A new tip needs no wetting.");
  await expect(bo.section("Misconceptions")).toContainText("A new tip");

  await ada.page.getByRole("button", { name: "Remove the section “Misconceptions”" }).click();
  await expect(ada.page.locator("#section-misconceptions")).toBeHidden();
  await expect(bo.page.locator("#section-misconceptions")).toBeHidden();
  await ada.section("Lead").click();
  await ada.page.keyboard.press("Control+z");
  await expect(ada.section("Misconceptions")).toContainText("A new tip");
  await expect(bo.section("Misconceptions")).toContainText("A new tip");
  await ada.saved();
});

test("facts have the control that fits, and what is no answer is named", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  for (const { page } of [ada, bo]) await page.getByText("About this article").click();
  await ada.page.getByLabel("Control").selectOption("informal");
  await expect(bo.page.getByLabel("Control")).toHaveValue("informal");
  await ada.page.getByLabel("Effective date").fill("2026-11-30");
  await ada.page.getByLabel("Effective date").blur();
  await expect(bo.page.getByLabel("Effective date")).toHaveValue("2026-11-30");
  await ada.saved();

  // The interface refuses what the field does not ask for.
  const refused = await ada.page.evaluate(async () => {
    const { article } = JSON.parse(document.querySelector("#draft")?.textContent ?? "{}");
    const path = `/api/v1/articles/${article}/draft/fields/effective_date`;
    const headers = { "content-type": "application/json" };
    const reply = await fetch(path, { method: "PUT", headers, body: JSON.stringify({ value: "soon" }) });
    return { status: reply.status, ...(await reply.json()) };
  });
  expect(refused).toMatchObject({ status: 422, field: "value", detail: "This is a day, such as 2026-11-30." });
});

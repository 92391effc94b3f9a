import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

test("find words in all sections, go from one to the next, replace one or all, and take it back at once", async ({
  started,
  come,
}) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const { page } = ada;
  await ada.section("Lead").click();
  await page.keyboard.type("The tip of a pipette. A Tip is used once, and the tips are sterile.");
  await ada.section("Evidence").click();
  await page.keyboard.type("Change the tip for $1.");
  await ada.section("Lead").click();
  await page.keyboard.press("Control+Home");

  await page.keyboard.press("Control+h");
  const bar = page.getByRole("search", { name: "Find and replace in this article" });
  await expect(bar.getByLabel("Find", { exact: true })).toBeFocused();
  await page.keyboard.type("tip");
  const told = bar.getByRole("status");
  await expect(told).toHaveText("1 of 4");
  await expect(page.locator(".ProseMirror-search-match, .ProseMirror-active-search-match")).toHaveCount(4);
  await page.keyboard.press("Enter");
  await expect(told).toHaveText("2 of 4");
  await expect(page.locator(".ProseMirror-active-search-match")).toHaveText("Tip");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.press("Shift+Enter");
  await expect(told).toHaveText("4 of 4");
  await expect(ada.section("Evidence").locator(".ProseMirror-active-search-match")).toHaveText("tip");
  await page.keyboard.press("Enter");
  await expect(told).toHaveText("1 of 4");
  const behind = () =>
    page.evaluate(() => {
      const [match, head] = [".ProseMirror-active-search-match", ".write-head"].map((one) => document.querySelector(one));
      return (head?.getBoundingClientRect().bottom ?? 0) - (match?.getBoundingClientRect().top ?? 0);
    });
  await expect.poll(behind).toBeLessThan(0);
  await look(page, "write-find");

  await bar.getByLabel("Match case").click();
  await expect(told).toHaveText("1 of 3");
  // What others write meanwhile is found as well.
  await bo.section("Evidence").click();
  await bo.page.keyboard.press("Control+End");
  await bo.page.keyboard.type(" A tip from Bo.");
  await expect(told).toHaveText("1 of 4");

  await bar.getByLabel("Replace with").fill("$& cone");
  await page.keyboard.press("Enter");
  await expect.poll(() => bo.text("Lead")).toBe("The $& cone of a pipette. A Tip is used once, and the tips are sterile.");
  await expect(told).toHaveText("1 of 3");
  await bar.getByLabel("Replace with").fill("cone");
  await bar.getByRole("button", { name: "Replace all matches" }).click();
  await expect(told).toHaveText("3 replaced");
  const lead = "The $& cone of a pipette. A Tip is used once, and the cones are sterile.";
  await expect.poll(() => bo.text("Lead")).toBe(lead);
  await expect.poll(() => bo.text("Evidence")).toBe("Change the cone for $1. A cone from Bo.");

  await page.keyboard.press("Escape");
  await expect(bar).toBeHidden();
  await expect(page.locator(".ProseMirror-search-match")).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect.poll(() => bo.text("Evidence")).toBe("Change the tip for $1. A tip from Bo.");
  await expect.poll(() => bo.text("Lead")).toBe("The $& cone of a pipette. A Tip is used once, and the tips are sterile.");

  // With AltGr a keyboard may have another letter there.
  await page.keyboard.press("Control+Alt+h");
  await expect(bar).toBeHidden();
  await page.keyboard.press("Control+h");
  await page.keyboard.type("nowhere");
  await expect(told).toHaveText("Not found");
  await bar.getByRole("button", { name: "Replace all matches" }).click();
  await expect(told).toHaveText("0 replaced");
  expect(await ada.text("Lead")).toContain("tips are sterile");
  // Who only reads has nothing to replace.
  await page.keyboard.press("F2");
  await expect(bar).toBeHidden();
  await page.keyboard.press("Control+h");
  await expect(bar).toBeHidden();
  await ada.expectNoComplaints();
});

test("whoever suggests replaces by suggestion, each place once", async ({ started }) => {
  const { slug, ada } = await started("Handling pipettes");
  await ada.write(slug);
  const { page } = ada;
  await ada.section("Lead").click();
  await page.keyboard.type("One tip and another tip.");
  await page.getByRole("button", { name: "Suggest", exact: true }).click();
  await page.getByRole("toolbar", { name: "Formatting" }).getByRole("button", { name: "Find and replace" }).click();
  const bar = page.getByRole("search", { name: "Find and replace in this article" });
  await page.keyboard.type("tip");
  await bar.getByLabel("Replace with").fill("cone");
  await bar.getByRole("button", { name: "Replace all matches" }).click();
  await expect(bar.getByRole("status")).toHaveText("2 replaced");
  const lead = ada.section("Lead");
  await expect(lead.locator(".suggested.inserted")).toHaveText(["cone", "cone"]);
  await expect(lead.locator(".suggested.deleted")).toHaveText(["tip", "tip"]);
  await bar.getByRole("button", { name: "Replace all matches" }).click();
  await expect(bar.getByRole("status")).toHaveText("0 replaced");
  await page.getByRole("button", { name: "Accept all" }).click();
  await expect(lead).toHaveText("One cone and another cone.");
});

import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { expectAccessible, look } from "../support/look.js";
import type { Person } from "../support/person.js";

const panel = (who: Person) => who.page.getByRole("complementary", { name: "Comments" });
const marked = (who: Person) => who.section("Lead").locator(".commented");

test("a passage is commented on, answered and settled, for everybody at once", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.page.setViewportSize({ width: 1440, height: 900 });
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("A pipette moves small volumes of liquid.");
  await bo.write(slug);
  await expect(bo.section("Lead")).toContainText("small volumes");

  // Nothing selected: it is said what to do.
  await bo.page.keyboard.press("Control+Alt+KeyM");
  await expect(bo.page.getByRole("status").filter({ hasText: "Select the words first" })).toBeVisible();

  await bo.select("Lead", "small volumes");
  await bo.page.keyboard.press("Control+Alt+KeyM");
  const field = bo.page.getByLabel("Your comment");
  await expect(field).toBeFocused();
  await bo.page.keyboard.type("How small? @A");
  await expect(bo.page.getByRole("option", { name: "Ada Byron" })).toBeVisible();
  await bo.page.keyboard.press("Enter");
  await bo.page.keyboard.type("may know.");
  await bo.page.keyboard.press("Control+Enter");
  await expect(marked(bo)).toHaveText("small volumes");

  // The other sees it without a reload, named in the list, and where it belongs.
  await expect(marked(ada)).toHaveText("small volumes");
  await ada.page.getByRole("button", { name: "Comments (1)" }).click();
  await expect(panel(ada)).toContainText("How small? @Ada Byron may know.");
  await expect(panel(ada).locator(".mention")).toHaveText("@Ada Byron");
  await panel(ada).getByRole("button", { name: "Reply" }).click();
  await ada.page.keyboard.type("Up to a millilitre.");
  await ada.page.keyboard.press("Control+Enter");
  await expect(panel(bo)).toContainText("Up to a millilitre.");
  await expect(panel(bo).getByRole("button", { name: "Edit" })).toHaveCount(1);
  await look(ada.page, "comments");

  // One's own words can be corrected.
  await panel(ada).getByRole("button", { name: "Edit" }).click();
  const own = ada.page.getByLabel("Your comment");
  await expect(own).toHaveValue("Up to a millilitre.");
  await own.fill("Up to ten millilitres.");
  await ada.page.getByRole("button", { name: "Save" }).click();
  await expect(panel(bo)).toContainText("Up to ten millilitres.");
  await expect(panel(bo)).toContainText("edited");

  // The anchor keeps its place while others write before it and in it.
  await ada.section("Lead").click();
  await ada.page.keyboard.press("Control+Home");
  await ada.page.keyboard.type("In short: ");
  await expect(marked(bo)).toHaveText("small volumes");
  await ada.select("Lead", "small ");
  await ada.page.keyboard.type("very small ");
  await expect.poll(() => bo.text("Lead")).toContain("In short: A pipette moves very small volumes");
  await expect(marked(bo).last()).toContainText("volumes");

  await panel(ada).getByRole("button", { name: "Resolve" }).click();
  await expect(panel(ada)).toBeFocused();
  await expect(marked(bo)).toHaveCount(0);
  await panel(bo).getByLabel("Show resolved").check();
  await expect(panel(bo)).toContainText("Resolved by Ada Byron.");
  await panel(bo).getByRole("button", { name: "Reopen" }).click();
  await expect(ada.page.getByRole("button", { name: "Comments (1)" })).toBeVisible();
});

test("a comment outlives its passage, is reached by address, and waits while it is written", async ({
  started,
  come,
}) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("Wet the tip once. Then hold it upright.");
  await ada.saved();
  await ada.select("Lead", "hold it upright");
  await ada.page.keyboard.press("Control+Alt+KeyM");
  await ada.page.keyboard.type("Why upright?");

  // What was not sent is there after a reload.
  await ada.write(slug);
  await expect(ada.page.getByLabel("Your comment")).toHaveValue("Why upright?");
  await ada.page.getByRole("button", { name: "Comment", exact: true }).last().click();
  await expect(marked(ada)).toHaveText("hold it upright");

  const link = panel(ada).getByRole("link").first();
  const address = await link.getAttribute("href");
  await bo.page.goto(`/a/${slug}/edit${address}`);
  await expect(panel(bo)).toContainText("Why upright?");
  await expect(bo.section("Lead").locator(".commented.active")).toHaveText("hold it upright");
  await bo.page.goto(`/a/${slug}/edit?thread=018f0000-0000-7000-8000-000000000000`);
  await expect(bo.page.getByRole("status").filter({ hasText: "is not there" })).toBeVisible();

  // Cut and pasted within the section, it is found by its words; deleted, it is kept with them.
  await bo.select("Lead", "Then hold it upright.");
  await bo.page.keyboard.press("Backspace");
  await expect(marked(ada)).toHaveCount(0);
  await expect(panel(ada)).toContainText("The text that this was about is gone.");
  await expect(panel(ada)).toContainText("hold it upright");
  await bo.page.keyboard.press("Control+z");
  await expect(marked(ada)).toHaveText("hold it upright");

  // By keyboard, and on a phone as a sheet.
  await ada.page.setViewportSize({ width: 390, height: 800 });
  await ada.page.keyboard.press("F8");
  await expect(panel(ada).getByRole("button", { name: /^Show the passage/ })).toBeFocused();
  await expectAccessible(ada.page, "comments as a sheet");
  await ada.page.screenshot({ path: "artefacts/comments-sheet-390-light.png" });
  await ada.page.keyboard.press("Escape");
  await expect(panel(ada)).toBeHidden();

  // What cannot be sent stays, with the reason.
  await ada.page.getByRole("button", { name: "Comments (1)" }).click();
  await panel(ada).getByRole("button", { name: "Reply" }).click();
  await ada.page.keyboard.type("Because.");
  await ada.context.setOffline(true);
  await ada.page.keyboard.press("Control+Enter");
  await expect(panel(ada).getByRole("alert").filter({ hasText: "does not answer" })).toBeVisible();
  await expect(ada.page.getByLabel("Your reply")).toHaveValue("Because.");
  await ada.context.setOffline(false);
  await ada.page.getByLabel("Your reply").press("Control+Enter");
  await expect(panel(ada)).toContainText("Because.");
});

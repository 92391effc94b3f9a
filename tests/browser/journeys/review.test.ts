import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

test("get it approved: ask, read what changed, tick, approve; readers get exactly that", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  const bo = await come("bo");
  await bo.page.goto(`/a/${slug}`);
  await expect(bo.page.getByText("moves small volumes")).toHaveCount(0);

  await ada.page.goto(`/a/${slug}/edit`);
  await ada.page.getByRole("link", { name: "Request review" }).click();
  await look(ada.page, "request-review");
  await ada.requestReview(slug, "First version, for newcomers.");
  await expect(ada.page.getByRole("button", { name: "Approve" })).toHaveCount(0);
  await look(ada.page, "review-own");

  const cleo = await come("cleo");
  await expect(cleo.page.getByRole("region", { name: "Waiting for me" })).toContainText("Handling pipettes");
  await look(cleo.page, "home-waiting");
  await cleo.page.getByRole("link", { name: "Read and decide on Handling pipettes" }).click();
  await expect(cleo.page.getByText("moves small volumes")).toBeVisible();
  await expect(cleo.page.getByText("Under review – not for training use")).toBeVisible();
  await look(cleo.page, "review");
  await cleo.page.getByRole("button", { name: "Approve" }).click();
  await expect(cleo.page.getByRole("main")).toContainText("every");
  await expect(cleo.page.getByRole("button", { name: "Approve" })).toBeVisible();
  await cleo.approve("Handling pipettes");

  await expect(cleo.page.getByText("not for training use")).toHaveCount(0);

  await bo.page.goto(`/a/${slug}`);
  await expect(bo.page.getByText("moves small volumes")).toBeVisible();
  await expect(bo.page.getByText("not for training use")).toHaveCount(0);
  await expect(bo.page.locator(".standing")).toContainText("v1.0");
  await expect(bo.page.locator(".standing")).toContainText("Cleo Marsh");

  // The draft moves on; readers keep what was approved until the next approval, which shows words.
  await ada.write(slug);
  await ada.section("Background").click();
  await ada.page.keyboard.press("Control+End");
  await ada.page.keyboard.type(" They cost a day each.");
  await ada.saved();
  await bo.page.goto(`/a/${slug}`);
  await expect(bo.page.getByText("They cost a day each.")).toHaveCount(0);
  await ada.requestReview(slug, "What a wrong volume costs.");
  await cleo.page.goto("/");
  await cleo.page.getByRole("link", { name: "Read and decide on Handling pipettes" }).click();
  await expect(cleo.page.locator("#section-background ins")).toContainText("They cost a day each.");
  await look(cleo.page, "review-changes");
  await cleo.approve("Handling pipettes");
  await bo.page.goto(`/a/${slug}`);
  await expect(bo.page.locator(".standing")).toContainText("v2.0");
  await expect(bo.page.getByText("They cost a day each.")).toBeVisible();
});

test("a rejection says why, and the draft goes on", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.page.getByRole("link", { name: "Read and decide on Handling pipettes" }).click();
  await cleo.page.getByRole("button", { name: "Reject" }).click();
  await expect(cleo.page.getByRole("main")).toContainText(/reason/i);
  await cleo.page.getByLabel("Reason").fill("The evidence names no edition.");
  await cleo.page.getByRole("button", { name: "Reject" }).click();
  await expect(cleo.page.getByRole("main")).toContainText("The evidence names no edition.");

  await ada.page.goto(`/a/${slug}`);
  await expect(ada.page.getByRole("heading", { name: "Handling pipettes" })).toBeVisible();
  await ada.requestReview(slug, "Edition named.");
  await ada.page.getByRole("button", { name: "Withdraw the request" }).click();
  await expect(ada.page.getByRole("main")).toContainText(/withdrawn/i);
  await cleo.page.goto("/");
  await expect(cleo.page.getByRole("region", { name: "Waiting for me" })).toContainText("Nothing waits");
});

test("who wrote a text cannot approve it", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  const dan = await come("dan");
  await dan.write(slug);
  await dan.section("Lead").click();
  await dan.page.keyboard.press("Control+End");
  await dan.page.keyboard.type("Dan was here.");
  await dan.saved();
  const review = await ada.requestReview(slug, "First version.");
  await dan.page.goto(review);
  await expect(dan.page.getByRole("button", { name: "Approve" })).toHaveCount(0);
  await expect(dan.page.getByRole("region", { name: "Deciding" })).toBeVisible();
});

test("history: name a revision, compare two by words, restore one live", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await ada.page.goto(`/a/${slug}/history`);
  await ada.page.getByLabel("Name", { exact: true }).fill("Before the workshop");
  await ada.page.getByRole("button", { name: "Save" }).click();
  await expect(ada.page.getByRole("link", { name: /Before the workshop/ })).toBeVisible();
  await ada.write(slug);
  await ada.section("Background").click();
  await ada.page.keyboard.press("Control+End");
  await ada.page.keyboard.type(" They cost a day each.");
  await ada.saved();
  await ada.page.goto(`/a/${slug}/history`);
  await ada.page.getByLabel("Name", { exact: true }).fill("After the workshop");
  await ada.page.getByRole("button", { name: "Save" }).click();
  await look(ada.page, "history");
  await ada.page.getByRole("link", { name: "What changed in revision 2" }).click();
  await expect(ada.page.locator("#section-background ins")).toContainText("They cost a day each.");
  await look(ada.page, "compare");
  await ada.page.goto(`/a/${slug}/history`);
  await ada.page.getByRole("link", { name: /Before the workshop/ }).click();
  await look(ada.page, "revision");

  const bo = await come("bo");
  await bo.write(slug);
  await expect(bo.section("Background")).toContainText("They cost a day each.");
  await ada.page.goto(`/a/${slug}/history`);
  await ada.page.getByRole("button", { name: "Restore revision 1" }).click();
  await expect(bo.section("Background")).not.toContainText("They cost a day each.");
  await expect(bo.section("Background")).toContainText("Wrong volumes");
});

import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";
import type { Person } from "../support/person.js";

/** Comes back to the home page until the bell says so. */
async function told(person: Person, unread: number): Promise<void> {
  await expect(async () => {
    await person.page.goto("/");
    const bell = person.page.getByRole("link", { name: `Inbox, ${unread} unread` });
    await expect(bell).toBeVisible({ timeout: 200 });
  }).toPass();
}

test("a reviewer hears of a request, the writer of its rejection, and the bell counts", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await ada.page.goto("/notifications");
  await expect(ada.page.getByRole("link", { name: "Inbox", exact: true })).toBeVisible();
  await expect(ada.page.getByText("Nothing has happened yet that concerns you.")).toBeVisible();
  await look(ada.page, "inbox-empty");
  const address = await ada.requestReview(slug, "First version.");

  const cleo = await come("cleo");
  await told(cleo, 1);
  await cleo.page.getByRole("link", { name: "Inbox, 1 unread" }).click();
  await expect(cleo.page.getByText("First version.")).toBeVisible();
  await cleo.page.getByRole("link", { name: "Ada Byron asks you to review “Handling pipettes”" }).click();
  await cleo.page.waitForURL(new URL(address).pathname);
  await expect(cleo.page.getByRole("link", { name: "Inbox", exact: true })).toBeVisible();
  await cleo.page.getByLabel("Reason").fill("The wet tip is missing for viscous liquids; see the manual.");
  await cleo.page.getByRole("button", { name: "Reject" }).click();
  await expect(cleo.page.locator(".notice")).toBeVisible();

  await told(ada, 1);
  await ada.requestReview(slug, "Viscous liquids, too.");
  const dan = await come("dan");
  await told(dan, 2);
  await dan.approve("Handling pipettes");
  await told(ada, 2);
  await ada.page.getByRole("link", { name: "Inbox, 2 unread" }).click();
  const list = ada.page.getByRole("main").getByRole("listitem");
  await expect(list).toHaveCount(2);
  await expect(list.first()).toContainText("v1.0 of “Handling pipettes” is effective");
  await expect(list.last()).toContainText("Cleo Marsh rejected “Handling pipettes”");
  await expect(list.last()).toContainText("The wet tip is missing");
  await list.first().getByRole("button", { name: "Mark as read" }).click();
  await expect(list.first(), "what is unread stands first").toContainText("rejected");
  await look(ada.page, "inbox");
  await ada.page.getByRole("link", { name: "Unread only" }).click();
  await expect(list).toHaveCount(1);
  await ada.page.getByRole("button", { name: "Mark all as read" }).click();
  await expect(list).toHaveCount(2);
  await expect(ada.page.getByRole("link", { name: "Inbox", exact: true })).toBeVisible();
});

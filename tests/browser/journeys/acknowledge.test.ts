import { expect, type Page } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";
import { PASSWORD, Person } from "../support/person.js";

/** Sends JSON as the person at this page. */
function send(page: Page, method: string, path: string, body: unknown) {
  return page.evaluate(
    async ([method, path, body]) => {
      const headers = { "content-type": "application/json" };
      const reply = await fetch(path as string, { method: method as string, headers, body: JSON.stringify(body) });
      if (!reply.ok) throw new Error(await reply.text());
      return reply.json();
    },
    [method, path, body],
  );
}

/** Publishes the draft as another major version, signed. */
async function publish(article: string, by: Page, reviewer: Page): Promise<void> {
  const change = { change_summary: "What is to be read.", kind: "major" };
  const review = await send(by, "POST", `/api/v1/articles/${article}/reviews`, change);
  await send(reviewer, "POST", `/api/v1/reviews/${review.id}/decisions`, {
    verdict: "approve",
    revision_hash: review.revision_hash,
    checklist: review.checklist.map(() => true),
    signature: { password: PASSWORD, meaning: "approved" },
  });
}

/** Waits until an article is asked for on the home page. */
async function asked(page: Page, words: string): Promise<void> {
  await expect(async () => {
    await page.goto("/");
    await expect(page.getByRole("region", { name: "For you" })).toContainText(words, { timeout: 200 });
  }).toPass();
}

test("a reader is asked, signs, and is asked again by the next major version", async ({ filled, come }) => {
  const { slug, article, ada } = await filled("Handling pipettes");
  await send(ada.page, "PATCH", `/api/v1/modules/${article.module}`, { control: "controlled" });

  // The owner says who is to read.
  await ada.page.goto("/m/laboratory-basics");
  await ada.page.getByRole("link", { name: "Reading status" }).click();
  await expect(ada.page.getByText("Nobody is asked.", { exact: true })).toBeVisible();
  await ada.page.getByText("Change", { exact: true }).click();
  await ada.page.getByRole("checkbox", { name: "Learners" }).check();
  await ada.page.getByLabel("And these people").fill("nobody");
  await ada.page.getByRole("button", { name: "Save" }).click();
  await expect(ada.page.getByText("Nobody signs in as “nobody”.")).toBeVisible();
  await expect(ada.page.getByRole("checkbox", { name: "Learners" })).toBeChecked();
  await ada.page.getByLabel("And these people").fill("dan");
  await ada.page.getByRole("button", { name: "Save" }).click();
  await expect(ada.page.getByText("Learners and Dan Okoro. They get 14 days for each new version.")).toBeVisible();

  const cleo = await come("cleo");
  await publish(article.id, ada.page, cleo.page);
  const bo = await come("bo");
  await asked(bo.page, "v1.0 · read it by");
  await look(bo.page, "home-to-read");
  await bo.page.getByRole("link", { name: "Read Handling pipettes" }).click();
  const panel = bo.page.getByRole("region", { name: "Read and understood" });
  await expect(panel).toContainText("You have been asked to read this by");
  await expect(panel).toContainText("I have read and understood “Handling pipettes”, v1.0.");
  await look(bo.page, "read-asked");
  await panel.getByLabel("Password").fill("not my password");
  await panel.getByRole("button", { name: /^Sign that I have read/ }).click();
  await expect(panel.getByRole("alert")).toBeVisible();
  await look(bo.page, "read-asked-refused");
  await panel.getByLabel("Password").fill(PASSWORD);
  await panel.getByRole("button", { name: /^Sign that I have read/ }).click();
  await expect(panel).toContainText("You acknowledged v1.0 on");
  await look(bo.page, "read-acknowledged");

  // The owner sees who is missing, asks one more and reminds.
  await ada.page.goto(`/a/${slug}`);
  await ada.page.getByRole("link", { name: "Reading status" }).click();
  await expect(ada.page.getByText("1 of 2 has acknowledged v1.0.")).toBeVisible();
  await expect(ada.page.getByRole("row", { name: /Dan Okoro/ })).toContainText("To be read by");
  await expect(ada.page.getByRole("row", { name: /Bo Lindqvist/ })).toContainText("Acknowledged v1.0 on");
  await ada.page.getByLabel("Logins", { exact: true }).fill("cleo");
  const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
  await ada.page.getByLabel("To be read by").fill(day);
  await ada.page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(ada.page.getByRole("row", { name: /Cleo Marsh/ })).toContainText("Asked by Ada Byron");
  await ada.page.getByRole("button", { name: "Remind who is missing" }).click();
  await expect(ada.page.getByText("Everyone who has not acknowledged yet was reminded.")).toBeVisible();
  await look(ada.page, "reading-article");
  await ada.page.getByText("Ask others for this article").click();
  await look(ada.page, "reading-article-open");
  await ada.page.getByRole("link", { name: "Reading status" }).click();
  await look(ada.page, "reading");
  const [table] = await Promise.all([
    ada.page.waitForEvent("download"),
    ada.page.getByRole("link", { name: "Save as CSV" }).click(),
  ]);
  expect(table.suggestedFilename()).toBe("reading-laboratory-basics.csv");

  // The next major version asks again, and shows what changed.
  const headers = { "content-type": "text/markdown" };
  await ada.page.evaluate(
    async ([path, headers]) => {
      const body = "A **pipette** moves tiny volumes of liquid from one vessel into another, and never by mouth.";
      await fetch(path as string, { method: "PUT", headers: headers as Record<string, string>, body });
    },
    [`/api/v1/articles/${article.id}/draft/sections/lead`, headers],
  );
  await publish(article.id, ada.page, cleo.page);
  await asked(bo.page, "v2.0 · read it by");
  await bo.page.goto(`/a/${slug}`);
  await panel.getByRole("link", { name: "What changed since you acknowledged v1.0" }).click();
  await expect(bo.page.locator("ins").filter({ hasText: "tiny" })).toBeVisible();
  await look(bo.page, "read-changes");
  await bo.page.getByRole("link", { name: /^To the end of v2.0/ }).click();
  await panel.getByLabel("Password").fill(PASSWORD);
  await panel.getByRole("button", { name: /^Sign that I have read/ }).click();
  await expect(panel).toContainText("You acknowledged v2.0 on");
  await bo.page.goto("/");
  await expect(bo.page.getByRole("region", { name: "For you" })).not.toContainText("Handling pipettes");
});

test("without scripts and unasked: a reader acknowledges what they read", async ({ filled, come, browser, server }) => {
  const { slug, article, ada } = await filled("Handling pipettes");
  const cleo = await come("cleo");
  await publish(article.id, ada.page, cleo.page);
  const bo = await Person.at(browser, server, false);
  await bo.signIn("bo");
  await bo.page.goto(`/a/${slug}`);
  const panel = bo.page.getByRole("region", { name: "Read and understood" });
  await expect(panel, "nobody is asked to read in this module").toHaveCount(0);
  await send(ada.page, "PUT", `/api/v1/modules/${article.module}/audience`, { roles: ["lead"] });
  await bo.page.reload();
  await panel.getByText("Acknowledge that you have read this").click();
  await panel.getByRole("button", { name: "I have read and understood v1.0" }).click();
  await expect(panel).toContainText("You acknowledged v1.0 on");
  await ada.page.goto(`/m/laboratory-basics/reading?article=${slug}`);
  await expect(ada.page.getByRole("row", { name: /Bo Lindqvist/ })).toContainText("Unasked");
  await bo.context.close();
});

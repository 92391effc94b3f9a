import { expect, type Page } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";
import { PASSWORD } from "../support/person.js";

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

test("a signed version prints as a controlled document, is suspended and reinstated", async ({ filled, come }) => {
  const { slug, article, ada } = await filled("Handling pipettes");
  await send(ada.page, "PATCH", `/api/v1/modules/${article.module}`, { control: "controlled" });
  const change = { change_summary: "First version.", kind: "major" };
  const review = await send(ada.page, "POST", `/api/v1/articles/${article.id}/reviews`, change);
  const cleo = await come("cleo");
  await send(cleo.page, "POST", `/api/v1/reviews/${review.id}/decisions`, {
    verdict: "approve",
    revision_hash: review.revision_hash,
    checklist: review.checklist.map(() => true),
    signature: { password: PASSWORD, meaning: "approved" },
  });

  // The signature stands under the version, on screen and on paper.
  const bo = await come("bo");
  await bo.page.goto(`/a/${slug}`);
  const signatures = bo.page.getByRole("region", { name: "Signatures" });
  await expect(signatures).toContainText("Cleo Marsh");
  await expect(signatures).toContainText("approved");
  await look(bo.page, "read-signed");
  await expect(bo.page.locator(".paper-foot")).toBeHidden();
  await bo.page.emulateMedia({ media: "print" });
  await expect(bo.page.locator(".paper-foot")).toContainText("UNCONTROLLED COPY – printed by Bo Lindqvist at");
  await expect(bo.page.locator(".title-block")).toContainText(review.revision_hash);
  await expect(signatures).toBeVisible();
  await bo.page.pdf({ path: "artefacts/read-signed.pdf", format: "A4", preferCSSPageSize: true });
  await bo.page.emulateMedia({ media: "screen" });
  await expect(bo.page.getByRole("link", { name: "Versions", exact: true })).toHaveCount(0);

  await cleo.page.goto(`/a/${slug}`);
  await cleo.page.getByRole("link", { name: "Versions", exact: true }).click();
  await look(cleo.page, "standing");
  await cleo.page.getByRole("radio", { name: /Suspend at once/ }).check();
  await cleo.page.getByRole("textbox", { name: "Reason" }).fill("The volumes in step 2 are wrong.");
  await cleo.page.getByLabel("Password").fill("not my password");
  await cleo.page.getByRole("button", { name: "Sign" }).click();
  await expect(cleo.page.getByRole("alert")).toBeVisible();
  await expect(cleo.page.getByRole("textbox", { name: "Reason" })).toHaveValue("The volumes in step 2 are wrong.");
  await expect(cleo.page.getByLabel("Password")).toHaveValue("");
  await look(cleo.page, "standing-refused");
  await cleo.page.getByLabel("Password").fill(PASSWORD);
  await cleo.page.getByRole("button", { name: "Sign" }).click();
  await expect(cleo.page.getByText("Signed. The change is complete.")).toBeVisible();

  await bo.page.goto(`/a/${slug}`);
  await expect(bo.page.getByText("The volumes in step 2 are wrong.")).toBeVisible();
  await expect(bo.page.getByText("moves small volumes")).toHaveCount(0);
  await look(bo.page, "read-suspended");

  await cleo.page.getByRole("radio", { name: /^Reinstate/ }).check();
  await cleo.page.getByLabel("Password").fill(PASSWORD);
  await cleo.page.getByRole("button", { name: "Sign" }).click();
  await expect(cleo.page.getByText("Signed. The change is complete.")).toBeVisible();
  await bo.page.goto(`/a/${slug}`);
  await expect(bo.page.getByText("moves small volumes")).toBeVisible();
});

test("reviewers say how reviews go in a module, and a review passes their stages", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await ada.page.goto("/m/laboratory-basics");
  await ada.page.getByRole("link", { name: "Review rules" }).click();
  await expect(ada.page.getByText("As the templates say.")).toBeVisible();
  await expect(ada.page.getByRole("button", { name: "Save" })).toHaveCount(0);

  const cleo = await come("cleo");
  await cleo.page.goto("/m/laboratory-basics/rules");
  const stage = (number: number) => cleo.page.getByRole("group", { name: `Stage ${number}` });
  await stage(1).getByLabel("Title").fill("Medical");
  await stage(1).getByLabel("A signature means").fill("reviewed");
  await stage(1).getByRole("checkbox", { name: "Cleo Marsh" }).check();
  await stage(2).getByLabel("Title").fill("Quality");
  await stage(2).getByRole("checkbox", { name: "Dan Okoro" }).check();
  await cleo.page.getByLabel("Approvals are signed").check();
  await cleo.page.getByRole("textbox", { name: "Why" }).fill("SOP 12, section 4");
  await look(cleo.page, "module-rules");
  await cleo.page.getByRole("button", { name: "Save" }).click();
  await expect(cleo.page.getByText("The rules were saved")).toBeVisible();
  await expect(stage(1).getByRole("checkbox", { name: "Cleo Marsh" })).toBeChecked();
  await expect(stage(1).getByRole("checkbox", { name: "Dan Okoro" })).not.toBeChecked();

  await ada.page.goto("/m/laboratory-basics/rules");
  await expect(ada.page.getByRole("main")).toContainText("One approves, of: Cleo Marsh.");
  await ada.requestReview(slug, "First version.");
  const dan = await come("dan");
  await expect(dan.page.getByRole("region", { name: "For you" })).not.toContainText("Handling pipettes");
  await cleo.page.goto("/");
  await expect(cleo.page.getByRole("region", { name: "For you" })).toContainText("Handling pipettes");
});

import { expect, type Locator, type Page } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";
import { PASSWORD, Person } from "../support/person.js";

const isFocused = (wanted: Locator) => wanted.evaluate((element) => element === document.activeElement);

/** Waits until the page of a review listens to keys: what does so is loaded after the text. */
const listening = (page: Page) => expect(page.locator("[data-review][data-ready]")).toBeAttached();

/** Makes a module a controlled one, as the person at this page: its approvals are signed. */
async function controlled(page: Page, module: string): Promise<void> {
  await page.evaluate(async (module) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ control: "controlled" });
    const reply = await fetch(`/api/v1/modules/${module}`, { method: "PATCH", headers, body });
    if (!reply.ok) throw new Error(await reply.text());
  }, module);
}

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
  await expect(cleo.page.getByRole("region", { name: "For you" })).toContainText("Handling pipettes");
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

test("what changed is read with keys, ticked, commented on, rejected, and read again since then", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.approve("Handling pipettes");
  await expect(cleo.page.getByText("Nothing else waits")).toBeVisible();

  await ada.page.goto(`/a/${slug}/edit`);
  await ada.page.evaluate(async () => {
    const { article } = JSON.parse(document.querySelector("#draft")?.textContent ?? "{}");
    const texts = {
      background:
        "Wrong volumes are the commonest reason for repeated assays. A repeat costs a whole day and, worse, nobody knows which of the earlier results were right.\n\nThe instrument itself is seldom at fault. Speed, angle and temperature of the hand matter more than the brand.\n\nLook at the tip first.",
      key_concepts:
        "### Ranges\nChoose the smallest pipette that holds the volume, as [[Balances]] explains.\n\n| Pipette | Range | Tip |\n| --- | ---: | --- |\n| P20 | 2–20 µl | yellow |\n| P1000 | 200–1000 µl | blue |\n| P5000 | 500–5000 µl | white |\n\n### Technique\n1. Wet the tip twice with the liquid.\n2. Hold the pipette upright; dip the tip two millimetres.\n3. Release slowly, wait a second, withdraw.\n\n> [!WARNING]\n> Never lay a pipette down with liquid in its tip: it runs into the barrel and corrodes it.",
    };
    for (const [key, body] of Object.entries(texts)) {
      const path = `/api/v1/articles/${article}/draft/sections/${key}`;
      const reply = await fetch(path, { method: "PUT", headers: { "content-type": "text/markdown" }, body });
      if (!reply.ok) throw new Error(await reply.text());
    }
  });
  await ada.requestReview(slug, "Costs, larger pipettes, and what corrodes.");

  await cleo.page.goto("/");
  await expect(cleo.page.getByRole("region", { name: "For you" })).toContainText(/changes in 2 sections/);
  await look(cleo.page, "home-waiting-changes");
  await cleo.page.getByRole("link", { name: "Read and decide on Handling pipettes" }).click();
  await expect(cleo.page.locator("#section-background ins").first()).toHaveText("a whole");
  await expect(cleo.page.locator("#section-key_concepts td del").first()).toBeVisible();
  await expect(cleo.page.locator("#section-lead details.unchanged")).not.toHaveAttribute("open");

  // From change to change, by keys and by buttons.
  await listening(cleo.page);
  const count = cleo.page.locator("[data-count]");
  const [, all] = /(\d+) changes/.exec((await count.textContent()) ?? "") ?? [];
  await cleo.page.keyboard.press("n");
  await expect(count).toHaveText(`1 of ${all} changes`);
  await expect(cleo.page.locator("#change-1")).toBeFocused();
  await cleo.page.keyboard.press("j");
  await expect(cleo.page.locator("#change-2")).toBeFocused();
  await cleo.page.keyboard.press("p");
  await expect(count).toHaveText(`1 of ${all} changes`);
  await cleo.page.getByRole("button", { name: "Previous" }).click();
  await expect(count).toHaveText(`${all} of ${all} changes`);
  await cleo.page.getByRole("link", { name: "Next change" }).click();
  await expect(count).toHaveText(`1 of ${all} changes`);

  // Ticked without a reload, and still ticked after one.
  await cleo.page.keyboard.press("s");
  await expect(cleo.page.locator("[data-progress]")).toHaveText("1 of 2 sections seen");
  await cleo.page.reload();
  await expect(cleo.page.getByRole("button", { name: "Seen section Background" })).toHaveAttribute("aria-pressed", "true");
  await listening(cleo.page);

  // Words are selected and commented on; the writers find the comment beside them.
  const technique = cleo.page.locator("#section-key_concepts");
  await technique.getByText("Release slowly").evaluate((item) => document.getSelection()?.selectAllChildren(item));
  await technique.getByText("Comment on Key concepts").click();
  await expect(technique.getByLabel("Words it is about")).toHaveValue(/Release slowly/);
  await technique.getByLabel("Comment", { exact: true }).fill("How slowly?");
  await technique.getByRole("button", { name: "Comment in the draft" }).click();
  await expect(technique.getByRole("complementary", { name: "Comment by Cleo Marsh" })).toContainText("How slowly?");
  await expect(cleo.page.getByRole("link", { name: "1 open comment on the draft" })).toBeVisible();
  await look(cleo.page, "review-changes-said");
  await listening(cleo.page);
  await cleo.page.keyboard.press("?");
  await expect(cleo.page.getByRole("dialog", { name: "Keyboard shortcuts" })).toContainText("The next change");
  await cleo.page.keyboard.press("Escape");

  // On a phone the decision comes up over the text; what was typed stays when it is refused.
  await cleo.page.setViewportSize({ width: 390, height: 800 });
  await cleo.page.getByRole("link", { name: "Decide" }).click();
  const sheet = cleo.page.getByRole("dialog", { name: "Your decision" });
  await expect(sheet.getByRole("button", { name: "Reject" })).toBeVisible();
  await cleo.page.screenshot({ path: "artefacts/review-sheet-390.png" });
  await sheet.getByRole("checkbox").first().check();
  await sheet.getByRole("button", { name: "Reject" }).click();
  await expect(sheet.locator(".error")).toContainText(/reason/i);
  await expect(sheet.getByRole("checkbox").first()).toBeChecked();
  await sheet.getByLabel("Reason").fill("Say how slowly.");
  await sheet.getByRole("button", { name: "Reject" }).click();
  await expect(cleo.page.getByText("Your rejection was recorded")).toBeVisible();
  await cleo.page.setViewportSize({ width: 1280, height: 800 });

  await ada.write(slug);
  await expect(ada.page.getByText("How slowly?").first()).toBeVisible();
  await ada.section("Evidence").click();
  await ada.page.keyboard.press("Control+End");
  await ada.page.keyboard.type(" Nobody was hurt.");
  await ada.saved();
  await ada.requestReview(slug, "As Cleo asked.");
  await ada.write(slug);
  await expect(ada.page.getByText("is ahead of the text under review")).toHaveCount(0);
  await ada.section("Evidence").click();
  await ada.page.keyboard.press("Control+End");
  await ada.page.keyboard.type(" Twice.");
  await ada.saved();
  await ada.page.reload();
  await expect(ada.page.getByText("1 change in 1 section · 1 word added")).toBeVisible();
  await look(ada.page, "write-ahead");
  await ada.page.getByRole("link", { name: "Resubmit?" }).click();
  await ada.page.getByRole("textbox", { name: "What changed since" }).fill("Twice.");
  await ada.page.getByRole("button", { name: "Resubmit" }).click();
  await expect(ada.page.getByText("The new text is under review")).toBeVisible();

  // What she decided on is what she compares with; the version before is one click away.
  await cleo.page.goto("/");
  await cleo.page.getByRole("link", { name: "Read and decide on Handling pipettes" }).click();
  await expect(cleo.page.getByRole("link", { name: "Since my last decision" })).toHaveAttribute("aria-current", "true");
  await expect(cleo.page.locator("ins")).toContainText(["Underlined", "Nobody was hurt. Twice."]);
  await cleo.page.getByRole("link", { name: "Since v1.0" }).click();
  await expect(cleo.page.locator("#section-background ins").first()).toHaveText("a whole");
  await cleo.page.getByRole("link", { name: "The whole text" }).click();
  await expect(cleo.page.getByText("Look at the tip first.")).toBeVisible();
  await expect(cleo.page.locator("ins")).toHaveCount(0);
});

test("from what waits to a signed approval in six activations, by the keyboard alone", async ({ filled, come }) => {
  const { slug, article, ada } = await filled("Handling pipettes");
  await controlled(ada.page, article.module);
  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  // Every activation of a link, a button or a box is a click to the page, however it is made.
  await cleo.page.addInitScript(() => {
    document.addEventListener(
      "click",
      (event) => {
        if (!event.isTrusted) return;
        sessionStorage.setItem("clicks", String(Number(sessionStorage.getItem("clicks") ?? 0) + 1));
      },
      true,
    );
  });
  await cleo.page.goto("/");
  const reach = async (name: string | RegExp, role: "link" | "button" | "checkbox") => {
    const wanted = cleo.page.getByRole(role, { name }).first();
    for (let step = 0; step < 200; step += 1) {
      await cleo.page.keyboard.press("Tab");
      if (await isFocused(wanted)) return;
    }
    throw new Error(`Tab never reaches ${name}`);
  };
  await reach("Read and decide on Handling pipettes", "link");
  await cleo.page.keyboard.press("Enter");
  await cleo.page.waitForURL(/\/reviews\//);
  await listening(cleo.page);
  await cleo.page.keyboard.press("d");
  const questions = cleo.page.getByRole("checkbox");
  await expect(questions.first()).toBeFocused();
  for (let at = 0; at < (await questions.count()); at += 1) {
    await expect(questions.nth(at)).toBeFocused();
    await cleo.page.keyboard.press("Space");
    await cleo.page.keyboard.press("Tab");
  }
  const password = cleo.page.getByLabel("Password");
  for (let step = 0; step < 10 && !(await isFocused(password)); step += 1) await cleo.page.keyboard.press("Tab");
  await cleo.page.keyboard.type(PASSWORD);
  await reach("Sign and approve", "button");
  await cleo.page.keyboard.press("Enter");
  await expect(cleo.page.getByText("Your approval was recorded")).toBeVisible();
  expect(Number(await cleo.page.evaluate(() => sessionStorage.getItem("clicks")))).toBeLessThanOrEqual(6);
});

test("without scripts a review is read, ticked, commented on and decided", async ({ filled, server, browser }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await ada.requestReview(slug, "First version.");
  const cleo = await Person.at(browser, server, false);
  await cleo.signIn("cleo");
  await cleo.page.getByRole("link", { name: "Read and decide on Handling pipettes" }).click();
  await cleo.page.getByRole("button", { name: "Seen section Lead" }).click();
  await expect(cleo.page.getByText("1 of 6 sections seen")).toBeVisible();
  await cleo.page.getByText("Comment on Lead").click();
  await cleo.page.locator("#text-lead").fill("Too long?");
  await cleo.page.locator("#section-lead").getByRole("button", { name: "Comment in the draft" }).click();
  await expect(cleo.page.getByRole("complementary", { name: "Comment by Cleo Marsh" })).toContainText("Too long?");
  await cleo.page.getByLabel("Reason").fill("Shorten the lead.");
  await cleo.page.getByRole("button", { name: "Reject" }).click();
  await expect(cleo.page.getByText("Your rejection was recorded")).toBeVisible();
  await cleo.context.close();
});

test("a rejection says why, and the draft goes on", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.page.getByRole("link", { name: "Read and decide on Handling pipettes" }).click();
  await cleo.page.getByRole("button", { name: "Reject" }).click();
  await expect(cleo.page.locator("[data-verdict] .error")).toContainText(/reason/i);
  await cleo.page.getByLabel("Reason").fill("The evidence names no edition.");
  await cleo.page.getByRole("button", { name: "Reject" }).click();
  await expect(cleo.page.getByRole("main")).toContainText("The evidence names no edition.");

  await ada.page.goto(`/a/${slug}`);
  await expect(ada.page.getByRole("heading", { name: "Handling pipettes" })).toBeVisible();
  await ada.requestReview(slug, "Edition named.");
  ada.agrees();
  await ada.page.getByRole("button", { name: "Withdraw request" }).click();
  await expect(ada.page.getByRole("main")).toContainText(/withdrawn/i);
  await cleo.page.goto("/");
  await expect(cleo.page.getByRole("region", { name: "For you" })).toContainText("Nothing needs you");
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
  ada.agrees();
  await ada.page.getByRole("button", { name: "Restore revision 1" }).click();
  await expect(bo.section("Background")).not.toContainText("They cost a day each.");
  await expect(bo.section("Background")).toContainText("Wrong volumes");
});

test("while a reviewer is away somebody else signs for her, but never for what either wrote", async ({ filled, come }) => {
  const { slug, article, ada } = await filled("Handling pipettes");
  await controlled(ada.page, article.module);
  const cleo = await come("cleo");
  await cleo.page.goto("/me");
  await cleo.page.getByRole("link", { name: "Who decides for whom" }).click();
  await cleo.page.getByLabel("Who stands in").selectOption({ label: "Bo Lindqvist" });
  const nextWeek = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
  await cleo.page.getByLabel("Last day").fill("2020-01-01");
  await cleo.page.getByLabel("Reason").fill("Parental leave");
  await cleo.page.getByRole("button", { name: "Hand over" }).click();
  await expect(cleo.page.getByText("The last day lies before the first")).toBeVisible();
  await expect(cleo.page.getByLabel("Reason")).toHaveValue("Parental leave");
  await cleo.page.getByLabel("Last day").fill(nextWeek);
  await cleo.page.getByRole("button", { name: "Hand over" }).click();
  await expect(cleo.page.getByText("The delegation was created.")).toBeVisible();
  const lastDay = new Date(nextWeek).toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" });
  await expect(cleo.page.getByText(`to ${lastDay}`)).toBeVisible();
  await look(cleo.page, "delegations");

  await ada.requestReview(slug, "First version.");
  const bo = await come("bo");
  await expect(bo.page.getByRole("region", { name: "For you" })).toContainText("you stand in for Cleo Marsh");
  await bo.page.getByRole("link", { name: "Read and decide on Handling pipettes" }).click();
  await expect(bo.page.getByText("You stand in for Cleo Marsh")).toBeVisible();
  await look(bo.page, "review-standing-in");
  for (const box of await bo.page.locator("input[type=checkbox]:enabled").all()) await box.check();
  await bo.page.getByLabel("Password").fill(PASSWORD);
  await bo.page.getByRole("button", { name: "Sign and approve" }).click();
  await expect(bo.page.getByText("Your approval was recorded")).toBeVisible();
  await bo.page.goto(`/a/${slug}`);
  await expect(bo.page.locator(".standing")).toContainText("approved by Bo Lindqvist for Cleo Marsh");
  await expect(bo.page.getByRole("region", { name: "Signatures" })).toContainText("for Cleo Marsh");

  // What Bo wrote in is not for Bo to decide, whoever asks him to.
  await bo.write(slug);
  await bo.section("Background").click();
  await bo.page.keyboard.press("Control+End");
  await bo.page.keyboard.type(" Check it every day.");
  await bo.saved();
  const review = await ada.requestReview(slug, "As Bo says.");
  await bo.page.goto(review);
  await expect(bo.page.getByText("You wrote part of this text")).toBeVisible();
  await expect(bo.page.getByRole("button", { name: "Sign and approve" })).toHaveCount(0);

  // Given back, it is over.
  await bo.page.goto("/me/delegations");
  bo.agrees();
  await bo.page.getByRole("button", { name: /Give back/ }).click();
  await expect(bo.page.getByText("The delegation has ended.")).toBeVisible();
  await expect(bo.page.getByRole("button", { name: /Give back/ })).toHaveCount(0);
});

test("a minor change passes the short lane, with its reason on record", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  const cleo = await come("cleo");
  await cleo.page.goto("/m/laboratory-basics/rules");
  const stage = cleo.page.getByRole("group", { name: "Stage 1" });
  await stage.getByLabel("Title").fill("Quality");
  await stage.getByLabel("Who must approve").selectOption("all");
  await cleo.page.getByLabel(/is enough for a minor change/).check();
  await cleo.page.getByRole("textbox", { name: "Why" }).fill("SOP 12, section 4");
  await cleo.page.getByRole("button", { name: "Save" }).click();
  await ada.page.goto(`/a/${slug}/request-review`);
  await expect(ada.page.getByText("Approved by all of Cleo Marsh and Dan Okoro")).toBeVisible();
  await expect(ada.page.getByLabel("Why nobody has to read it again")).toBeHidden();
  await ada.page.getByLabel("What changed, and why").fill("A full stop.");
  await ada.page.getByRole("radio", { name: /^Minor/ }).check();
  await expect(ada.page.getByText("Approved by one of Cleo Marsh and Dan Okoro")).toBeVisible();
  await ada.page.getByLabel("Why nobody has to read it again").fill("No word changed.");
  await look(ada.page, "request-review-minor");
  await ada.page.getByRole("button", { name: "Request review" }).click();
  await expect(ada.page.getByText("No word changed.")).toBeVisible();
  await cleo.approve("Handling pipettes");
  await cleo.page.goto(`/a/${slug}`);
  await expect(cleo.page.locator(".standing")).toContainText("v1.0");
});

test("wrong passwords at a signature lock the account, and nothing is signed", async ({ filled, come, server }) => {
  server.settings.LECTERN_IDENTITY_LOCK_AFTER = "3";
  await server.kill();
  await server.start();
  const { slug, article, ada } = await filled("Handling pipettes");
  await controlled(ada.page, article.module);
  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.page.getByRole("link", { name: "Read and decide on Handling pipettes" }).click();
  for (const box of await cleo.page.locator("input[type=checkbox]:enabled").all()) await box.check();
  for (const password of ["a wrong one", "another wrong one", "the third one", PASSWORD]) {
    await cleo.page.getByLabel("Password").fill(password);
    await cleo.page.getByRole("button", { name: "Sign and approve" }).click();
    await expect(cleo.page.locator(".error, [role=alert]").first()).toBeVisible();
  }
  await expect(cleo.page.getByText(/this account is locked/i)).toBeVisible();
  await expect(cleo.page.getByText("Nobody has decided yet.")).toBeVisible();
  await look(cleo.page, "review-locked");
  const root = await come("root");
  await expect(root.page.getByRole("link", { name: /The account of Cleo Marsh was locked/ })).toBeVisible();
});

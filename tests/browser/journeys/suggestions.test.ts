import { expect } from "@playwright/test";
import { Crowd } from "../support/crowd.js";
import { test } from "../support/house.js";
import { look } from "../support/look.js";
import type { Person } from "../support/person.js";

/** Has learners of the module suggest only. */
async function limitLearners(ada: Person): Promise<void> {
  await ada.page.goto("/m/laboratory-basics");
  await ada.page.getByRole("button", { name: "Let learners only suggest" }).click();
  await expect(ada.page.getByRole("button", { name: "Let learners write" })).toBeVisible();
}

const marked = (who: Person, kind: string, section = "Lead") =>
  who.section(section).locator(`.suggested.${kind}`);
const bar = (who: Person) => who.page.locator("[data-suggestions]");
const bubble = (who: Person) => who.page.getByRole("group", { name: "Suggestion" });

/** What the server takes the draft to say. */
const draft = (who: Person, slug: string) =>
  who.page.evaluate(async (wanted) => {
    const reply = await fetch(`/a/${wanted}/edit`);
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    return page.querySelector("#section-lead [data-body]")?.textContent ?? "";
  }, slug);

test("a learner who may only suggest does so, and a trainer decides", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await limitLearners(ada);
  await ada.page.setViewportSize({ width: 1440, height: 900 });
  await ada.write(slug);
  const bo = await come("bo");
  await bo.write(slug);
  const modes = bo.page.getByRole("group", { name: "Read or write" }).getByRole("button");
  await expect(modes).toHaveText(["Read", "Suggest"]);
  await expect(bo.page.getByLabel("Title", { exact: true })).toHaveAttribute("readonly", "");
  await expect(bo.page.getByRole("button", { name: "Import…" })).toBeHidden();

  // Letters, a word less, a look, and a block.
  await bo.section("Lead").click();
  await bo.page.keyboard.press("Control+End");
  await bo.page.keyboard.type(" Ask before you begin.");
  await bo.select("Lead", "small ");
  await bo.page.keyboard.press("Delete");
  await bo.select("Lead", "every day");
  await bo.page.keyboard.press("Control+b");
  await bo.select("Lead", "Ask before you begin.");
  await bo.page.keyboard.press("ArrowRight");
  await bo.page.keyboard.press("Enter");
  await bo.page.keyboard.type("Then wash your hands.");
  await bo.saved();

  await expect(marked(ada, "inserted").first()).toHaveText(" Ask before you begin.");
  await expect(marked(ada, "inserted").first()).toHaveAttribute("title", "Bo Lindqvist adds this");
  await expect(marked(ada, "inserted").last()).toContainText("Then wash your hands.");
  await expect(marked(ada, "deleted")).toHaveText("small ");
  await expect(marked(ada, "changed")).toHaveText("every day");
  await expect(bar(ada)).toContainText("4 suggestions");
  await expect(bar(bo).getByRole("button", { name: "Accept all" })).toBeHidden();
  await look(ada.page, "suggestions");

  // Nothing of it is in the draft yet, and a review says where to look.
  const before = await draft(ada, slug);
  expect(before).toContain("moves small volumes");
  expect(before).not.toContain("Ask before");
  const other = await ada.context.newPage();
  await other.goto(`/a/${slug}/request-review`);
  await expect(other.locator(".notice.warning")).toContainText("Lead: 4");
  await look(other, "request-suggested");
  await other.getByLabel("What changed, and why").fill("First version.");
  await other.getByRole("button", { name: "Request review" }).click();
  await expect(other.getByRole("alert")).toContainText("Suggestions are open in Lead (4)");
  await other.close();

  // One by one, beside the text.
  await marked(ada, "deleted").click();
  await expect(bubble(ada)).toContainText("Bo Lindqvist suggests this");
  await look(ada.page, "suggestion");
  await bubble(ada).getByRole("button", { name: "Reject" }).click();
  await expect(marked(bo, "deleted")).toHaveCount(0);
  await bar(ada).getByRole("button", { name: "Next suggestion" }).click();
  await expect(bubble(ada)).toBeVisible();
  await ada.page.keyboard.press("Alt+Enter");
  await expect(bubble(ada).getByRole("button", { name: "Accept" })).toBeFocused();
  await ada.page.keyboard.press("Enter");
  await expect(bar(bo)).toContainText("2 suggestions");

  // One's own can be withdrawn.
  await marked(bo, "changed").or(marked(bo, "inserted").first()).first().click();
  await bubble(bo).getByRole("button", { name: "Withdraw" }).click();
  await expect(bar(ada)).toContainText("1 suggestion");
  await bar(ada).getByRole("button", { name: "Accept all" }).click();
  await expect(bar(bo)).toBeHidden();
  await ada.saved();
  await expect.poll(() => bo.text("Lead")).toContain("Then wash your hands.");
  expect(await draft(ada, slug)).toContain("Then wash your hands.");

  // The credit stays with whoever wrote it.
  await ada.page.goto(`/a/${slug}/authors`);
  const words = ada.page.locator(".by").filter({ hasText: "Then wash your hands." });
  await expect(words).toHaveAttribute("title", "Bo Lindqvist");
  await ada.requestReview(slug, "First version.");
});

test("a client that changes the text although it may only suggest is put out", async ({ filled, come, server }) => {
  const { slug, ada } = await filled("Handling pipettes");
  await limitLearners(ada);
  await ada.write(slug);
  const bo = await come("bo");
  const { token, article, refused } = await bo.page.evaluate(async (wanted) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ label: "client", expires_in_days: 1, password: "correct horse battery staple" });
    const made = await (await fetch("/api/v1/tokens", { method: "POST", headers, body })).json();
    const page = new DOMParser().parseFromString(await (await fetch(`/a/${wanted}/edit`)).text(), "text/html");
    const { article } = JSON.parse(page.querySelector("#draft")?.textContent ?? "{}");
    const path = `/api/v1/articles/${article}/draft/sections/lead`;
    const put = await fetch(path, { method: "PUT", headers: { "content-type": "text/markdown" }, body: "Mine." });
    return { token: made.token as string, article: article as string, refused: await put.json() };
  }, slug);
  expect(refused.status).toBe(403);
  expect(refused.detail).toContain("you may suggest changes");

  const crowd = new Crowd(["hostile"]);
  const url = `${server.address.replace("http", "ws")}/collab`;
  const open = { url, room: article, headers: { authorization: `Bearer ${token}` } };
  const before = await ada.text("Lead");
  for (const edit of [
    { kind: "type", at: 0, text: "Never ", section: "lead" },
    { kind: "paragraph", at: 0, text: "Mine.", section: "lead" },
    { kind: "title", at: 0, text: "Bad " },
  ]) {
    await crowd.tell(0, "open", open);
    await crowd.tell(0, "synced");
    await crowd.tell(0, "edit", { edits: [edit] });
    const closed = (await crowd.tell(0, "closed")) as { code: number; reason: string };
    expect(closed.code).toBe(4403);
    expect(closed.reason).toContain("you suggest changes");
  }
  crowd.leave();
  // Whatever comes now, comes behind it.
  await ada.section("Lead").click();
  await ada.page.keyboard.press("Control+End");
  await ada.page.keyboard.type("!");
  await ada.saved();
  expect(await ada.text("Lead")).toBe(`${before}!`);
  await expect(ada.page.getByLabel("Title", { exact: true })).toHaveValue("Handling pipettes");
});

test("suggesting feels like writing", async ({ started }) => {
  const { slug, ada } = await started("Handling pipettes");
  const { page } = ada;
  await ada.write(slug);
  await ada.section("Lead").click();
  await page.keyboard.type("Hold it upright.");
  await page.getByRole("button", { name: "Suggest", exact: true }).click();
  await ada.section("Lead").click();
  await page.keyboard.press("Control+End");

  // Backspace goes on to the left, what one typed oneself really goes.
  for (const _ of "upright.") await page.keyboard.press("Backspace");
  await page.keyboard.type("straightx");
  await page.keyboard.press("Backspace");
  await page.keyboard.type(".");
  await expect(marked(ada, "deleted")).toHaveText("upright.");
  await expect(marked(ada, "inserted")).toHaveText("straight.");
  await expect(bar(ada)).toContainText("1 suggestion");

  // Delete goes on to the right.
  await page.keyboard.press("Control+Home");
  for (const _ of "Hold") await page.keyboard.press("Delete");
  await page.keyboard.type("Keep");
  await expect(bar(ada)).toContainText("2 suggestions");
  await expect.poll(() => ada.text("Lead")).toBe("HoldKeep it straight.upright.");

  // A list, typed as always; and Undo takes a suggestion back like anything else.
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("- one");
  await page.keyboard.press("Enter");
  await page.keyboard.type("two");
  await expect(ada.section("Lead").locator("li")).toHaveText(["one", "two"]);
  await page.keyboard.press("Control+z");
  await expect.poll(() => ada.text("Lead")).not.toContain("two");
  await page.keyboard.press("Control+y");
  await expect(ada.section("Lead").locator("li")).toHaveText(["one", "two"]);
  await page.reload();
  await expect(page.locator("[data-editor][data-ready]")).toBeAttached();
  await bar(ada).getByRole("button", { name: "Accept all" }).click();
  await expect(ada.section("Lead").locator("p").first()).toHaveText("Keep it straight.");
  await expect(ada.section("Lead").locator("li")).toHaveText(["one", "two"]);

  // A list less and a word in bold, and all of it rejected.
  await ada.section("Lead").locator("li").first().click();
  await page.keyboard.press("Home");
  await page.keyboard.press("Control+Shift+End");
  await page.keyboard.press("Delete");
  await ada.select("Lead", "Keep");
  await page.keyboard.press("Control+b");
  await expect(marked(ada, "changed")).toHaveText("Keep");
  await expect(marked(ada, "deleted").first()).toBeVisible();
  await bar(ada).getByRole("button", { name: "Reject all" }).click();
  await expect(bar(ada)).toBeHidden();
  await expect(ada.section("Lead").locator("li")).toHaveText(["one", "two"]);
  await expect(ada.section("Lead").locator("strong")).toHaveCount(0);
  await ada.saved();
});

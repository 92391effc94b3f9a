import { readFile } from "node:fs/promises";
import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { expectAccessible, look } from "../support/look.js";

test("an administrator finds out who did what, prints it, saves it, and keeps a checkpoint", async ({
  come,
  filled,
  server,
}) => {
  const { slug, ada } = await filled("Pipettes");
  await ada.write(slug);
  const long = "The revision before a very long name ".repeat(3).trim();
  await ada.page.evaluate(async (name) => {
    const { article } = JSON.parse(document.querySelector("#draft")?.textContent ?? "{}");
    const headers = { "content-type": "application/json" };
    const send = (path: string, body: object) =>
      fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    await send(`/api/v1/articles/${article}/revisions`, { name });
    const change_summary = "Everything about pipettes that one needs at the bench. ".repeat(8);
    await send(`/api/v1/articles/${article}/reviews`, { change_summary, kind: "major" });
  }, long);
  const root = await come("root");
  const { page } = root;
  await page.goto("/admin/journal");
  const rows = page.locator(".trail tbody > tr");
  await expect(rows.filter({ hasText: "Review requested" })).toHaveCount(1);
  await expect(page.getByLabel(/^From/)).toBeVisible();
  await look(page, "audit-trail-all");

  await page.getByLabel("By or about").selectOption({ label: "Ada Byron (ada)" });
  await page.getByLabel("What was done").selectOption({ label: "Reviews: all" });
  await page.getByLabel("Article, by title or address").fill("Pipettes");
  await page.getByLabel(/^From/).fill("2026-01-01T08:00:00");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(rows).toHaveCount(1);
  const shared = new URL(page.url());
  expect(shared.searchParams.get("from"), "an address holds UTC").toMatch(/Z$/);
  expect([...shared.searchParams.keys()], "and only what was asked for").not.toContain("module");
  await expect(page.getByLabel(/^From/)).toHaveValue(/^2026-01-01T08:00/);
  await expect(rows.getByRole("link", { name: "Ada Byron (ada)" }).first()).toBeVisible();
  await rows.locator(".proof > summary").click();
  await expect(rows.locator(".hash").first()).toHaveText(/^[0-9a-f]{64}$/);
  await look(page, "audit-trail-filtered");

  const table = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save as CSV" }).click();
  const lines = (await readFile(await (await table).path(), "utf8")).trim().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain("review.requested");

  await page.getByRole("link", { name: "Print" }).click();
  await expect(page.getByText("Rita Root (root)")).toBeVisible();
  await page.emulateMedia({ media: "print" });
  await expect(page.getByText("Back to the screen")).toBeHidden();
  await page.pdf({ path: "artefacts/audit-trail.pdf", preferCSSPageSize: true });
  await page.emulateMedia({ media: "screen" });
  await expectAccessible(page, "the audit trail for paper");

  await page.goto("/admin/journal?deed=session.throttled");
  await expect(page.getByText("No entry fits this filter.")).toBeVisible();
  await look(page, "audit-trail-empty");

  const kept = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save a checkpoint" }).click();
  const file = await (await kept).path();
  const { public_key } = JSON.parse(await readFile(file, "utf8"));
  await server.kill();
  const said = await server.command("verify", "--checkpoint", file, "--public-key", public_key);
  expect(said).toContain("the journal is the one that was signed");
  await server.start();
});

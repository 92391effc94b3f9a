import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

test("a diagram is drawn while it is written, and for readers", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  const { page } = ada;
  await ada.write(slug);
  const section = ada.section("Evidence");
  await section.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("/diagram");
  await page.keyboard.press("Enter");
  const picture = section.locator(".diagram img");
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(50);

  // What is no diagram says so, and stays as it is typed.
  await page.keyboard.type(" -->");
  await expect(section.locator(".diagram .field-error")).toContainText("No diagram yet:");
  await look(page, "diagram-wrong");
  for (const _ of " -->") await page.keyboard.press("Backspace");
  await expect(picture).toBeVisible();
  await look(page, "diagram-writing");

  // Reading shows the picture in the place of its source.
  await page.keyboard.press("F2");
  await expect(section.locator(".diagram-source")).toBeHidden();
  await expect(picture).toBeVisible();
  await ada.saved();

  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.approve("Handling pipettes");
  const bo = await come("bo");
  await bo.page.goto(`/a/${slug}`);
  const drawn = bo.page.locator(".diagram img");
  await expect(drawn).toBeVisible();
  await expect.poll(() => drawn.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(50);
  await bo.page.getByText("Source of the diagram").click();
  await expect(bo.page.locator(".diagram pre")).toContainText("flowchart LR");
  await look(bo.page, "diagram-read");
});

test("a hostile diagram reaches nothing", async ({ started }) => {
  const { slug, ada } = await started("Handling pipettes");
  const { page } = ada;
  await ada.write(slug);
  const code = [
    "%%{init: {'securityLevel': 'loose', 'htmlLabels': true}}%%",
    "flowchart LR",
    '  a["<img src=x onerror=parent.document.title=1>"] --> b["<script>parent.hacked = 1</script>"]',
    '  click a href "javascript:parent.hacked=1"',
  ].join("\n");
  await page.evaluate(async (text) => {
    const { article } = JSON.parse(document.querySelector("#draft")?.textContent ?? "{}");
    const path = `/api/v1/articles/${article}/draft/sections/lead`;
    const headers = { "content-type": "text/markdown" };
    const reply = await fetch(path, { method: "PUT", headers, body: `\`\`\`mermaid\n${text}\n\`\`\`` });
    if (!reply.ok) throw new Error(await reply.text());
  }, code);
  const figure = ada.section("Lead").locator(".diagram");
  await expect(figure.locator("img, .field-error")).toBeVisible();
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  // The frame's policy has stopped what Mermaid let through; there is nothing else to complain of.
  const stopped = /Executing inline event handler|Loading the image 'http:[^']*\/x'/;
  expect(ada.complaints.filter((complaint) => !stopped.test(complaint))).toEqual([]);
  ada.complaints.length = 0;
  await expect(page).toHaveTitle(/Handling pipettes/);
  const frame = page.frames().find((one) => one.url().endsWith("/diagram"));
  expect(await frame?.evaluate(() => window.origin)).toBe("null");
});

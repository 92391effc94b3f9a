import { expect, type Page } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

test("reading and writing are apart: nothing changes by accident, and nothing moves", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  const { page } = ada;
  const mode = page.getByRole("group", { name: "Read or write" });
  await expect(mode.getByRole("button", { name: "Write" })).toHaveAttribute("aria-pressed", "true");
  const lead = ada.section("Lead");
  await lead.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n[ ] Check the [[Balances]].");
  await ada.saved();
  const stands = () => lead.evaluate(({ offsetTop, offsetWidth, offsetHeight }: HTMLElement) => [offsetTop, offsetWidth, offsetHeight]);
  const before = await stands();

  await page.keyboard.press("F2");
  await expect(mode.getByRole("button", { name: "Read" })).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("toolbar")).toBeHidden();
  await expect(lead).toHaveAttribute("aria-readonly", "true");
  expect(await stands()).toEqual(before);
  await lead.getByText("A pipette").click();
  await page.keyboard.type("Not written.");
  await lead.getByRole("checkbox").click({ force: true });
  await expect(lead.getByRole("checkbox")).not.toBeChecked();
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveAttribute("readonly");
  // What others write still comes.
  await bo.section("Lead").click();
  await bo.page.keyboard.press("Control+Home");
  await bo.page.keyboard.type("Bo was here. ");
  await expect(lead).toContainText("Bo was here.");
  await expect(lead).not.toContainText("Not written.");
  await look(page, "write-reading");

  // The choice is kept for this article, and links are followed.
  await ada.write(slug);
  await expect(mode.getByRole("button", { name: "Read" })).toHaveAttribute("aria-pressed", "true");
  await lead.getByRole("link", { name: "Balances" }).click();
  await expect(page).toHaveURL(/\/search\?q=Balances/);
  await ada.write(slug);
  await mode.getByRole("button", { name: "Write" }).click();
  await lead.getByRole("checkbox").check();
  await expect(bo.section("Lead").getByRole("checkbox")).toBeChecked();
  await ada.saved();
});

/** Everything that an article can hold, but diagrams and pictures, which come later. */
const everything = [
  "A **pipette** moves *small* volumes, ~~never~~ `0.5 ml`, see [[Balances]] and [the norm](https://example.org/).",
  "### Range\n\n#### Small\n\nA paragraph that is long enough to fill more than one line on a telephone and on a desk.",
  "- one\n- two\n  - within\n    1. deeper\n    2. deepest\n\n3. third\n4. fourth",
  "- loose\n\n- and wide\n\n  with two paragraphs",
  "- [ ] open\n- [x] done",
  "> Quoted words.\n>\n> In two parts.",
  "> [!WARNING]\n> Never lay it down.\n>\n> - not once",
  "```python\nx = 1\ny = 2\n```",
  "| Name | Range | Tip |\n| :-- | --: | :-: |\n| P20 | 2–20 µl | yellow |\n| P1000 | 100–1000 µl | blue and a long name |",
  "---",
  "Behind it.[^1]",
  "[^1]: ISO 8655.",
].join("\n\n");

/** Where each block of a section stands and how it is set. */
function shapes(page: Page) {
  return page.locator("#section-lead .body").evaluate((body) => {
    const blocks = "p, h3, h4, h5, ul, ol, li, blockquote, pre, table, th, td, hr";
    const top = body.getBoundingClientRect().top;
    return [...body.querySelectorAll(blocks)].flatMap((block) => {
      // The text of an item or a cell is a paragraph in the editor alone.
      if (block.localName === "p" && block.closest("li, th, td, .footnote-definition")) return [];
      // The editor writes the kind of an alert without an element.
      if (block.classList.contains("alert-title")) return [];
      const { left, width, height, top: above } = block.getBoundingClientRect();
      const { fontFamily, fontSize, fontWeight, fontStyle, lineHeight, color, textAlign, backgroundColor } =
        getComputedStyle(block);
      const font = [fontFamily.slice(0, 12), fontSize, fontWeight, fontStyle, lineHeight, color, textAlign, backgroundColor];
      const place = [left, above - top, width, height].map(Math.round);
      const words = block.textContent?.replace(/\s+/g, "").replace(/^Warning/, "").slice(0, 12);
      return `${block.localName} “${words}” ${place.join(" ")} ${font.join(" ")}`;
    });
  });
}

test("what is read looks as it did while it was written", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  const { page } = ada;
  await ada.write(slug);
  await page.evaluate(async (body) => {
    const { article } = JSON.parse(document.querySelector("#draft")?.textContent ?? "{}");
    const headers = { "content-type": "text/markdown" };
    const path = `/api/v1/articles/${article}/draft/sections/lead`;
    const reply = await fetch(path, { method: "PUT", headers, body });
    if (!reply.ok) throw new Error(await reply.text());
  }, everything);
  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.approve("Handling pipettes");
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`/a/${slug}`);
    const read = await shapes(page);
    expect(read.length).toBeGreaterThan(40);
    await ada.write(slug);
    await expect.poll(() => shapes(page), `at ${width} pixels`).toEqual(read);
  }
});

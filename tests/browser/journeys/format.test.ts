import { expect, type Locator } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

test("a bar beside what is selected formats it, and links are changed where they stand", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const { page } = ada;
  const keys = page.keyboard;
  const lead = ada.section("Lead");
  await lead.click();
  await keys.type("Wet the tip once.");
  const bar = page.getByRole("group", { name: "Format what is selected" });
  await expect(bar).toHaveCount(0);
  await lead.getByText("Wet the tip once.").dblclick({ position: { x: 8, y: 8 } });
  await bar.getByRole("button", { name: "Bold" }).click();
  await expect(bar.getByRole("button", { name: "Bold" })).toHaveAttribute("aria-pressed", "true");
  await expect(bo.section("Lead").locator("strong")).toHaveText("Wet");
  await look(page, "write-bar");
  await keys.press("Escape");
  await expect(bar).toHaveCount(0);

  await keys.press("End");
  await keys.type(" See [[Balances]] or ");
  await page.getByRole("toolbar").getByRole("button", { name: "Link", exact: true }).click();
  await page.getByRole("dialog").getByLabel("Address").fill("example.org");
  await page.getByRole("dialog").getByLabel("Text").fill("the standard");
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  const link = bo.section("Lead").locator('a[href^="https://example.org"]');
  await expect(link).toHaveAttribute("href", "https://example.org");
  // By keyboard alone: into the bar, another address, back to the text.
  await lead.getByText("the standard").click();
  const beside = page.getByRole("group", { name: "Link", exact: true });
  await expect(beside.getByLabel("Address")).toHaveValue("https://example.org");
  await keys.press("Alt+Enter");
  await beside.getByLabel("Address").fill("javascript:alert(1)");
  await keys.press("Enter");
  await expect(beside.getByRole("alert")).toContainText("An address begins with");
  await look(page, "write-bar-link");
  await beside.getByLabel("Address").fill("https://example.org/2");
  await keys.press("Enter");
  await expect(link).toHaveAttribute("href", "https://example.org/2");
  await expect(lead).toBeFocused();
  await beside.getByRole("button", { name: "Remove the link" }).click();
  await expect(link).toHaveCount(0);
  await expect(lead).toContainText("or the standard");

  await lead.getByText("Balances").click();
  const article = page.getByRole("group", { name: "Link to an article" });
  await article.getByLabel("Shown as").fill("weighing");
  await keys.press("Enter");
  await expect(bo.section("Lead").locator("a.wiki")).toHaveText("weighing");
  await ada.saved();
});

test("a handle beside a block moves it, to another section as well; selected, it is doubled and removed", async ({
  filled,
  come,
}) => {
  const { slug, ada } = await filled("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const { page } = ada;
  const handle = page.locator(".grip");
  const background = ada.section("Background").locator(":scope > p");
  const seen = bo.section("Background").locator(":scope > p");
  // Both ends of each way are in the window.
  await page.setViewportSize({ width: 1280, height: 2400 });
  const drag = async (block: Locator, before: Locator) => {
    await block.hover();
    await handle.hover();
    await page.mouse.down();
    for (const x of [20, 24]) await before.hover({ position: { x, y: 2 } });
    await page.mouse.up();
  };
  await drag(background.nth(1), background.first());
  await expect(seen).toHaveText([/The instrument/, /Wrong volumes/]);
  await drag(background.first(), ada.section("Evidence").locator(":scope > p").first());
  await expect(seen).toHaveText([/Wrong volumes/]);
  await expect(bo.section("Evidence").locator(":scope > p").first()).toHaveText(/The instrument/);
  await background.first().hover();
  await handle.click();
  const bar = page.getByRole("group", { name: "Block" });
  await bar.getByRole("button", { name: "Duplicate" }).click();
  await expect(seen).toHaveText([/Wrong volumes/, /Wrong volumes/]);
  await look(page, "write-block");
  await bar.getByRole("button", { name: "Remove" }).click();
  await expect(seen).toHaveText([/Wrong volumes/]);
  await page.keyboard.press("Control+z");
  await expect(seen).toHaveCount(2);
  await ada.saved();
});

test("code has a language and colours, while it is written and read", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const { page } = ada;
  const lead = ada.section("Lead");
  await lead.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n``` mean = sum(volumes) / 10  # in µl");
  const code = bo.section("Lead").locator("pre");
  await expect(code).toContainText("mean = sum(volumes) / 10  # in µl");
  await expect(code.locator(".hljs-comment")).toHaveCount(0);
  await page.getByLabel("Language of the code").selectOption("Python");
  await expect(code.locator(".hljs-comment")).toHaveText("# in µl");
  await expect(lead.locator("pre .hljs-number")).toHaveText("10");
  await look(page, "write-code");
  await ada.saved();
  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.approve("Handling pipettes");
  await bo.page.goto(`/a/${slug}`);
  await expect(bo.page.locator("pre .hljs-comment")).toHaveText("# in µl");
  await look(bo.page, "read-code");
});

test("rows and columns of a table move, for everybody", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const { page } = ada;
  const lead = ada.section("Lead");
  await lead.click();
  await page.keyboard.type("/table");
  await page.keyboard.press("Enter");
  await expect(lead.locator("table")).toBeVisible();
  for (const text of ["Pipette", "Range", "Tip", "P20", "2–20", "yellow", "P1000", "100–1000", "blue"]) {
    await page.keyboard.type(text);
    if (text !== "blue") await page.keyboard.press("Tab");
  }
  const rows = () =>
    bo.section("Lead").evaluate((section) => {
      const copy = section.cloneNode(true) as HTMLElement;
      for (const caret of copy.querySelectorAll(".caret")) caret.remove();
      const cells = (row: Element) => [...row.children].map(({ textContent }) => textContent);
      return [...copy.querySelectorAll("tr")].map((row) => cells(row).join(" ").replace(/  +/g, " "));
    });
  const seen = (wanted: string[]) => expect.poll(rows).toEqual(wanted);
  await seen(["Pipette Range Tip", "P20 2–20 yellow", "P1000 100–1000 blue"]);
  await page.keyboard.press("Alt+ArrowUp");
  await seen(["Pipette Range Tip", "P1000 100–1000 blue", "P20 2–20 yellow"]);
  await page.getByRole("button", { name: "Move the column left" }).click();
  await seen(["Pipette Tip Range", "P1000 blue 100–1000", "P20 yellow 2–20"]);
  await page.keyboard.type("!");
  await seen(["Pipette Tip Range", "P1000 blue! 100–1000", "P20 yellow 2–20"]);
  await page.getByRole("button", { name: "Add a column to the left" }).click();
  await seen(["Pipette Tip Range", "P1000 blue! 100–1000", "P20 yellow 2–20"]);
  await expect(bo.section("Lead").locator("th")).toHaveCount(4);
  await lead.locator("th").nth(1).click();
  await page.keyboard.type("Colour");
  await seen(["Pipette Colour Tip Range", "P1000 blue! 100–1000", "P20 yellow 2–20"]);
  await look(page, "write-table");
  await ada.saved();
});

test("formulas, people and hashtags are written and read", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const { page } = ada;
  const keys = page.keyboard;
  const lead = ada.section("Lead");
  const seen = bo.section("Lead");
  await lead.click();
  await keys.press("Control+End");
  await keys.type("\nWith $V = m / \\rho$ as @bo");
  const offers = page.getByRole("listbox", { name: "People" });
  await expect(offers.getByRole("option")).toHaveText(["Bo Lindqvist"]);
  await keys.press("Enter");
  await keys.type("says, for $5 or $6. #cold-chain");
  await expect(seen.locator(".mention")).toHaveText("@Bo Lindqvist");
  await expect(seen.locator(".hashtag")).toHaveText("#cold-chain");
  await expect(seen.locator("math")).toHaveCount(1);
  await expect(seen.locator("math mi").first()).toHaveText("V");
  // A formula is changed where it stands; what is no LaTeX is told.
  await lead.locator(".formula").click();
  const bar = page.getByRole("group", { name: "Formula" });
  await bar.getByLabel("Formula in LaTeX").fill("\\frac{m}{");
  await keys.press("Enter");
  await expect(bar.getByRole("alert")).toContainText("cannot be set");
  await look(page, "write-formula");
  await bar.getByLabel("Formula in LaTeX").fill("\\frac{m}{\\rho}");
  await keys.press("Enter");
  await expect(seen.locator("math mfrac")).toHaveCount(1);
  await bar.getByLabel("on its own line").check();
  await expect(seen.locator('math[display="block"]')).toHaveCount(1);
  await keys.press("Escape");
  await lead.locator(".hashtag").click();
  await keys.press("End");
  await keys.type(" /formula");
  await keys.press("Enter");
  await page.getByRole("dialog").getByLabel("In LaTeX").fill("x_");
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("cannot be set");
  await page.getByRole("dialog").getByLabel("In LaTeX").fill("x_1");
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await expect(seen.locator("math msub")).toHaveCount(1);
  await ada.saved();

  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.approve("Handling pipettes");
  await bo.page.goto(`/a/${slug}`);
  const read = bo.page.locator("#section-lead");
  await expect(read.locator("math")).toHaveCount(2);
  await expect(read).not.toContainText("With $");
  await expect(read).toContainText("as @Bo Lindqvist says, for $5 or $6. #cold-chain");
  await expect(read.getByRole("link", { name: "#cold-chain" })).toHaveAttribute("href", "/search?q=%23cold%2Dchain");
  await look(bo.page, "read-formula");
});

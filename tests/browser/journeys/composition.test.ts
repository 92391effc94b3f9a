import { expect, type Page } from "@playwright/test";
import { test } from "../support/house.js";

/** Composes a word as an input method does, and accepts it with a key; `between` runs before that. */
async function compose(page: Page, shown: string[], key = "Enter", between?: () => Promise<unknown>): Promise<void> {
  const input = await page.context().newCDPSession(page);
  const word = shown.at(-1) ?? "";
  for (const text of shown) {
    await input.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  }
  await between?.();
  await input.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key, code: key, windowsVirtualKeyCode: 229 });
  await input.send("Input.insertText", { text: word });
  await input.send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, windowsVirtualKeyCode: 13 });
  await input.detach();
}

test("a key that accepts a composed word does nothing else, in no field and no menu", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  const { page } = ada;
  await page.setViewportSize({ width: 1440, height: 900 });
  await ada.write(slug);
  await bo.write(slug);

  // The title, which somebody else changes meanwhile.
  const title = page.getByRole("textbox", { name: "Title" });
  const theirs = bo.page.getByRole("textbox", { name: "Title" });
  await title.click();
  await page.keyboard.press("End");
  await compose(page, ["ㅎ", "한", "한국"], "Enter", async () => {
    await theirs.click();
    await bo.page.keyboard.press("Home");
    await bo.page.keyboard.type("On ");
    await bo.saved();
    await expect(title).toHaveValue("Handling pipettes한국");
  });
  await expect(title).toHaveValue("On Handling pipettes한국");
  await expect(title).toBeFocused();
  await expect(theirs).toHaveValue("On Handling pipettes한국");

  // Menus at the caret: what was composed narrows the list and chooses nothing.
  const lead = ada.section("Lead");
  await lead.click();
  for (const opener of ["/", "[[", "@", "#"]) {
    await page.keyboard.type(opener);
    await compose(page, ["k", "か"]);
    await expect(lead).toHaveText(`${opener}か`);
    await expect(lead.locator("p")).toHaveCount(1);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Backspace");
  }

  // Find and replace.
  await page.keyboard.type("alpha beta");
  await page.keyboard.press("Control+h");
  const bar = page.getByRole("search", { name: "Find and replace in this article" });
  await bar.getByLabel("Find", { exact: true }).fill("alpha");
  await bar.getByLabel("Replace with").click();
  await compose(page, ["あ", "アル"]);
  await expect(bar.getByLabel("Replace with")).toHaveValue("アル");
  await expect(lead).toHaveText("alpha beta");
  await bar.getByLabel("Find", { exact: true }).click();
  await compose(page, ["b"], "Escape");
  await expect(bar).toBeVisible();
  await bar.getByRole("button", { name: "Close find and replace" }).click();

  // A comment with a list of people.
  await ada.select("Lead", "beta");
  await page.keyboard.press("Control+Alt+KeyM");
  const comment = page.getByLabel("Your comment");
  await page.keyboard.type("@A");
  await expect(page.getByRole("option", { name: "Ada Byron" })).toBeVisible();
  await compose(page, ["ㅇ", "아"]);
  await expect(comment).toHaveValue("@A아");
  await comment.fill("");
  await page.keyboard.type("@A");
  await expect(page.getByRole("option", { name: "Ada Byron" })).toBeVisible();
  await compose(page, ["é"], "Tab");
  await expect(comment).toHaveValue("@Aé");
  await expect(comment).toBeFocused();
  await page.getByRole("button", { name: "Cancel" }).click();

  // The address of a link, and what finds and does.
  await ada.select("Lead", "alpha");
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await dialog.getByRole("textbox").first().click();
  await compose(page, ["に", "日本"]);
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await page.goto("/");
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Find and do" });
  const field = palette.getByRole("combobox");
  await expect(field).toBeFocused();
  await expect(palette.getByRole("option").first()).toBeVisible();
  await compose(page, ["ほ", "本"]);
  await expect(field).toHaveValue("本");
  await expect(palette).toBeVisible();
});

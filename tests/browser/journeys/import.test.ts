import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";
import type { Person } from "../support/person.js";

interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

async function choose(who: Person, file: string | Upload | Upload[]): Promise<void> {
  const chooser = who.page.waitForEvent("filechooser");
  await who.page.locator(".more-menu > summary").click();
  await who.page.getByRole("button", { name: "Import…" }).click();
  await (await chooser).setFiles(typeof file === "string" ? `fixtures/${file}` : file);
}

test("a Word document made by pandoc goes where its headings say, after a look at it", async ({ started, come }) => {
  const { slug, ada } = await started("Untitled");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  await choose(ada, "pandoc.docx");
  const dialog = ada.page.getByRole("dialog", { name: "Import pandoc.docx" });
  await expect(dialog.getByLabel("Where “1. Background” goes")).toHaveValue("background");
  await expect(dialog.getByLabel("Where “Key concept” goes")).toHaveValue("key_concepts");
  await expect(dialog.getByLabel("Where “Safety at the bench” goes")).toHaveValue("key_concepts");
  await dialog.getByLabel("Where “Safety at the bench” goes").selectOption("Use at work");
  await dialog.getByLabel("Use “Handling balances” as the title").check();
  await look(ada.page, "import");
  await dialog.getByRole("button", { name: "Import" }).click();

  // The other sees it, with what makes it up.
  await expect(bo.section("Lead")).toContainText("A balance weighs.");
  await expect(bo.section("Lead").locator("strong")).toHaveText("level");
  await expect(bo.section("Background").locator("ul ul li")).toHaveText("Open doors");
  await expect(bo.section("Background").locator("[data-footnote-text]")).toContainText("ISO 17025");
  await expect(bo.section("Key Concepts").locator("h3")).toHaveText("Ranges");
  await expect(bo.section("Key Concepts").locator("td").last()).toHaveText("3 kg");
  await expect(bo.section("Key Concepts").locator("img[src^='/files/']")).toHaveCount(1);
  await expect(bo.section("Key Concepts").locator("img[src^='/files/']")).toHaveAttribute("alt", "A balance");
  await expect(bo.section("Use at work").locator("h3")).toHaveText("Safety at the bench");
  await expect(bo.section("Use at work").locator("ol > li")).toHaveCount(2);
  await expect(bo.page.getByRole("textbox", { name: "Title" })).toHaveValue("Handling balances");
  await ada.saved();
  await look(ada.page, "imported");
});

test("a document made by LibreOffice and a Markdown file come in; what is lost is told", async ({ started }) => {
  const { slug, ada } = await started("Handling balances");
  await ada.write(slug);
  await ada.section("Evidence").click();
  await ada.page.keyboard.type("What stood before.");
  await choose(ada, "libreoffice.docx");
  let dialog = ada.page.getByRole("dialog");
  await expect(dialog).toContainText("Underlining was left out.");
  await expect(dialog).toContainText("1 merged cell was split.");
  await dialog.getByLabel("Where “Appendix Q” goes").selectOption("Leave out");
  await expect(dialog.getByLabel("How “Evidence” goes there")).toHaveValue("add");
  await dialog.getByRole("button", { name: "Import" }).click();
  await expect(ada.section("Lead")).toHaveText("Before any heading stands this line.");
  await expect(ada.section("Background").locator("ul ul li")).toHaveText("Deeper");
  await expect(ada.section("Evidence")).toContainText("What stood before.");
  await expect(ada.section("Evidence").locator("h3")).toHaveText("Trials");
  await expect(ada.section("Evidence").locator("a")).toHaveAttribute("href", "https://example.org/");
  await expect(ada.page.locator(".article")).not.toContainText("Nobody needs this.");

  // One Undo takes all of it back.
  await ada.section("Lead").click();
  await ada.page.keyboard.press("Control+z");
  await expect(ada.section("Lead")).toHaveText("");
  await expect(ada.section("Background")).toHaveText("");
  await expect(ada.section("Evidence")).toHaveText("What stood before.");

  await choose(ada, "balances.md");
  dialog = ada.page.getByRole("dialog");
  await expect(dialog).toContainText("The facts in front of the text (YAML) were left out.");
  await dialog.getByRole("button", { name: "Import" }).click();
  await expect(ada.section("Lead").locator("em")).toHaveText("still");
  await expect(ada.section("Background").locator("[data-footnote-text]")).toContainText("ISO 17025");
  await expect(ada.section("Key Concepts").locator("h3")).toHaveText(["Ranges", "Safety at the bench"]);
  await expect(ada.section("Key Concepts").locator("th")).toHaveText(["Balance", "Range"]);
  await ada.saved();
});

test("a file that is no document is refused in words, and the page goes on working", async ({ started }) => {
  const { slug, ada } = await started("Handling balances");
  await ada.write(slug);
  const told = (words: string) =>
    expect(ada.page.getByRole("status").filter({ hasText: words })).toBeVisible();
  await choose(ada, { name: "broken.docx", mimeType: "", buffer: Buffer.from("PK not really") });
  await told("This is no Word document");
  await choose(ada, { name: "old.doc", mimeType: "", buffer: Buffer.from("x") });
  await told("Word documents (.docx), Markdown (.md)");
  await choose(ada, { name: "empty.md", mimeType: "", buffer: Buffer.from("\n\n") });
  await told("There is no text in this file.");
  await choose(ada, { name: "evil.html", mimeType: "", buffer: Buffer.from("<h1>Lead</h1><p><a href='javascript:alert(1)'>x</a><script>window.bad=1</script><img src=x onerror='window.bad=1'></p>") });
  await ada.page.getByRole("dialog").getByRole("button", { name: "Import" }).click();
  await expect(ada.section("Lead")).toHaveText("x");
  await expect(ada.section("Lead").locator("a")).toHaveCount(0);
  expect(await ada.page.evaluate(() => "bad" in window)).toBe(false);
  await ada.section("Background").click();
  await ada.page.keyboard.type("Going on.");
  await ada.saved();
});

test("Markdown with HTML, its pictures and old letters: what differs is named before anything changes", async ({ started }) => {
  const { slug, ada } = await started("Handling balances");
  await ada.write(slug);
  const text =
    "---\n\n## Background\n\n<table>\n<tr><th>Strength</th><th>Tablets</th></tr>\n<tr><td>5</td><td>10</td></tr>\n</table>\n\n" +
    "<ul><li>Gloves</li><li>Goggles</li></ul>\n\n<p><img src=\"img/feeder.png\" alt=\"The feeder\"></p>\n\n" +
    "![Gone](img/gone.png) <a href=\"https://example.org/\">A link</a> “37 °C” and [the SOP][SOP].\n\n[sop]: https://example.org/sop\n";
  const letters: Record<string, number> = { "“": 0x93, "”": 0x94 };
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGPQiKoAIgYIBQAaJgPpPcR7ogAAAABJRU5ErkJggg==";
  await choose(ada, [
    { name: "balances.md", mimeType: "", buffer: Buffer.from([...text].map((letter) => letters[letter] ?? letter.charCodeAt(0))) },
    { name: "feeder.png", mimeType: "image/png", buffer: Buffer.from(png, "base64") },
  ]);
  const dialog = ada.page.getByRole("dialog", { name: "Import 2 files" });
  await expect(dialog).toContainText("windows-1252 was assumed");
  await expect(dialog).toContainText("A picture is missing; choose it together with the text: “img/gone.png”.");
  await expect(dialog).not.toContainText(/Left out|Changed|Added/);
  await dialog.getByRole("button", { name: "Import" }).click();
  const background = ada.section("Background");
  await expect(background.locator("td")).toHaveText(["5", "10"]);
  await expect(background.locator("ul li")).toHaveText(["Gloves", "Goggles"]);
  await expect(background.locator("img[src^='/files/']")).toHaveAttribute("alt", "The feeder");
  await expect(background.locator("a")).toHaveText(["A link", "the SOP"]);
  await expect(background).toContainText("“37 °C”");
  await ada.saved();
});

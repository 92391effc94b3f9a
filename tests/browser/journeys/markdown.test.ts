import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";
import type { Person } from "../support/person.js";

/** What the server keeps of a section, in Markdown. */
async function archived(who: Person, section: string): Promise<string> {
  return who.page.evaluate(async (wanted) => {
    const { article } = JSON.parse(document.querySelector("#draft")?.textContent ?? "{}");
    const reply = await fetch(`/api/v1/articles/${article}/draft?format=json`);
    const { sections } = await reply.json();
    return sections.find(({ key }: { key: string }) => key === wanted).markdown;
  }, section);
}

test("everything that Markdown can say is written without a mouse, and kept as Markdown", async ({
  started,
  come,
}) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const keys = ada.page.keyboard;
  const pick = async (words: string) => {
    await keys.type(`/${words}`);
    await expect(ada.page.getByRole("listbox", { name: "Insert" })).toBeVisible();
    await keys.press("Enter");
  };

  // Headings, looks and links, each as it is typed.
  await ada.section("Lead").focus();
  await keys.type("# Range\n## Small\n### Smallest\n");
  await keys.type("A **bold** and *leaning* and ~~struck~~ and `coded` word, ");
  await keys.type("[the norm](https://example.org/norm) or https://example.org/a, as known[^1]");
  // The note is where the caret went; Alt-Enter leads back.
  await keys.type("ISO 8655.");
  await keys.press("Alt+Enter");
  await keys.press("Enter");
  await keys.type(" today.");
  await keys.press("Enter");
  await keys.type("See https://example.org/b");
  await keys.press("Enter");
  await keys.type("---");
  await keys.type("> Quoted");
  await ada.saved();
  expect(await archived(ada, "lead")).toBe(
    [
      "### Range",
      "#### Small",
      "##### Smallest",
      "A **bold** and *leaning* and ~~struck~~ and `coded` word, [the norm](https://example.org/norm) or " +
        "[https://example.org/a](https://example.org/a), as known[^1] today.",
      "See [https://example.org/b](https://example.org/b)",
      "---",
      "> Quoted",
      "[^1]: ISO 8655.",
    ].join("\n\n"),
  );

  // Lists go in and out; what is done is ticked.
  await ada.section("Background").focus();
  await keys.type("- One\n");
  await keys.press("Tab");
  await keys.type("Within\n");
  await keys.press("Shift+Tab");
  await keys.type("Two\n\n1. First\nSecond\n\n[ ] Open\n\n[x] Done");
  await ada.saved();
  expect(await archived(ada, "background")).toBe(
    "- One\n  - Within\n- Two\n\n1. First\n2. Second\n\n- [ ] Open\n\n* [x] Done",
  );

  // The five alerts, code and a table, from the slash menu.
  await ada.section("Key Concepts").focus();
  for (const kind of ["note", "tip", "important", "warning", "caution"]) {
    await pick(kind);
    await keys.type(`A ${kind}.\n\n`);
  }
  await keys.type("```py x = 1\n\n\n");
  await pick("table");
  await keys.type("Volume");
  await keys.press("Tab");
  await keys.type("Tip");
  await keys.press("Enter");
  await keys.type("colour");
  await keys.press("Tab");
  await keys.type("Use");
  await keys.press("Shift+Tab");
  await keys.press("Shift+Tab");
  await keys.press("End");
  await keys.type(" (µl)");
  await keys.press("ArrowDown");
  await keys.type("20");
  // The table's tools are reached with the keys of the toolbar.
  const toolbar = ada.page.getByRole("toolbar", { name: "Formatting" });
  await toolbar.getByRole("button", { name: "Align the column right" }).focus();
  await keys.press("Enter");
  await toolbar.getByRole("button", { name: "Remove this row" }).focus();
  await keys.press("ArrowRight");
  await expect(toolbar.getByRole("button", { name: "Remove this column" })).toBeFocused();
  await ada.section("Key Concepts").focus();
  await ada.saved();
  expect(await archived(ada, "key_concepts")).toBe(
    [
      ...["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"].map(
        (kind) => `> [!${kind}]\n> A ${kind.toLowerCase()}.`,
      ),
      "```py\nx = 1\n```",
      "|Volume (µl)|Tip<br>colour|Use|\n|----------:|---------|---|\n|20|||\n||||",
    ].join("\n\n"),
  );
  await expect(bo.section("Key Concepts").locator("blockquote")).toHaveCount(5);
  await look(ada.page, "write-everything");
});

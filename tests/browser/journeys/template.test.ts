import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

test("a section says what belongs in it, also once something stands there", async ({ started }) => {
  const { slug, ada } = await started("Handling pipettes");
  await ada.write(slug);
  await ada.section("Evidence").click();
  await ada.page.keyboard.type("A claim [1].");
  const evidence = ada.page.locator("#section-evidence");
  await evidence.getByLabel("Guidance for “Evidence”").click();
  await expect(evidence.locator(".help")).toContainText("Cite every claim.");
  await expect(evidence.locator(".help")).toContainText("Example: ISO 8655-2:2022 permits");
  await expect(evidence.locator(".length")).toHaveText("3 of 150–400 words");
  await ada.page.getByText("About this article").click();
  await look(ada.page, "template-help");
});

test("optional sections are added by name, removed, and brought back by Undo", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  await expect(ada.page.locator("#section-misconceptions")).toBeHidden();
  await ada.page.getByRole("button", { name: "Misconceptions", exact: true }).click();
  await expect(ada.section("Misconceptions")).toBeFocused();
  await expect(bo.page.locator("#section-misconceptions")).toBeHidden();
  await ada.page.keyboard.type("A new tip needs no wetting.");
  await expect(bo.section("Misconceptions")).toContainText("A new tip");

  await ada.page.getByRole("button", { name: "Remove the section “Misconceptions”" }).click();
  await expect(ada.page.locator("#section-misconceptions")).toBeHidden();
  await expect(bo.page.locator("#section-misconceptions")).toBeHidden();
  await ada.section("Lead").click();
  await ada.page.keyboard.press("Control+z");
  await expect(ada.section("Misconceptions")).toContainText("A new tip");
  await expect(bo.section("Misconceptions")).toContainText("A new tip");
  await ada.saved();
});

/** A template that asks for a fact of every kind. */
const card = `id = "card"
version = 1
title = "Card"
purpose = "One of each."
audience = "Everybody"
control = "informal"
fields = [
  { key = "language", title = "Language", kind = "text" },
  { key = "aliases", title = "Aliases", kind = "list" },
  { key = "control", title = "Control", kind = "text", choices = ["controlled", "informal"] },
  { key = "effective_date", title = "Effective date", kind = "date" },
  { key = "minutes", title = "Minutes", kind = "number" },
  { key = "convener", title = "Convener", kind = "person" },
  { key = "recorded", title = "Recorded", kind = "flag" },
]

[review]
quorum = "any"
review_months = 12
checklist = ["Is it right?"]

[[sections]]
key = "body"
title = "Lead"
guidance = "Say it."
required = true
kind = "prose"

[[sections]]
key = "references"
title = "References"
guidance = "Name them."
required = false
kind = "list"
`;

test("facts have the control that fits, are live, and what is no answer is named", async ({ server, come }) => {
  await server.kill();
  await mkdir(join(server.data, "templates", "card"), { recursive: true });
  await writeFile(join(server.data, "templates", "card", "1.toml"), card);
  await server.start();
  const [ada, bo] = [await come("ada"), await come("bo")];
  const slug = await ada.page.evaluate(async () => {
    const ask = async (path: string, body: object) => {
      const headers = { "content-type": "application/json" };
      const reply = await fetch(`/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
      if (!reply.ok) throw new Error(await reply.text());
      return reply.json();
    };
    const open = { title: "Basics", purpose: "All", visibility: "open", control: "informal" };
    const module = await ask("/modules", open);
    return (await ask("/articles", { module: module.id, template: "card", title: "Spatel" })).slug;
  });
  await ada.write(slug);
  await bo.write(slug);
  for (const { page } of [ada, bo]) await page.getByText("About this article").click();
  await ada.page.getByLabel("Control").selectOption("informal");
  await ada.page.getByLabel("Recorded").check();
  for (const [name, value] of [
    ["Effective date", "2026-11-30"],
    ["Minutes", "45"],
    ["Aliases", "spatula, scoop"],
    ["Convener", "Bo Lindqvist"],
    ["Language", "German"],
  ] as const) {
    await ada.page.getByLabel(name).fill(value);
    await ada.page.getByLabel(name).blur();
    await expect(bo.page.getByLabel(name)).toHaveValue(value);
  }
  await expect(bo.page.getByLabel("Control")).toHaveValue("informal");
  await expect(bo.page.getByLabel("Recorded")).toBeChecked();
  await expect(ada.page.locator("datalist option", { hasText: "Bo Lindqvist" })).toBeAttached();
  // The text is spelt, and read aloud, in its own language from now on.
  const lead = bo.section("Lead");
  const spoken = () => lead.evaluate((node) => node.closest("[lang]")?.getAttribute("lang"));
  await expect.poll(spoken).toBe("de");
  await expect(lead).toHaveAttribute("spellcheck", "true");
  await bo.write(slug);
  expect(await spoken()).toBe("de");
  await ada.saved();

  // The interface refuses what the field does not ask for.
  const refused = await ada.page.evaluate(async () => {
    const { article } = JSON.parse(document.querySelector("#draft")?.textContent ?? "{}");
    const path = `/api/v1/articles/${article}/draft/fields/effective_date`;
    const headers = { "content-type": "application/json" };
    const reply = await fetch(path, { method: "PUT", headers, body: JSON.stringify({ value: "soon" }) });
    return { status: reply.status, ...(await reply.json()) };
  });
  expect(refused).toMatchObject({ status: 422, field: "value", detail: "This is a day, such as 2026-11-30." });
});

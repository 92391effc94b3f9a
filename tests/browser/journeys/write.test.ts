import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

test("start an article: templates as cards, sections with guidance", async ({ come }) => {
  const ada = await come("ada");
  await ada.page.goto("/modules/new");
  await ada.page.getByLabel("Title").fill("Laboratory basics");
  await ada.page.getByLabel("Purpose").fill("What everybody needs on their first day.");
  await ada.page.getByRole("button", { name: "Create" }).click();
  await ada.page.getByRole("link", { name: "Start an article" }).click();
  await ada.page.getByLabel("Title").fill("Handling pipettes");
  await ada.page.locator("label", { hasText: "Topic article" }).click();
  await ada.page.getByRole("button", { name: "Start writing" }).click();
  await ada.page.waitForURL(/\/a\/handling-pipettes\/edit/);
  await expect(ada.page.getByRole("textbox", { name: "Title" })).toHaveValue("Handling pipettes");
  await expect(ada.page.locator("[data-editor][data-ready]")).toBeAttached();
  await expect(ada.page.locator("#section-lead .ghost")).toHaveAttribute("data-guidance", /stands alone/);
  await expect(ada.page.getByText("DRAFT – not for training use")).toBeVisible();
  await look(ada.page, "write-empty");
  await ada.page.goto("/new");
  await look(ada.page, "new-article");
  await ada.page.goto("/templates");
  await look(ada.page, "templates");
  await ada.page.goto("/templates/sop-module");
  await look(ada.page, "template");
  await ada.page.goto("/modules/new");
  await look(ada.page, "new-module");
  await ada.page.goto("/admin");
  await expect(ada.page.getByRole("main")).toContainText("right");
  await look(ada.page, "forbidden");
  const bo = await come("bo");
  await look(bo.page, "home-empty");
});

test("write together: text, carets, people, and a true state line", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("A pipette moves small volumes.");
  await expect(bo.section("Lead")).toContainText("A pipette moves small volumes.");
  await ada.saved();
  await expect(bo.page.locator(".caret-name")).toHaveText("Ada Byron");
  await expect(bo.page.locator("[data-people]")).toContainText("Ada Byron");

  await bo.section("Lead").click();
  await bo.page.keyboard.press("Control+End");
  await Promise.all([
    bo.page.keyboard.type(" Bo writes at the end.", { delay: 15 }),
    ada.page.keyboard.press("Control+Home").then(() => ada.page.keyboard.type("Ada writes in front. ", { delay: 15 })),
  ]);
  const whole = "Ada writes in front. A pipette moves small volumes. Bo writes at the end.";
  await expect.poll(() => ada.text("Lead")).toBe(whole);
  await expect.poll(() => bo.text("Lead")).toBe(whole);
  await ada.saved();
  await bo.saved();
  await look(ada.page, "write-together");
  await ada.page.locator(".more-menu > summary").click();
  await ada.page.getByRole("link", { name: "Who wrote what" }).click();
  await expect(ada.page.locator(".attributed .by", { hasText: "Bo writes at the end." })).toHaveAttribute("title", "Bo Lindqvist");
  await look(ada.page, "authors");
  await ada.write(slug);

  await bo.page.keyboard.press("Control+z");
  await expect.poll(() => ada.text("Lead")).not.toContain("Bo writes at the end.");
  expect(await ada.text("Lead")).toContain("Ada writes in front.");
});

test("a caret that moves while another types stays where it was put", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("A pipette moves small volumes.");
  await expect(bo.section("Lead")).toContainText("volumes.");
  await bo.section("Lead").click();
  await bo.page.keyboard.press("Control+End");
  const behind = "o".repeat(300);
  const typed = bo.page.keyboard.type(behind, { delay: 8 });
  // Each time from the end to the start, with Bo's letters arriving in between.
  for (let time = 0; time < 25; time += 1) {
    await ada.page.keyboard.press("Control+End");
    await ada.page.keyboard.press("Control+Home");
    await ada.page.keyboard.type("a");
  }
  await typed;
  const whole = `${"a".repeat(25)}A pipette moves small volumes.${behind}`;
  await expect.poll(() => bo.text("Lead")).toBe(whole);
  await expect.poll(() => ada.text("Lead")).toBe(whole);
});

test("lists, headings, tables and links arrive as they were made", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  await ada.section("Key Concepts").click();
  await ada.page.keyboard.type("# Volumes\nFirst **bold** words, see [[Balances]] now.\n- one\ntwo\n\n");
  await ada.page.getByRole("button", { name: "Insert a table" }).click();
  for (const [index, word] of ["Size", "Use", "Tip", "20", "fine", "yellow"].entries()) {
    if (index > 0) await ada.page.keyboard.press("Tab");
    await ada.page.keyboard.type(word);
  }
  const concepts = bo.section("Key Concepts");
  await expect(concepts.getByRole("heading", { name: "Volumes" })).toBeVisible();
  await expect(concepts.locator("strong")).toHaveText("bold");
  await expect(concepts.locator("a.wiki")).toHaveText("Balances");
  await expect(concepts).toContainText("First bold words, see Balances now.");
  await expect(concepts.getByRole("listitem")).toHaveCount(2);
  await expect(concepts.locator("th").first()).toHaveText("Size");
  await expect(concepts.locator("td").nth(2)).toContainText("yellow");
  await ada.page.getByRole("button", { name: "Add a row below" }).click();
  await expect(concepts.locator("tr")).toHaveCount(4);
  await ada.saved();
});

test("offline: the text is kept on this device and comes back", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("Online. ");
  await ada.saved();
  await ada.context.setOffline(true);
  await expect(ada.page.locator("[data-state]")).toHaveText("Offline – kept on this device");
  await ada.page.keyboard.type("Written without network.");
  await ada.context.setOffline(false);
  await expect(bo.section("Lead")).toContainText("Online. Written without network.");
  await ada.saved();
});

test("a killed server loses nothing that was saved or seen", async ({ started, come, server }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("Before the fall. ");
  await expect(bo.section("Lead")).toContainText("Before the fall.");
  await server.kill();
  await expect(ada.page.locator("[data-state]")).toHaveText("Offline – kept on this device");
  await ada.page.keyboard.type("While it was down.");
  await server.start();
  await expect(bo.section("Lead")).toContainText("Before the fall. While it was down.");
  await ada.saved();
});

test("know what is missing: the ring counts, links lead there, reasons count", async ({ started }) => {
  const { slug, ada } = await started("Handling pipettes");
  await ada.write(slug);
  const ring = ada.page.locator("[data-completeness]");
  await expect(ring).toContainText("0 of 6");
  await ada.section("Lead").click();
  await ada.page.keyboard.type("What it is.");
  await expect(ring).toContainText("1 of 6");
  await ada.page.getByRole("button", { name: "“Evidence” does not apply…" }).click();
  await ada.page.getByLabel("Why “Evidence” does not apply").fill("A skill, not a claim");
  await ada.page.getByLabel("Why “Evidence” does not apply").press("Tab");
  await expect(ring).toContainText("2 of 6");
  await ring.locator("summary").click();
  await ring.getByRole("link", { name: "Background" }).click();
  await expect(ada.section("Background")).toBeFocused();
});

test("an edit by the interface leaves the caret where it is", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("Choose it. Hold it.");
  for (let step = 0; step < " Hold it.".length; step += 1) await ada.page.keyboard.press("ArrowLeft");
  await ada.saved();
  await bo.page.goto(`/a/${slug}/edit`);
  await bo.page.evaluate(async () => {
    const { article } = JSON.parse(document.querySelector("#draft")?.textContent ?? "{}");
    const body = "Wash your hands. Choose it. Hold it upright.\n\nEmpty it.";
    const headers = { "content-type": "text/markdown" };
    const reply = await fetch(`/api/v1/articles/${article}/draft/sections/lead`, { method: "PUT", headers, body });
    if (!reply.ok) throw new Error(await reply.text());
  });
  await expect(ada.section("Lead")).toContainText("Wash your hands.");
  await ada.page.keyboard.type(" Set it.");
  await ada.saved();
  // In the text of others, the caret with its name stands between.
  await expect(ada.section("Lead")).toContainText("Wash your hands. Choose it. Set it. Hold it upright.");
  await expect(ada.section("Lead")).toContainText("Empty it.");
});

test("everything is one slash away, by keyboard alone", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  const concepts = ada.section("Key Concepts");
  await concepts.click();
  const list = ada.page.getByRole("listbox", { name: "Insert" });
  const keys = ada.page.keyboard;
  await keys.type("/");
  await expect(list.getByRole("option")).toHaveCount(21);
  await look(ada.page, "write-slash");
  await keys.type("small");
  await expect(list.getByRole("option")).toHaveText([/Smaller heading/, /Smallest heading/]);
  await keys.press("ArrowDown");
  const chosen = list.getByRole("option", { selected: true });
  await expect(chosen).toHaveText(/Smallest heading/);
  await expect(concepts).toHaveAttribute("aria-activedescendant", (await chosen.getAttribute("id")) ?? "");
  await keys.press("ArrowUp");
  await keys.press("Enter");
  await expect(list).toHaveCount(0);
  await keys.type("Volumes");
  await keys.press("Enter");
  await keys.type("Use it and/or not. /todo");
  await keys.press("Tab");
  await keys.press("Enter");
  await keys.type("/tab");
  await keys.press("Enter");
  await keys.type("Size /");
  await expect(list.getByRole("option")).toHaveText([/Picture or file/, /Picture from the web/, /Formula/, /Footnote/]);
  await keys.press("Escape");
  await expect(list).toHaveCount(0);

  const there = bo.section("Key Concepts");
  await expect(there.locator("h4")).toHaveText("Volumes");
  await expect(there.locator("li").first()).toHaveText("Use it and/or not.");
  await expect(there.locator("th").first()).toContainText("Size /");
  // Nobody else's slash opens anything, nor does a caret that passes one.
  await there.locator("th").first().click();
  await expect(bo.page.getByRole("listbox")).toHaveCount(0);
  await concepts.locator("h4").click();
  await keys.press("Control+Home");
  await keys.type("/nothing like this");
  await expect(list).toHaveCount(0);
  await expect(concepts.locator("h4")).toHaveText("/nothing like thisVolumes");
});

test("two brackets find an article by the beginning of a word, and offer one that is wanted", async ({ started }) => {
  const { slug, ada } = await started("Handling pipettes");
  await ada.write(slug);
  await ada.page.evaluate(async () => {
    const send = async (method: string, path: string, type: string, body: string) => {
      const reply = await fetch(`/api/v1/${path}`, { method, headers: { "content-type": type }, body });
      if (!reply.ok) throw new Error(await reply.text());
      return reply;
    };
    const { items } = await (await fetch("/api/v1/modules")).json();
    const asked = { module: items[0].id, template: "topic-article", title: "Weighing on balances" };
    const made = await send("POST", "articles", "application/json", JSON.stringify(asked));
    const { id } = await made.json();
    await send("PUT", `articles/${id}/draft/sections/lead`, "text/markdown", "A balance is never moved.");
    await send("POST", `articles/${id}/revisions`, "application/json", JSON.stringify({ name: "First" }));
  });
  const lead = ada.section("Lead");
  const keys = ada.page.keyboard;
  const list = ada.page.getByRole("listbox", { name: "Articles" });
  await lead.click();
  await keys.type("First [[wei");
  await expect(list.getByRole("option")).toHaveText([/Weighing on balances/, /wei/]);
  await look(ada.page, "write-wiki");
  await keys.press("Enter");
  await expect(lead.locator("a[data-wiki]")).toHaveText("Weighing on balances");
  await keys.type(", then [[Moving a balance");
  await expect(list.getByRole("option").last()).toContainText("Moving a balance");
  await keys.press("ArrowUp");
  await expect(list.getByRole("option", { selected: true })).toContainText("not written yet");
  await keys.press("Enter");
  await expect(lead.locator("a[data-wiki]").nth(1)).toHaveText("Moving a balance");
  await keys.type(".");
  await expect(lead).toHaveText("First Weighing on balances, then Moving a balance.");
  await ada.saved();
});

test("blocks and items move by keyboard, and a pasted address becomes a link", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  const lead = ada.section("Lead");
  const keys = ada.page.keyboard;
  await lead.click();
  await keys.type("First.\nSecond.\n- one\ntwo");
  await keys.press("Alt+ArrowUp");
  await expect(lead.locator("li")).toHaveText(["two", "one"]);
  await keys.type("!");
  await expect(bo.section("Lead").locator("li")).toHaveText([/^two!/, "one"]);
  await lead.getByText("First.").click();
  await keys.press("Alt+ArrowDown");
  await expect(lead.locator(":scope > p").first()).toHaveText("Second.");

  const paste = (text: string) =>
    lead.evaluate((node, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      node.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  await lead.getByText("Second.").dblclick();
  await paste("https://example.org/second");
  await expect(lead.getByRole("link", { name: "Second" })).toHaveAttribute("href", "https://example.org/second");
  await keys.press("End");
  await keys.type(" See ");
  await paste("https://example.org/itself");
  await keys.type(" for more.");
  await expect(lead.getByRole("link", { name: "https://example.org/itself", exact: true })).toBeVisible();
  await expect(lead.locator(":scope > p").first()).toHaveText("Second. See https://example.org/itself for more.");
  await paste("javascript:alert(1)");
  await expect(lead.locator('a[href^="javascript"]')).toHaveCount(0);
  await ada.saved();
});

test("a click on somebody follows their caret until one does something oneself", async ({ filled, come }) => {
  const { slug, ada } = await filled("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  await bo.section("References").click();
  const face = ada.page.getByRole("button", { name: /Bo Lindqvist/ });
  await expect(face).toHaveAccessibleName("Bo Lindqvist, in References");
  await expect(ada.section("References")).not.toBeInViewport();
  await face.click();
  await expect(face).toHaveAttribute("aria-pressed", "true");
  await expect(ada.section("References").locator(".caret")).toBeInViewport();
  await bo.section("Lead").click();
  await expect(ada.section("Lead").locator(".caret")).toBeInViewport();
  await ada.page.keyboard.press("Escape");
  await expect(face).toHaveAttribute("aria-pressed", "false");
  await bo.section("References").click();
  await expect(ada.section("References").locator(".caret")).toBeAttached();
  await expect(ada.section("References").locator(".caret")).not.toBeInViewport();
});

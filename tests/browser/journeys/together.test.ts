import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import type { Person } from "../support/person.js";

/** The items of a list, or the rows of a table, without the carets of others. */
const parts = (who: Person, section: string, wanted: string) =>
  who.section(section).evaluate((root, selector) => {
    const copy = root.cloneNode(true) as HTMLElement;
    for (const caret of copy.querySelectorAll(".caret")) caret.remove();
    const cells = (row: Element) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent?.trim());
    return [...copy.querySelectorAll(selector)].map((part) =>
      part.localName === "tr" ? cells(part).join(" | ") : part.textContent,
    );
  }, wanted);

const same = async (people: Person[], section: string, wanted: string, expected: string[]) => {
  for (const who of people) await expect.poll(() => parts(who, section, wanted)).toEqual(expected);
};

test("two people write in one word, one list and one table at once", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  const both = [ada, bo];
  for (const who of both) await who.write(slug);

  // In one word: each letter stays where it was meant to be.
  await ada.section("Lead").click();
  await ada.page.keyboard.type("micrometre");
  await expect(bo.section("Lead")).toContainText("micrometre");
  await ada.select("Lead", "o");
  await ada.page.keyboard.press("ArrowRight");
  await bo.section("Lead").click();
  await bo.page.keyboard.press("End");
  await Promise.all([
    ada.page.keyboard.type("-milli-", { delay: 20 }),
    bo.page.keyboard.type("s and more", { delay: 20 }),
  ]);
  for (const who of both) await expect.poll(() => who.text("Lead")).toBe("micro-milli-metres and more");
  // Who is where stands at the title of the section as well.
  await expect(ada.page.locator("#section-lead > .here .face")).toHaveAttribute("title", "Bo Lindqvist is here");

  // In one list: both add items at different places.
  await ada.section("Background").click();
  await ada.page.keyboard.type("- first\nlast");
  await expect(bo.section("Background").locator("li")).toHaveCount(2);
  await expect(ada.page.locator("#section-lead > .here")).toHaveCount(1);
  await bo.section("Background").locator("li").first().click();
  await bo.page.keyboard.press("End");
  await Promise.all([
    ada.page.keyboard.type("\nbehind\nat the end", { delay: 20 }),
    bo.page.keyboard.type("\nbetween", { delay: 20 }),
  ]);
  await same(both, "Background", "li", ["first", "between", "last", "behind", "at the end"]);
  await expect(ada.page.locator("#section-background > .here .face")).toHaveCount(1);

  // In one table: words in neighbouring cells, and a row while the other adds a column.
  await ada.section("Evidence").click();
  await ada.page.keyboard.type("/table");
  await ada.page.keyboard.press("Enter");
  await expect(bo.section("Evidence").locator("th")).toHaveCount(3);
  await bo.section("Evidence").locator("th").nth(1).click();
  await Promise.all([
    ada.page.keyboard.type("Pipette", { delay: 20 }),
    bo.page.keyboard.type("Range in µl", { delay: 20 }),
  ]);
  await same(both, "Evidence", "tr", ["Pipette | Range in µl | ", " |  | ", " |  | "]);
  await Promise.all([
    ada.page.getByRole("button", { name: "Add a column to the right" }).click(),
    bo.page.getByRole("button", { name: "Add a row below" }).click(),
  ]);
  await expect(ada.section("Evidence").locator("tr")).toHaveCount(4);
  await expect(bo.section("Evidence").locator("th")).toHaveCount(4);
  // Whatever is changed next makes all rows equally long.
  await ada.page.getByRole("button", { name: "Add a row below" }).click();
  await expect(bo.section("Evidence").locator("tr")).toHaveCount(5);
  for (const who of both)
    await expect
      .poll(async () => new Set((await parts(who, "Evidence", "tr")).map((row) => row?.split("|").length)))
      .toEqual(new Set([4]));
  await ada.saved();
});

test("one Undo for the whole page, and never of what others wrote", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  for (const who of [ada, bo]) await who.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("Ada leads.");
  await expect(bo.section("Lead")).toContainText("Ada leads.");
  await bo.section("Lead").click();
  await bo.page.keyboard.press("End");
  await bo.page.keyboard.type(" Bo follows.");
  await expect(ada.section("Lead")).toContainText("Bo follows.");
  await ada.section("Evidence").click();
  await ada.page.keyboard.type("Ada proves.");
  await bo.section("Evidence").click();
  await bo.page.keyboard.press("End");
  await bo.page.keyboard.type(" Bo agrees.");
  await expect(ada.section("Evidence")).toContainText("Bo agrees.");

  // From a third section: the newest of her own first, wherever it stands.
  await ada.section("References").click();
  await ada.page.keyboard.press("Control+z");
  await expect.poll(() => bo.text("Evidence")).toBe(" Bo agrees.");
  await ada.page.keyboard.press("Control+z");
  await expect.poll(() => bo.text("Lead")).toBe(" Bo follows.");
  await ada.page.keyboard.press("Control+z");
  await expect.poll(() => ada.text("Lead")).toBe(" Bo follows.");
  await ada.page.keyboard.press("Control+y");
  await ada.page.keyboard.press("Control+y");
  await expect.poll(() => bo.text("Evidence")).toBe("Ada proves. Bo agrees.");
  await expect.poll(() => bo.text("Lead")).toBe("Ada leads. Bo follows.");
  await ada.saved();
});

test("three people change the same sentence without network, and nothing of it is lost", async ({ started, come }) => {
  const { slug, ada } = await started("Handling pipettes");
  const [bo, cleo] = [await come("bo"), await come("cleo")];
  const all = [ada, bo, cleo];
  for (const who of all) await who.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("Wet the tip once before use.");
  for (const who of [bo, cleo]) await expect(who.section("Lead")).toContainText("before use.");
  await ada.saved();

  for (const who of all) await who.loseNetwork();
  await ada.select("Lead", "once");
  await ada.page.keyboard.type("twice");
  await bo.select("Lead", "once before use");
  await bo.page.keyboard.type("with the liquid");
  await cleo.select("Lead", "tip");
  await cleo.page.keyboard.press("Control+b");
  await cleo.select("Lead", "use.");
  await cleo.page.keyboard.press("ArrowRight");
  await cleo.page.keyboard.type(" Then wait.");
  for (const who of all) await who.context.setOffline(false);

  await expect.poll(() => ada.text("Lead")).toMatch(/^Wet the tip .*Then wait\.$/);
  for (const who of all) await who.saved();
  await expect.poll(async () => new Set(await Promise.all(all.map((who) => who.text("Lead")))).size).toBe(1);
  const text = await ada.text("Lead");
  for (const words of ["twice", "with the liquid", "Then wait."]) expect(text).toContain(words);
  expect(text).not.toContain("once");
  for (const who of all) await expect(who.section("Lead").locator("strong")).toHaveText("tip");
});

import { open, readFile } from "node:fs/promises";
import { expect, type Locator } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";

const picture = new URL("../../../docs/images/article.png", import.meta.url);

/** Drops or pastes a file, as the browser does it. */
async function give(section: Locator, kind: "drop" | "paste", name: string, type: string, bytes: Buffer) {
  await section.evaluate(
    (node, { kind, name, type, base64 }) => {
      const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([content], name, { type }));
      const place = node.querySelector("p")?.getBoundingClientRect();
      const at = { clientX: (place?.left ?? 0) + 2, clientY: (place?.top ?? 0) + 5 };
      const common = { bubbles: true, cancelable: true };
      const event =
        kind === "drop"
          ? new DragEvent("drop", { ...common, ...at, dataTransfer: data })
          : new ClipboardEvent("paste", { ...common, clipboardData: data });
      node.dispatchEvent(event);
    },
    { kind, name, type, base64: bytes.toString("base64") },
  );
}

/** Makes a file of so many megabytes; it takes no room on the disk. */
async function empty(path: string, megabytes: number): Promise<string> {
  const file = await open(path, "w");
  await file.truncate(megabytes << 20);
  await file.close();
  return path;
}

test("pictures and files are dropped, pasted and picked, and everybody sees them", async ({ filled, come }, testInfo) => {
  const { slug, ada } = await filled("Handling pipettes");
  const bo = await come("bo");
  await ada.write(slug);
  await bo.write(slug);
  const { page } = ada;
  const lead = ada.section("Lead");
  const seen = bo.section("Lead");
  const png = await readFile(picture);
  await lead.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await give(lead, "paste", "Rotor.png", "image/png", png);
  await expect(seen.locator("img[src]")).toHaveAttribute("src", /^\/files\/[0-9a-f]{64}\/Rotor\.png\?\d+x\d+$/);
  await expect.poll(() => seen.locator("img[src]").evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  // What it shows is asked for at once; typing goes on behind it and never replaces it.
  const bar = page.getByRole("group", { name: "Picture" });
  await expect(bar.getByLabel("What does the picture show?")).toBeVisible();
  await page.keyboard.type("Under it.");
  await expect(seen).toContainText("Under it.");
  await expect(seen.locator("img[src]")).toBeVisible();
  await lead.locator("img[src]").click();
  await bar.getByLabel("What does the picture show?").fill("A rotor with six tubes");
  await page.keyboard.press("Enter");
  await expect(seen.getByRole("img", { name: "A rotor with six tubes" })).toBeVisible();
  await look(page, "write-picture");

  const background = ada.section("Background");
  await background.click();
  await give(background, "drop", "List.txt", "text/plain", Buffer.from("one\ntwo"));
  const link = bo.section("Background").getByRole("link", { name: "List.txt" });
  await expect(link).toHaveAttribute("href", /^\/files\/.*\/List\.txt$/);

  // What is no picture is told, and the page goes on working.
  const evidence = ada.section("Evidence");
  await evidence.click();
  await give(evidence, "paste", "Broken.png", "image/png", png.subarray(0, 200));
  const failed = evidence.locator(".coming");
  await expect(failed).toContainText("cannot be read");
  await look(page, "write-file-refused");
  await failed.getByRole("button", { name: "Dismiss" }).click();
  await expect(failed).toHaveCount(0);
  const chosen = page.waitForEvent("filechooser");
  await evidence.click();
  await page.getByRole("button", { name: "Insert a picture or file" }).click();
  await (await chosen).setFiles(await empty(testInfo.outputPath("Huge.pdf"), 200));
  await expect(failed).toContainText("“Huge.pdf” is too large: 200 MB of 25 MB");
  await failed.getByRole("button", { name: "Dismiss" }).click();
  await page.keyboard.type("It goes on. ");
  await expect(bo.section("Evidence")).toContainText("It goes on.");

  // Without network the placeholder waits, keeps its place, and tries again by itself.
  await ada.context.setOffline(true);
  await give(evidence, "drop", "Later.png", "image/png", png);
  await expect(failed).toContainText("will upload when the connection is back");
  await ada.context.setOffline(false);
  await expect(bo.section("Evidence").locator("img[src]")).toBeVisible();
  await ada.saved();

  await ada.requestReview(slug, "First version.");
  const cleo = await come("cleo");
  await cleo.approve("Handling pipettes");
  await bo.page.goto(`/a/${slug}`);
  await expect(bo.page.getByRole("img", { name: "A rotor with six tubes" })).toBeVisible();
  await look(bo.page, "read-picture");
});

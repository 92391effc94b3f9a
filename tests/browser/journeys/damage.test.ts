import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";
import type { Server } from "../support/server.js";

/** The files that hold snapshots, the newest last. */
async function snapshots(data: string): Promise<string[]> {
  const found = await readdir(join(data, "blobs"), { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const aged = await Promise.all(files.map(async (file) => ({ file, age: (await stat(file)).mtimeMs })));
  return aged.sort((a, b) => a.age - b.age).map(({ file }) => file);
}

/** Damages the newest snapshot that a draft needs: a newer one may have been cut off by the kill. */
async function damage(server: Server): Promise<void> {
  for (const file of (await snapshots(server.data)).reverse()) {
    const whole = await readFile(file);
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 0xff, bytes.length >> 1);
    await writeFile(file, bytes);
    if ((await server.findings()).includes("draft “Handling pipettes”")) return;
    await writeFile(file, whole);
  }
  throw new Error("no draft needs any of the snapshots");
}

test("a damaged snapshot: the draft opens at its last good state and says so", async ({ started, server }) => {
  const { slug, ada } = await started("Handling pipettes");
  await server.kill();
  server.settings.LECTERN_LIVE_COMPACT_AFTER = "5";
  await server.start();
  await ada.write(slug);
  await ada.section("Lead").click();
  // What is typed fast comes in few entries: until a second snapshot has been made.
  await expect(async () => {
    await ada.page.keyboard.type("A pipette moves small volumes. ");
    await ada.saved();
    expect((await snapshots(server.data)).length).toBeGreaterThan(1);
  }).toPass();
  await server.kill();
  await damage(server);
  await server.start();
  // In a browser that keeps nothing of it, so that what is seen is what the server has.
  await ada.page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) if (name) indexedDB.deleteDatabase(name);
  });
  await ada.write(slug);
  const notice = ada.page.getByRole("note").filter({ hasText: "could not be read" });
  await expect(notice).toBeVisible();
  await look(ada.page, "write-set-aside");
  await ada.section("Lead").click();
  await ada.page.keyboard.type("Written after the damage. ");
  await ada.saved();
  await notice.getByRole("button", { name: "The text is in order" }).click();
  await expect(ada.page.locator("[data-editor][data-ready]")).toBeAttached();
  await expect(notice).toHaveCount(0);
  await expect(ada.section("Lead")).toContainText("Written after the damage.");
});

import { createHmac } from "node:crypto";
import { type Browser, expect, test } from "@playwright/test";
import { look } from "../support/look.js";
import { PASSWORD, Person } from "../support/person.js";
import { Server } from "../support/server.js";

/** The code that an authenticator app shows (RFC 6238), some seconds from now. */
function code(secret: string, later = 0): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(" ", "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"));
  const bytes = bits.join("").match(/.{8}/g) ?? [];
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor((Date.now() / 1000 + later) / 30)));
  const digest = createHmac("sha1", Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))))
    .update(step)
    .digest();
  const at = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Types login and password and sends them. */
async function enter(person: Person, login: string, password = PASSWORD): Promise<void> {
  await person.page.goto("/sign-in");
  await person.page.getByLabel("Login").fill(login);
  await person.page.getByLabel("Password").fill(password);
  await person.page.getByRole("button", { name: "Sign in" }).click();
}

async function house(browser: Browser) {
  const server = await Server.prepare();
  server.settings.LECTERN_IDENTITY_LOCK_AFTER = "3";
  await server.person("root", "Rita Root", "admin", PASSWORD);
  await server.person("ada", "Ada Byron", "trainer", PASSWORD);
  await server.start();
  const come = (scripts = true) => Person.at(browser, server, scripts);
  return { server, come };
}

test("a second factor is set, asked for without scripts too, and replaced by a recovery code", async ({ browser }) => {
  const { server, come } = await house(browser);
  const ada = await come();
  await ada.signIn("ada");
  await ada.page.goto("/me");
  await look(ada.page, "me-account");
  await ada.page.getByRole("link", { name: "Second factor" }).click();
  await expect(ada.page.getByRole("img", { name: "The secret as a QR code" })).toBeVisible();
  await look(ada.page, "second-factor");
  const secret = (await ada.page.locator("code.secret").textContent()) ?? "";
  await ada.page.getByLabel("Code", { exact: true }).fill("12345");
  await ada.page.getByLabel("Your password").fill(PASSWORD);
  await ada.page.getByRole("button", { name: "Set the second factor" }).click();
  await expect(ada.page.locator("#code-error")).toBeVisible();
  await ada.page.getByLabel("Code", { exact: true }).fill(code(secret));
  await ada.page.getByLabel("Your password").fill(PASSWORD);
  await ada.page.getByRole("button", { name: "Set the second factor" }).click();
  await expect(ada.page.getByRole("heading", { name: "Your recovery codes" })).toBeVisible();
  await look(ada.page, "recovery-codes");
  const recovery = await ada.page.locator(".recovery-codes code").allTextContents();
  expect(recovery).toHaveLength(10);
  await ada.page.getByRole("link", { name: "I have kept them" }).click();
  await expect(ada.page.getByRole("main")).toContainText("10 recovery codes left");

  const bare = await come(false);
  await enter(bare, "ada");
  await expect(bare.page.getByRole("heading", { name: "Enter your code" })).toBeVisible();
  await bare.page.getByLabel("Code", { exact: true }).fill("000");
  await bare.page.getByRole("button", { name: "Go on" }).click();
  await expect(bare.page.locator("#code-error")).toBeVisible();
  await bare.page.getByLabel("Code", { exact: true }).fill(code(secret, 30));
  await bare.page.getByRole("button", { name: "Go on" }).click();
  await expect(bare.page.getByRole("heading", { name: "Good to see you, Ada" })).toBeVisible();

  const other = await come();
  await enter(other, "ada");
  await look(other.page, "sign-in-code");
  await other.page.getByLabel("Code", { exact: true }).fill(recovery[0]?.toUpperCase() ?? "");
  await other.page.keyboard.press("Enter");
  await expect(other.page.getByRole("heading", { name: "Good to see you, Ada" })).toBeVisible();

  await ada.page.goto("/");
  await expect(ada.page.getByText("Your account was used on a new device")).toBeVisible();
  await look(ada.page, "new-device");
  await ada.page.getByRole("button", { name: "It was me" }).click();
  await expect(ada.page.getByText("Your account was used on a new device")).toBeVisible();
  ada.page.once("dialog", (dialog) => dialog.accept());
  await ada.page.getByRole("button", { name: "It was not me" }).first().click();
  await expect(ada.page.getByRole("heading", { name: "Choose a new password" })).toBeVisible();
  await look(ada.page, "password");
  await other.page.goto("/");
  await expect(other.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  for (const person of [ada, bare, other]) await person.leave();
  await server.stop();
});

test("an account locks, administrators see it at once, and one of them unlocks it", async ({ browser }) => {
  const { server, come } = await house(browser);
  const root = await come();
  await root.signIn("root");
  const guesser = await come();
  for (let number = 0; number < 3; number += 1) await enter(guesser, "ada", "a password that is wrong");
  await expect(guesser.page.getByRole("alert")).toContainText("locked");
  await look(guesser.page, "sign-in-locked");
  await enter(guesser, "ada");
  await expect(guesser.page.getByRole("alert")).toContainText("locked");

  await root.page.goto("/");
  await look(root.page, "home-alert");
  await root.page.getByRole("link", { name: /The account of Ada Byron was locked/ }).click();
  await look(root.page, "person-locked");
  await root.page.getByRole("button", { name: "Unlock" }).click();
  await expect(root.page.getByText("The account was unlocked.")).toBeVisible();
  await root.page.goto("/admin/people");
  await look(root.page, "people-alert");
  await root.page.getByLabel("What came of it").fill("Ada had forgotten it.");
  await root.page.getByRole("button", { name: "Settle" }).click();
  await expect(root.page.getByText("The alert was resolved.")).toBeVisible();
  await expect(root.page.getByRole("heading", { name: "Alerts" })).toHaveCount(0);
  await enter(guesser, "ada");
  await expect(guesser.page.getByRole("heading", { name: "Good to see you, Ada" })).toBeVisible();
  for (const person of [root, guesser]) await person.leave();
  await server.stop();
});

import { expect } from "@playwright/test";
import { test } from "../support/house.js";
import { look } from "../support/look.js";
import { PASSWORD } from "../support/person.js";

const kept = "Sign in again – your changes are kept on this device";

test("what is written after signing out in another tab is kept, and sent after signing in again", async ({
  started,
  come,
}) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo");
  await bo.write(slug);
  await ada.write(slug);
  await ada.section("Lead").click();
  await ada.page.keyboard.type("Before. ");
  await ada.saved();
  const second = await ada.context.newPage();
  await second.goto("/");
  await ada.context.request.delete("/api/v1/session");

  const state = ada.page.locator("[data-state]");
  await expect(state).toHaveText(kept);
  const notice = ada.page.getByRole("alert");
  await expect(notice).toContainText(
    "You are signed out. Your changes are kept on this device; sign in again to send them.",
  );
  await ada.page.keyboard.type("After.");
  await expect(ada.section("Lead")).toHaveText("Before. After.");
  await look(ada.page, "signed-out");

  // Somebody else who signs in on this device does not send it.
  await ada.context.request.post("/api/v1/session", { data: { login: "dan", password: PASSWORD } });
  await ada.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(state).toHaveText(kept);
  await ada.context.request.delete("/api/v1/session");
  expect(await bo.text("Lead")).toBe("Before. ");

  // Its author does, in the tab that is still open.
  await ada.context.request.post("/api/v1/session", { data: { login: "ada", password: PASSWORD } });
  await ada.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await ada.saved();
  await expect(notice).toBeHidden();
  await expect.poll(() => bo.text("Lead")).toBe("Before. After.");
});

test("an expired sign-on before the server asks to sign in again", async ({ started, come, gateway }) => {
  const { slug, ada } = await started("Handling pipettes");
  gateway.sockets = true;
  const bo = await come("bo", gateway);
  await ada.write(slug);
  await bo.write(slug);
  await bo.section("Lead").click();
  await bo.page.keyboard.type("Before. ");
  await bo.saved();
  gateway.expired = true;
  gateway.cut();
  await expect(bo.page.locator("[data-state]")).toHaveText(kept);
  const notice = bo.page.getByRole("alert");
  await expect(notice.getByRole("link", { name: "Sign in again" })).toHaveAttribute("href", `/a/${slug}/edit`);
  await bo.page.keyboard.type("After.");
  gateway.expired = false;
  await bo.saved();
  await expect(notice).toBeHidden();
  await expect.poll(() => ada.text("Lead")).toBe("Before. After.");
});

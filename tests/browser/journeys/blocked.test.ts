import { expect } from "@playwright/test";
import { test } from "../support/house.js";

const offline = "Offline – kept on this device";

test("sockets are blocked: people write together all the same", async ({ started, come, gateway }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo", gateway);
  await ada.write(slug);
  await bo.write(slug);
  await bo.section("Lead").click();
  await bo.page.keyboard.type("Through the proxy. ");
  await bo.saved();
  await expect(ada.section("Lead")).toContainText("Through the proxy.");
  await ada.section("Lead").click();
  await ada.page.keyboard.press("Control+End");
  await ada.page.keyboard.type("By socket.");
  await expect(bo.section("Lead")).toContainText("Through the proxy. By socket.");
  await expect(bo.page.locator("[data-people]")).toContainText("Ada Byron");
  expect(gateway.open).toBe(0);

  // The way is remembered: a reload asks for no socket first.
  const sockets: string[] = [];
  bo.page.on("websocket", (socket) => sockets.push(socket.url()));
  await bo.write(slug);
  await expect(bo.section("Lead")).toContainText("Through the proxy. By socket.");
  await bo.section("Lead").click();
  await bo.page.keyboard.press("Control+End");
  await bo.page.keyboard.type(" Again.");
  await bo.saved();
  expect(sockets).toEqual([]);
});

test("without sockets and without network the text is kept, and comes back", async ({ started, come, gateway }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo", gateway);
  await ada.write(slug);
  await bo.write(slug);
  await bo.section("Lead").click();
  await bo.page.keyboard.type("Online. ");
  await bo.saved();
  await bo.context.setOffline(true);
  gateway.cut();
  await expect(bo.page.locator("[data-state]")).toHaveText(offline);
  await bo.page.keyboard.type("Written without network.");
  await bo.context.setOffline(false);
  await expect(ada.section("Lead")).toContainText("Online. Written without network.");
  await bo.saved();
  expect(gateway.open).toBe(0);
});

test("once sockets are let through, the page goes back to them", async ({ started, come, gateway }) => {
  const { slug, ada } = await started("Handling pipettes");
  const bo = await come("bo", gateway);
  await ada.write(slug);
  await bo.write(slug);
  await bo.section("Lead").click();
  await bo.page.keyboard.type("Before. ");
  await bo.saved();
  gateway.sockets = true;
  // What a browser says when its network has changed; the page also tries every minute.
  await bo.page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect.poll(() => gateway.open).toBe(1);
  await bo.page.keyboard.type("After.");
  await bo.saved();
  await expect(ada.section("Lead")).toContainText("Before. After.");

  // A socket that breaks while sockets work is no blocked one.
  gateway.cut();
  await bo.page.keyboard.type(" And on.");
  await expect(ada.section("Lead")).toContainText("Before. After. And on.");
  await bo.saved();
  await expect.poll(() => gateway.open).toBe(1);
});

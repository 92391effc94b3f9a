import { expect, test } from "@playwright/test";
import { look } from "../support/look.js";
import { PASSWORD, Person } from "../support/person.js";
import { Server } from "../support/server.js";

test("first run: one link, the first person, three things to do, a sample module", async ({ browser }) => {
  const server = await Server.prepare();
  await server.start();
  const first = await Person.at(browser, server);
  const { page } = first;
  expect(server.setupLink, "the terminal shows a link").toBeTruthy();
  await page.goto(server.setupLink ?? "");
  await look(page, "set-up");
  await page.getByLabel("Organisation").fill("Northwind Training");
  await page.getByLabel("Your name").fill("Rita Root");
  await page.getByLabel("Login").fill("rita");
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Set up" }).click();
  await expect(page.getByText("at least 12 characters").last()).toBeVisible();
  await expect(page.getByLabel("Organisation")).toHaveValue("Northwind Training");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up" }).click();

  await expect(page.getByRole("heading", { name: "Three things to do first" })).toBeVisible();
  await expect(page.getByRole("contentinfo")).toContainText("Northwind Training");
  await look(page, "home-first-run");
  await page.getByRole("button", { name: "Add a sample module" }).click();
  await page.getByRole("link", { name: /^Sample/ }).first().click();
  await expect(page.getByRole("link", { name: "Spaced practice" })).toBeVisible();
  await look(page, "module");
  await page.goto("/");
  await page.getByRole("button", { name: "Remove the sample module" }).click();
  await expect(page.getByRole("button", { name: "Add a sample module" })).toBeVisible();

  await page.goto(server.setupLink ?? "");
  await expect(page.getByRole("button", { name: "Set up" })).toHaveCount(0);
  await first.expectNoComplaints();
  await first.context.close();
  await server.stop();
});

test("an admin adds a colleague, who signs in", async ({ browser }) => {
  const server = await Server.prepare();
  await server.person("root", "Rita Root", "admin", PASSWORD);
  await server.start();
  const root = await Person.at(browser, server);
  await root.signIn("root");
  await root.page.getByRole("link", { name: "Administration" }).click();
  await look(root.page, "people");
  await root.page.getByLabel("Name", { exact: true }).fill("Ada Byron");
  await root.page.getByLabel("Login").fill("ada");
  await root.page.getByLabel("First password").fill(PASSWORD);
  await root.page.getByRole("checkbox", { name: /Trainer/ }).check();
  await root.page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(root.page.getByRole("link", { name: "Ada Byron" })).toBeVisible();
  await root.page.getByRole("link", { name: "Ada Byron" }).click();
  await look(root.page, "person");
  await root.page.goto("/admin/journal");
  await expect(root.page.getByRole("main")).toContainText("Ada Byron");
  await look(root.page, "audit-trail");
  const ada = await Person.at(browser, server);
  await ada.page.goto("/me");
  await look(ada.page, "sign-in");
  await ada.signIn("ada");
  await ada.page.goto("/me");
  await look(ada.page, "me");
  for (const person of [root, ada]) await person.expectNoComplaints();
  await server.stop();
});

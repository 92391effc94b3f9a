import { test as base } from "@playwright/test";
import { PASSWORD, Person } from "./person.js";
import { Server } from "./server.js";

interface House {
  server: Server;
  /** Somebody with an account, signed in at a browser of their own. */
  come: (login: string) => Promise<Person>;
  /** A module with one started article, made through the pages. */
  started: (title: string) => Promise<Started>;
  /** The same with every required section filled, and one link to an article that nobody wrote. */
  filled: (title: string) => Promise<Started>;
}

interface Started {
  slug: string;
  /** Who started it. */
  ada: Person;
}

const sections: [string, string][] = [
  ["Lead", "A **pipette** moves small volumes of liquid from one vessel into another. "],
  ["Background", "Wrong volumes are the commonest reason for repeated assays. "],
  ["Key Concepts", "# Ranges\nChoose the smallest pipette that holds the volume, as [[Balances]] explains. "],
  ["Evidence", "ISO 8655-2 names the maximum permissible errors. "],
  ["Use at work", "In our laboratory, everybody checks one pipette a week by weight. "],
  ["References", "ISO 8655-2:2022, read in November 2026. "],
];

const people: [string, string, string][] = [
  ["root", "Rita Root", "admin"],
  ["ada", "Ada Byron", "trainer"],
  ["bo", "Bo Lindqvist", "learner"],
  ["cleo", "Cleo Marsh", "reviewer"],
  ["dan", "Dan Okoro", "reviewer"],
];

/** A server with five people; every test has its own. */
export const test = base.extend<House>({
  server: async ({}, use) => {
    const server = await Server.prepare();
    for (const [login, name, roles] of people) await server.person(login, name, roles, PASSWORD);
    await server.start();
    await use(server);
    await server.stop();
  },
  come: async ({ browser, server }, use) => {
    const here: Person[] = [];
    await use(async (login) => {
      const person = await Person.at(browser, server);
      here.push(person);
      await person.signIn(login);
      return person;
    });
    for (const person of here) {
      await person.expectNoComplaints();
      await person.context.close();
    }
  },
  started: async ({ come }, use) => {
    await use(async (title) => {
      const ada = await come("ada");
      await ada.page.goto("/modules/new");
      await ada.page.getByLabel("Title").fill("Laboratory basics");
      await ada.page.getByLabel("Purpose").fill("What everybody needs on their first day.");
      await ada.page.getByRole("button", { name: "Create" }).click();
      await ada.page.getByRole("link", { name: "Start an article" }).click();
      await ada.page.getByLabel("Title").fill(title);
      await ada.page.locator("label", { hasText: "Topic article" }).click();
      await ada.page.getByRole("button", { name: "Start writing" }).click();
      await ada.page.waitForURL(/\/a\/[^/]+\/edit/);
      const slug = /\/a\/([^/]+)\/edit/.exec(ada.page.url())?.[1] ?? "";
      return { slug, ada };
    });
  },
  filled: async ({ started }, use) => {
    await use(async (title) => {
      const { slug, ada } = await started(title);
      await ada.write(slug);
      for (const [section, text] of sections) {
        await ada.section(section).click();
        await ada.page.keyboard.type(text);
      }
      await ada.saved();
      return { slug, ada };
    });
  },
});

import { test as base } from "@playwright/test";
import { Gateway } from "./gateway.js";
import { PASSWORD, Person } from "./person.js";
import { Server } from "./server.js";

interface Prepared {
  /** A data directory with five people, which no server uses. */
  prepared: string;
}

interface House {
  server: Server;
  /** Somebody with an account, at the home page in a browser of their own, already signed in. */
  come: (login: string, through?: { address: string }) => Promise<Person>;
  /** A proxy before the server that lets no socket through until it is told to. */
  gateway: Gateway;
  /** A module with one started article, made through the interface; `write` has the test that uses the pages. */
  started: (title: string) => Promise<Started>;
  /** The same with every required section filled, and one link to an article that nobody wrote. */
  filled: (title: string) => Promise<Started>;
}

interface Started {
  slug: string;
  /** What the interface says about it. */
  article: { id: string; module: string };
  /** Who started it; she is at the home page. */
  ada: Person;
}

const sections: Record<string, string> = {
  lead: "A **pipette** moves small volumes of liquid from one vessel into another. Everybody who works at a bench uses one every day, and most deviations in an assay begin with one that was held, set or emptied in the wrong way. This article says how to choose a pipette, how to use it, and how to find out that it no longer does what it says.",
  background:
    "Wrong volumes are the commonest reason for repeated assays. A repeat costs half a day and, worse, nobody knows which of the earlier results were right.\n\nThe instrument itself is seldom at fault. Speed, angle and temperature of the hand matter more than the brand.",
  key_concepts:
    "### Ranges\nChoose the smallest pipette that holds the volume, as [[Balances]] explains.\n\n| Pipette | Range | Tip |\n| --- | ---: | --- |\n| P20 | 2–20 µl | yellow |\n| P200 | 20–200 µl | yellow |\n| P1000 | 100–1000 µl | blue |\n\n### Technique\n1. Wet the tip once with the liquid.\n2. Hold the pipette upright; dip the tip two millimetres.\n3. Release slowly, wait a second, withdraw.\n\n> [!WARNING]\n> Never lay a pipette down with liquid in its tip: it runs into the barrel.",
  evidence:
    "ISO 8655-2 names the maximum permissible errors. In our own checks of forty pipettes, three were outside them, all three after a fall [1].",
  application:
    "**In our laboratory**, everybody checks one pipette a week by weight.\n\n**Elsewhere**, a blood bank checks every pipette on the day of use.",
  references: "1. ISO 8655-2:2022, Piston pipettes. Accessed 2 November 2026.",
};

const people: [string, string, string][] = [
  ["root", "Rita Root", "admin"],
  ["ada", "Ada Byron", "trainer"],
  ["bo", "Bo Lindqvist", "learner"],
  ["cleo", "Cleo Marsh", "reviewer"],
  ["dan", "Dan Okoro", "reviewer"],
];

/** A server with five people; every test has its own, on a copy of what its worker prepared. */
export const test = base.extend<House, Prepared>({
  prepared: [
    async ({}, use) => {
      const server = await Server.prepare();
      for (const [login, name, roles] of people) await server.person(login, name, roles, PASSWORD);
      await use(server.data);
      await server.stop();
    },
    { scope: "worker" },
  ],
  server: async ({ prepared }, use) => {
    const server = await Server.copy(prepared);
    await server.start();
    await use(server);
    await server.stop();
  },
  gateway: async ({ server }, use) => {
    const gateway = await Gateway.before(server.address);
    await use(gateway);
    await gateway.close();
  },
  come: async ({ browser, server }, use) => {
    const here: Person[] = [];
    await use(async (login, through) => {
      const person = await Person.at(browser, through ?? server);
      here.push(person);
      await person.enter(login);
      return person;
    });
    for (const person of here) await person.leave();
  },
  started: async ({ come }, use) => {
    await use(async (title) => {
      const ada = await come("ada");
      const article = await ada.page.evaluate(async (title) => {
        const send = async (path: string, asked: object) => {
          const headers = { "content-type": "application/json" };
          const reply = await fetch(`/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(asked) });
          if (!reply.ok) throw new Error(await reply.text());
          return reply.json();
        };
        const purpose = "What everybody needs on their first day.";
        const basics = { title: "Laboratory basics", purpose, visibility: "open", control: "informal" };
        const { id } = await send("modules", basics);
        return send("articles", { module: id, template: "topic-article", title });
      }, title);
      return { slug: article.slug, article, ada };
    });
  },
  filled: async ({ started }, use) => {
    await use(async (title) => {
      const made = await started(title);
      await made.ada.page.evaluate(
        async ([article, texts]) => {
          const headers = { "content-type": "text/markdown" };
          for (const [key, body] of Object.entries(texts)) {
            const path = `/api/v1/articles/${article}/draft/sections/${key}`;
            const reply = await fetch(path, { method: "PUT", headers, body });
            if (!reply.ok) throw new Error(await reply.text());
          }
        },
        [made.article.id, sections] as const,
      );
      return made;
    });
  },
});

import { type Browser, type BrowserContext, expect, type Page } from "@playwright/test";
import { SIGN_ON } from "./gateway.js";

export const PASSWORD = "correct horse battery staple";

/** Somebody at a browser of their own: separate cookies, separate storage. */
export class Person {
  /** Requests for something that the pages must never ask of another site. */
  readonly foreign: string[] = [];
  /** What the browser complained about. */
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
  ) {}

  static async at(browser: Browser, server: { address: string }, scripts = true): Promise<Person> {
    const context = await browser.newContext({ baseURL: server.address, javaScriptEnabled: scripts });
    const page = await context.newPage();
    const person = new Person(page, context);
    page.on("request", (request) => {
      const own = request.url().startsWith(server.address);
      // An EventSource follows the redirect of an expired sign-on; no script can tell it not to.
      if (!own && request.url() !== SIGN_ON) person.foreign.push(request.url());
    });
    page.on("pageerror", (error) => person.complaints.push(error.stack ?? String(error)));
    page.on("console", (message) => {
      if (!/Content Security Policy/.test(message.text())) return;
      const { url, lineNumber, columnNumber } = message.location();
      person.complaints.push(`${url}:${lineNumber}:${columnNumber} ${message.text()}`);
    });
    return person;
  }

  /**
   * Signs in through the interface and goes home. The sign-in page has tests of its own (`account`, `first-run`, and
   * those without scripts); here it would only cost time.
   */
  async enter(login: string): Promise<void> {
    const reply = await this.context.request.post("/api/v1/session", { data: { login, password: PASSWORD } });
    expect(reply, `${login} signs in`).toBeOK();
    await this.page.goto("/");
    await expect(this.page.getByRole("navigation", { name: "Main" })).toBeVisible();
  }

  /** Signs in through the page. */
  async signIn(login: string): Promise<void> {
    await this.page.goto("/sign-in");
    await this.page.getByLabel("Login").fill(login);
    await this.page.getByLabel("Password").fill(PASSWORD);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await expect(this.page.getByRole("navigation", { name: "Main" })).toBeVisible();
  }

  /** The text field of a section. */
  section(title: string) {
    return this.page.getByRole("textbox", { name: title, exact: true });
  }

  /** What stands in a section; the carets of others stand in it as elements of their own. */
  text(title: string): Promise<string | null> {
    return this.section(title).evaluate((node) => {
      const copy = node.cloneNode(true) as HTMLElement;
      for (const caret of copy.querySelectorAll(".caret")) caret.remove();
      return copy.textContent;
    });
  }

  /** Selects words of a section in a way that no caret of others disturbs. */
  async select(section: string, words: string): Promise<void> {
    await this.section(section).evaluate((root, wanted) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const letters: [node: Text, at: number][] = [];
      while (walker.nextNode()) {
        const node = walker.currentNode as Text;
        if (node.parentElement?.closest(".caret")) continue;
        for (let at = 0; at < node.data.length; at += 1) letters.push([node, at]);
      }
      const at = letters.map(([node, place]) => node.data[place]).join("").indexOf(wanted);
      const [first, last] = [letters[at], letters[at + wanted.length - 1]];
      if (!first || !last) throw new Error(`“${wanted}” is not there`);
      (root as HTMLElement).focus();
      document.getSelection()?.setBaseAndExtent(...first, last[0], last[1] + 1);
    }, words);
  }

  /** Opens an article for writing and waits until the text is live. */
  async write(slug: string): Promise<void> {
    await this.page.goto(`/a/${slug}/edit`);
    await expect(this.page.locator("[data-editor][data-ready]")).toBeAttached();
  }

  /** Waits until the state line says that everything is on the server's disk; a letter is seen before that it is not. */
  async saved(): Promise<void> {
    await this.page.evaluate(() => new Promise((go) => requestAnimationFrame(() => setTimeout(go))));
    await expect(this.page.locator("[data-state]")).toHaveText("Saved");
  }

  /** Asks for review of a filled draft; lands on the review. */
  async requestReview(slug: string, summary: string): Promise<string> {
    await this.page.goto(`/a/${slug}/request-review`);
    await this.page.getByLabel("What changed, and why").fill(summary);
    await this.page.getByRole("button", { name: "Request review" }).click();
    await this.page.waitForURL(/\/reviews\//);
    return this.page.url();
  }

  /** Opens what waits for a decision, ticks the checklist, approves. */
  async approve(title: string): Promise<void> {
    await this.page.goto("/");
    await this.page.getByRole("link", { name: `Read and decide on ${title}` }).click();
    for (const box of await this.page.locator("input[type=checkbox]:enabled").all()) await box.check();
    await this.page.getByRole("button", { name: "Approve" }).click();
    await expect(this.page.locator(".notice")).toBeVisible();
  }

  /** Answers the next question of the page with yes. */
  agrees(): void {
    this.page.once("dialog", (question) => question.accept());
  }

  /** Loses the network; a connection that was made again in the same moment is lost as well. */
  async loseNetwork(): Promise<void> {
    await expect(async () => {
      await this.context.setOffline(false);
      await this.context.setOffline(true);
      await expect(this.page.locator("[data-state]")).toHaveText("Offline – kept on this device", { timeout: 5_000 });
    }).toPass({ timeout: 30_000 });
  }

  /** Goes away; nothing was to be complained of. */
  async leave(): Promise<void> {
    await this.expectNoComplaints();
    await this.context.close();
  }

  async expectNoComplaints(): Promise<void> {
    expect(this.complaints).toEqual([]);
    expect(this.foreign).toEqual([]);
  }
}

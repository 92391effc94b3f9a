import { afterEach, expect, test, vi } from "vitest";
import { type Thread, Threads } from "./threads";

afterEach(() => vi.unstubAllGlobals());

const thread = (id: string): Thread => ({
  id,
  article: "a1",
  anchor: { section: "lead", start: "{}", end: "{}", quote: "words" },
  state: "open",
  changed_by: null,
  may_resolve: true,
  comments: [],
});

/** A server that gives these replies one after the other; tells what it was asked. */
function server(...replies: (Response | Error)[]): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string, { method }: RequestInit) => {
    asked.push(`${method} ${address}`);
    const reply = replies.shift();
    if (reply instanceof Response) return reply;
    throw reply;
  });
  return asked;
}

test("threads are fetched page by page, until there is none to come", async () => {
  const asked = server(
    Response.json({ items: [thread("t1")], next: "t1/é" }),
    Response.json({ items: [thread("t2")], next: null }),
  );
  const threads = new Threads("a1", () => undefined);
  await threads.fetch();
  expect(threads.all.map(({ id }) => id)).toEqual(["t1", "t2"]);
  expect(asked).toEqual([
    "GET /api/v1/articles/a1/threads?limit=200",
    "GET /api/v1/articles/a1/threads?limit=200&after=t1%2F%C3%A9",
  ]);
});

test("a refusal is told in the server's words, and silence in ours", async () => {
  const threads = new Threads("a1", () => undefined);
  const refused = { detail: "It is resolved." };
  const asked = server(Response.json(refused, { status: 409 }), new TypeError("no network"));
  const say = () => threads.reply(thread("t1"), { text: "Why?" });
  await expect(say()).rejects.toThrow("It is resolved.");
  await expect(say()).rejects.toThrow("The server does not answer.");
  expect(asked[0]).toBe("POST /api/v1/threads/t1/comments");
});

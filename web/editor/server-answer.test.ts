import { afterEach, expect, test, vi } from "vitest";
import { type Answer, askServer, readAnswer, signedInPerson } from "./server-answer";

const answers: [string, number, string, Answer][] = [
  ["Lectern knows the person", 200, "application/json", "lectern"],
  ["Lectern asks for a new password first", 403, "application/problem+json", "lectern"],
  ["the session has ended", 401, "application/problem+json", "sign-in"],
  ["a proxy refuses", 401, "text/html", "sign-in"],
  ["a proxy refuses in another way", 403, "text/html", "sign-in"],
  ["a proxy shows its sign-in page", 200, "text/html; charset=utf-8", "sign-in"],
  ["a proxy redirects", 302, "", "sign-in"],
  ["the server behind a proxy is down", 502, "text/html", "none"],
  ["the server restarts", 503, "application/problem+json", "none"],
];

test.each(answers)("%s", (_, status, kind, answer) => {
  const headers = new Headers({ "content-type": kind });
  expect(readAnswer({ type: "basic", status, headers })).toBe(answer);
});

test("a redirect that the browser does not follow asks to sign in", () => {
  const headers = new Headers();
  expect(readAnswer({ type: "opaqueredirect", status: 0, headers })).toBe("sign-in");
});

afterEach(() => vi.unstubAllGlobals());

test("without a network there is no answer", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  expect(await askServer()).toBe("none");
});

test("the person who is signed in is known by id, and nobody while signed out", async () => {
  const answer = (status: number) => () =>
    Promise.resolve(Response.json({ id: "ada" }, { status }));
  vi.stubGlobal("fetch", answer(200));
  expect(await signedInPerson()).toBe("ada");
  vi.stubGlobal("fetch", answer(401));
  expect(await signedInPerson()).toBeUndefined();
});

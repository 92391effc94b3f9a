import { afterEach, expect, test, vi } from "vitest";
import { address, request, type Schemas } from "./client";

afterEach(() => vi.unstubAllGlobals());

function server(status: number, told: unknown) {
  const asked = vi.fn<typeof fetch>(async () => Response.json(told, { status }));
  vi.stubGlobal("fetch", asked);
  return asked;
}

test("an address has its parts filled in, and each of them encoded", () => {
  const path = { id: "r1", section: "a/b ü" };
  expect(address("PUT /api/v1/reviews/{id}/seen/{section}", { path })).toBe(
    "/api/v1/reviews/r1/seen/a%2Fb%20%C3%BC",
  );
  expect(address("GET /api/v1/search", { query: { q: "a&b c", limit: 7 } })).toBe(
    "/api/v1/search?q=a%26b+c&limit=7",
  );
  expect(address("GET /api/v1/articles/{id}/writers", { path: { id: "a1" }, query: {} })).toBe(
    "/api/v1/articles/a1/writers",
  );
});

test("a body goes as JSON; without one there is no content type", async () => {
  const asked = server(200, { mathml: "<math/>" });
  const { signal } = new AbortController();
  await request("POST /api/v1/formulas", { body: { latex: "x^2", display: false }, signal });
  await request("DELETE /api/v1/session", {});
  expect(asked.mock.calls).toEqual([
    [
      "/api/v1/formulas",
      {
        method: "POST",
        signal,
        headers: { "content-type": "application/json" },
        body: '{"latex":"x^2","display":false}',
      },
    ],
    ["/api/v1/session", { method: "DELETE", signal: null }],
  ]);
});

test("a refusal is a reply that tells a problem", async () => {
  const problem: Schemas["Problem"] = {
    type: "about:blank",
    title: "Not accepted",
    status: 422,
    detail: "“latex” is no LaTeX.",
  };
  server(422, problem);
  const reply = await request("POST /api/v1/formulas", { body: { latex: "\\frac" } });
  expect(reply.status).toBe(422);
  expect(reply.ok || (await reply.json()).detail).toBe("“latex” is no LaTeX.");
});

// These calls are never made: `tsc` fails when one of them is no error any more.
void [
  // @ts-expect-error No such path.
  () => request("GET /api/v1/serch", { query: { q: "" } }),
  // @ts-expect-error No such method.
  () => request("DELETE /api/v1/search", { query: { q: "" } }),
  // @ts-expect-error A part of the address is missing.
  () => request("GET /api/v1/articles/{id}/suggestions", {}),
  // @ts-expect-error The search takes no `most`.
  () => request("GET /api/v1/search", { query: { q: "", most: 7 } }),
  // @ts-expect-error A body is missing.
  () => request("POST /api/v1/formulas", {}),
  // @ts-expect-error A formula has no `tex`.
  () => request("POST /api/v1/formulas", { body: { tex: "x^2" } }),
  // @ts-expect-error A search has no body.
  () => request("GET /api/v1/search", { query: { q: "" }, body: {} }),
  async () => {
    const reply = await request("POST /api/v1/formulas", { body: { latex: "x^2" } });
    // @ts-expect-error It may be a problem.
    return (await reply.json()).mathml;
  },
];

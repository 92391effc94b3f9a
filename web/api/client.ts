/** Requests to the JSON interface, checked against its description in `schemas/openapi.json`. */

import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A method and a path that the description has, such as `GET /api/v1/search`. */
export type Route = {
  [P in keyof paths]: {
    [M in Method]: paths[P] extends Record<Lowercase<M>, object> ? `${M} ${P}` : never;
  }[Method];
}[keyof paths];

type Operation<R extends Route> =
  R extends `${infer M extends Method} ${infer P extends keyof paths}`
    ? paths[P] extends Record<Lowercase<M>, infer O>
      ? O
      : never
    : never;

/** What the address of a route needs. */
type Target<R extends Route> =
  Operation<R> extends { parameters: infer P extends { path?: unknown; query?: unknown } }
    ? Pick<P, "path" | "query">
    : never;

type RequestBody<R extends Route> =
  Operation<R> extends { requestBody: { content: { "application/json": infer B } } }
    ? { body: B }
    : { body?: never };

type Json<T> = T extends { content: { "application/json": infer B } } ? B : never;

/** What a route replies when all goes well. */
export type Result<R extends Route> =
  Operation<R> extends { responses: infer S } ? Json<S[keyof S & (200 | 201)]> : never;

/**
 * A `Response` whose JSON has a type. The description names few failures; the server tells all of them
 * as problems.
 */
export type Reply<T> =
  | { ok: true; status: number; json(): Promise<T> }
  | { ok: false; status: number; json(): Promise<Schemas["Problem"]> };

/** What the requests of all routes have in common. */
interface Common {
  path?: object;
  query?: object;
  body?: unknown;
  signal?: AbortSignal;
}

/** The address of a route, for a request that `fetch` cannot make. */
export function address<R extends Route>(route: R, given: Target<R> & Common): string {
  const { path = {}, query = {} } = given;
  const parts = new Map<string, string | number>(Object.entries(path));
  const [, pattern = ""] = route.split(" ");
  const filled = pattern.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(parts.get(name) ?? ""),
  );
  const asked = String(new URLSearchParams(Object.entries(query)));
  return asked ? `${filled}?${asked}` : filled;
}

/** Sends a request, its body as JSON; fails only when no reply comes. */
export function request<R extends Route>(
  route: R,
  given: Target<R> & RequestBody<R> & Common,
): Promise<Reply<Result<R>>> {
  const { body, signal = null } = given;
  const [method = ""] = route.split(" ");
  const headers = { "content-type": "application/json" };
  const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) };
  return fetch(address(route, given), { method, signal, ...sent });
}

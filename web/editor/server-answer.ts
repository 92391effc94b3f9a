/** Why a connection fails: whether Lectern answers requests, or whether one has to sign in first. */

export type Answer = "lectern" | "sign-in" | "none";

/** How long an answer may take, in milliseconds. */
const PATIENCE = 10_000;

/** Asks for something that is always there for a person who is signed in. */
export async function askServer(): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    return readAnswer(await fetch("/api/v1/me", { cache: "no-store", redirect: "manual", signal }));
  } catch {
    return "none";
  }
}

/** The id of the person who is signed in on this device, or `undefined` while nobody is or no answer comes. */
export async function signedInPerson(): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const reply = await fetch("/api/v1/me", { cache: "no-store", redirect: "manual", signal });
    return reply.ok && readAnswer(reply) === "lectern" ? (await reply.json()).id : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads what an answer says. An organisation's sign-on that has expired answers in Lectern's place: with a redirect,
 * with 401 or 403, or with a sign-in page. Lectern itself answers this request with JSON and never redirects it.
 */
export function readAnswer(reply: Pick<Response, "type" | "status" | "headers">): Answer {
  if (reply.type === "opaqueredirect") return "sign-in";
  if (reply.status >= 300 && reply.status < 400) return "sign-in";
  if (reply.status === 401) return "sign-in";
  if (reply.status >= 500 || reply.status === 407 || reply.status === 429) return "none";
  return /[/+]json\b/i.test(reply.headers.get("content-type") ?? "") ? "lectern" : "sign-in";
}

/**
 * Keeps the writing pages that were visited, and what they are made of, so that they open without network; the
 * text itself is kept by the page (IndexedDB). While the server answers, the server decides what is shown.
 */

/** The parts of the writing page; the server puts this line before the script. */
declare const PARTS: string[];

const worker = self as unknown as ServiceWorkerGlobalScope;

/** Pages that were visited. They hold text, so they go when somebody signs in or out. */
const PAGES = "pages";
/** Parts of the build; another build has other parts, and so another name. */
const BUILD = `parts ${PARTS.join(" ")}`;

const isWritingPage = (path: string) => /^\/a\/[^/]+\/edit$/.test(path);

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(BUILD).then(async (parts) => {
      await parts.addAll(PARTS);
      await worker.skipWaiting();
    }),
  );
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(settle());
});

/**
 * Fetches pages anew, as they name the parts of their build, and lets the parts of other builds go; these stay
 * while a page that needs them could not be fetched.
 */
async function settle(): Promise<void> {
  await worker.clients.claim();
  const open = await worker.clients.matchAll({ type: "window" });
  const pages = await caches.open(PAGES);
  const kept = await pages.keys();
  const paths = new Set([...open, ...kept].map(({ url }) => new URL(url).pathname));
  const fetched = [...paths].filter(isWritingPage).map(async (path) => {
    await keep(path, await fetch(path, { redirect: "manual" }));
  });
  await Promise.all(fetched);
  for (const name of await caches.keys())
    if (name.startsWith("parts ") && name !== BUILD) await caches.delete(name);
}

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== worker.location.origin) return;
  if (request.method === "POST" && ["/sign-in", "/sign-out"].includes(pathname))
    event.waitUntil(caches.delete(PAGES));
  if (request.method !== "GET") return;
  if (pathname.startsWith("/assets/")) event.respondWith(part(request));
  else if (request.mode === "navigate") event.respondWith(page(event, pathname));
});

/** A part has its content's hash in its name and never changes. */
async function part(request: Request): Promise<Response> {
  const known = await caches.match(request);
  if (known) return known;
  const reply = await fetch(request);
  if (reply.ok) await (await caches.open(BUILD)).put(request, reply.clone());
  return reply;
}

async function page(event: FetchEvent, path: string): Promise<Response> {
  try {
    const reply = await fetch(event.request);
    if (isWritingPage(path)) event.waitUntil(keep(path, reply.clone()));
    return reply;
  } catch (why) {
    const known = await (await caches.open(PAGES)).match(path);
    if (known) return known;
    if (why instanceof TypeError) return unreachable();
    throw why;
  }
}

/** Keeps a page; one that the server shows no more, or not to this person, is let go. */
async function keep(path: string, reply: Response): Promise<void> {
  const pages = await caches.open(PAGES);
  if (reply.ok && !reply.redirected) await pages.put(path, reply);
  else if (reply.status < 500) await pages.delete(path);
}

/** What there is to do without the server. */
async function unreachable(): Promise<Response> {
  const pages = await caches.open(PAGES);
  const kept: string[] = [];
  for (const request of await pages.keys()) {
    const text = await (await pages.match(request))?.text();
    const title = /<title>(.*?) \(draft\)/s.exec(text ?? "")?.[1];
    const path = new URL(request.url).pathname;
    // Both come from the server, which escapes them.
    if (title) kept.push(`<li><a href="${path}">${title}</a></li>`);
  }
  const drafts =
    kept.length > 0
      ? `<p>These drafts are kept on this device. You can write in them; it will be saved when Lectern is within reach again.</p><ul>${kept.join("")}</ul>`
      : "<p>No draft is kept on this device.</p>";
  const styles = PARTS.filter((name) => name.endsWith(".css")).map(
    (name) => `<link rel="stylesheet" href="${name}">`,
  );
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Lectern cannot be reached</title>${styles.join("")}</head><body><main id="main" class="page narrow"><div class="page-head"><h1>Lectern cannot be reached</h1></div><p>The network or the server is away. Nothing is lost.</p>${drafts}<p class="actions"><a class="button" href="">Try again</a></p></main></body></html>`;
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  return new Response(body, { status: 503, headers });
}

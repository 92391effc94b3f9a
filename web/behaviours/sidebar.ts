/**
 * The sidebar: branches load when they are opened, groups stay as they were left, the current article is in
 * sight, it collapses without a reload, and those who may order a module's articles drag them – or move them
 * with Alt and the arrow keys.
 *
 * Without scripts a branch leads to its module's page, and the form collapses the sidebar.
 */

import { request } from "../api/client";
import { onKey } from "./keys";

/** The groups that somebody closed, by name. */
const CLOSED = "lectern.sidebar.closed";

export function sidebar(page: Document): void {
  const side = page.querySelector<HTMLElement>("#sidebar");
  if (!side) return;
  for (const branch of side.querySelectorAll<HTMLDetailsElement>("details[data-branch]"))
    branch.addEventListener("toggle", () => load(branch));
  remember(side);
  collapse(page, side);
  for (const list of side.querySelectorAll<HTMLElement>("[data-order]")) orderable(list);
  const current = side.querySelector<HTMLElement>(".leaves [aria-current]");
  current?.scrollIntoView({ block: "nearest", behavior: "instant" });
  side.addEventListener("toggle", () => current?.scrollIntoView({ block: "nearest" }));
}

/** Fills a branch the first time it is opened. A failure leaves the link to the module's page. */
async function load(branch: HTMLDetailsElement): Promise<void> {
  const address = branch.dataset.branch;
  if (!branch.open || !address) return;
  delete branch.dataset.branch;
  try {
    const reply = await fetch(address, { headers: { accept: "text/html" } });
    if (!reply.ok || reply.redirected) return;
    const part = new DOMParser().parseFromString(await reply.text(), "text/html");
    const list = part.querySelector<HTMLElement>(".leaves");
    if (!list) return;
    branch.querySelector(".leaves")?.replaceWith(list);
    if (list.dataset.order) orderable(list);
  } catch {
    // Offline: opening it again tries again.
    branch.dataset.branch = address;
  }
}

/** Keeps groups open or closed on this device. */
function remember(side: HTMLElement): void {
  const closed = new Set(stored());
  for (const group of side.querySelectorAll<HTMLDetailsElement>("details[data-remember]")) {
    const name = group.dataset.remember ?? "";
    group.open = !closed.has(name);
    group.addEventListener("toggle", () => {
      if (group.open) closed.delete(name);
      else closed.add(name);
      try {
        localStorage.setItem(CLOSED, JSON.stringify([...closed]));
      } catch {
        // Storage is full or forbidden; the group stays as it is until the next page.
      }
    });
  }
}

function stored(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(CLOSED) ?? "[]");
    return Array.isArray(found) ? found.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}

/** Collapses the sidebar at once; the form stores it for the next page. */
function collapse(page: Document, side: HTMLElement): void {
  const form = side.querySelector<HTMLFormElement>("form[data-collapse]");
  form?.addEventListener("submit", async (event) => {
    const button = form.querySelector("button");
    if (!button) return;
    event.preventDefault();
    const wanted = button.value;
    const sent = new URLSearchParams({ sidebar: wanted, back: "/shortcuts" });
    const collapsed = wanted === "collapsed";
    page.body.classList.toggle("collapsed", collapsed);
    button.value = collapsed ? "open" : "collapsed";
    button.setAttribute("aria-label", collapsed ? "Show the sidebar" : "Collapse the sidebar");
    // The state of this page is right even if it cannot be stored.
    const request = { method: "POST", body: sent, redirect: "manual", keepalive: true } as const;
    await fetch(form.action, request).catch(() => {});
  });
}

/** Lets the articles of a module be put in order. */
function orderable(list: HTMLElement): void {
  const module = list.dataset.order ?? "";
  let dragged: HTMLElement | undefined;
  const rows = () => [...list.querySelectorAll<HTMLElement>("li[data-article]")];
  const clear = () => {
    for (const row of rows()) row.classList.remove("drop-before", "drop-after", "dragged");
  };
  for (const row of rows()) row.draggable = true;
  list.addEventListener("dragstart", (event) => {
    dragged = rowOf(event);
    dragged?.classList.add("dragged");
    event.dataTransfer?.setData("text/plain", dragged?.textContent?.trim() ?? "");
  });
  list.addEventListener("dragend", () => {
    clear();
    dragged = undefined;
  });
  list.addEventListener("dragover", (event) => {
    const over = rowOf(event);
    if (!dragged || !over) return;
    event.preventDefault();
    for (const row of rows()) row.classList.remove("drop-before", "drop-after");
    if (over !== dragged) over.classList.add(isBefore(over, event) ? "drop-before" : "drop-after");
  });
  list.addEventListener("drop", (event) => {
    const over = rowOf(event);
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const moved = dragged;
    clear();
    place(list, module, moved, isBefore(over, event) ? previous(over) : over);
  });
  onKey(list, (event) => {
    const row = rowOf(event);
    if (!event.altKey || !row) return;
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    const all = rows();
    const at = all.indexOf(row);
    if (event.key === "ArrowUp" && at > 0) place(list, module, row, all[at - 2]);
    if (event.key === "ArrowDown" && at + 1 < all.length) place(list, module, row, all[at + 1]);
    row.querySelector("a")?.focus();
  });
}

function rowOf({ target }: Event): HTMLElement | undefined {
  const row = target instanceof Element ? target.closest<HTMLElement>("li[data-article]") : null;
  return row ?? undefined;
}

function isBefore(row: HTMLElement, { clientY }: DragEvent): boolean {
  const { top, height } = row.getBoundingClientRect();
  return clientY < top + height / 2;
}

function previous(row: HTMLElement): HTMLElement | undefined {
  const before = row.previousElementSibling;
  return before instanceof HTMLElement && before.dataset.article ? before : undefined;
}

/** Moves a row after another one, or to the front, here and on the server; puts it back if refused. */
async function place(
  list: HTMLElement,
  module: string,
  row: HTMLElement,
  after: HTMLElement | undefined,
): Promise<void> {
  const next = row.nextSibling;
  if (after) after.after(row);
  else list.querySelector("li[data-article]")?.before(row);
  const body = { article: row.dataset.article ?? "", after: after?.dataset.article ?? null };
  const path = { id: module };
  const reply = await request("PATCH /api/v1/modules/{id}/order", { path, body }).catch(() => null);
  if (!reply?.ok) list.insertBefore(row, next);
}

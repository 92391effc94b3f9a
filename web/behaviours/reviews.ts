/** Looking at what changed has keys and buttons of its own, loaded where there is any. */
export function reviews(page: Document): void {
  const text = page.querySelector<HTMLElement>("[data-review]");
  if (text) void import("./review").then(({ connect }) => connect(text));
}

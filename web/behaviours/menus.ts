/** Closes an open menu with Escape or a click beside it. */

import { onKey } from "./keys";

export function menus(page: Document): void {
  const open = () => page.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]");
  page.addEventListener("click", ({ target }) => {
    for (const menu of open())
      if (target instanceof Node && !menu.contains(target)) menu.open = false;
  });
  onKey(page, ({ key }) => {
    if (key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}

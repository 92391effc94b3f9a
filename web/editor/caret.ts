/** How another person's caret and selection look. Colours are set through CSSOM: pages allow no inline styles. */

interface User {
  id?: string;
  name?: string;
  color?: string;
}

export function caret(user: User): HTMLElement {
  const mark = document.createElement("span");
  mark.className = "caret";
  mark.dataset.person = user.id ?? "";
  mark.style.setProperty("--person", user.color ?? "");
  const name = document.createElement("span");
  name.className = "caret-name";
  name.textContent = user.name ?? "";
  // Word joiners keep the caret on the line of the text before it.
  mark.append("\u2060", name, "\u2060");
  return mark;
}

export function selection(user: User): { class: string; style: string } {
  return { class: "caret-selection", style: `--person: ${user.color ?? "currentColor"}` };
}

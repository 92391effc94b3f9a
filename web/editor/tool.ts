import type { Action } from "./actions";
import { draw } from "./icon";

/** A button for what can be done with the text; the caret stays where it is. */
export function tool(
  { name, icon, keys }: Pick<Action, "name" | "icon" | "keys">,
  run: () => void,
): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tool";
  button.title = keys ? `${name} (${keys})` : name;
  button.setAttribute("aria-label", name);
  button.append(draw(icon));
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", run);
  return button;
}

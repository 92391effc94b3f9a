/** The bar beside a suggestion: whose it is, and what becomes of it. */

import type { Part } from "../bubble-parts";
import type { Names } from "./names";
import { decide, suggestionAt } from "./suggesting";

export function suggestionPart(names: Names, self: string, mayDecide: () => boolean): Part {
  const about = (found: ReturnType<typeof suggestionAt>) =>
    found ? `${found.id} ${found.kind} ${names.of(found.person).name}` : "";
  return {
    label: "Suggestion",
    fits: ({ state }) => state.selection.empty && suggestionAt(state) !== undefined,
    range: ({ state }) => suggestionAt(state) ?? state.selection,
    placement: "bottom",
    about: ({ state }) => about(suggestionAt(state)),
    draw: (editor, back) => {
      const here = suggestionAt(editor.state);
      const words = document.createElement("span");
      words.className = "who";
      const own = here?.person === self;
      words.textContent = own
        ? "Your suggestion"
        : `${names.of(here?.person ?? "").name} suggests this`;
      const act = (name: string, accept: boolean) => {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "button small", textContent: name });
        button.addEventListener("click", () => {
          decide(
            editor.view,
            accept,
            ({ id, person }) => id === here?.id && person === here.person,
          );
          back();
        });
        return button;
      };
      const controls: Node[] = [words];
      if (mayDecide()) controls.push(act("Accept", true), act("Reject", false));
      else if (own) controls.push(act("Withdraw", false));
      return { controls };
    },
  };
}

/** Shows which part of a file goes where, before anything changes. */

import { DOMSerializer, type Fragment, type Schema } from "@tiptap/pm/model";
import { MARK } from "../paste/clean";
import { matched, type Target } from "./parts";
import type { Read } from "./read";

export interface Choice {
  /** The section; nothing leaves the part out. */
  key: string | undefined;
  /** Whether it takes the place of what stands there. */
  replace: boolean;
  /** Whether its heading comes along. */
  heading: boolean;
}

export interface Choices {
  title: string | undefined;
  parts: Choice[];
}

interface Place extends Target {
  filled: boolean;
}

/** Asks what to do with each part; nothing when it is called off. */
export function preview(
  name: string,
  read: Read,
  places: Place[],
  schema: Schema,
): Promise<Choices | undefined> {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog import";
  dialog.setAttribute("aria-labelledby", "import-title");
  const form = document.createElement("form");
  form.method = "dialog";
  const head = document.createElement("h2");
  head.id = "import-title";
  head.textContent = `Import ${name}`;
  form.append(head, ...losses(read.lost));
  const title = document.createElement("input");
  if (read.title) form.append(check(title, `Use “${read.title}” as the title of the article`));
  const guesses = matched(
    read.parts.map((part) => ({ ...part, html: "" })),
    places,
  );
  const list = document.createElement("ol");
  list.className = "parts";
  const rows = read.parts.map((part, index) => {
    const guess = guesses[index] ?? { key: "", found: false };
    return row(part, guess, places, schema);
  });
  list.append(...rows.map(({ item }) => item));
  const actions = document.createElement("div");
  actions.className = "actions";
  for (const [words, kind, value] of [
    ["Import", "button primary", "import"],
    ["Cancel", "button", ""],
  ] as const) {
    const button = document.createElement("button");
    Object.assign(button, { type: "submit", textContent: words, className: kind, value });
    actions.append(button);
  }
  form.append(list, actions);
  dialog.append(form);
  document.querySelector("main")?.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const parts = rows.map(({ choice }) => choice());
      const chosen = { title: title.checked ? read.title : undefined, parts };
      resolve(dialog.returnValue === "import" ? chosen : undefined);
      dialog.remove();
    });
  });
}

function row(
  part: Read["parts"][number],
  guess: { key: string; found: boolean },
  places: Place[],
  schema: Schema,
): { item: HTMLElement; choice: () => Choice } {
  const item = document.createElement("li");
  const named = part.title || "The beginning";
  const title = document.createElement("h3");
  title.textContent = named;
  const target = document.createElement("select");
  target.className = "select small";
  target.setAttribute("aria-label", `Where “${named}” goes`);
  target.append(...places.map((place) => new Option(place.title, place.key)));
  target.append(new Option("Leave out", ""));
  target.value = guess.key;
  const way = document.createElement("select");
  way.className = "select small";
  way.setAttribute("aria-label", `How “${named}” goes there`);
  way.append(new Option("Below what stands there", "add"), new Option("In its place", "replace"));
  const show = () => {
    way.hidden = !places.find(({ key }) => key === target.value)?.filled;
    item.classList.toggle("left-out", target.value === "");
  };
  target.addEventListener("change", show);
  show();
  const head = document.createElement("div");
  head.className = "part-head";
  head.append(title, "→", target, way);
  const view = document.createElement("div");
  view.className = "part-view article prose";
  view.tabIndex = 0;
  view.setAttribute("role", "group");
  view.setAttribute("aria-label", `How “${named}” will look`);
  view.append(drawn(part.content, schema, part.pictures.length));
  item.append(head, ...losses(part.lost), view);
  const choice = () => ({
    key: target.value || undefined,
    replace: !way.hidden && way.value === "replace",
    heading: part.title !== "" && !(guess.found && target.value === guess.key),
  });
  return { item, choice };
}

function drawn(content: Fragment, schema: Schema, pictures: number): Node {
  const drawn = DOMSerializer.fromSchema(schema).serializeFragment(content);
  if (pictures === 0) return drawn;
  const walker = document.createTreeWalker(drawn, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode as Text;
    text.data = text.data.replace(MARK, "[picture]");
  }
  return drawn;
}

function losses(lost: string[]): HTMLElement[] {
  if (lost.length === 0) return [];
  const told = document.createElement("p");
  told.className = "quiet lost";
  told.textContent = lost.join(" ");
  return [told];
}

function check(input: HTMLInputElement, words: string): HTMLElement {
  const label = document.createElement("label");
  label.className = "filter";
  input.type = "checkbox";
  label.append(input, ` ${words}`);
  return label;
}

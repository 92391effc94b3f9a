/** Who is here, and in which section; a click on somebody follows their caret. */

import type { Awareness } from "y-protocols/awareness";
import type { Person, SectionInfo } from "./config";
import { Follower } from "./follow";

export interface State {
  user?: Partial<Person>;
  section?: string;
}

export interface Present {
  id: string;
  name: string;
  color: string;
  section: string | undefined;
}

/** The colours of `Person::color` in `src/identity/person.rs`: dark enough for white text. */
const COLORS = [
  "#2f6f9f",
  "#9c4221",
  "#4c7a34",
  "#7b3f99",
  "#a3365c",
  "#2c7a7b",
  "#8a6116",
  "#4453b0",
  "#5f6b1e",
  "#a13d3d",
];

/**
 * The colour of each person present, by id: their own, or a free one where somebody else has it. Every screen
 * comes to the same result. Colours repeat only when there are more people than colours.
 */
export function colors(states: Iterable<State>): Map<string, string> {
  const own = new Map<string, string>();
  for (const { user } of states) if (user?.id) own.set(user.id, user.color ?? "#666666");
  const taken = new Set<string>();
  const chosen = new Map<string, string>();
  for (const [id, color] of [...own].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const free = taken.has(color) ? COLORS.find((other) => !taken.has(other)) : color;
    chosen.set(id, free ?? color);
    taken.add(free ?? color);
  }
  return chosen;
}

/** Folds a person's tabs and devices into one entry. */
export function present(states: Iterable<State>, self: string): Present[] {
  const people = new Map<string, Present>();
  const all = [...states];
  const colored = colors(all);
  for (const { user, section } of all) {
    if (!user?.id || !user.name) continue;
    const known = people.get(user.id);
    const { id, name } = user;
    const color = colored.get(id) ?? "#666666";
    people.set(id, { id, name, color, section: section ?? known?.section });
  }
  const byName = (a: Present, b: Present) => a.name.localeCompare(b.name);
  return [...people.values()].sort((a, b) => {
    const own = Number(b.id === self) - Number(a.id === self);
    return own || byName(a, b);
  });
}

export function initials(name: string): string {
  const parts = name.split(/\s+/).filter(Boolean);
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : undefined];
  return letters
    .map((part) => (part ? [...part][0] : ""))
    .join("")
    .toUpperCase();
}

export function showPeople(
  list: HTMLElement,
  awareness: Awareness,
  sections: SectionInfo[],
  self: string,
): void {
  const titles = new Map(sections.map(({ key, title }) => [key, title]));
  let shown = "";
  const show = () => {
    const states = [...awareness.getStates().values()] as State[];
    const focused = list.querySelector<HTMLElement>(":focus")?.dataset.follow;
    const people = present(states, self);
    if (follower.followed && !people.some(({ id }) => id === follower.followed))
      follower.follow(undefined);
    // Every letter moves a caret; who is here and where changes seldom.
    const now = JSON.stringify([people, follower.followed]);
    if (now === shown) return;
    shown = now;
    list.replaceChildren(...people.map((person) => entry(person, titles, self, follower)));
    for (const { key } of sections) showWhere(key, people, self);
    if (focused) list.querySelector<HTMLElement>(`[data-follow="${CSS.escape(focused)}"]`)?.focus();
  };
  const follower = new Follower(awareness, () => show());
  awareness.on("change", show);
  show();
}

/** The others who are in a section, beside its title; a screen reader has it from the list of all. */
function showWhere(key: string, people: Present[], self: string): void {
  const heading = document.querySelector(`[data-section="${CSS.escape(key)}"] > h2`);
  const there = people.filter(({ id, section }) => id !== self && section === key);
  const known = heading?.parentElement?.querySelector(":scope > .here");
  if (there.length === 0) known?.remove();
  if (!heading || there.length === 0) return;
  const place = known ?? document.createElement("p");
  place.className = "here";
  place.ariaHidden = "true";
  place.replaceChildren(
    ...there.map(({ name, color }) => {
      const face = document.createElement("span");
      face.className = "face";
      face.style.setProperty("--person", color);
      face.title = `${name} is here`;
      face.textContent = initials(name);
      return face;
    }),
  );
  if (!known) heading.before(place);
}

function entry(
  person: Present,
  titles: Map<string, string>,
  self: string,
  follower: Follower,
): HTMLElement {
  const item = document.createElement("li");
  const where = person.section ? titles.get(person.section) : undefined;
  const who = person.id === self ? `${person.name} (you)` : person.name;
  const face = document.createElement(person.id === self ? "span" : "button");
  const followed = follower.followed === person.id;
  const said = where ? `${who}, in ${where}` : who;
  face.className = "face";
  face.style.setProperty("--person", person.color);
  face.title = followed ? `${said}. You follow; Esc ends it` : said;
  if (face instanceof HTMLButtonElement) {
    face.type = "button";
    face.dataset.follow = person.id;
    face.setAttribute("aria-pressed", String(followed));
    face.addEventListener("click", () => follower.follow(followed ? undefined : person.id));
  }
  const letters = document.createElement("span");
  letters.setAttribute("aria-hidden", "true");
  letters.textContent = initials(person.name);
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.textContent = face.title;
  face.append(letters, spoken);
  item.append(face);
  return item;
}

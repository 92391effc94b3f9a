/** The language that the article is written in: for the spelling, for hyphens, and for whoever has it read aloud. */

import type * as Y from "yjs";
import names from "../../schemas/languages.json";

/** The key of the field that says it. */
export const LANGUAGE = "language";

const known: Record<string, string[]> = names;

/** What to call the languages in English. */
export const languageNames = Object.values(known).flatMap(([name]) => name ?? []);

/** The tag for the name of a language, or for a tag; the server knows the same ones. */
export function languageTag(value: string): string | undefined {
  const wanted = value.trim().toLowerCase();
  const named = Object.entries(known).find(([, names]) =>
    names.some((name) => name.toLowerCase() === wanted),
  );
  if (named) return named[0];
  return /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(value.trim()) ? value.trim() : undefined;
}

/** Says it of the places where the article's words stand. */
export function speak(places: Iterable<HTMLElement>, fields: Y.Map<string>): void {
  const all = [...places];
  const say = () => {
    const tag = languageTag(fields.get(LANGUAGE) ?? "");
    for (const place of all) {
      if (tag) place.lang = tag;
      else place.removeAttribute("lang");
    }
  };
  fields.observe(say);
  say();
}

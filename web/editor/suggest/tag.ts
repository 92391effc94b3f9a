/** Whose a suggestion is: `<suggestion> <person>`, as the schema says. */

import type { Mark, Node } from "@tiptap/pm/model";

export const INSERTED = "inserted";
export const DELETED = "deleted";
export const CHANGED = "changed";

export type Kind = typeof INSERTED | typeof DELETED | typeof CHANGED;

export interface Tag {
  id: string;
  person: string;
}

export function readTag(text: unknown): Tag | undefined {
  if (typeof text !== "string") return undefined;
  const [id = "", person = ""] = text.split(" ");
  return { id, person };
}

export function newTag(person: string): string {
  return `${crypto.randomUUID()} ${person}`;
}

export const isSuggestion = (mark: Mark) => [INSERTED, DELETED, CHANGED].includes(mark.type.name);

/** The tag that text or a node carries. */
export function tagOn(node: Node, kind: Kind): string | undefined {
  if (!node.isText) return node.attrs[kind] ?? undefined;
  return node.marks.find(({ type }) => type.name === kind)?.attrs.tag;
}

/** What text looks like, without what is suggested about it. */
export function looks(marks: readonly Mark[]): Record<string, unknown> {
  const plain = marks.filter((mark) => !isSuggestion(mark));
  const named = plain.map(({ type, attrs }): [string, unknown] => [type.name, attrs]);
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

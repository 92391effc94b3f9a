/**
 * What the server tells the writing page about the draft.
 *
 * Written by hand: the page carries it (`Handover` in `src/http/article/page/edit.rs`), and
 * `schemas/openapi.json` does not describe it.
 */

export interface Length {
  min: number;
  /** None when the length is open-ended. */
  max?: number;
  unit: "words" | "items";
}

export interface SectionInfo {
  key: string;
  title: string;
  guidance: string;
  example: string | null;
  required: boolean;
  length: Length | null;
}

export interface FieldInfo {
  key: string;
  title: string;
  kind: "text" | "list" | "date" | "flag" | "number" | "person";
  /** The only answers possible; none when any will do. */
  choices: string[];
  /** The value that every article of the template has. */
  fixed: string | null;
}

export interface Person {
  id: string;
  name: string;
  color: string;
}

export interface DraftConfig {
  article: string;
  slug: string;
  title: string;
  collab: string;
  schema_version: number;
  person: Person;
  read_only: boolean;
  /** Whether this person suggests changes and cannot make them. */
  suggest: boolean;
  /** The largest file that the server takes, in bytes. */
  file_limit: number;
  sections: SectionInfo[];
  fields: FieldInfo[];
}

/** Reads the configuration that stands in the page. */
export function readConfig(page: Document): DraftConfig {
  const text = page.getElementById("draft")?.textContent;
  if (!text) throw new Error("the page holds no draft");
  return JSON.parse(text) as DraftConfig;
}

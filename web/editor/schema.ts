/** The document's schema, read from the file that the server reads too. */

import type { NodeConfig } from "@tiptap/core";
import schema from "../../schemas/document.json";

interface AttributeSpec {
  default?: unknown;
  required?: boolean;
}

interface NodeSpec {
  content: string;
  group: string | null;
  inline: boolean;
  marks?: string;
  code?: boolean;
  defining?: boolean;
  isolating?: boolean;
  atom?: boolean;
  attrs: Record<string, AttributeSpec>;
}

interface MarkSpec {
  excludes: string;
  inclusive: boolean;
  code?: boolean;
  attrs: Record<string, AttributeSpec>;
}

export const version = schema.version;
/** Every node but the section itself and text says what is suggested about it. */
export const nodes: Record<string, NodeSpec> = Object.fromEntries(
  Object.entries<NodeSpec>(schema.nodes).map(([name, spec]) => {
    const attrs = { ...spec.attrs, ...schema.everywhere };
    return [name, name === "doc" || name === "text" ? spec : { ...spec, attrs }];
  }),
);
export const marks: Record<string, MarkSpec> = schema.marks;

/** Reads one attribute from the HTML element that stands for a node. */
export type Reader = (element: HTMLElement) => unknown;

function attributes(specs: Record<string, AttributeSpec>, readers: Record<string, Reader>) {
  const named = Object.entries(specs).map(([name, spec]) => {
    const read = readers[name] ?? ((element: HTMLElement) => element.getAttribute(`data-${name}`));
    const parseHTML = (element: HTMLElement) => read(element) ?? spec.default ?? null;
    // What is typed behind something that is to go does not go with it.
    const keepOnSplit = name !== "deleted";
    return [
      name,
      { default: spec.default ?? null, rendered: false, keepOnSplit, parseHTML },
    ] as const;
  });
  return Object.fromEntries(named);
}

/** Returns the part of a Tiptap node that the schema file decides. */
export function nodeOf(
  name: string,
  readers: Record<string, Reader> = {},
): Partial<NodeConfig> & { name: string } {
  const spec = nodes[name];
  if (!spec) throw new Error(`the schema knows no node ${name}`);
  return {
    name,
    ...(spec.content && { content: spec.content }),
    ...(spec.group && { group: spec.group }),
    ...(spec.marks !== undefined && { marks: spec.marks }),
    inline: spec.inline,
    code: spec.code ?? false,
    defining: spec.defining ?? false,
    isolating: spec.isolating ?? false,
    atom: spec.atom ?? false,
    addAttributes: () => attributes(spec.attrs, readers),
  };
}

/** Returns the part of a Tiptap mark that the schema file decides. */
export function markOf(name: string, readers: Record<string, Reader> = {}) {
  const spec = marks[name];
  if (!spec) throw new Error(`the schema knows no mark ${name}`);
  return {
    name,
    excludes: spec.excludes,
    inclusive: spec.inclusive,
    code: spec.code ?? false,
    addAttributes: () => attributes(spec.attrs, readers),
  };
}

/** Footnotes that come into a section: their labels are free there, and their words stand at its end. */

import { Fragment, type Node } from "@tiptap/pm/model";

const REFERENCE = "footnoteReference";
const DEFINITION = "footnoteDefinition";

/** Content with labels that a text does not have; the same content where none is taken. */
export function freed(content: Fragment, doc: Node): Fragment {
  const taken = new Set<string>();
  const collect = (into: Set<string>) => (node: Node) => {
    if (node.type.name === REFERENCE || node.type.name === DEFINITION)
      into.add(String(node.attrs.label));
  };
  doc.descendants(collect(taken));
  const own = new Set<string>();
  content.descendants(collect(own));
  const names = new Map<string, string>();
  let next = 1;
  for (const label of own) {
    if (!taken.has(label)) continue;
    while (taken.has(String(next)) || own.has(String(next))) next += 1;
    names.set(label, String(next));
    taken.add(String(next));
  }
  return names.size === 0 ? content : renamed(content, names);
}

function renamed(content: Fragment, names: Map<string, string>): Fragment {
  return Fragment.fromArray(
    content.content.map((node) => {
      if (node.isText) return node;
      const label = names.get(String(node.attrs.label));
      const isNote = node.type.name === REFERENCE || node.type.name === DEFINITION;
      const attributes = isNote && label ? { ...node.attrs, label } : node.attrs;
      return node.type.create(attributes, renamed(node.content, names), node.marks);
    }),
  );
}

/** The blocks of a content, and its notes apart from them. */
export function apart(content: Fragment): { blocks: Fragment; notes: Node[] } {
  const notes = content.content.filter(({ type }) => type.name === DEFINITION);
  const blocks = content.content.filter(({ type }) => type.name !== DEFINITION);
  return { blocks: Fragment.fromArray(blocks), notes };
}

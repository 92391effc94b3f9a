/** Accepting and rejecting: what becomes of a document when suggestions are decided on. */

import { Fragment, type Mark, type Node } from "@tiptap/pm/model";
import {
  CHANGED,
  DELETED,
  INSERTED,
  isSuggestion,
  type Kind,
  readTag,
  type Tag,
  tagOn,
} from "./tag";

/** A place at which something is suggested. */
export interface Found extends Tag {
  kind: Kind;
  from: number;
  to: number;
  /** A block or something in a line, rather than text. */
  node: boolean;
  text: string;
}

/** Finds what is suggested in a range, in order; what is within a suggested block goes with the block. */
export function found(doc: Node, start = 0, end = doc.content.size): Found[] {
  const out: Found[] = [];
  doc.nodesBetween(start, end, (node, at) => {
    let whole = false;
    for (const kind of [INSERTED, DELETED, CHANGED] as const) {
      const tag = readTag(tagOn(node, kind));
      if (!tag) continue;
      whole = !node.isText;
      const [to, text] = [at + node.nodeSize, node.textContent];
      out.push({ ...tag, kind, from: at, to, node: !node.isText, text });
    }
    return !whole;
  });
  return out;
}

/** The document once the chosen suggestions are accepted or rejected. */
export function decided(doc: Node, accept: boolean, chosen: (tag: Tag) => boolean): Node {
  const is = (node: Node, kind: Kind) => {
    const tag = readTag(tagOn(node, kind));
    return tag !== undefined && chosen(tag);
  };
  const settle = (node: Node): Node[] => {
    const [inserted, deleted] = [is(node, INSERTED), is(node, DELETED)];
    if (accept ? deleted : inserted) return [];
    if (node.isText) return [text(node, accept, chosen)];
    const attrs = { ...node.attrs };
    if (inserted) attrs[INSERTED] = null;
    if (deleted) attrs[DELETED] = null;
    const children: Node[] = [];
    node.forEach((child) => {
      children.push(...settle(child));
    });
    // A list whose last item goes, goes with it.
    if (children.length === 0 && node.childCount > 0 && !node.inlineContent) return [];
    const content = Fragment.fromArray(children);
    const made = node.type.validContent(content)
      ? node.type.create(attrs, content, node.marks)
      : node.type.createAndFill(attrs, content, node.marks);
    return made ? [made] : [];
  };
  const [settled] = settle(doc);
  return settled ?? (doc.type.createAndFill() as Node);
}

function text(node: Node, accept: boolean, chosen: (tag: Tag) => boolean): Node {
  const { marks: types } = node.type.schema;
  let marks = node.marks.filter((mark) => {
    const tag = isSuggestion(mark) && readTag(mark.attrs.tag);
    return !tag || !chosen(tag);
  });
  const changed = node.marks.find(({ type }) => type.name === CHANGED);
  if (changed && !marks.includes(changed) && !accept) {
    const before = Object.entries(JSON.parse(changed.attrs.before) as Record<string, object>);
    const looked = before.flatMap(([name, attrs]) => types[name]?.create({ ...attrs }) ?? []);
    marks = [...marks.filter(isSuggestion), ...looked];
  }
  return node.mark(marks.reduce<readonly Mark[]>((set, mark) => mark.addToSet(set), []));
}

/**
 * What somebody did to a document, as suggestions: what they took away stays and is marked, and so is what they
 * put in. Nothing is said about how they did it, so that all commands can be suggested alike.
 */

import { Fragment, type Mark, type Node } from "@tiptap/pm/model";
import { CHANGED, DELETED, INSERTED, isSuggestion, looks, newTag, readTag, tagOn } from "./tag";

/** What was taken away and stays all the same: how much, and before what of the changed document. */
export interface Kept {
  at: number;
  size: number;
}

export interface Merged {
  doc: Node;
  kept: Kept[];
}

/** Puts what changed between two documents together as suggestions of a person. */
export function merge(before: Node, after: Node, person: string): Merged {
  const merging = new Merging(person, newTag(person));
  const children = merging.children(before, after, 0);
  return { doc: after.copy(Fragment.fromArray(children)), kept: merging.kept };
}

/** Where a place of the changed document is once what stays is in it. */
export function placed(at: number, kept: Kept[], behind: boolean): number {
  const before = kept.filter((one) => one.at < at || (one.at === at && behind));
  return before.reduce((sum, { size }) => sum + size, at);
}

const kids = (of: Node | Fragment): Node[] => {
  const found: Node[] = [];
  of.forEach((child) => {
    found.push(child);
  });
  return found;
};

const withAttrs = (node: Node, attrs: Record<string, unknown>) =>
  node.type.create({ ...node.attrs, ...attrs }, node.content, node.marks);

class Merging {
  readonly kept: Kept[] = [];

  constructor(
    private readonly person: string,
    private readonly tag: string,
  ) {}

  /** The children of a node that holds blocks; `at` is where they begin in the changed document. */
  children(old: Node, now: Node, at: number): Node[] {
    const [was, is] = [kids(old), kids(now)];
    const least = Math.min(was.length, is.length);
    let head = 0;
    while (head < least && was[head]?.eq(is[head] as Node)) head += 1;
    let tail = 0;
    while (tail < least - head && was.at(-1 - tail)?.eq(is.at(-1 - tail) as Node)) tail += 1;
    const same = is.slice(0, head);
    const begin = same.reduce((sum, { nodeSize }) => sum + nodeSize, at);
    const [gone, come] = [was.slice(head, was.length - tail), is.slice(head, is.length - tail)];
    return [...same, ...this.between(gone, come, begin), ...is.slice(is.length - tail)];
  }

  private between(gone: Node[], come: Node[], begin: number): Node[] {
    const out: Node[] = [];
    let at = begin;
    // Side by side from the end on when that fits better; a block that was split is written on in its second part.
    const [early, behind] = [likeness(gone[0], come[0]), likeness(gone.at(-1), come.at(-1))];
    const shift = early < behind && (gone.length > come.length || early <= 0);
    const late = shift ? come.length - gone.length : 0;
    const first = Math.min(0, late);
    const last = Math.max(come.length, gone.length + late);
    for (let place = first; place < last; place += 1) {
      const [was, is] = [gone[place - late], come[place]];
      if (was && is && this.alike(was, is)) out.push(this.block(was, is, at));
      else {
        if (was) out.push(...this.keep([was], this.tag, at));
        if (is) out.push(this.added(is, this.tag));
      }
      at += is?.nodeSize ?? 0;
    }
    return out;
  }

  private alike(was: Node, is: Node): boolean {
    if (!was.sameMarkup(is)) return false;
    const inserted = was.type.schema.marks[INSERTED];
    const marks = !was.isTextblock || (inserted && was.type.allowsMarkType(inserted));
    return Boolean(marks) || this.isMine(was.attrs[INSERTED]);
  }

  private block(was: Node, is: Node, at: number): Node {
    if (this.isMine(was.attrs[INSERTED]) || was.isLeaf) return is;
    const inside = was.isTextblock ? this.line(was, is, at + 1) : this.children(was, is, at + 1);
    return is.copy(Fragment.fromArray(inside));
  }

  /** What stands in a line. */
  private line(was: Node, is: Node, at: number): Node[] {
    const start = was.content.findDiffStart(is.content);
    const end = was.content.findDiffEnd(is.content);
    if (start === null || !end) return kids(is);
    const overlap = Math.max(0, start - Math.min(end.a, end.b));
    const [a, b] = [end.a + overlap, end.b + overlap];
    const [gone, come] = [kids(was.content.cut(start, a)), kids(is.content.cut(start, b))];
    const [head, tail] = [kids(is.content.cut(0, start)), kids(is.content.cut(b))];
    const changed = this.changed(gone, come);
    if (changed) return [...head, ...changed, ...tail];
    const tag = this.beside(was, start, a);
    const kept = this.keep(gone, tag, at + start);
    return [...head, ...kept, ...come.map((node) => this.added(node, tag)), ...tail];
  }

  /** A suggestion that goes on where another one of the same person ends is one with it. */
  private beside(was: Node, start: number, end: number): string {
    const near = [was.childBefore(start).node, was.childAfter(end).node];
    const tags = near.flatMap((node) =>
      node ? [tagOn(node, INSERTED), tagOn(node, DELETED)] : [],
    );
    return tags.find((tag) => this.isMine(tag)) ?? this.tag;
  }

  /** What is taken away stays, except for what this person suggested. */
  private keep(nodes: Node[], tag: string, at: number): Node[] {
    const left = nodes
      .filter((node) => !this.isMine(tagOn(node, INSERTED)))
      .map((node) => struck(node, tag));
    const size = left.reduce((sum, { nodeSize }) => sum + nodeSize, 0);
    if (size > 0) this.kept.push({ at, size });
    return left;
  }

  private added(node: Node, tag: string): Node {
    if (this.isMine(tagOn(node, INSERTED))) return node;
    const plain = cleaned(node);
    const mark = node.type.schema.marks[INSERTED];
    if (node.isText && mark) return plain.mark(mark.create({ tag }).addToSet(plain.marks));
    return withAttrs(plain, { [INSERTED]: tag });
  }

  /** The same words that look otherwise; undefined when there is more to it. */
  private changed(gone: Node[], come: Node[]): Node[] | undefined {
    const [was, is] = [letters(gone), letters(come)];
    if (was.length === 0 || was.length !== is.length) return undefined;
    const out: Node[] = [];
    for (const [place, { node: old, letter }] of was.entries()) {
      const now = is[place];
      if (!now || letter !== now.letter) return undefined;
      if (letter === undefined) {
        if (!old.sameMarkup(now.node.mark(old.marks))) return undefined;
        out.push(now.node);
        continue;
      }
      const marks = this.marks(old, now.node);
      if (!marks) return undefined;
      out.push(old.type.schema.text(letter, marks));
    }
    return out;
  }

  private marks(old: Node, now: Node): readonly Mark[] | undefined {
    const mark = old.type.schema.marks[CHANGED];
    if (!mark) return undefined;
    const inserted = tagOn(old, INSERTED);
    if (this.isMine(inserted)) return now.marks;
    const changed = old.marks.find(({ type }) => type === mark);
    // Two cannot change the same words: the second suggests others in their place.
    if (inserted || (changed && !this.isMine(changed.attrs.tag))) return undefined;
    const before = changed?.attrs.before ?? JSON.stringify(looks(old.marks));
    const left = now.marks.filter(({ type }) => type !== mark);
    if (JSON.stringify(looks(left)) === before) return left;
    return mark.create({ tag: changed?.attrs.tag ?? this.tag, before }).addToSet(left);
  }

  private isMine(tag: unknown): boolean {
    return readTag(tag)?.person === this.person;
  }
}

function struck(node: Node, tag: string): Node {
  if (tagOn(node, DELETED)) return node;
  const mark = node.type.schema.marks[DELETED];
  if (node.isText && mark) return node.mark(mark.create({ tag }).addToSet(node.marks));
  return withAttrs(node, { [DELETED]: tag });
}

/** A copy that says nothing about suggestions. */
function cleaned(node: Node): Node {
  if (node.isText) return node.mark(node.marks.filter((mark) => !isSuggestion(mark)));
  const children = kids(node).map(cleaned);
  const attrs = { ...node.attrs, [INSERTED]: null, [DELETED]: null };
  return node.type.create(attrs, Fragment.fromArray(children), node.marks);
}

interface Letter {
  node: Node;
  /** None for what is no text. */
  letter: string | undefined;
}

function letters(nodes: Node[]): Letter[] {
  return nodes.flatMap((node): Letter[] =>
    node.isText
      ? Array.from(node.text ?? "", (letter) => ({ node, letter }))
      : [{ node, letter: undefined }],
  );
}

/** How many letters two nodes share at their ends. */
function likeness(was: Node | undefined, is: Node | undefined): number {
  if (!was || !is || was.type !== is.type) return -1;
  const start = was.content.findDiffStart(is.content);
  const end = was.content.findDiffEnd(is.content);
  if (start === null || !end) return was.content.size;
  return start + was.content.size - end.a;
}

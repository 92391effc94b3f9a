/** Where the words that somebody looks for stand, in all sections of the article. */

import { type Editor, Extension } from "@tiptap/core";
import type { EditorState } from "@tiptap/pm/state";
import { SearchQuery, search, setSearchState } from "prosemirror-search";
import { scriptOf } from "../plain-line";

export interface Match {
  editor: Editor;
  from: number;
  to: number;
}

/** Marks in each section what is looked for, while something is. */
export const Find = Extension.create({
  name: "find",
  addProseMirrorPlugins: () => [search()],
});

/** What is looked for, as it stands there. */
export function queryFor(words: string, caseSensitive: boolean): SearchQuery {
  return new SearchQuery({
    // A search in small letters loses its place behind a letter that is two in the other case, as İ.
    search: words.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"),
    regexp: true,
    caseSensitive,
    filter: (state, { from, to }) => stays(state, from, to) && isOneNumber(state, from, to),
  });
}

/** Whether nobody has suggested to take away what stands there. */
function stays({ doc }: EditorState, from: number, to: number): boolean {
  let stays = true;
  doc.nodesBetween(from, to, (node) => {
    if (node.marks.some(({ type }) => type.name === "deleted")) stays = false;
  });
  return stays;
}

/** Whether nothing in it is raised or lowered beside what is not: 106 is not 10 to the power of 6. */
function isOneNumber({ doc }: EditorState, from: number, to: number): boolean {
  const scripts = new Set<string>();
  doc.nodesBetween(from, to, (node) => {
    if (node.isText) scripts.add(scriptOf(node) ?? "");
  });
  return !scripts.has("superscript") || scripts.size === 1;
}

/** All matches, in the order of the article. */
export function matches(editors: Editor[], query: SearchQuery): Match[] {
  const found: Match[] = [];
  for (const editor of editors) {
    for (let at = 0; ; ) {
      const next = query.findNext(editor.state, at);
      if (!next) break;
      found.push({ editor, from: next.from, to: next.to });
      at = next.to;
    }
  }
  return found;
}

/** Shows in every section what is looked for; nothing, for an empty query. */
export function mark(editors: Editor[], query: SearchQuery): void {
  for (const { view } of editors) view.dispatch(setSearchState(view.state.tr, query));
}

/** Puts other words in the place of matches of one section, with the marks of what stood there; one change. */
export function replaceIn({ view }: Editor, chosen: Match[], words: string): void {
  const { doc, schema, tr } = view.state;
  for (const { from, to } of chosen.toReversed()) {
    const marks = doc.resolve(from).marksAcross(doc.resolve(to));
    if (words) tr.replaceWith(from, to, schema.text(words, marks));
    else tr.delete(from, to);
  }
  view.dispatch(tr);
}

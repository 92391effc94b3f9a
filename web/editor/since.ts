/** What others wrote since one last looked: marked in the text, counted above it. */

import { type Editor, Extension } from "@tiptap/core";
import { type EditorState, Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import { relativePositionToAbsolutePosition, ySyncPluginKey } from "y-prosemirror";
import * as Y from "yjs";
import { formatted } from "../behaviours/local-times";
import type { Section } from "./section";

/** How far each client had written. */
export type Clocks = Map<number, number>;

/** A run of new words. */
export interface Run {
  text: Y.XmlText;
  from: number;
  length: number;
}

/** The words of a section that came after `clocks`, in order; what the clients in `own` wrote is left out. */
export function runsSince(fragment: Y.XmlFragment, clocks: Clocks, own: Set<number>): Run[] {
  return fragment.toArray().flatMap((child) => {
    if (child instanceof Y.XmlElement) return runsSince(child, clocks, own);
    return child instanceof Y.XmlText ? newIn(child, clocks, own) : [];
  });
}

function newIn(text: Y.XmlText, clocks: Clocks, own: Set<number>): Run[] {
  const runs: Run[] = [];
  let index = 0;
  for (let item = text._start; item; item = item.right) {
    if (item.deleted || !item.countable) continue;
    const { client, clock } = item.id;
    const known = Math.min(Math.max((clocks.get(client) ?? 0) - clock, 0), item.length);
    const last = runs.at(-1);
    if (!own.has(client) && known < item.length) {
      const from = index + known;
      if (last && last.from + last.length === from) last.length += item.length - known;
      else runs.push({ text, from, length: item.length - known });
    }
    index += item.length;
  }
  return runs;
}

/** Client ids remembered at most; older text of one's own was looked at long ago. */
const OWN = 200;

/** Adds a page's client id to those that this person has used in this article on this device. */
export function ownClients(
  storage: Storage | undefined,
  name: string,
  client: number,
): Set<number> {
  try {
    const before: number[] = JSON.parse(storage?.getItem(name) ?? "[]");
    const own = [...before.slice(1 - OWN), client];
    storage?.setItem(name, JSON.stringify(own));
    return new Set(own);
  } catch {
    // Where nothing may be kept, only this page's words are known as one's own.
    return new Set([client]);
  }
}

interface Shown {
  runs: { start: Y.RelativePosition; length: number }[];
  marks: DecorationSet;
}

const key = new PluginKey<Shown>("since");

function marked(state: EditorState, runs: Shown["runs"]): DecorationSet {
  const sync = ySyncPluginKey.getState(state);
  const marks = runs.flatMap(({ start, length }) => {
    const { doc, type, binding } = sync;
    const from = relativePositionToAbsolutePosition(doc, type, start, binding.mapping);
    const to = Math.min((from ?? 0) + length, state.doc.content.size);
    return from === null ? [] : [Decoration.inline(from, to, { class: "since" })];
  });
  return DecorationSet.create(state.doc, marks);
}

export const Since = Extension.create({
  name: "since",
  addProseMirrorPlugins: () => [
    new Plugin<Shown>({
      key,
      state: {
        init: () => ({ runs: [], marks: DecorationSet.empty }),
        apply(tr, shown, _, state) {
          const runs: Shown["runs"] = tr.getMeta(key) ?? shown.runs;
          if (runs.length === 0) return { runs, marks: DecorationSet.empty };
          // What arrives puts a new document in the place of the old one.
          if (tr.getMeta(key) || (tr.docChanged && tr.getMeta(ySyncPluginKey)))
            return { runs, marks: marked(state, runs) };
          return { runs, marks: shown.marks.map(tr.mapping, tr.doc) };
        },
      },
      props: { decorations: (state) => key.getState(state)?.marks },
    }),
  ],
});

function show(editor: Editor, runs: Run[]): void {
  const kept = runs.map(({ text, from, length }) => ({
    start: Y.createRelativePositionFromTypeIndex(text, from),
    length,
  }));
  if (kept.length === 0 && key.getState(editor.state)?.runs.length === 0) return;
  editor.view.dispatch(editor.state.tr.setMeta(key, kept).setMeta("addToHistory", false));
}

function storageHere(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

/** Remembers when somebody looked away, and shows what came since when they look again. */
export class LookingAgain {
  private at = -1;
  private readonly own: Set<number>;

  constructor(
    private readonly slot: HTMLElement,
    private readonly doc: Y.Doc,
    private readonly sections: [Section, Y.XmlFragment][],
    private readonly name: string,
  ) {
    this.own = ownClients(storageHere(), `${name}/own`, doc.clientID);
    this.look();
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.remember();
      else this.look();
    });
    window.addEventListener("pagehide", () => this.remember());
  }

  /** A page that still shows what is new has not been looked at. */
  private remember(): void {
    if (!this.slot.hidden) return;
    const clocks = [...Y.decodeStateVector(Y.encodeStateVector(this.doc))];
    try {
      localStorage.setItem(this.name, JSON.stringify({ at: new Date().toISOString(), clocks }));
    } catch {
      // Where nothing may be kept, nothing is new.
    }
  }

  private look(): void {
    const { clocks, at } = this.remembered() ?? {};
    if (!clocks || !at) return;
    const since = new Map(clocks);
    let count = 0;
    for (const [{ editor }, fragment] of this.sections) {
      const runs = runsSince(fragment, since, this.own);
      count += runs.length;
      show(editor, runs);
    }
    this.tell(count, at);
  }

  private remembered(): { at: string; clocks: [number, number][] } | undefined {
    try {
      return JSON.parse(localStorage.getItem(this.name) ?? "null") ?? undefined;
    } catch {
      return undefined;
    }
  }

  private tell(count: number, at: string): void {
    this.slot.hidden = count === 0;
    if (count === 0) return;
    const words = document.createElement("span");
    words.textContent = `${count === 1 ? "1 change" : `${count} changes`} since you last looked`;
    words.title = formatted(new Date(at), "minute");
    const button = (name: string, run: () => void) => {
      const made = document.createElement("button");
      Object.assign(made, { type: "button", textContent: name, className: "button small" });
      made.addEventListener("click", run);
      return made;
    };
    const next = button("Next change", () => this.next());
    const seen = button("All seen", () => this.seen());
    this.slot.replaceChildren(words, next, seen);
  }

  private next(): void {
    const marks = [...document.querySelectorAll<HTMLElement>(".since")];
    this.at = (this.at + 1) % Math.max(marks.length, 1);
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const mark = marks[this.at];
    mark?.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    // Not by a class: the editor owns the elements of its text.
    mark?.animate([{ background: "var(--highlight)" }, {}], { duration: 1_500 });
  }

  private seen(): void {
    for (const [{ editor }] of this.sections) show(editor, []);
    this.slot.hidden = true;
    this.remember();
  }
}

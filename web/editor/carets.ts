/**
 * Awareness (y-protocols) as one section sees it: a caret of somebody else concerns the section that it stands in
 * and the one that it left, one's own none; and what one's own caret does is told once it is seen. Every letter
 * moves a caret, and every section draws those of all others.
 */

import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { afterPaint } from "./after-paint";
import { colors, type State as PersonState } from "./people";

interface Changes {
  added: number[];
  updated: number[];
  removed: number[];
}

type State = Record<string, unknown>;

export class Carets {
  /** Where those of others stand; `undefined` where the text that they stand in is not here yet. */
  private readonly places = new Map<number, Y.XmlFragment | undefined>();
  private readonly listeners = new Map<Y.XmlFragment, Set<() => void>>();
  /** What is not told yet about this page. */
  private untold: State = {};
  private readonly tell = afterPaint(() => {
    const fields = Object.entries(this.untold);
    this.untold = {};
    for (const [name, value] of fields) this.awareness.setLocalStateField(name, value);
  });

  constructor(
    private readonly doc: Y.Doc,
    private readonly awareness: Awareness,
  ) {
    for (const client of awareness.getStates().keys()) this.note(client);
    awareness.on("change", ({ added, updated, removed }: Changes) => {
      const moved = [...added, ...updated, ...removed].flatMap((client) => this.note(client));
      for (const section of new Set(moved)) {
        for (const listener of this.listeners.get(section) ?? []) listener();
      }
    });
  }

  /** What the binding of a section takes for the awareness. */
  of(section: Y.XmlFragment): SectionAwareness {
    const listeners = new Set<() => void>();
    this.listeners.set(section, listeners);
    return {
      on: (_event, listener) => void listeners.add(listener),
      off: (_event, listener) => void listeners.delete(listener),
      getStates: () => this.colored(),
      getLocalState: () => ({ ...this.awareness.getLocalState(), ...this.untold }),
      setLocalStateField: (name, value) => {
        this.untold[name] = value;
        this.tell();
      },
    };
  }

  /** The states with a different colour for each person. */
  private colored(): Map<number, State> {
    const states = this.awareness.getStates() as Map<number, PersonState>;
    const chosen = colors(states.values());
    const shown = ([client, state]: [number, PersonState]): [number, State] => {
      const color = chosen.get(state.user?.id ?? "");
      return [client, color ? { ...state, user: { ...state.user, color } } : { ...state }];
    };
    return new Map([...states].map(shown));
  }

  /** Finds out where somebody's caret is; returns the sections that this concerns. */
  private note(client: number): Y.XmlFragment[] {
    if (client === this.doc.clientID) return [];
    const concerned: (Y.XmlFragment | undefined)[] = [];
    if (this.places.has(client)) concerned.push(this.places.get(client));
    this.places.delete(client);
    const { cursor } = this.awareness.getStates().get(client) ?? {};
    if (cursor?.head) {
      const now = this.find(cursor.head);
      this.places.set(client, now);
      concerned.push(now);
    }
    // One whose section is not known may be drawn in any, once its text is here.
    return concerned.flatMap((section) => section ?? [...this.listeners.keys()]);
  }

  private find(told: unknown): Y.XmlFragment | undefined {
    const head = Y.createRelativePositionFromJSON(told);
    let place = Y.createAbsolutePositionFromRelativePosition(head, this.doc)?.type;
    while (place?._item) place = place._item.parent as Y.AbstractType<unknown>;
    return place instanceof Y.XmlFragment ? place : undefined;
  }
}

/** The part of the awareness that y-prosemirror uses. */
export interface SectionAwareness {
  on(event: "change", listener: () => void): void;
  off(event: "change", listener: () => void): void;
  getStates(): Map<number, State>;
  getLocalState(): State | null;
  setLocalStateField(name: string, value: unknown): void;
}

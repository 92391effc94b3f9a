import { describe, expect, test } from "vitest";
import { PATIENCE, type Saved, SaveState } from "./save-state";

type Step = (state: SaveState) => void;
const edit: Step = (s) => void s.edited(0);
const sync: Step = (s) => s.synced(0);
const keep: Step = (s) => s.keptHere(true);
const store =
  (version: number): Step =>
  (s) =>
    s.stored(version, 0);
const signOn =
  (must: boolean): Step =>
  (s) =>
    s.mustSignIn(must);
const lose =
  (code?: number): Step =>
  (s) =>
    s.disconnected(code);

const table: [string, Step[], Saved][] = [
  ["nothing has happened yet", [], "opening"],
  ["refused before anything was seen", [lose(4403)], "unsaved"],
  ["synced, nothing typed", [sync], "saved"],
  ["typed, not yet on disk", [sync, edit], "saving"],
  ["typed, on disk", [sync, edit, store(1)], "saved"],
  ["typed twice, the first on disk", [sync, edit, edit, store(1)], "saving"],
  ["an echo from the future counts for what was typed only", [sync, edit, store(9)], "saved"],
  ["then typed again", [sync, edit, store(9), edit], "saving"],
  ["offline, kept here", [keep, sync, edit, lose()], "offline"],
  ["offline, not kept, with a change", [sync, edit, lose()], "unsaved"],
  ["offline, not kept, nothing to lose", [sync, lose()], "offline"],
  ["opened from this device without a server", [keep], "offline"],
  ["back again, the change on its way", [keep, sync, edit, lose(), sync], "saving"],
  ["back again, the change on disk", [keep, sync, edit, lose(), sync, store(1)], "saved"],
  ["the right was taken away", [keep, sync, lose(4403)], "unsaved"],
  ["signed out, kept here", [keep, sync, edit, lose(4401)], "signed-out"],
  ["signed out, not kept, with a change", [sync, edit, lose(4401)], "unsaved"],
  ["signed out before anything was seen", [lose(4401)], "signed-out"],
  ["signed in again", [keep, sync, edit, lose(4401), sync, store(1)], "saved"],
  ["a sign-on has expired", [keep, sync, edit, lose(1006), signOn(true)], "signed-out"],
  ["and then the network is gone", [keep, lose(), signOn(true), signOn(false)], "offline"],
  ["the server cannot store", [keep, sync, edit, lose(1013)], "unsaved"],
  ["the server cannot store, and is back", [keep, sync, edit, lose(1013), sync], "unsaved"],
  ["the server stored after all", [keep, sync, edit, lose(1013), sync, store(1)], "saved"],
];

describe("the state line", () => {
  test.each(table)("%s", (_, steps, expected) => {
    const state = new SaveState();
    for (const step of steps) step(state);
    expect(state.at(1)).toBe(expected);
  });

  test("is not saved when the server stays silent for too long", () => {
    const state = new SaveState();
    state.synced(0);
    state.edited(5);
    expect(state.at(PATIENCE)).toBe("saving");
    expect(state.at(PATIENCE + 5)).toBe("unsaved");
    state.stored(1, PATIENCE + 6);
    expect(state.at(PATIENCE + 6)).toBe("saved");
  });
});

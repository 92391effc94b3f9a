// @vitest-environment jsdom
import { expect, test } from "vitest";
import * as Y from "yjs";
import { bindTitle } from "./title";

/** A title that somebody edits here while another edits it elsewhere; both meet in `exchange`. */
function titles(text: string) {
  const [here, elsewhere] = [new Y.Doc(), new Y.Doc()];
  here.getText("title").insert(0, text);
  const exchange = () => {
    Y.applyUpdate(elsewhere, Y.encodeStateAsUpdate(here), "remote");
    Y.applyUpdate(here, Y.encodeStateAsUpdate(elsewhere), "remote");
  };
  exchange();
  const slot = document.createElement("div");
  bindTitle(slot, here.getText("title"), false);
  const field = slot.querySelector("textarea") as HTMLTextAreaElement;
  return { field, mine: here.getText("title"), theirs: elsewhere.getText("title"), exchange };
}

/** What an input method does to a field: each word replaces the one before. */
function composing(field: HTMLTextAreaElement, at: number, end = at) {
  const [head, tail] = [field.value.slice(0, at), field.value.slice(end)];
  field.dispatchEvent(new CompositionEvent("compositionstart"));
  return {
    shows: (word: string) => {
      field.value = head + word + tail;
      field.setSelectionRange(at + word.length, at + word.length);
      field.dispatchEvent(new InputEvent("input", { isComposing: true }));
    },
    ends: () => field.dispatchEvent(new CompositionEvent("compositionend")),
  };
}

test("letters do not double when another changes the title during a composition", () => {
  const { field, mine, theirs, exchange } = titles("Pipette");
  const word = composing(field, 7);
  word.shows("ㅎ");
  theirs.insert(0, "The ");
  exchange();
  expect(field.value).toBe("Pipetteㅎ");
  word.shows("한");
  theirs.insert(11, " tip");
  exchange();
  word.shows("한국");
  expect(field.value).toBe("Pipette한국");
  word.ends();
  exchange();
  expect(field.value).toBe("The Pipette tip한국");
  expect([mine.toString(), theirs.toString()]).toEqual([field.value, field.value]);
  expect(field.selectionStart).toBe(field.value.length);
});

test("a composition over selected words deletes these and nothing that another wrote", () => {
  const { field, theirs, exchange } = titles("old words stay");
  const word = composing(field, 0, 9);
  word.shows("手");
  theirs.insert(3, "er");
  theirs.delete(0, 1);
  exchange();
  word.ends();
  exchange();
  expect(field.value).toBe("手er stay");
  expect(theirs.toString()).toBe("手er stay");
});

test("a cancelled composition changes nothing, and shows what others wrote", () => {
  const { field, theirs, exchange } = titles("Scale");
  const word = composing(field, 5);
  word.shows("ㅂ");
  theirs.insert(5, "s");
  exchange();
  word.shows("");
  word.ends();
  expect(field.value).toBe("Scales");
});

test("without a composition each letter is shared at once", () => {
  const { field, mine, theirs, exchange } = titles("a b");
  field.value = "a\nxb";
  field.dispatchEvent(new InputEvent("input"));
  expect(mine.toString()).toBe("a xb");
  theirs.insert(0, "> ");
  exchange();
  expect(field.value).toBe("> a xb");
});

test("Enter leaves the title, but not the Enter that accepts a word", () => {
  const { field } = titles("Title");
  const press = (init: KeyboardEventInit) => {
    const event = new KeyboardEvent("keydown", { key: "Enter", cancelable: true, ...init });
    field.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(press({ isComposing: true })).toBe(false);
  // Safari reports it after the composition has ended.
  expect(press({ keyCode: 229 })).toBe(false);
  expect(press({ keyCode: 13 })).toBe(true);
});

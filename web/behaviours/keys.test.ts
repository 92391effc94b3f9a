import { expect, test } from "vitest";
import { isComposing, onKey } from "./keys";

const press = (init: Partial<KeyboardEvent>) =>
  Object.assign(new Event("keydown"), { isComposing: false, keyCode: 13, key: "Enter", ...init });

test("keys of a composition reach no handler, those after it do", () => {
  const target = new EventTarget();
  const seen: string[] = [];
  onKey(target, ({ key }) => seen.push(key));
  for (const key of ["Enter", "Escape", "Tab", "ArrowDown"]) {
    target.dispatchEvent(press({ key, isComposing: true }));
    // As Safari reports it once the composition has ended.
    target.dispatchEvent(press({ key, keyCode: 229 }));
  }
  expect(seen).toEqual([]);
  target.dispatchEvent(press({}));
  expect(seen).toEqual(["Enter"]);
});

test("a key without an input method is none of a composition", () => {
  expect(isComposing(press({}) as KeyboardEvent)).toBe(false);
});

/** Handlers that ask for no particular key, by file, and how often each names an event of the keyboard. */
const anyKey: Record<string, number> = {
  // ProseMirror's own caret is read whatever is pressed; it knows of compositions itself.
  "editor/binding.ts": 2,
  // Only whether Shift is held is kept, for the paste that may follow.
  "editor/paste/paste.ts": 2,
};

/** Handlers that get their key from Tiptap's suggestion and ask `isComposing` themselves. */
const suggestions = ["editor/choices.ts"];

test("every other key handler is added with onKey", () => {
  const sources = import.meta.glob<string>(
    ["../{api,behaviours,code,diagram,editor,worker}/**/*.ts", "!../**/*.test.ts", "!./keys.ts"],
    { query: "?raw", import: "default", eager: true },
  );
  expect(Object.keys(sources)).toContain("../editor/title.ts");
  const raw = /\bkey(down|up|press)\b|\bonkey\w+|\b(handle|on)Key(Down|Up|Press)\b/g;
  const wrong = Object.entries(sources).flatMap(([path, text]) => {
    const name = path.replace(/^\.\.\//, "");
    const found = text.match(raw) ?? [];
    const isAsked = suggestions.includes(name) && text.includes("isComposing(event)");
    return isAsked || found.length <= (anyKey[name] ?? 0) ? [] : [`${name}: ${found.join(", ")}`];
  });
  expect(wrong).toEqual([]);
});

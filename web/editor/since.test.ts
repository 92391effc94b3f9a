import { expect, test } from "vitest";
import * as Y from "yjs";
import { ownClients, runsSince } from "./since";

test("what came after one looked is found, and nothing of one's own", () => {
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()];
  [mine.clientID, theirs.clientID] = [1, 2];
  const meet = () => {
    Y.applyUpdate(mine, Y.encodeStateAsUpdate(theirs));
    Y.applyUpdate(theirs, Y.encodeStateAsUpdate(mine));
  };
  const own = new Set([mine.clientID]);
  const fragment = mine.getXmlFragment("section:lead");
  const paragraph = new Y.XmlElement("paragraph");
  fragment.insert(0, [paragraph]);
  paragraph.insert(0, [new Y.XmlText("The rotor turns.")]);
  meet();
  const text = () =>
    (theirs.getXmlFragment("section:lead").get(0) as Y.XmlElement).get(0) as Y.XmlText;
  text().insert(4, "old ");
  meet();
  const clocks = Y.decodeStateVector(Y.encodeStateVector(mine));
  expect(runsSince(fragment, clocks, own)).toEqual([]);

  text().insert(8, "and heavy ");
  text().insert(text().length, " Fast.");
  text().delete(0, 4);
  meet();
  (paragraph.get(0) as Y.XmlText).insert(0, "Mine ");
  const runs = runsSince(fragment, clocks, own);
  const whole = (paragraph.get(0) as Y.XmlText).toString();
  expect(runs.map(({ from, length }) => whole.slice(from, from + length))).toEqual([
    "and heavy ",
    " Fast.",
  ]);
  // Whoever never looked finds everything new that others wrote.
  const all = runsSince(fragment, new Map(), own);
  expect(all.map(({ length }) => length)).toEqual([14, 6]);
});

test("what one wrote in an earlier visit is one's own as well", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  } as Storage;
  expect(ownClients(storage, "own", 1)).toEqual(new Set([1]));
  expect(ownClients(storage, "own", 2)).toEqual(new Set([1, 2]));
  for (let client = 3; client < 300; client += 1) ownClients(storage, "own", client);
  expect(ownClients(storage, "own", 300).size).toBe(200);
  kept.set("own", "not JSON");
  expect(ownClients(storage, "own", 5)).toEqual(new Set([5]));
});

import { expect, test } from "vitest";
import { ySyncPluginKey } from "y-prosemirror";
import * as Y from "yjs";
import { historyOf } from "./binding";

test("what was begun here stays where somebody else has written in it, and goes where nobody has", () => {
  const doc = new Y.Doc();
  const other = new Y.Doc();
  doc.on("update", (update) => Y.applyUpdate(other, update));
  const section = doc.getXmlFragment("section:lead");
  const history = historyOf([section]);
  const [mine, shared] = [new Y.XmlElement("paragraph"), new Y.XmlElement("paragraph")];
  doc.transact(() => {
    section.insert(0, [mine, shared]);
    mine.insert(0, [new Y.XmlText("mine alone")]);
    shared.insert(0, [new Y.XmlText("begun")]);
  }, ySyncPluginKey);
  const theirs = other.getXmlFragment("section:lead").get(1) as Y.XmlElement;
  (theirs.get(0) as Y.XmlText).insert(5, " and ended");
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other), "elsewhere");
  history.undo();
  expect(section.toString()).toBe("<paragraph> and ended</paragraph>");
  history.redo();
  expect(section.toString()).toBe(
    "<paragraph>mine alone</paragraph><paragraph>begun and ended</paragraph>",
  );
});

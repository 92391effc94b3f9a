// @vitest-environment jsdom
import { expect, test } from "vitest";
import {
  Awareness,
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from "y-protocols/awareness";
import * as Y from "yjs";
import { Carets } from "./carets";

function house() {
  const doc = new Y.Doc();
  const texts = ["section:lead", "section:body"].map((name) => {
    const [paragraph, text] = [new Y.XmlElement("paragraph"), new Y.XmlText("words")];
    doc.getXmlFragment(name).insert(0, [paragraph]);
    paragraph.insert(0, [text]);
    return text;
  });
  const [here, there] = [new Awareness(doc), new Awareness(new Y.Doc())];
  const carets = new Carets(doc, here);
  const [lead, body] = [doc.getXmlFragment("section:lead"), doc.getXmlFragment("section:body")];
  const leave = () => [here, there].map((one) => one.destroy());
  return { here, there, texts, leave, lead: carets.of(lead), body: carets.of(body) };
}

test("a caret concerns the section that it stands in and the one that it left", () => {
  const { here, there, texts, leave, lead, body } = house();
  let told: string[] = [];
  lead.on("change", () => told.push("lead"));
  body.on("change", () => told.push("body"));
  const stand = (text: Y.XmlText | undefined, at = 0) => {
    told = [];
    const head = text && Y.createRelativePositionFromTypeIndex(text, at);
    there.setLocalStateField("cursor", head ? { anchor: head, head } : null);
    applyAwarenessUpdate(here, encodeAwarenessUpdate(there, [there.clientID]), "elsewhere");
    return told;
  };
  expect(stand(texts[0])).toEqual(["lead"]);
  expect(stand(texts[0], 3)).toEqual(["lead"]);
  expect(stand(texts[1], 3)).toEqual(["lead", "body"]);
  expect(stand(undefined)).toEqual(["body"]);
  told = [];
  const head = Y.createRelativePositionFromTypeIndex(texts[0] as Y.XmlText, 1);
  here.setLocalStateField("cursor", { anchor: head, head });
  expect(told).toEqual([]);
  leave();
});

test("a caret whose text comes later is taken away from wherever it was drawn", () => {
  const { here, there, leave, lead, body } = house();
  let told: string[] = [];
  lead.on("change", () => told.push("lead"));
  body.on("change", () => told.push("body"));
  const elsewhere = new Y.Doc().getText();
  elsewhere.insert(0, "not here");
  const head = Y.createRelativePositionFromTypeIndex(elsewhere, 3);
  there.setLocalStateField("cursor", { anchor: head, head });
  applyAwarenessUpdate(here, encodeAwarenessUpdate(there, [there.clientID]), "elsewhere");
  expect(told).toEqual(["lead", "body"]);
  told = [];
  removeAwarenessStates(here, [there.clientID], "elsewhere");
  expect(told).toEqual(["lead", "body"]);
  leave();
});

test("one's own caret is known here at once, and told to others after the picture", async () => {
  const { here, leave, lead, body } = house();
  here.setLocalStateField("user", "ada");
  lead.setLocalStateField("cursor", "first");
  lead.setLocalStateField("cursor", "second");
  expect(body.getLocalState()).toEqual({ user: "ada", cursor: "second" });
  expect(here.getLocalState()).toEqual({ user: "ada" });
  await expect.poll(() => here.getLocalState()).toEqual({ user: "ada", cursor: "second" });
  leave();
});

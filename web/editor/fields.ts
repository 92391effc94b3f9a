/** The template's fields: facts about the article, shared like its text. */

import type * as Y from "yjs";
import type { FieldInfo } from "./config";

const types: Record<FieldInfo["kind"], string> = {
  text: "text",
  list: "text",
  date: "date",
  number: "number",
  flag: "checkbox",
};

export function bindFields(
  slot: HTMLElement,
  infos: FieldInfo[],
  fields: Y.Map<string>,
  readOnly: boolean,
): void {
  const summary = slot.querySelector("summary");
  const form = document.createElement("div");
  form.className = "fields";
  const inputs = infos.map((info) => bind(info, fields, readOnly));
  form.append(...inputs.map(({ label }) => label));
  slot.replaceChildren(...(summary ? [summary] : []), form);
  slot.hidden = infos.length === 0;
  fields.observe(() => {
    for (const { read } of inputs) read();
  });
}

function bind(info: FieldInfo, fields: Y.Map<string>, readOnly: boolean) {
  const [label, words] = [document.createElement("label"), document.createElement("span")];
  const input = document.createElement("input");
  input.type = types[info.kind];
  input.disabled = readOnly;
  input.className = info.kind === "flag" ? "" : "input";
  if (info.kind === "list") input.placeholder = "separated by commas";
  words.textContent = info.title;
  label.append(words, input);
  const read = () => {
    const value = fields.get(info.key) ?? "";
    if (info.kind === "flag") input.checked = value === "true";
    else if (document.activeElement !== input) input.value = value;
  };
  input.addEventListener("change", () => {
    const value = info.kind === "flag" ? String(input.checked) : input.value.trim();
    if (value === (fields.get(info.key) ?? "")) return;
    if (value === "") fields.delete(info.key);
    else fields.set(info.key, value);
  });
  read();
  return { label, read };
}

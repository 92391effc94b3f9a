/** The template's fields: facts about the article, shared like its text. */

import type * as Y from "yjs";
import type { FieldInfo } from "./config";
import { LANGUAGE, languageNames } from "./language";
import { people } from "./mention";

const types: Record<FieldInfo["kind"], string> = {
  text: "text",
  list: "text",
  person: "text",
  date: "date",
  number: "number",
  flag: "checkbox",
};

/** How long somebody has to rest for the server to be asked, in milliseconds. */
const REST = 120;

export function bindFields(
  slot: HTMLElement,
  article: string,
  infos: FieldInfo[],
  fields: Y.Map<string>,
  readOnly: boolean,
): void {
  const summary = slot.querySelector("summary");
  const form = document.createElement("div");
  form.className = "fields";
  const inputs = infos.map((info) => bind(info, article, fields, readOnly));
  form.append(...inputs.map(({ label }) => label));
  slot.replaceChildren(...(summary ? [summary] : []), form);
  slot.hidden = infos.length === 0;
  fields.observe(() => {
    for (const { read } of inputs) read();
  });
}

/** What is wrong with a value; the server asks the same before a review. */
export function fieldProblem(
  { kind, choices, fixed }: FieldInfo,
  value: string,
): string | undefined {
  if (value === "") return undefined;
  if (fixed !== null) return value === fixed ? undefined : `The template fixes it to ${fixed}.`;
  if (choices.length > 0 && !choices.includes(value)) return `“${value}” is none of the choices.`;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
  if (kind === "date" && !isDay) return `“${value}” is no day.`;
  if (kind === "number" && !Number.isFinite(Number(value))) return `“${value}” is no number.`;
  if (kind === "flag" && !["true", "false"].includes(value))
    return `“${value}” is neither yes nor no.`;
  return value.length > 1_000 ? "A value has at most 1,000 letters." : undefined;
}

type Control = HTMLInputElement | HTMLSelectElement;

function control({ kind, choices }: FieldInfo): Control {
  if (choices.length > 0) {
    const select = document.createElement("select");
    select.append(new Option("", ""), ...choices.map((choice) => new Option(choice, choice)));
    select.className = "input";
    return select;
  }
  const input = document.createElement("input");
  input.type = types[kind];
  if (kind === "number") input.step = "any";
  if (kind === "list") input.placeholder = "separated by commas";
  if (kind !== "flag") Object.assign(input, { className: "input", maxLength: 1_000 });
  return input;
}

function bind(info: FieldInfo, article: string, fields: Y.Map<string>, readOnly: boolean) {
  const [label, words] = [document.createElement("label"), document.createElement("span")];
  const input = control(info);
  input.disabled = readOnly || info.fixed !== null;
  if (info.fixed !== null) input.dataset.fixed = "";
  words.textContent = info.title;
  const problem = document.createElement("span");
  problem.className = "field-error";
  label.append(words, input, problem);
  const isFlag = input instanceof HTMLInputElement && input.type === "checkbox";
  const read = () => {
    const value = fields.get(info.key) ?? info.fixed ?? "";
    if (isFlag) input.checked = value === "true";
    else if (document.activeElement !== input) input.value = value;
    show(value);
  };
  const show = (value: string) => {
    const wrong = fieldProblem(info, value);
    problem.textContent = wrong ?? "";
    input.setAttribute("aria-invalid", String(wrong !== undefined));
  };
  input.addEventListener("change", () => {
    const value = isFlag ? String(input.checked) : input.value.trim();
    show(value);
    if (value === (fields.get(info.key) ?? "") || fieldProblem(info, value)) return;
    if (value === "") fields.delete(info.key);
    else fields.set(info.key, value);
  });
  if (info.kind === "person" && input instanceof HTMLInputElement) suggest(input, info, article);
  if (info.key === LANGUAGE)
    offer(input, info).append(...languageNames.map((name) => new Option(name)));
  read();
  return { label, read };
}

/** A list of answers to choose from, which somebody need not do. */
function offer(input: Control, { key }: FieldInfo): HTMLDataListElement {
  const list = document.createElement("datalist");
  list.id = `answers-${key}`;
  input.setAttribute("list", list.id);
  input.after(list);
  return list;
}

/** Offers the names of those who may write; somebody from elsewhere can be named as well. */
function suggest(input: HTMLInputElement, info: FieldInfo, article: string): void {
  const list = offer(input, info);
  let timer: number | undefined;
  let asked = new AbortController();
  const ask = async () => {
    asked.abort();
    asked = new AbortController();
    const found = await people(article, input.value.trim(), asked.signal);
    list.replaceChildren(...found.map(({ title }) => new Option(title)));
  };
  input.addEventListener("focus", () => void ask());
  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), REST);
  });
}

/** The dialogs behind the toolbar: a link, a picture. */

import type { Editor } from "@tiptap/core";
import type { Dialogs } from "./actions";
import { formulaProblem } from "./formula";
import { isSafe } from "./marks/link";

interface Question {
  title: string;
  fields: { name: string; label: string; value: string; required?: boolean }[];
  remove?: () => void;
  done: (answers: Record<string, string>) => string | undefined | Promise<string | undefined>;
}

/** Asks a question; `done` returns what is wrong with the answer, or nothing. */
function ask({ title, fields, remove, done }: Question): void {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", title);
  const form = document.createElement("form");
  form.method = "dialog";
  const heading = document.createElement("h2");
  heading.textContent = title;
  const error = document.createElement("p");
  error.className = "field-error";
  error.setAttribute("role", "alert");
  const inputs = fields.map(({ name, label, value, required }) => {
    const [outer, input] = [document.createElement("label"), document.createElement("input")];
    Object.assign(input, { name, value, required: required ?? false, className: "input" });
    input.autocomplete = "off";
    outer.append(label, input);
    return { outer, input };
  });
  const actions = document.createElement("div");
  actions.className = "actions";
  const button = (text: string, kind: string, type: "submit" | "button", run?: () => void) => {
    const made = document.createElement("button");
    Object.assign(made, { type, textContent: text, className: kind });
    if (run) made.addEventListener("click", run);
    actions.append(made);
  };
  button("Done", "button primary", "submit");
  button("Cancel", "button", "button", () => dialog.close());
  if (remove) {
    button("Remove", "button", "button", () => {
      dialog.close();
      remove();
    });
  }
  form.append(heading, ...inputs.map(({ outer }) => outer), error, actions);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answers = Object.fromEntries(inputs.map(({ input }) => [input.name, input.value.trim()]));
    error.textContent = (await done(answers)) ?? "";
    if (!error.textContent) dialog.close();
  });
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** What is said of an address that a link may not lead to. */
export const UNSAFE = "An address begins with https://, http://, mailto:, tel:, / or #.";

/** Adds what people leave out of an address. */
export function completed(address: string): string {
  return /^[\w-]+(\.[\w-]+)+(\/|$)/.test(address) ? `https://${address}` : address;
}

function askLink(editor: Editor): void {
  const present = editor.getAttributes("link");
  const { empty, from, to } = editor.state.selection;
  const active = editor.isActive("link");
  const text = active ? "" : editor.state.doc.textBetween(from, to, " ");
  ask({
    title: "Link",
    fields: [
      { name: "href", label: "Address", value: present.href ?? "", required: true },
      ...(empty && !active ? [{ name: "text", label: "Text", value: text }] : []),
    ],
    ...(active && {
      remove: () => editor.chain().focus().extendMarkRange("link").unsetMark("link").run(),
    }),
    done: ({ href = "", text: shown }) => {
      const address = completed(href);
      if (!isSafe(address)) return UNSAFE;
      const chain = editor.chain().focus();
      if (empty && !active) {
        const marks = [{ type: "link", attrs: { href: address } }];
        chain.insertContent({ type: "text", text: shown || address, marks }).run();
      } else {
        chain.extendMarkRange("link").setMark("link", { href: address }).run();
      }
      return undefined;
    },
  });
}

function askImage(editor: Editor): void {
  ask({
    title: "Picture",
    fields: [
      { name: "src", label: "Address of the picture", value: "", required: true },
      {
        name: "alt",
        label: "What it shows, for those who cannot see it",
        value: "",
        required: true,
      },
    ],
    done: ({ src = "", alt = "" }) => {
      const address = completed(src);
      if (!/^(https?:\/\/|\/(?!\/))/i.test(address))
        return "The address of a picture begins with https:// or /.";
      editor
        .chain()
        .focus()
        .insertContent({ type: "image", attrs: { src: address, alt } })
        .run();
      return undefined;
    },
  });
}

function askFormula(editor: Editor): void {
  ask({
    title: "Formula",
    fields: [{ name: "latex", label: "In LaTeX, such as \\frac{a}{b}", value: "", required: true }],
    done: async ({ latex = "" }) => {
      const problem = await formulaProblem(latex);
      if (problem) return problem;
      const attrs = { latex, display: false };
      editor.chain().focus().insertContent({ type: "math", attrs }).run();
      return undefined;
    },
  });
}

export const dialogs: Dialogs = { link: askLink, image: askImage, formula: askFormula };

/** What the bar beside the caret holds, for each thing that it may stand beside. */

import { type Editor, getMarkRange, type Range } from "@tiptap/core";
import { deleteSelection } from "@tiptap/pm/commands";
import { type Command, NodeSelection, TextSelection, type Transaction } from "@tiptap/pm/state";
import down from "lucide-static/icons/arrow-down.svg?raw";
import up from "lucide-static/icons/arrow-up.svg?raw";
import copy from "lucide-static/icons/copy.svg?raw";
import open from "lucide-static/icons/external-link.svg?raw";
import gone from "lucide-static/icons/trash-2.svg?raw";
import unlink from "lucide-static/icons/unlink.svg?raw";
import { onKey } from "../behaviours/keys";
import { languages } from "../code/languages";
import { groups, remark } from "./actions";
import { completed, dialogs, UNSAFE } from "./dialogs";
import { footnotePart } from "./footnote";
import { formulaProblem } from "./formula";
import { draw } from "./icon";
import { isSafe } from "./marks/link";
import { move } from "./move";
import { styleChoice } from "./style-choice";
import { tool } from "./tool";

export interface Part {
  label: string;
  fits: (editor: Editor) => boolean;
  /** What it stands beside. */
  range: (editor: Editor) => Range;
  /** Below what one goes on writing in, so that the line above stays in sight; above otherwise. */
  placement?: "bottom";
  /** Changes when the controls have to be drawn anew. */
  about: (editor: Editor) => string;
  draw: (editor: Editor, back: () => void) => { controls: Node[]; refresh?: () => void };
}

const selected = ({ state }: Editor): Range => state.selection;

const marks: Part = {
  label: "Format what is selected",
  fits: (editor) => {
    const { selection, doc } = editor.state;
    const words = doc.textBetween(selection.from, selection.to).trim();
    return selection instanceof TextSelection && words !== "" && !editor.isActive("codeBlock");
  },
  range: selected,
  about: () => "",
  draw: (editor) => {
    const [actions = []] = groups;
    const buttons = [...actions, remark].map((action) => ({
      action,
      button: tool(action, () => action.run(editor, dialogs)),
    }));
    const kind = styleChoice(() => editor);
    const refresh = () => {
      kind.show(editor);
      for (const { action, button } of buttons)
        if (action.active) button.setAttribute("aria-pressed", String(action.active(editor)));
    };
    return { controls: [kind.select, ...buttons.map(({ button }) => button)], refresh };
  },
};

function linkRange({ state, schema }: Editor): Range | undefined {
  const { link } = schema.marks;
  return (link && getMarkRange(state.selection.$from, link)) || undefined;
}

const link: Part = {
  label: "Link",
  fits: (editor) => editor.state.selection.empty && linkRange(editor) !== undefined,
  range: (editor) => linkRange(editor) ?? selected(editor),
  about: (editor) => `${editor.getAttributes("link").href}`,
  draw: (editor, back) => {
    const { href = "" } = editor.getAttributes("link");
    const { field, problem } = input("Address", href, back, (value) => {
      const address = completed(value);
      if (address !== "" && !isSafe(address)) return UNSAFE;
      relink(editor, address || null);
      return undefined;
    });
    const remove = tool({ name: "Remove the link", icon: unlink }, () => relink(editor, null));
    return { controls: [field, way(href), remove, problem] };
  },
};

/** Gives the link around the caret another address, or none; the caret stays where it is. */
function relink(editor: Editor, href: string | null): void {
  const { link } = editor.schema.marks;
  const range = linkRange(editor);
  if (!link || !range) return;
  const change = ({ tr }: { tr: Transaction }) => {
    if (href === null) tr.removeMark(range.from, range.to, link);
    else tr.addMark(range.from, range.to, link.create({ href }));
    return true;
  };
  editor.chain().focus().command(change).run();
}

function wikiNode({ state }: Editor) {
  const { selection } = state;
  const chosen = selection instanceof NodeSelection ? selection.node : undefined;
  return chosen?.type.name === "wikiLink" ? chosen : undefined;
}

const wiki: Part = {
  label: "Link to an article",
  fits: (editor) => wikiNode(editor) !== undefined,
  range: selected,
  about: (editor) => JSON.stringify(wikiNode(editor)?.attrs),
  draw: (editor, back) => {
    const { title, label } = wikiNode(editor)?.attrs ?? {};
    const { field } = input("Shown as", label ?? title, back, (value) => {
      const shown = value === "" || value === title ? null : value;
      change(editor, "label", shown);
      return undefined;
    });
    const remove = tool({ name: "Remove the link", icon: unlink }, () =>
      editor
        .chain()
        .focus()
        .insertContent(label ?? title)
        .run(),
    );
    return { controls: [field, way(`/search?q=${encodeURIComponent(title)}`), remove] };
  },
};

/** Changes an attribute of the node that is selected, and leaves it selected. */
function change(editor: Editor, name: string, value: unknown): void {
  changeAt(editor, editor.state.selection.from, name, value);
}

function changeAt(editor: Editor, at: number, name: string, value: unknown): void {
  // Meanwhile it may have gone.
  if (!(name in (editor.state.doc.nodeAt(at)?.attrs ?? {}))) return;
  editor.commands.command(({ tr }) => Boolean(tr.setNodeAttribute(at, name, value)));
}

function mathNode({ state }: Editor) {
  const { selection } = state;
  const chosen = selection instanceof NodeSelection ? selection.node : undefined;
  return chosen?.type.name === "math" ? chosen : undefined;
}

const math: Part = {
  label: "Formula",
  fits: (editor) => mathNode(editor) !== undefined,
  range: selected,
  about: (editor) => JSON.stringify(mathNode(editor)?.attrs),
  draw: (editor, back) => {
    const { latex, display } = mathNode(editor)?.attrs ?? {};
    const { field, problem } = input("Formula in LaTeX", latex, back, async (value) => {
      const { from } = editor.state.selection;
      const wrong = value === "" ? "A formula is needed." : await formulaProblem(value);
      if (!wrong) changeAt(editor, from, "latex", value);
      return wrong;
    });
    const alone = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", checked: display });
    box.addEventListener("change", () => change(editor, "display", box.checked));
    alone.append(box, " on its own line");
    return { controls: [field, alone, problem] };
  },
};

function imageNode({ state }: Editor) {
  const { selection } = state;
  const chosen = selection instanceof NodeSelection ? selection.node : undefined;
  return chosen?.type.name === "image" ? chosen : undefined;
}

const image: Part = {
  label: "Picture",
  fits: (editor) => imageNode(editor) !== undefined,
  range: selected,
  about: (editor) => JSON.stringify(imageNode(editor)?.attrs),
  draw: (editor, back) => {
    const { alt } = imageNode(editor)?.attrs ?? {};
    const { field } = input("What does the picture show?", alt, back, (value) => {
      change(editor, "alt", value);
      return undefined;
    });
    field.placeholder = "What does the picture show?";
    return { controls: [field] };
  },
};

const code: Part = {
  label: "Code block",
  fits: (editor) => editor.isActive("codeBlock"),
  range: ({ state }) => {
    const { $from } = state.selection;
    return { from: $from.start(), to: $from.start() };
  },
  about: (editor) => `${editor.getAttributes("codeBlock").language ?? ""}`,
  draw: (editor) => {
    const choice = document.createElement("select");
    choice.className = "select small";
    choice.setAttribute("aria-label", "Language of the code");
    const present: string = editor.getAttributes("codeBlock").language ?? "";
    const known = languages.some(([name]) => name === present);
    const other: typeof languages = known || present === "" ? [] : [[present, present]];
    const all: typeof languages = [["", "Plain text"], ...languages, ...other];
    choice.append(...all.map(([name, title]) => new Option(title, name)));
    choice.value = present;
    choice.addEventListener("change", () => {
      const language = choice.value || null;
      editor.chain().focus().updateAttributes("codeBlock", { language }).run();
    });
    return { controls: [choice] };
  },
};

/** A field that takes effect with Enter and when it is left. */
function input(
  label: string,
  value: string,
  back: () => void,
  apply: (value: string) => string | undefined | Promise<string | undefined>,
) {
  const field = document.createElement("input");
  Object.assign(field, { className: "input", autocomplete: "off", spellcheck: false });
  // What a reset brings back.
  field.defaultValue = value;
  field.setAttribute("aria-label", label);
  const problem = document.createElement("p");
  problem.className = "field-error";
  problem.setAttribute("role", "alert");
  const take = async () => {
    const given = field.value.trim();
    const wrong = given === field.defaultValue ? undefined : await apply(given);
    if (!wrong) field.defaultValue = given;
    problem.textContent = wrong ?? "";
    field.setAttribute("aria-invalid", String(wrong !== undefined));
    return !wrong;
  };
  onKey(field, async (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (await take()) back();
  });
  field.addEventListener("change", () => void take());
  return { field, problem };
}

/** Opens what a link leads to, beside the text that is being written. */
function way(href: string): HTMLAnchorElement {
  const anchor = document.createElement("a");
  Object.assign(anchor, { href, target: "_blank", rel: "noopener noreferrer", className: "tool" });
  anchor.title = "Open in a new tab";
  anchor.setAttribute("aria-label", "Open in a new tab");
  anchor.append(draw(open));
  return anchor;
}

/** What can be done with a block as a whole. */
const block: Part = {
  label: "Block",
  fits: ({ state: { selection } }) => selection instanceof NodeSelection && selection.node.isBlock,
  range: selected,
  about: () => "",
  draw: (editor) => {
    const apply = (command: Command) => () => {
      editor.view.focus();
      command(editor.state, editor.view.dispatch);
    };
    const double: Command = ({ selection, tr }, dispatch) => {
      if (!(selection instanceof NodeSelection)) return false;
      dispatch?.(tr.insert(selection.to, selection.node).scrollIntoView());
      return true;
    };
    return {
      controls: [
        tool({ name: "Move up", icon: up, keys: "Alt+↑" }, apply(move(-1))),
        tool({ name: "Move down", icon: down, keys: "Alt+↓" }, apply(move(1))),
        tool({ name: "Duplicate", icon: copy }, apply(double)),
        tool({ name: "Remove", icon: gone, keys: "Del" }, apply(deleteSelection)),
      ],
    };
  },
};

/** The first that fits comes up. */
export const parts: Part[] = [wiki, math, image, marks, block, code, link, footnotePart];

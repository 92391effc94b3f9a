/** What the toolbar can do: exactly what the schema allows. */

import type { Editor } from "@tiptap/core";
import down from "lucide-static/icons/arrow-down-from-line.svg?raw";
import toLeft from "lucide-static/icons/arrow-left-from-line.svg?raw";
import toRight from "lucide-static/icons/arrow-right-from-line.svg?raw";
import up from "lucide-static/icons/arrow-up-from-line.svg?raw";
import footnote from "lucide-static/icons/asterisk.svg?raw";
import rowAfter from "lucide-static/icons/between-horizontal-end.svg?raw";
import rowBefore from "lucide-static/icons/between-horizontal-start.svg?raw";
import columnAfter from "lucide-static/icons/between-vertical-end.svg?raw";
import columnBefore from "lucide-static/icons/between-vertical-start.svg?raw";
import bold from "lucide-static/icons/bold.svg?raw";
import code from "lucide-static/icons/code.svg?raw";
import columnGone from "lucide-static/icons/columns-3.svg?raw";
import web from "lucide-static/icons/globe.svg?raw";
import heading3 from "lucide-static/icons/heading-1.svg?raw";
import heading4 from "lucide-static/icons/heading-2.svg?raw";
import heading5 from "lucide-static/icons/heading-3.svg?raw";
import image from "lucide-static/icons/image.svg?raw";
import info from "lucide-static/icons/info.svg?raw";
import italic from "lucide-static/icons/italic.svg?raw";
import lightbulb from "lucide-static/icons/lightbulb.svg?raw";
import link from "lucide-static/icons/link.svg?raw";
import bullets from "lucide-static/icons/list.svg?raw";
import tasks from "lucide-static/icons/list-checks.svg?raw";
import numbers from "lucide-static/icons/list-ordered.svg?raw";
import comment from "lucide-static/icons/message-square-plus.svg?raw";
import important from "lucide-static/icons/message-square-warning.svg?raw";
import rule from "lucide-static/icons/minus.svg?raw";
import caution from "lucide-static/icons/octagon-alert.svg?raw";
import text from "lucide-static/icons/pilcrow.svg?raw";
import again from "lucide-static/icons/redo-2.svg?raw";
import rowGone from "lucide-static/icons/rows-3.svg?raw";
import formula from "lucide-static/icons/sigma.svg?raw";
import codeBlock from "lucide-static/icons/square-code.svg?raw";
import strike from "lucide-static/icons/strikethrough.svg?raw";
import subscript from "lucide-static/icons/subscript.svg?raw";
import superscript from "lucide-static/icons/superscript.svg?raw";
import table from "lucide-static/icons/table.svg?raw";
import alignCenter from "lucide-static/icons/text-align-center.svg?raw";
import alignRight from "lucide-static/icons/text-align-end.svg?raw";
import alignLeft from "lucide-static/icons/text-align-start.svg?raw";
import quote from "lucide-static/icons/text-quote.svg?raw";
import gone from "lucide-static/icons/trash-2.svg?raw";
import warning from "lucide-static/icons/triangle-alert.svg?raw";
import back from "lucide-static/icons/undo-2.svg?raw";
import diagram from "lucide-static/icons/workflow.svg?raw";
import { redo, undo } from "y-prosemirror";
import { pick } from "./files";
import { addFootnote } from "./footnote";
import {
  addColumn,
  addRow,
  alignColumn,
  deleteColumn,
  deleteRow,
  deleteTable,
  insertTable,
  moveColumn,
  moveRow,
} from "./table-commands";

export interface Action {
  name: string;
  icon: string;
  keys?: string;
  run: (editor: Editor, dialogs: Dialogs) => void;
  active?: (editor: Editor) => boolean;
  /** Only shown while the caret is in a table. */
  inTable?: boolean;
  /** May stand in the cell of a table. */
  inCell?: boolean;
  /** The Markdown that does the same. */
  hint?: string;
  /** Other words that somebody may look for it by. */
  words?: string;
}

/** What asks a person for more than a click. */
export interface Dialogs {
  link: (editor: Editor) => void;
  image: (editor: Editor) => void;
  formula: (editor: Editor) => void;
}

const mark = (name: string, title: string, icon: string, keys: string): Action => ({
  name: title,
  icon,
  keys,
  run: (editor) => editor.chain().focus().toggleMark(name).run(),
  active: (editor) => editor.isActive(name),
});

type Shown = Pick<Action, "icon" | "keys" | "hint" | "words">;

const list = (name: string, item: string, title: string, shown: Shown): Action => ({
  name: title,
  ...shown,
  run: (editor) => editor.chain().focus().toggleList(name, item).run(),
  active: (editor) => editor.isActive(name),
});

type Run = Parameters<typeof insertTable>[1];
const command = (
  title: string,
  icon: string,
  apply: typeof insertTable,
  inTable = true,
): Action => ({
  name: title,
  icon,
  inTable,
  run: (editor) => {
    editor.view.focus();
    apply(editor.state, editor.view.dispatch as Run);
  },
});

export const lists: Action[] = [
  list("bulletList", "listItem", "Bulleted list", {
    icon: bullets,
    keys: "Ctrl+Shift+8",
    hint: "-",
    words: "unordered points",
  }),
  list("orderedList", "listItem", "Numbered list", {
    icon: numbers,
    keys: "Ctrl+Shift+7",
    hint: "1.",
    words: "ordered steps",
  }),
  list("taskList", "taskItem", "Task list", {
    icon: tasks,
    keys: "Ctrl+Shift+9",
    hint: "[ ]",
    words: "todo checklist",
  }),
];

export const inserts: Action[] = [
  { ...command("Insert a table", table, insertTable, false), words: "grid" },
  {
    name: "Insert a picture or file",
    icon: image,
    inCell: true,
    words: "image photo upload attachment pdf",
    run: pick,
  },
  {
    name: "Insert a picture from the web",
    icon: web,
    inCell: true,
    words: "image address url",
    run: (editor, dialogs) => dialogs.image(editor),
  },
  {
    name: "Insert a formula",
    icon: formula,
    inCell: true,
    hint: "$",
    words: "math equation latex",
    run: (editor, dialogs) => dialogs.formula(editor),
  },
  {
    name: "Insert a footnote",
    icon: footnote,
    inCell: true,
    hint: "[^1]",
    words: "note",
    run: addFootnote,
  },
  {
    name: "Insert a rule",
    icon: rule,
    hint: "---",
    words: "line divider separator",
    run: (editor) => editor.chain().focus().insertContent({ type: "horizontalRule" }).run(),
  },
];

/** Said to the page: comments stand beside the text, not in it. */
export const remark: Action = {
  name: "Comment",
  icon: comment,
  keys: "Ctrl+Alt+M",
  run: (editor) => editor.view.dom.dispatchEvent(new CustomEvent("comment", { bubbles: true })),
};

export const groups: Action[][] = [
  [
    mark("bold", "Bold", bold, "Ctrl+B"),
    mark("italic", "Italic", italic, "Ctrl+I"),
    mark("strike", "Strike through", strike, "Ctrl+Shift+S"),
    mark("superscript", "Superscript", superscript, "Ctrl+."),
    mark("subscript", "Subscript", subscript, "Ctrl+,"),
    mark("code", "Code", code, "Ctrl+E"),
    {
      name: "Link",
      icon: link,
      keys: "Ctrl+K",
      run: (editor, dialogs) => dialogs.link(editor),
      active: (editor) => editor.isActive("link"),
    },
  ],
  lists,
  inserts,
  [
    { name: "Undo", icon: back, keys: "Ctrl+Z", run: (editor) => undo(editor.state) },
    { name: "Redo", icon: again, keys: "Ctrl+Y", run: (editor) => redo(editor.state) },
  ],
  [
    command("Add a row above", rowBefore, addRow(0)),
    command("Add a row below", rowAfter, addRow(1)),
    command("Add a column to the left", columnBefore, addColumn(0)),
    command("Add a column to the right", columnAfter, addColumn(1)),
    command("Move the row up", up, moveRow(-1)),
    command("Move the row down", down, moveRow(1)),
    command("Move the column left", toLeft, moveColumn(-1)),
    command("Move the column right", toRight, moveColumn(1)),
    command("Remove this row", rowGone, deleteRow),
    command("Remove this column", columnGone, deleteColumn),
    command("Align the column left", alignLeft, alignColumn("left")),
    command("Centre the column", alignCenter, alignColumn("center")),
    command("Align the column right", alignRight, alignColumn("right")),
    command("Remove the table", gone, deleteTable),
  ],
];

export interface Style extends Pick<Action, "icon" | "hint" | "words"> {
  value: string;
  title: string;
  apply: (editor: Editor) => void;
  active: (editor: Editor) => boolean;
}

const heading = (level: number, title: string, icon: string): Style => ({
  value: `heading-${level}`,
  title,
  icon,
  hint: "#".repeat(level - 2),
  words: "title",
  apply: (editor) => editor.chain().focus().clearNodes().setNode("heading", { level }).run(),
  active: (editor) => editor.isActive("heading", { level }),
});

const alert = (kind: string, title: string, icon: string): Style => ({
  value: kind,
  title,
  icon,
  words: "alert callout box",
  apply: (editor) => editor.chain().focus().clearNodes().wrapIn("alert", { kind }).run(),
  active: (editor) => editor.isActive("alert", { kind }),
});

/** Something to change, which is easier than something to begin. */
const FIRST_DIAGRAM = "flowchart LR\n  Begin --> Next --> End";

/** What kind of block the caret is in; the first that fits is shown. */
export const styles: Style[] = [
  heading(3, "Heading", heading3),
  heading(4, "Smaller heading", heading4),
  heading(5, "Smallest heading", heading5),
  {
    value: "diagram",
    title: "Diagram",
    icon: diagram,
    hint: "```mermaid",
    words: "mermaid chart flow graph sequence",
    apply: (editor) => {
      const language = "mermaid";
      const begun = editor.chain().focus().clearNodes().setNode("codeBlock", { language });
      if (editor.state.selection.$from.parent.textContent) begun.run();
      else begun.insertContent({ type: "text", text: FIRST_DIAGRAM }).run();
    },
    active: (editor) => editor.isActive("codeBlock", { language: "mermaid" }),
  },
  {
    value: "code",
    title: "Code block",
    icon: codeBlock,
    hint: "```",
    words: "program",
    apply: (editor) => editor.chain().focus().clearNodes().setNode("codeBlock").run(),
    active: (editor) => editor.isActive("codeBlock"),
  },
  alert("note", "Note", info),
  alert("tip", "Tip", lightbulb),
  alert("important", "Important", important),
  alert("warning", "Warning", warning),
  alert("caution", "Caution", caution),
  {
    value: "quote",
    title: "Quotation",
    icon: quote,
    hint: ">",
    words: "blockquote cite",
    apply: (editor) => editor.chain().focus().clearNodes().wrapIn("blockquote").run(),
    active: (editor) => editor.isActive("blockquote"),
  },
  {
    value: "text",
    title: "Text",
    icon: text,
    words: "plain paragraph",
    apply: (editor) => editor.chain().focus().clearNodes().run(),
    active: () => true,
  },
];

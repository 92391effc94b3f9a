/** What the toolbar can do: exactly what the schema allows. */

import type { Editor } from "@tiptap/core";
import rowAfter from "lucide-static/icons/between-horizontal-end.svg?raw";
import columnAfter from "lucide-static/icons/between-vertical-end.svg?raw";
import bold from "lucide-static/icons/bold.svg?raw";
import code from "lucide-static/icons/code.svg?raw";
import columnGone from "lucide-static/icons/columns-3.svg?raw";
import image from "lucide-static/icons/image.svg?raw";
import italic from "lucide-static/icons/italic.svg?raw";
import link from "lucide-static/icons/link.svg?raw";
import bullets from "lucide-static/icons/list.svg?raw";
import tasks from "lucide-static/icons/list-checks.svg?raw";
import numbers from "lucide-static/icons/list-ordered.svg?raw";
import rule from "lucide-static/icons/minus.svg?raw";
import again from "lucide-static/icons/redo-2.svg?raw";
import rowGone from "lucide-static/icons/rows-3.svg?raw";
import strike from "lucide-static/icons/strikethrough.svg?raw";
import footnote from "lucide-static/icons/superscript.svg?raw";
import table from "lucide-static/icons/table.svg?raw";
import alignCenter from "lucide-static/icons/text-align-center.svg?raw";
import alignRight from "lucide-static/icons/text-align-end.svg?raw";
import alignLeft from "lucide-static/icons/text-align-start.svg?raw";
import gone from "lucide-static/icons/trash-2.svg?raw";
import back from "lucide-static/icons/undo-2.svg?raw";
import { redo, undo } from "y-prosemirror";
import {
  addColumn,
  addRow,
  alignColumn,
  deleteColumn,
  deleteRow,
  deleteTable,
  insertTable,
} from "./table-commands";

export interface Action {
  name: string;
  icon: string;
  keys?: string;
  run: (editor: Editor, dialogs: Dialogs) => void;
  active?: (editor: Editor) => boolean;
  /** Only shown while the caret is in a table. */
  inTable?: boolean;
}

/** What asks a person for more than a click. */
export interface Dialogs {
  link: (editor: Editor) => void;
  image: (editor: Editor) => void;
}

const mark = (name: string, title: string, icon: string, keys: string): Action => ({
  name: title,
  icon,
  keys,
  run: (editor) => editor.chain().focus().toggleMark(name).run(),
  active: (editor) => editor.isActive(name),
});

const list = (name: string, item: string, title: string, icon: string, keys: string): Action => ({
  name: title,
  icon,
  keys,
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

/** Adds a numbered reference at the caret and its text at the end of the section. */
function addFootnote(editor: Editor): void {
  const labels = new Set<string>();
  editor.state.doc.descendants((node) => {
    if (node.type.name === "footnoteDefinition") labels.add(String(node.attrs.label));
  });
  let label = 1;
  while (labels.has(String(label))) label += 1;
  const definition = {
    type: "footnoteDefinition",
    attrs: { label: String(label) },
    content: [{ type: "paragraph" }],
  };
  editor
    .chain()
    .focus()
    .insertContent({ type: "footnoteReference", attrs: { label: String(label) } })
    .command(({ tr, state }) => {
      const node = state.schema.nodeFromJSON(definition);
      tr.insert(tr.doc.content.size, node);
      return true;
    })
    .focus("end")
    .run();
}

export const groups: Action[][] = [
  [
    mark("bold", "Bold", bold, "Ctrl+B"),
    mark("italic", "Italic", italic, "Ctrl+I"),
    mark("strike", "Strike through", strike, "Ctrl+Shift+S"),
    mark("code", "Code", code, "Ctrl+E"),
    {
      name: "Link",
      icon: link,
      keys: "Ctrl+K",
      run: (editor, dialogs) => dialogs.link(editor),
      active: (editor) => editor.isActive("link"),
    },
  ],
  [
    list("bulletList", "listItem", "Bulleted list", bullets, "Ctrl+Shift+8"),
    list("orderedList", "listItem", "Numbered list", numbers, "Ctrl+Shift+7"),
    list("taskList", "taskItem", "Task list", tasks, "Ctrl+Shift+9"),
  ],
  [
    command("Insert a table", table, insertTable, false),
    { name: "Insert a picture", icon: image, run: (editor, dialogs) => dialogs.image(editor) },
    { name: "Insert a footnote", icon: footnote, run: addFootnote },
    {
      name: "Insert a rule",
      icon: rule,
      run: (editor) => editor.chain().focus().insertContent({ type: "horizontalRule" }).run(),
    },
  ],
  [
    { name: "Undo", icon: back, keys: "Ctrl+Z", run: (editor) => undo(editor.state) },
    { name: "Redo", icon: again, keys: "Ctrl+Y", run: (editor) => redo(editor.state) },
  ],
  [
    command("Add a row below", rowAfter, addRow(1)),
    command("Add a column to the right", columnAfter, addColumn(1)),
    command("Remove this row", rowGone, deleteRow),
    command("Remove this column", columnGone, deleteColumn),
    command("Align the column left", alignLeft, alignColumn("left")),
    command("Centre the column", alignCenter, alignColumn("center")),
    command("Align the column right", alignRight, alignColumn("right")),
    command("Remove the table", gone, deleteTable),
  ],
];

export interface Style {
  value: string;
  title: string;
  apply: (editor: Editor) => void;
  active: (editor: Editor) => boolean;
}

const heading = (level: number, title: string): Style => ({
  value: `heading-${level}`,
  title,
  apply: (editor) => editor.chain().focus().clearNodes().setNode("heading", { level }).run(),
  active: (editor) => editor.isActive("heading", { level }),
});

const alert = (kind: string, title: string): Style => ({
  value: kind,
  title,
  apply: (editor) => editor.chain().focus().clearNodes().wrapIn("alert", { kind }).run(),
  active: (editor) => editor.isActive("alert", { kind }),
});

/** What kind of block the caret is in; the first that fits is shown. */
export const styles: Style[] = [
  heading(3, "Heading"),
  heading(4, "Smaller heading"),
  heading(5, "Smallest heading"),
  {
    value: "code",
    title: "Code block",
    apply: (editor) => editor.chain().focus().clearNodes().setNode("codeBlock").run(),
    active: (editor) => editor.isActive("codeBlock"),
  },
  alert("note", "Note"),
  alert("tip", "Tip"),
  alert("important", "Important"),
  alert("warning", "Warning"),
  alert("caution", "Caution"),
  {
    value: "quote",
    title: "Quotation",
    apply: (editor) => editor.chain().focus().clearNodes().wrapIn("blockquote").run(),
    active: (editor) => editor.isActive("blockquote"),
  },
  {
    value: "text",
    title: "Text",
    apply: (editor) => editor.chain().focus().clearNodes().run(),
    active: () => true,
  },
];

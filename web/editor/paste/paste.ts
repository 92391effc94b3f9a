/** Pasting and dropping: cleaned to what a section can hold, and what was lost is told. */

import { type Editor, Extension } from "@tiptap/core";
import {
  DOMSerializer,
  type Fragment,
  DOMParser as Parser,
  type Schema,
  Slice,
} from "@tiptap/pm/model";
import { Plugin, TextSelection, type Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import type { UndoManager } from "yjs";
import { dragged } from "../dragged";
import { bringFiles, filesOf, take } from "../files";
import { placeOf } from "../table-commands";
import { tell } from "../toast";
import { fromLines, fromTabs, pasteIntoTable } from "./cell";
import { clean, type Foreign, MARK, OURS, type Picture } from "./clean";
import { differences, readContent, Words } from "./compare";
import { isForeign } from "./is-foreign";
import { apart, freed } from "./labels";
import { Lost } from "./lost";
import { format, looksLikeMarkdown } from "./markdown";

/** More formatted text than this at once is pasted without its format. */
const MOST_HTML = 2_000_000;
/** More text than this is not pasted at all: it is a document to be imported. */
const MOST_TEXT = 400_000;
/** Pictures inside of the HTML, as letters; each is measured again as a file. */
const MOST_PICTURES = 100_000_000;
/** The formats in which text is pasted. */
const TEXT_TYPES = ["text/html", "text/plain"] as const;

function size(characters: number): string {
  return `${(characters / 1_000_000).toFixed(1)} million characters`;
}

/** Takes over a paste that is too much at once; says whether it did. */
function bounded(view: EditorView, event: ClipboardEvent): boolean {
  const html = event.clipboardData?.getData("text/html") ?? "";
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!view.editable || (html.length <= MOST_HTML && text.length <= MOST_TEXT)) return false;
  const formats = withoutPictures(html).length;
  const pictures = html.length - formats;
  if (formats <= MOST_HTML && pictures <= MOST_PICTURES && text.length <= MOST_TEXT) return false;
  event.preventDefault();
  if (text.length > MOST_TEXT) {
    tell([`This is too much to paste at once (${size(text.length)}). Paste it in parts.`]);
  } else {
    view.pasteText(text, event);
    tell([
      formats > MOST_HTML
        ? `There is too much formatting (${size(formats)}), so the text came without it.`
        : `The pictures are too large (${Math.ceil(pictures / 1_000_000)} MB), so the text came without them and without formatting.`,
    ]);
  }
  return true;
}

/** HTML without the pictures that are part of it: they are files, not formatting. */
export function withoutPictures(html: string): string {
  return html.replace(/data:image\/[^"'\s>]*/gi, "");
}

/** Inserts a text with marks for its pictures, and lets these come where the marks stood. */
function insertWith(editor: Editor, slice: Slice, pictures: Picture[]): void {
  const { blocks, notes } = apart(freed(slice.content, editor.state.doc));
  const open =
    notes.length > 0
      ? new Slice(blocks, slice.openStart, 0)
      : new Slice(blocks, slice.openStart, slice.openEnd);
  const tr = editor.state.tr.replaceSelection(open);
  if (notes.length > 0) tr.insert(tr.doc.content.size, notes);
  dispatchWith(editor, tr.setMeta("paste", true).setMeta("uiEvent", "paste"), pictures);
}

/** Makes a change with marks for pictures, which come where the marks stand. */
export function dispatchWith(editor: Editor, tr: Transaction, pictures: Picture[]): void {
  const places: { at: number; picture: Picture | undefined }[] = [];
  const marks: [from: number, to: number][] = [];
  tr.doc.descendants((node, at) => {
    for (const { index, 0: mark, 1: number } of (node.text ?? "").matchAll(MARK)) {
      const before = marks.reduce((sum, [from, to]) => sum + to - from, 0);
      places.push({ at: at + index - before, picture: pictures[Number(number)] });
      marks.push([at + index, at + index + mark.length]);
    }
  });
  for (const [from, to] of marks.reverse()) tr.delete(from, to);
  editor.view.dispatch(tr.scrollIntoView());
  for (const { at, picture } of places) if (picture) take(editor, [picture.file], at, picture.alt);
}

/** Whether what is pasted is to be read as Markdown. */
function isMarkdown(view: EditorView, { clipboardData }: ClipboardEvent): boolean {
  if (!clipboardData || view.state.selection.$from.parent.type.spec.code) return false;
  // An editor for programs gives its colours along, which say nothing.
  const formatted =
    clipboardData.types.includes("text/html") &&
    !clipboardData.types.includes("vscode-editor-data");
  return !formatted && looksLikeMarkdown(clipboardData.getData("text/plain"));
}

/** What reads formulas and symbol fonts; loaded with the first text that has some. */
let foreign: Foreign | undefined;

/** Takes over a paste for which something is loaded first; says whether it did. */
function waits(view: EditorView, event: ClipboardEvent): boolean {
  const html = event.clipboardData?.getData("text/html") ?? "";
  if (foreign || !view.editable || !event.clipboardData || !isForeign(html)) return false;
  event.preventDefault();
  const again = pasteOf(event.clipboardData, TEXT_TYPES);
  import("./foreign").then(
    (loaded) => {
      foreign = loaded;
      if (!view.isDestroyed) view.dom.dispatchEvent(again);
    },
    () =>
      tell([
        "This text has formulas or symbol fonts; what reads them could not be loaded. Try again once the network is back.",
      ]),
  );
  return true;
}

/** Pastes what is dropped from outside the page where it is dropped; says whether it did. */
function pastesDrop(view: EditorView, event: DragEvent): boolean {
  const { dataTransfer } = event;
  if (!view.editable || !dataTransfer || view.dragging || dragged.block) return false;
  const types = TEXT_TYPES.filter((type) => dataTransfer.types.includes(type));
  if (types.length === 0 || filesOf(dataTransfer).length > 0) return false;
  const at = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos;
  if (at === undefined) return false;
  event.preventDefault();
  const { tr } = view.state;
  view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(at))));
  view.focus();
  view.dom.dispatchEvent(pasteOf(dataTransfer, types));
  return true;
}

/** A paste with the text of an event; the browser empties what the event holds once it is over. */
function pasteOf(given: DataTransfer, types: readonly string[]): ClipboardEvent {
  const clipboardData = new DataTransfer();
  for (const type of types) clipboardData.setData(type, given.getData(type));
  return new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
}

/** Marks what is copied here, so that it comes back as it is. */
function ours(schema: Schema): DOMSerializer {
  const serializer = DOMSerializer.fromSchema(schema);
  const made = new DOMSerializer(serializer.nodes, serializer.marks);
  made.serializeFragment = (...given) => {
    const copied = serializer.serializeFragment(...given);
    if (copied.firstChild instanceof Element) copied.firstChild.setAttribute(OURS, "");
    return copied;
  };
  return made;
}

function parsed(html: string, schema: Schema): Fragment {
  const page = new DOMParser().parseFromString(html, "text/html");
  return Parser.fromSchema(schema).parse(page.body).content;
}

/** Pastes into the table that has the caret; words of one line are left to ProseMirror. */
function intoTable(
  editor: Editor,
  content: Fragment,
  pictures: Picture[],
  history: UndoManager,
): string[] | undefined {
  const { selection, tr } = editor.state;
  const { $from, $to } = selection;
  const isLine = content.childCount === 1 && content.firstChild?.type.name === "paragraph";
  if (content.size === 0 || (isLine && $from.sameParent($to) && pictures.length === 0))
    return undefined;
  const lost = new Lost();
  const free = freed(content, editor.state.doc);
  if (!pasteIntoTable(tr, $from.pos, $to.pos, free, lost)) return undefined;
  bringFiles(editor, content);
  history.stopCapturing();
  dispatchWith(editor, tr.setMeta("paste", true).setMeta("uiEvent", "paste"), pictures);
  history.stopCapturing();
  return lost.sentences();
}

/** Drops blocks that are moved within the page into the cell under the mouse; says whether it did. */
export function dropIntoTable(
  editor: Editor,
  event: DragEvent,
  slice: Slice,
  moved: boolean,
): boolean {
  const { state, view } = editor;
  const at = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos;
  const isLine =
    slice.content.childCount === 1 && slice.content.firstChild?.type.name === "paragraph";
  if (at === undefined || slice.content.size === 0 || isLine) return false;
  const { tr } = state;
  const content = moved ? slice.content : freed(slice.content, state.doc);
  if (moved) tr.deleteSelection();
  const place = tr.mapping.map(at);
  const lost = new Lost();
  if (!pasteIntoTable(tr, place, place, content, lost)) return false;
  view.dispatch(tr.setMeta("uiEvent", "drop"));
  const sentences = lost.sentences();
  if (sentences.length > 0) tell(["Moved.", ...sentences]);
  return true;
}

export const Paste = Extension.create<{ history: UndoManager }>({
  name: "paste",
  addProseMirrorPlugins() {
    const { history } = this.options;
    /** Ctrl-Shift-V asks for the text as it is. */
    let plain = false;
    const asked = (_: EditorView, event: KeyboardEvent) => {
      plain = event.shiftKey;
    };
    let inserting = false;
    /** The pictures of what is being pasted. */
    let inside: Picture[] = [];
    /** Its blocks, for a table. */
    let blocks: Fragment | undefined;
    /** Its words. */
    let source: Words | undefined;
    /** What is to be said about it once it is there. */
    let said: string[] = [];
    const say = (sentences: string[]) => {
      if (sentences.length === 0) return;
      if (said.length === 0) queueMicrotask(() => tell(["Pasted.", ...said.splice(0)]));
      said = [...said, ...sentences];
    };
    const { editor } = this;
    return [
      new Plugin({
        props: {
          handleDOMEvents: {
            paste: (view, event) => bounded(view, event) || waits(view, event),
            drop: pastesDrop,
            keydown: asked,
            keyup: asked,
          },
          handlePaste: (view, event, slice) => {
            const pictures = inside.splice(0);
            const cleaned = blocks;
            blocks = undefined;
            const text = event.clipboardData?.getData("text/plain") ?? "";
            const asText = plain || inserting || !event.clipboardData?.types.includes("text/html");
            if (filesOf(event.clipboardData).length > 0) return false;
            const markdown = !plain && !inserting && isMarkdown(view, event);
            if (!markdown) {
              const tabs = asText ? fromTabs(text, view.state.schema) : undefined;
              // ProseMirror has made cells of the blocks by now, as those around the caret are.
              const given = asText ? fromLines(text, view.state.schema) : cleaned;
              const content = tabs ?? given ?? slice.content;
              const told = intoTable(editor, content, pictures, history);
              if (told) {
                say(told);
                return true;
              }
            }
            const hasNotes = apart(slice.content).notes.length > 0;
            if (pictures.length > 0 || hasNotes) {
              bringFiles(editor, slice.content);
              insertWith(editor, slice, pictures);
              return true;
            }
            if (!markdown) return false;
            const { from } = view.state.selection;
            history.stopCapturing();
            inserting = true;
            view.pasteText(text, event);
            inserting = false;
            const { to } = view.state.selection;
            void format(view, text, { from, to }, history, (tr, pictures) =>
              dispatchWith(editor, tr, pictures),
            );
            return true;
          },
          transformPastedHTML: (pasted) => {
            const { html, pictures, lost, source: words } = clean(pasted, foreign);
            inside = pictures;
            source = words;
            blocks =
              words && editor.view && placeOf(editor.state.selection.$from)
                ? parsed(html, editor.schema)
                : undefined;
            say(lost);
            return html;
          },
          transformPasted: (slice) => {
            if (source) {
              const result = new Words();
              readContent(result, slice.content, inside);
              say(differences(source, result));
              source = undefined;
            }
            return slice;
          },
          clipboardSerializer: ours(editor.schema),
        },
      }),
    ];
  },
});

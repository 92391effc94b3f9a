/**
 * Pictures and files that are dropped, pasted or picked. While one is on its way a placeholder stands
 * where it will be; it is no part of the text, and keeps its place whatever others write.
 */

import { type Editor, Extension } from "@tiptap/core";
import type { Fragment } from "@tiptap/pm/model";
import { NodeSelection, Plugin, PluginKey, TextSelection } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from "y-prosemirror";
import type { RelativePosition } from "yjs";
import { Placeholder } from "./placeholder";
import { tell } from "./toast";
import { type Attachment, share, upload } from "./upload";

export interface Settings {
  article: string;
  /** The largest file that the server takes, in bytes. */
  limit: number;
}

interface Coming {
  at: RelativePosition;
  placeholder: Placeholder;
}

const key = new PluginKey<Coming[]>("files");
const settingsOf = new WeakMap<Editor, Settings>();

/** Where in the text a relative position is now; nowhere when what it stood in is gone. */
function place(view: EditorView, at: RelativePosition): number | null {
  const sync = ySyncPluginKey.getState(view.state);
  return relativePositionToAbsolutePosition(sync.doc, sync.type, at, sync.binding.mapping);
}

/** Takes files in at a place of the text; of a single picture it is asked what it shows, unless it is said. */
export function take(editor: Editor, files: Iterable<File>, at: number, alt?: string): void {
  const { view } = editor;
  const settings = settingsOf.get(editor);
  if (!settings) return;
  const all = [...files];
  for (const file of all) {
    const sync = ySyncPluginKey.getState(view.state);
    const coming: Coming = {
      at: absolutePositionToRelativePosition(at, sync.type, sync.binding.mapping),
      placeholder: new Placeholder(file.name, {
        send: (progress, signal) => send(settings, file, progress, signal),
        done: (attachment) => {
          const where = place(view, coming.at);
          show(view, (all) => all.filter((other) => other !== coming));
          if (where !== null)
            insert(editor, where, attachment, alt ?? (all.length === 1 ? undefined : ""));
        },
        gone: () => {
          show(view, (all) => all.filter((other) => other !== coming));
          view.focus();
        },
      }),
    };
    show(view, (all) => [...all, coming]);
    coming.placeholder.start();
  }
}

async function send(
  { article, limit }: Settings,
  file: File,
  progress: (part: number) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  if (file.size > limit)
    throw new Error(`“${file.name}” is too large: ${megabytes(file.size)} of ${megabytes(limit)}.`);
  return upload(article, file, file.name, progress, signal);
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / (1 << 20))} MB`;
}

function show(view: EditorView, change: (all: Coming[]) => Coming[]): void {
  if (!view.isDestroyed) view.dispatch(view.state.tr.setMeta(key, change));
}

/** Without a description it is asked for. */
function insert(editor: Editor, at: number, file: Attachment, alt: string | undefined): void {
  const { schema, tr } = editor.state;
  if (!file.media_type.startsWith("image/")) {
    const link = schema.marks.link?.create({ href: file.address });
    editor.view.dispatch(tr.insert(at, schema.text(file.name, link ? [link] : [])));
    return;
  }
  const picture = schema.nodes.image?.create({ src: file.address, alt: alt ?? "" });
  if (!picture) return;
  tr.insert(at, picture);
  // What it shows is asked for beside it.
  const found = tr.doc.nodeAt(at) ? at : at + 1;
  if (alt === undefined && editor.isFocused) tr.setSelection(NodeSelection.create(tr.doc, found));
  editor.view.dispatch(tr.scrollIntoView());
}

/** The files of ours that a text names. */
function named(content: Fragment): Set<string> {
  const found = new Set<string>();
  const look = (address: unknown) => {
    const hash = /^\/files\/([0-9a-f]{64})\//.exec(String(address))?.[1];
    if (hash) found.add(hash);
  };
  content.descendants((node) => {
    look(node.attrs.src);
    for (const mark of node.marks) look(mark.attrs.href);
  });
  return found;
}

/** What is copied from another article brings its pictures and files along. */
async function bring(article: string, hashes: Set<string>): Promise<void> {
  if (hashes.size > 0 && !(await share(article, hashes)))
    tell(["A picture or file of this text could not be taken along; others may not see it."]);
}

/** Gives the article of an editor the files that a text from another one names. */
export function bringFiles(editor: Editor, content: Fragment): void {
  const settings = settingsOf.get(editor);
  if (settings) void bring(settings.article, named(content));
}

/** The files that somebody drops or pastes, unless they come as text as well. */
export function filesOf(data: DataTransfer | null): File[] {
  if (!data || data.types.includes("text/html")) return [];
  return [...data.files];
}

export const Files = Extension.create<Settings>({
  name: "files",
  addProseMirrorPlugins() {
    const { editor } = this;
    settingsOf.set(editor, this.options);
    return [
      new Plugin<Coming[]>({
        key,
        state: {
          init: () => [],
          apply: (tr, coming) => tr.getMeta(key)?.(coming) ?? coming,
        },
        props: {
          // A picture that has just come is selected, so that its description can be given. Typing goes
          // on behind it and never replaces it.
          handleTextInput: (view, _from, _to, text) => {
            const { selection, tr } = view.state;
            if (!(selection instanceof NodeSelection) || selection.node.type.name !== "image")
              return false;
            tr.setSelection(TextSelection.near(selection.$to));
            view.dispatch(tr.insertText(text).scrollIntoView());
            return true;
          },
          decorations(state) {
            const coming = key.getState(state) ?? [];
            if (coming.length === 0 || !editor.view) return DecorationSet.empty;
            const widgets = coming.flatMap(({ at, placeholder }) => {
              const where = place(editor.view, at);
              const { dom } = placeholder;
              return where === null
                ? []
                : [Decoration.widget(where, dom, { key: placeholder.id, stopEvent: () => true })];
            });
            return DecorationSet.create(state.doc, widgets);
          },
          handlePaste: (view, { clipboardData }, slice) => {
            bringFiles(editor, slice.content);
            const files = filesOf(clipboardData);
            take(editor, files, view.state.selection.from);
            return files.length > 0;
          },
          handleDrop: (view, event) => {
            const files = filesOf(event.dataTransfer);
            const at = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos;
            take(editor, files, at ?? view.state.selection.from);
            if (files.length > 0) event.preventDefault();
            return files.length > 0;
          },
        },
      }),
    ];
  },
});

/** Lets somebody pick files from the device. */
export function pick(editor: Editor): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.addEventListener("change", () => {
    editor.view.focus();
    take(editor, input.files ?? [], editor.state.selection.from);
  });
  input.click();
}

/** One section: an editor on its fragment, its length, and "not applicable". */

import { Editor } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import type * as Y from "yjs";
import { afterPaint } from "./after-paint";
import { Binding, settle } from "./binding";
import type { Carets } from "./carets";
import { Passages } from "./comments/passages";
import type { Length, SectionInfo } from "./config";
import { Diagrams } from "./diagram";
import { content } from "./extensions";
import { type Settings as FileSettings, Files } from "./files";
import { Find } from "./find/matches";
import { Gapcursor } from "./gapcursor";
import { Drop } from "./grip";
import { Guidance } from "./guidance";
import { Hashtags } from "./hashtag";
import { Highlight } from "./highlight";
import { rangeOf } from "./length";
import { MentionCompletion } from "./mention";
import { Move } from "./move";
import { Paste } from "./paste/paste";
import { Sight } from "./sight";
import { Since } from "./since";
import { Slash } from "./slash";
import type { Names } from "./suggest/names";
import { Suggesting } from "./suggest/suggesting";
import { WikiCompletion } from "./wiki";

/** How long the length of a section may be that of a moment ago, in milliseconds. */
const UNHURRIED = 200;

export interface Surroundings {
  fragment: Y.XmlFragment;
  carets: Carets;
  history: Y.UndoManager;
  fields: Y.Map<string>;
  files: FileSettings;
  readOnly: boolean;
  onFocus: (section: Section) => void;
  onChange: () => void;
  /** Somebody does not want an optional section any more. */
  onRemove: (section: Section) => void;
  /** Comments: a passage was clicked; passages may have moved. */
  comments: { onClick: (thread: string) => void; onMove: () => void };
  suggest: { person: string; names: Names; isOn: () => boolean; onChange: () => void };
}

export class Section {
  readonly editor: Editor;
  private readonly foot = document.createElement("p");
  private readonly reason = document.createElement("input");
  private readonly excuse = document.createElement("label");
  private readonly offer = document.createElement("button");

  constructor(
    readonly info: SectionInfo,
    readonly place: HTMLElement,
    private readonly around: Surroundings,
  ) {
    const body = place.querySelector<HTMLElement>("[data-body]");
    if (!body) throw new Error(`the page has no place for section ${info.key}`);
    const element = document.createElement("div");
    this.editor = new Editor({
      element,
      injectCSS: false,
      editable: !around.readOnly,
      extensions: [
        ...content,
        Drop,
        Find,
        Gapcursor,
        Guidance.configure({ text: info.guidance }),
        Hashtags,
        Highlight,
        Move,
        Passages.configure(around.comments),
        Files.configure(around.files),
        Paste.configure({ history: around.history }),
        Sight,
        Since,
        Slash,
        Suggesting.configure(around.suggest),
        WikiCompletion,
        MentionCompletion.configure({ article: around.files.article }),
        Diagrams,
        Binding.configure({
          fragment: around.fragment,
          awareness: around.carets.of(around.fragment),
          history: around.history,
        }),
      ],
      editorProps: {
        attributes: () => ({
          role: "textbox",
          "aria-multiline": "true",
          "aria-label": info.title,
          "aria-readonly": String(!this.editor?.isEditable),
          spellcheck: "true",
          class: "prose",
        }),
      },
    });
    // Registered afterwards: the binding fills the editor while it is being constructed.
    this.editor.on("focus", () => around.onFocus(this));
    const changed = afterPaint(() => this.changed(), UNHURRIED);
    this.editor.on("transaction", ({ transaction }) => {
      if (transaction.docChanged) changed();
    });
    body.replaceChildren(element);
    body.after(this.footer());
    this.changed();
  }

  get reasonKey(): string {
    return `not_applicable:${this.info.key}`;
  }

  /** Before anything arrives from elsewhere. */
  settle(): void {
    if (this.editor.isFocused) settle(this.editor.view);
  }

  hasContent(): boolean {
    return hasContent(this.editor.state.doc);
  }

  private changed(): void {
    const empty = !this.hasContent();
    const excusable = this.info.required && (empty || this.reason.value !== "");
    const asked = this.reason.value !== "" || this.excuse.contains(document.activeElement);
    this.excuse.hidden = !excusable || !asked;
    this.offer.hidden = !excusable || asked || !this.editor.isEditable;
    const measured = measure(this.editor, this.info.length);
    if (this.foot.textContent !== measured) this.foot.textContent = measured;
    this.around.onChange();
  }

  private footer(): HTMLElement {
    const footer = document.createElement("div");
    footer.className = "section-foot";
    this.foot.className = "quiet length";
    this.excuse.className = "excuse quiet";
    this.reason.placeholder = "why this section does not apply";
    this.reason.maxLength = 300;
    this.reason.className = "input";
    this.reason.readOnly = this.around.readOnly;
    this.excuse.append("Not applicable: ", this.reason);
    this.reason.setAttribute("aria-label", `Why “${this.info.title}” does not apply`);
    const { fields } = this.around;
    const read = () => {
      if (document.activeElement !== this.reason)
        this.reason.value = fields.get(this.reasonKey) ?? "";
      this.changed();
    };
    this.reason.addEventListener("change", () => {
      const value = this.reason.value.trim();
      if (value) fields.set(this.reasonKey, value);
      else fields.delete(this.reasonKey);
      this.changed();
    });
    fields.observe(read);
    this.reason.addEventListener("blur", () => this.changed());
    this.reason.value = fields.get(this.reasonKey) ?? "";
    this.offer.type = "button";
    this.offer.className = "offer";
    this.offer.textContent = "Does not apply…";
    this.offer.setAttribute("aria-label", `“${this.info.title}” does not apply…`);
    this.offer.addEventListener("click", () => {
      this.excuse.hidden = false;
      this.reason.focus();
      this.changed();
    });
    footer.append(this.foot, this.offer, this.excuse);
    if (!this.info.required) footer.append(this.remover());
    footer.append(this.help());
    return footer;
  }

  private remover(): HTMLElement {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "offer", textContent: "Remove section" });
    button.setAttribute("aria-label", `Remove the section “${this.info.title}”`);
    button.addEventListener("click", () => this.around.onRemove(this));
    return button;
  }

  /** What belongs here, also once something stands here. */
  private help(): HTMLElement {
    const { title, guidance, example } = this.info;
    const help = document.createElement("details");
    help.className = "help";
    const summary = document.createElement("summary");
    summary.textContent = "Guidance";
    summary.setAttribute("aria-label", `Guidance for “${title}”`);
    const words = document.createElement("p");
    words.textContent = guidance;
    help.append(summary, words);
    if (example) {
      const such = document.createElement("p");
      such.className = "example";
      such.textContent = `Example: ${example}`;
      help.append(such);
    }
    return help;
  }
}

/** Whether anything stands below a node; it looks no further than the first word. */
function hasContent(node: Node): boolean {
  if (node.isText) return node.text?.trim() !== "";
  if (node.isAtom) return node.type.name !== "hardBreak";
  for (let at = 0; at < node.childCount; at += 1) {
    if (hasContent(node.child(at))) return true;
  }
  return false;
}

function measure(editor: Editor, length: Length | null): string {
  if (!length) return "";
  const { doc } = editor.state;
  const range = rangeOf(length);
  if (length.unit === "words") {
    const text = doc.textBetween(0, doc.content.size, " ", " ");
    const words = text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    return `${words} of ${range} words`;
  }
  let items = 0;
  doc.descendants((node) => {
    if (node.type.name !== "listItem" && node.type.name !== "taskItem") return true;
    items += 1;
    return false;
  });
  return `${items} of ${range} items`;
}

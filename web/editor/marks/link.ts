import { InputRule, Mark } from "@tiptap/core";
import type { MarkType, ResolvedPos } from "@tiptap/pm/model";
import { Plugin, type Transaction } from "@tiptap/pm/state";
import { markOf } from "../schema";

/** Addresses that a link may lead to; all others are stripped, here and on the server. */
export function isSafe(href: string): boolean {
  return /^(https?:|mailto:|tel:|\/(?!\/)|#)/i.test(href.trim());
}

export const Link = Mark.create({
  ...markOf("link", {
    href: (element) => element.getAttribute("href"),
    title: (element) => element.getAttribute("title"),
  }),
  parseHTML: () => [
    { tag: "a[href]", getAttrs: (element) => isSafe(element.getAttribute("href") ?? "") && null },
  ],
  renderHTML: ({ mark }) => {
    const { href, title } = mark.attrs;
    // Another client may have written an address that runs code.
    return [
      "a",
      { ...(isSafe(href) && { href }), rel: "noopener noreferrer", ...(title && { title }) },
      0,
    ];
  },
  addInputRules() {
    const { type } = this;
    return [
      new InputRule({
        find: /\s$/,
        handler: ({ state, match, range }) => {
          if (match[0] === "\n") return null;
          return linkAddress(state.doc.resolve(range.from), state.tr, type) ? undefined : null;
        },
      }),
      // What Markdown has: [words](address).
      new InputRule({
        find: /(?<!!)\[([^[\]]+)\]\(([^()\s]+)\)$/,
        handler: ({ state, range, match: [, words = "", href = ""] }) => {
          if (!isSafe(href)) return null;
          const marks = type.create({ href }).addToSet(state.doc.resolve(range.from).marks());
          state.tr.replaceWith(range.from, range.to, state.schema.text(words, marks));
          state.tr.removeStoredMark(type);
          return undefined;
        },
      }),
    ];
  },
  addKeyboardShortcuts() {
    return {
      // The address before the caret becomes a link, and then Enter does what it always does.
      Enter: () => {
        const { state, view } = this.editor;
        const { tr, selection } = state;
        if (linkAddress(selection.$from, tr, this.type)) view.dispatch(tr);
        return false;
      },
    };
  },
  addProseMirrorPlugins() {
    const { type } = this;
    return [
      new Plugin({
        props: {
          handleDOMEvents: {
            // While writing, a click goes into a link and not to where it leads.
            click: (view, event) => {
              const link = event.target instanceof Element && event.target.closest("a[href]");
              if (link && view.editable && !event.ctrlKey && !event.metaKey) event.preventDefault();
            },
          },
          // An address that is pasted becomes a link: of what is selected, or of itself.
          handlePaste: ({ state, dispatch }, event) => {
            const address = event.clipboardData?.getData("text/plain").trim() ?? "";
            const { from, to, empty, $from } = state.selection;
            const literal = $from.parent.type.spec.code || state.storedMarks?.some(isCode);
            if (!ADDRESS.test(address) || literal || $from.marks().some(isCode)) return false;
            const mark = type.create({ href: address });
            const tr = empty
              ? state.tr.replaceSelectionWith(state.schema.text(address, [mark]), false)
              : state.tr.addMark(from, to, mark);
            dispatch(tr.removeStoredMark(type).scrollIntoView());
            return true;
          },
        },
      }),
    ];
  },
});

/** Links the address that ends at a place, but not the full stop behind it; tells whether there is one. */
function linkAddress($from: ResolvedPos, tr: Transaction, type: MarkType): boolean {
  if ($from.parent.type.spec.code) return false;
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, "\ufffc");
  const word = /[^\s\ufffc]+$/.exec(before)?.[0] ?? "";
  const address = /^\(?((https?:\/\/|mailto:)\S*[^\s.,;:!?'"])/i.exec(word)?.[1];
  if (!address) return false;
  const from = $from.pos - word.length + word.indexOf(address);
  const href = address.includes("(") ? address : address.replace(/\)+$/, "");
  const to = from + href.length;
  const { code } = type.schema.marks;
  const has = (mark: MarkType | undefined) => mark && $from.doc.rangeHasMark(from, to, mark);
  if (has(type) || has(code)) return false;
  tr.addMark(from, to, type.create({ href })).removeStoredMark(type);
  return true;
}

/** One whole address and nothing else. */
const ADDRESS = /^(https?:\/\/|mailto:)\S+$/i;

function isCode({ type }: { type: { name: string } }): boolean {
  return type.name === "code";
}

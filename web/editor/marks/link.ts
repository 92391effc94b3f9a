import { Mark } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
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
    return ["a", { href, rel: "noopener noreferrer", ...(title && { title }) }, 0];
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

/** One whole address and nothing else. */
const ADDRESS = /^(https?:\/\/|mailto:)\S+$/i;

function isCode({ type }: { type: { name: string } }): boolean {
  return type.name === "code";
}

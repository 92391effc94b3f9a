import { Node, wrappingInputRule } from "@tiptap/core";
import { nodeOf } from "../schema";

export const OrderedList = Node.create({
  ...nodeOf("orderedList", {
    start: (element) => Number(element.getAttribute("start") ?? 1),
    tight: (element) => !element.querySelector(":scope > li > p + *"),
  }),
  parseHTML: () => [{ tag: "ol" }],
  renderHTML: ({ node: { attrs } }) => [
    "ol",
    { dir: "auto", ...(attrs.start === 1 ? {} : { start: attrs.start }) },
    0,
  ],
  addKeyboardShortcuts() {
    return { "Mod-Shift-7": () => this.editor.commands.toggleList(this.name, "listItem") };
  },
  addInputRules() {
    return [
      wrappingInputRule({
        find: /^(\d{1,9})[.)]\s$/,
        type: this.type,
        getAttributes: (match) => ({ start: Number(match[1]) }),
        joinPredicate: (match, node) => node.childCount + node.attrs.start === Number(match[1]),
      }),
    ];
  },
});

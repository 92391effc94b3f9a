import { InputRule, Node } from "@tiptap/core";
import { nodeOf } from "../schema";

/** A link to another article by its title; typed as `[[Title]]` or `[[Title|what to show]]`. */
export const WikiLink = Node.create({
  ...nodeOf("wikiLink", {
    title: (element) => element.dataset.wiki ?? null,
    label: (element) => element.dataset.label ?? null,
  }),
  parseHTML: () => [{ tag: "a[data-wiki]", priority: 60 }],
  renderHTML: ({ node }) => {
    const { title, label } = node.attrs;
    return [
      "a",
      {
        "data-wiki": title,
        href: `/search?q=${encodeURIComponent(title)}`,
        class: "wiki",
        ...(label && { "data-label": label }),
      },
      label ?? title,
    ];
  },
  renderText: ({ node }) => node.attrs.label ?? node.attrs.title,
  addInputRules() {
    return [
      // nodeInputRule would keep the brackets around the node.
      new InputRule({
        find: /\[\[([^[\]|\n]+)(?:\|([^[\]\n]+))?\]\]$/,
        handler: ({ state, range, match }) => {
          const [title, label] = [match[1]?.trim(), match[2]?.trim() ?? null];
          state.tr.replaceWith(range.from, range.to, this.type.create({ title, label }));
        },
      }),
    ];
  },
});

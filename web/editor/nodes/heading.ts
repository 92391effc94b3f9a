import { Node, textblockTypeInputRule } from "@tiptap/core";
import { nodeOf } from "../schema";

const LEVELS = [3, 4, 5];

/** Levels 1 and 2 are the article's and the section's; what is pasted moves to the nearest of ours. */
function nearest(element: HTMLElement): number {
  return Math.min(Math.max(Number(element.tagName.slice(1)), 3), 5);
}

export const Heading = Node.create({
  ...nodeOf("heading", { level: nearest }),
  parseHTML: () => [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}` })),
  renderHTML: ({ node }) => [`h${node.attrs.level}`, 0],
  addKeyboardShortcuts() {
    const toggle = (level: number) => () =>
      this.editor.commands.toggleNode(this.name, "paragraph", { level });
    return Object.fromEntries(LEVELS.map((level) => [`Mod-Alt-${level}`, toggle(level)]));
  },
  addInputRules() {
    // One # makes the highest heading that a section may hold.
    return LEVELS.map((level) =>
      textblockTypeInputRule({
        find: new RegExp(`^(#{${level - 2}})\\s$`),
        type: this.type,
        getAttributes: { level },
      }),
    );
  },
});

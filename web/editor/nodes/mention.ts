import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

/** Somebody, by id, with the name as it was when the mention was written. */
export const Mention = Node.create({
  ...nodeOf("mention", {
    person: (element) => element.dataset.person ?? null,
    name: (element) => element.dataset.name ?? null,
  }),
  parseHTML: () => [{ tag: "span[data-person]" }],
  renderHTML: ({ node }) => {
    const { person, name } = node.attrs;
    return ["span", { class: "mention", "data-person": person, "data-name": name }, `@${name}`];
  },
  renderText: ({ node }) => `@${node.attrs.name}`,
});

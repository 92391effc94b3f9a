/** Colours code while it is written. The grammars are loaded with the first block that has a language. */

import { Extension } from "@tiptap/core";
import { createHighlightPlugin, type Parser } from "prosemirror-highlight";

let parser: Parser | undefined;

async function load(): Promise<void> {
  const [{ grammars }, { createParser }] = await Promise.all([
    import("../code/grammars"),
    import("prosemirror-highlight/lowlight"),
  ]);
  const parse = createParser(grammars);
  parser = (block) => (grammars.registered(block.language ?? "") ? parse(block) : []);
}

const lazily: Parser = (block) => {
  if (!block.language) return [];
  return parser ? parser(block) : load();
};

export const Highlight = Extension.create({
  name: "highlight",
  addProseMirrorPlugins: () => [
    createHighlightPlugin({
      parser: lazily,
      nodeTypes: ["codeBlock"],
      languageExtractor: ({ attrs }) => attrs.language,
    }),
  ],
});

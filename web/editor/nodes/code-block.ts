import { Node, textblockTypeInputRule } from "@tiptap/core";
import { nodeOf } from "../schema";

function languageOf(element: HTMLElement): string | null {
  const named = element.firstElementChild?.className ?? "";
  return /language-(\S+)/.exec(named)?.[1] ?? null;
}

export const CodeBlock = Node.create({
  ...nodeOf("codeBlock", { language: languageOf }),
  parseHTML: () => [{ tag: "pre", preserveWhitespace: "full" }],
  renderHTML: ({ node }) => {
    const { language } = node.attrs;
    return [
      "pre",
      { spellcheck: "false" },
      ["code", language ? { class: `language-${language}` } : {}, 0],
    ];
  },
  addKeyboardShortcuts() {
    return {
      "Mod-Alt-c": () => this.editor.commands.toggleNode(this.name, "paragraph"),
      // An empty line at the end is the way out.
      Enter: () => {
        const { $from, empty } = this.editor.state.selection;
        const last = $from.parentOffset === $from.parent.content.size;
        if (!empty || $from.parent.type !== this.type || !last) return false;
        if (!$from.parent.textContent.endsWith("\n\n")) return false;
        return this.editor
          .chain()
          .command(({ tr }) => Boolean(tr.delete($from.pos - 2, $from.pos)))
          .exitCode()
          .run();
      },
      Backspace: () => {
        const { $anchor, empty } = this.editor.state.selection;
        if (!empty || $anchor.parent.type !== this.type || $anchor.parent.textContent) return false;
        return this.editor.commands.clearNodes();
      },
    };
  },
  addInputRules() {
    return [
      textblockTypeInputRule({
        find: /^```([a-z]+)?[\s\n]$/,
        type: this.type,
        getAttributes: (match) => ({ language: match[1] ?? null }),
      }),
    ];
  },
});

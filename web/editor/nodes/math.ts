import { InputRule, Node } from "@tiptap/core";
import { setFormula } from "../formula";
import { nodeOf } from "../schema";

/** A formula in LaTeX; typed as `$…$` in a line or `$$…$$` on a line of its own. */
export const Formula = Node.create({
  ...nodeOf("math", {
    latex: (element) => element.dataset.latex ?? null,
    display: (element) => element.hasAttribute("data-display"),
  }),
  parseHTML: () => [{ tag: "span[data-latex]" }],
  renderHTML: ({ node }) => {
    const { latex, display } = node.attrs;
    return ["span", { "data-latex": latex, ...(display && { "data-display": "" }) }, latex];
  },
  renderText: ({ node }) => {
    const sign = node.attrs.display ? "$$" : "$";
    return `${sign}${node.attrs.latex}${sign}`;
  },
  addNodeView: () => (props) => {
    const dom = document.createElement("span");
    const show = ({ latex, display }: Record<string, unknown>) => {
      dom.className = display ? "formula display" : "formula";
      void setFormula(dom, String(latex), Boolean(display));
    };
    show(props.node.attrs);
    return {
      dom,
      update: (node) => {
        if (node.type !== props.node.type) return false;
        show(node.attrs);
        return true;
      },
      ignoreMutation: () => true,
    };
  },
  addInputRules() {
    const rule = (find: RegExp, display: boolean) =>
      new InputRule({
        find,
        handler: ({ state, range, match }) => {
          const latex = match[1]?.trim();
          const from = range.from + match[0].indexOf("$");
          if (latex) state.tr.replaceWith(from, range.to, this.type.create({ latex, display }));
        },
      });
    return [
      rule(/\$\$([^$]+)\$\$$/, true),
      // "$5 and $" is no formula: no space stands inside of the signs.
      rule(/(?:^|[^$\\])\$([^\s$](?:[^$]*[^\s$\\])?)\$$/, false),
    ];
  },
});

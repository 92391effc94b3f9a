import { Node, wrappingInputRule } from "@tiptap/core";
import { nodeOf } from "../schema";

export const TaskItem = Node.create({
  ...nodeOf("taskItem", { checked: (element) => element.getAttribute("data-checked") === "true" }),
  parseHTML: () => [{ tag: "li[data-checked]", priority: 60 }],
  renderHTML: ({ node }) => ["li", { "data-checked": String(node.attrs.checked) }, 0],
  addNodeView() {
    return ({ node, editor, getPos }) => {
      const dom = document.createElement("li");
      const box = document.createElement("input");
      const contentDOM = document.createElement("div");
      box.type = "checkbox";
      box.contentEditable = "false";
      box.setAttribute("aria-label", "Done");
      dom.append(box, contentDOM);
      const show = (checked: boolean) => {
        dom.dataset.checked = String(checked);
        box.checked = checked;
      };
      show(node.attrs.checked);
      box.addEventListener("click", (event) => {
        if (!editor.isEditable) event.preventDefault();
      });
      box.addEventListener("change", () => {
        const at = getPos();
        if (at === undefined) return;
        const { tr } = editor.state;
        editor.view.dispatch(tr.setNodeAttribute(at, "checked", box.checked));
      });
      return {
        dom,
        contentDOM,
        update: (updated) => {
          if (updated.type.name !== "taskItem") return false;
          show(updated.attrs.checked);
          return true;
        },
        ignoreMutation: (mutation) => !contentDOM.contains(mutation.target),
      };
    };
  },
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem(this.name),
      Tab: () => this.editor.commands.sinkListItem(this.name),
      "Shift-Tab": () => this.editor.commands.liftListItem(this.name),
    };
  },
  addInputRules() {
    return [
      wrappingInputRule({
        find: /^\s*\[([ x])?\]\s$/,
        type: this.type,
        getAttributes: (match) => ({ checked: match[1] === "x" }),
      }),
    ];
  },
});

import { Node } from "@tiptap/core";
import { nodeOf } from "../schema";

export const TaskList = Node.create({
  ...nodeOf("taskList", { tight: () => true }),
  parseHTML: () => [{ tag: "ul[data-tasks]", priority: 60 }],
  renderHTML: () => ["ul", { "data-tasks": "", class: "tasks", dir: "auto" }, 0],
  addKeyboardShortcuts() {
    return { "Mod-Shift-9": () => this.editor.commands.toggleList(this.name, "taskItem") };
  },
});

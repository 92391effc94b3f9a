/** Optional sections stay out of sight until somebody adds them or writes in them. */

import type { UndoManager } from "yjs";
import type { Section } from "./section";
import { tell } from "./toast";

export class OptionalSections {
  private readonly added = new Set<string>();
  private offered = "";

  constructor(
    private readonly slot: HTMLElement,
    private readonly sections: Section[],
    private readonly history: UndoManager,
  ) {}

  /** The text changed. */
  update(): void {
    const absent = this.sections.filter((section) => {
      const { info, place, editor } = section;
      const needed = info.required || section.hasContent() || editor.isFocused;
      place.hidden = !needed && !this.added.has(info.key);
      return place.hidden;
    });
    const offered = absent.map(({ info }) => info.key).join();
    if (offered === this.offered) return;
    this.offered = offered;
    this.slot.hidden = absent.length === 0;
    this.slot.replaceChildren("Add a section: ", ...absent.map((section) => this.button(section)));
  }

  /** Takes a section away with what stands in it, which Undo brings back. */
  remove(section: Section): void {
    const { info, editor } = section;
    this.added.delete(info.key);
    if (section.hasContent()) {
      this.history.stopCapturing();
      editor.commands.clearContent(true);
      this.history.stopCapturing();
      tell([`“${info.title}” was removed. Ctrl-Z in another section brings it back.`]);
    }
    editor.view.dom.blur();
    this.update();
    this.slot.querySelector("button")?.focus();
  }

  private button(section: Section): HTMLElement {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button small" });
    button.textContent = section.info.title;
    button.title = section.info.guidance;
    button.addEventListener("click", () => {
      this.added.add(section.info.key);
      this.update();
      section.editor.view.focus();
      section.place.scrollIntoView({ block: "nearest" });
    });
    return button;
  }
}

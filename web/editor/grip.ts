/**
 * The handle beside the block under the mouse: dragged it moves the block, to another section as well; clicked it
 * selects the block. Whoever has no mouse moves blocks with Alt-↑ and Alt-↓.
 */

import { Extension } from "@tiptap/core";
import { dropCursor } from "@tiptap/pm/dropcursor";
import { NodeSelection, Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import dots from "lucide-static/icons/grip-vertical.svg?raw";
import { onKey } from "../behaviours/keys";
import { dragged, type Held } from "./dragged";
import { draw } from "./icon";
import { dropIntoTable } from "./paste/paste";
import type { Section } from "./section";

const ITEMS = ["listItem", "taskItem"];

/** The item or block that stands at a height of the text. */
function blockAt(view: EditorView, top: number, left: number): number | undefined {
  const box = view.dom.getBoundingClientRect();
  const inside = Math.min(Math.max(left, box.left + 1), box.right - 1);
  const found = view.posAtCoords({ left: inside, top });
  if (!found) return undefined;
  const { doc } = view.state;
  const $pos = doc.resolve(found.pos);
  for (let depth = $pos.depth; depth > 0; depth -= 1)
    if (ITEMS.includes($pos.node(depth).type.name)) return $pos.before(depth);
  if ($pos.depth > 0) return $pos.before(1);
  return found.inside >= 0 ? found.inside : undefined;
}

/** Selects the block that is held; it may be gone meanwhile. */
function select({ view, at }: Held): boolean {
  const { doc, tr } = view.state;
  if (!doc.nodeAt(at)?.isBlock) return false;
  view.focus();
  view.dispatch(tr.setSelection(NodeSelection.create(doc, at)));
  return true;
}

export class Grip {
  private readonly handle = document.createElement("button");
  private held: Held | undefined;
  private asked: MouseEvent | undefined;
  private mouse = { x: -1, y: -1 };

  constructor(
    article: HTMLElement,
    private readonly sections: Section[],
  ) {
    const { handle } = this;
    handle.type = "button";
    handle.className = "grip";
    handle.title = "Drag to move, click to select";
    handle.tabIndex = -1;
    handle.ariaHidden = "true";
    handle.draggable = true;
    handle.hidden = true;
    handle.append(draw(dots));
    article.addEventListener("mousemove", (event) => {
      const { clientX, clientY } = event;
      // The browser says so as well when text moves under a mouse that rests beside somebody who types.
      const rests = this.mouse.x === clientX && this.mouse.y === clientY;
      this.mouse = { x: clientX, y: clientY };
      if (rests && handle.hidden) return;
      if (!this.asked) requestAnimationFrame(this.place);
      this.asked = event;
    });
    article.addEventListener("mouseleave", () => this.hide());
    onKey(document, () => this.hide());
    document.addEventListener("compositionstart", () => this.hide());
    handle.addEventListener("click", () => this.held && select(this.held));
    handle.addEventListener("dragstart", (event) => this.begin(event));
    handle.addEventListener("dragend", () => {
      if (dragged.block) dragged.block.view.dragging = null;
      dragged.block = undefined;
      this.hide();
    });
  }

  private hide(): void {
    this.handle.hidden = true;
    this.held = undefined;
  }

  private readonly place = (): void => {
    const { asked, handle } = this;
    this.asked = undefined;
    if (!asked || dragged.block || asked.buttons > 0) return;
    const target = asked.target as Element | null;
    if (target && handle.contains(target)) return;
    const place = target?.closest("[data-section]");
    const section = this.sections.find((one) => one.place === place);
    const body = section?.place.querySelector<HTMLElement>("[data-body]");
    const view = section?.editor.view;
    const at = view?.editable ? blockAt(view, asked.clientY, asked.clientX) : undefined;
    const block = at === undefined ? undefined : view?.nodeDOM(at);
    if (!view || !body || at === undefined || !(block instanceof HTMLElement)) {
      this.hide();
      return;
    }
    this.held = { view, at };
    if (handle.parentElement !== body) body.append(handle);
    handle.hidden = false;
    const [outer, inner] = [body.getBoundingClientRect(), block.getBoundingClientRect()];
    handle.style.insetBlockStart = `${inner.top - outer.top}px`;
  };

  private begin(event: DragEvent): void {
    const { held } = this;
    const { dataTransfer } = event;
    if (!held || !dataTransfer || !select(held)) {
      event.preventDefault();
      return;
    }
    const { view, at } = held;
    const slice = view.state.selection.content();
    const { dom, text } = view.serializeForClipboard(slice);
    dataTransfer.clearData();
    dataTransfer.setData("text/html", dom.innerHTML);
    dataTransfer.setData("text/plain", text);
    dataTransfer.effectAllowed = "copyMove";
    const block = view.nodeDOM(at);
    if (block instanceof HTMLElement) dataTransfer.setDragImage(block, 0, 0);
    view.dragging = { slice, move: true };
    dragged.block = held;
  }
}

/** Shows where it would go, and takes a block from the section that it comes from. */
export const Drop = Extension.create({
  name: "drop",
  addProseMirrorPlugins() {
    const { editor } = this;
    return [
      dropCursor({ color: false, width: 2, class: "drop-cursor" }),
      new Plugin({
        props: {
          handleDrop: (view, event, slice, moved) => {
            const from = dragged.block;
            if (from && from.view !== view && !event.ctrlKey) {
              const node = from.view.state.selection;
              if (node instanceof NodeSelection && node.from === from.at)
                from.view.dispatch(from.view.state.tr.deleteSelection());
            }
            return dropIntoTable(editor, event, slice, moved);
          },
        },
      }),
    ];
  },
});

/**
 * A list that opens at the caret: what is typed narrows it, arrows move, Enter and Tab choose.
 *
 * The caret stays in the text; the text field says which choice is meant (WAI-ARIA listbox pattern
 * with `aria-activedescendant`).
 */

import { shift, size } from "@floating-ui/dom";
import type { Editor } from "@tiptap/core";
import type { PluginKey } from "@tiptap/pm/state";
import type { SuggestionOptions, SuggestionProps } from "@tiptap/suggestion";
import { ySyncPluginKey } from "y-prosemirror";
import { isComposing } from "../behaviours/keys";
import { draw } from "./icon";

export interface Choice {
  title: string;
  icon: string;
  /** What could be typed instead. */
  hint?: string;
  /** What else there is to know. */
  note?: string;
  /** Other words that somebody may look for it by. */
  words?: string;
}

/** Those with a word that begins as asked, the ones whose title begins so first. */
export function matching<C extends Choice>(choices: C[], query: string): C[] {
  const asked = query.toLowerCase();
  const begins = (text: string) => text.toLowerCase().startsWith(asked);
  const fits = ({ title, words }: C) => `${title} ${words ?? ""}`.split(" ").some(begins);
  const first = choices.filter(({ title }) => begins(title));
  return [...first, ...choices.filter((choice) => !first.includes(choice) && fits(choice))];
}

/** Brings an option into view in its list; the page behind the list never scrolls. */
export function reveal(list: HTMLElement, option: HTMLElement): void {
  const { offsetTop: top, offsetHeight: height } = option;
  const above = top < list.scrollTop;
  const below = top + height > list.scrollTop + list.clientHeight;
  if (above) list.scrollTop = top;
  else if (below) list.scrollTop = top + height - list.clientHeight;
}

let lists = 0;

/** Renders the choices of one suggestion plugin. */
export function choiceList<C extends Choice>(
  label: string,
): NonNullable<SuggestionOptions<C>["render"]> {
  return () => {
    lists += 1;
    const list = document.createElement("div");
    list.id = `choices-${lists}`;
    list.className = "choices";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", label);
    // Whatever scrolls can be reached.
    list.tabIndex = 0;
    let shown: SuggestionProps<C> | undefined;
    let chosen = 0;
    let unmount: (() => void) | undefined;

    const field = () => shown?.editor.view.dom;
    const mark = (index: number) => {
      chosen = index;
      for (const [place, option] of ([...list.children] as HTMLElement[]).entries()) {
        option.setAttribute("aria-selected", String(place === index));
        if (place !== index) continue;
        field()?.setAttribute("aria-activedescendant", option.id);
        reveal(list, option);
      }
    };
    const choose = (index: number) => {
      const choice = shown?.items[index];
      if (choice) shown?.command(choice);
    };
    const option = (choice: C, index: number) => {
      const made = document.createElement("div");
      made.id = `${list.id}-${index}`;
      made.className = "choice";
      made.setAttribute("role", "option");
      const title = document.createElement("span");
      title.textContent = choice.title;
      made.append(draw(choice.icon), title);
      const beside = (kind: "kbd" | "small", text: string | undefined) => {
        if (!text) return;
        const shown = document.createElement(kind);
        shown.textContent = text;
        made.append(shown);
      };
      beside("kbd", choice.hint);
      beside("small", choice.note);
      // The caret stays where it is.
      made.addEventListener("mousedown", (event) => event.preventDefault());
      made.addEventListener("mousemove", () => mark(index));
      made.addEventListener("click", () => choose(index));
      return made;
    };
    const show = (props: SuggestionProps<C>) => {
      shown = props;
      list.replaceChildren(...props.items.map(option));
      list.hidden = props.items.length === 0;
      field()?.setAttribute("aria-controls", list.id);
      if (list.hidden) field()?.removeAttribute("aria-activedescendant");
      else mark(0);
    };

    return {
      onStart: (props) => {
        show(props);
        unmount = props.mount(list);
      },
      onUpdate: show,
      onExit: () => {
        field()?.removeAttribute("aria-activedescendant");
        field()?.removeAttribute("aria-controls");
        unmount?.();
        shown = undefined;
      },
      onKeyDown: ({ event }) => {
        const count = shown?.items.length ?? 0;
        if (count === 0 || isComposing(event)) return false;
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step) mark((chosen + step + count) % count);
        else if (event.key === "Enter" || event.key === "Tab") choose(chosen);
        else return false;
        return true;
      },
    };
  };
}

/** The least height that a list keeps, in pixels: about three choices. */
const LEAST = 120;

/** Where a list opens: at the caret, above or below it, and no higher than the window has room for. */
export const place: Pick<SuggestionOptions, "container" | "floatingUi"> = {
  container: "main",
  floatingUi: {
    strategy: "fixed",
    middleware: [
      shift({ padding: 8 }),
      size({
        padding: 8,
        apply: ({ availableHeight, elements }) => {
          elements.floating.style.maxBlockSize = `min(20rem, ${Math.max(availableHeight, LEAST)}px)`;
        },
      }),
    ],
  },
};

/** Whether the caret is where text is not taken literally. */
export function inProse(editor: Editor): boolean {
  return editor.isEditable && !editor.isActive("codeBlock") && !editor.isActive("code");
}

type Asked = Parameters<NonNullable<SuggestionOptions["shouldShow"]>>[0];

/** A list opens because somebody types here, not because the caret comes by or another types. */
export function typedHere(key: PluginKey, { editor, transaction }: Asked): boolean {
  const typed = transaction.docChanged && !transaction.getMeta(ySyncPluginKey);
  return editor.isFocused && (typed || key.getState(editor.state)?.active);
}

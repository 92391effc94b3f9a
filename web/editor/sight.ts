/** Keeps the caret in sight, clear of the tools that stay at the top of the window. */

import { Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import { afterPaint } from "./after-paint";

/** Tells the styles how much of the window the tools cover: `--covered`, of which `scroll-padding` is made. */
export function clearOf(tools: HTMLElement): void {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--covered", `${tools.offsetHeight}px`);
  }).observe(tools);
}

/** What stays free around the caret, in pixels: the browser knows it for what it scrolls to itself. */
const room = {
  left: 5,
  right: 5,
  get top() {
    return padding("scrollPaddingTop");
  },
  get bottom() {
    return padding("scrollPaddingBottom");
  },
};

function padding(side: "scrollPaddingTop" | "scrollPaddingBottom"): number {
  // "auto" where nothing is covered.
  return Number.parseFloat(getComputedStyle(document.documentElement)[side]) || 0;
}

export const Sight = Extension.create({
  name: "sight",
  addProseMirrorPlugins() {
    let scroll = () => {};
    let due = false;
    return [
      new Plugin({
        props: {
          scrollThreshold: room,
          scrollMargin: room,
          // Where the letter stands is measured once it is seen.
          handleScrollToSelection: () => {
            if (due) return false;
            scroll();
            return true;
          },
        },
        view: (view) => {
          // Internal to prosemirror-view.
          const { scrollToSelection } = view as unknown as { scrollToSelection: () => void };
          scroll = afterPaint(() => {
            if (view.isDestroyed) return;
            due = true;
            try {
              scrollToSelection.call(view);
            } finally {
              due = false;
            }
          });
          return {};
        },
      }),
    ];
  },
});

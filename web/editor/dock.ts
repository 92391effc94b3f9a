/** Docks a bar at the foot of the visible part of the window: above the on-screen keyboard, below the caret. */

/** Docks the bar until the returned function is called. `--docked` says how much of the window is covered. */
export function dock(bar: HTMLElement): () => void {
  const visible = window.visualViewport;
  const root = document.documentElement;
  const place = () => {
    const keyboard = visible ? window.innerHeight - visible.height - visible.offsetTop : 0;
    const covered = Math.max(keyboard, 0);
    bar.style.insetBlockEnd = `${covered}px`;
    root.style.setProperty("--docked", `${covered + bar.offsetHeight}px`);
  };
  bar.classList.add("docked");
  visible?.addEventListener("resize", place);
  visible?.addEventListener("scroll", place);
  place();
  return () => {
    visible?.removeEventListener("resize", place);
    visible?.removeEventListener("scroll", place);
    root.style.removeProperty("--docked");
    bar.style.removeProperty("inset-block-end");
    bar.classList.remove("docked");
  };
}

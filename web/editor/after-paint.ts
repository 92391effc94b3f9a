/**
 * Returns what to call as often as something changes; `act` follows once, when what changed can be seen. A key
 * shows its letter first.
 */
export function afterPaint(act: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() =>
      setTimeout(() => {
        due = false;
        act();
      }),
    );
  };
}

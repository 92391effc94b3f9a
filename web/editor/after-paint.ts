/**
 * Returns what to call as often as something changes; `act` follows once, when what changed can be seen: a key
 * shows its letter first. What is in no hurry has `patience`, in milliseconds, and gathers what changes
 * meanwhile. A page that nobody sees is not painted: there it follows at once.
 */
export function afterPaint(act: () => void, patience = 0): () => void {
  let due = false;
  const run = () => {
    if (!due) return;
    due = false;
    act();
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) run();
  });
  const next = patience > 0 ? () => void setTimeout(run, patience) : run;
  return () => {
    if (due) return;
    due = true;
    if (document.hidden) queueMicrotask(run);
    else behindPaint(next);
  };
}

/** What follows the next picture: one frame is asked for, and one task behind it. */
let waiting: (() => void)[] = [];

function behindPaint(act: () => void): void {
  waiting.push(act);
  if (waiting.length > 1) return;
  requestAnimationFrame(() =>
    setTimeout(() => {
      const acts = waiting;
      waiting = [];
      doAll(acts);
    }),
  );
}

/** Does one after the other; one that fails is reported and keeps none of the others from being done. */
export function doAll(acts: (() => void)[]): void {
  for (const act of acts) {
    try {
      act();
    } catch (why) {
      reportError(why);
    }
  }
}

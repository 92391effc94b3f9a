/** Key handlers that leave the keys of an input method alone. */

/** What `keyCode` says of a key that an input method has taken (UI Events, appendix on legacy keys). */
const TAKEN = 229;

/**
 * Whether a key belongs to a composition: Japanese, Chinese or Korean words, a dead key before its letter.
 * Safari ends the composition before it reports the Enter that accepts it, so `isComposing` is false there
 * and only the key code tells.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === TAKEN;
}

/** Calls a handler for each key pressed that does not belong to a composition. */
export function onKey(
  target: EventTarget,
  handle: (event: KeyboardEvent) => void,
  options: AddEventListenerOptions = {},
): void {
  const listener = (event: Event) => {
    if (!isComposing(event as KeyboardEvent)) handle(event as KeyboardEvent);
  };
  target.addEventListener("keydown", listener, options);
}

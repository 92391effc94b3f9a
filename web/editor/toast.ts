/** Quiet words at the foot of the page about what was just done. */

/** How long they stay unless somebody is at them, in milliseconds. */
const STAY = 15_000;

let place: HTMLElement | undefined;
let leave: ReturnType<typeof setTimeout> | undefined;

/** Tells something; what was told before goes. */
export function tell(sentences: string[]): void {
  if (!place) {
    // There from then on, so that a screen reader notices what changes in it.
    place = document.createElement("div");
    place.className = "toast";
    place.setAttribute("role", "status");
    (document.querySelector("main") ?? document.body).append(place);
  }
  const words = document.createElement("p");
  words.textContent = sentences.map((sentence) => sentence.trim()).join(" ");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button small";
  close.textContent = "Close";
  close.addEventListener("click", hide);
  place.replaceChildren(words, close);
  clearTimeout(leave);
  leave = setTimeout(hideUnlessUsed, STAY);
}

function hide(): void {
  clearTimeout(leave);
  place?.replaceChildren();
}

function hideUnlessUsed(): void {
  if (place?.matches(":hover, :focus-within")) leave = setTimeout(hideUnlessUsed, STAY);
  else hide();
}

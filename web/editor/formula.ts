/** Formulas are set by the server, in the way in which readers will see them. */

import { request } from "../api/client";

interface Outcome {
  mathml?: string;
  problem?: string;
}

const known = new Map<string, Promise<Outcome>>();

async function ask(latex: string, display: boolean): Promise<Outcome> {
  const reply = await request("POST /api/v1/formulas", { body: { latex, display } });
  if (reply.ok) return { mathml: (await reply.json()).mathml };
  const { detail } = await reply.json();
  if (reply.status !== 422) throw new Error(detail);
  return { problem: detail };
}

/** What becomes of a formula; each is asked for once, and again after the network failed. */
export function formula(latex: string, display: boolean): Promise<Outcome> {
  const key = `${display}${latex}`;
  const asked = known.get(key) ?? ask(latex, display);
  known.set(key, asked);
  asked.catch(() => known.delete(key));
  return asked;
}

/** What is wrong with a formula; offline nobody knows. */
export async function formulaProblem(latex: string): Promise<string | undefined> {
  if (latex.includes("$")) return "A formula is written without dollar signs here.";
  return (await formula(latex, false).catch((): Outcome => ({}))).problem;
}

/** Sets a formula into an element; what cannot be set is shown as it is written. */
export async function setFormula(
  place: HTMLElement,
  latex: string,
  display: boolean,
): Promise<void> {
  if (place.dataset.latex === undefined) place.textContent = latex;
  place.dataset.latex = latex;
  place.toggleAttribute("data-display", display);
  const { mathml, problem } = await formula(latex, display).catch((): Outcome => ({}));
  // Meanwhile it may have been changed again.
  if (place.dataset.latex !== latex) return;
  place.title = problem ?? "";
  place.classList.toggle("formula-as-written", mathml === undefined);
  if (mathml === undefined) place.textContent = latex;
  else {
    const set = new DOMParser().parseFromString(mathml, "text/html").body;
    place.replaceChildren(...set.childNodes);
  }
}

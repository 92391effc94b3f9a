/**
 * Ctrl-Enter in a text area submits its form. A form with a password or with more than one button is left alone: what
 * is signed or decided takes a click.
 */

import { onKey } from "./keys";

const SUBMIT = "button:not([type=button], [type=reset])";

export function submits(page: Document): void {
  onKey(page, (event) => {
    const combined = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!combined || event.defaultPrevented || !(event.target instanceof HTMLTextAreaElement))
      return;
    const { form } = event.target;
    const [button, ...others] = form?.querySelectorAll<HTMLElement>(SUBMIT) ?? [];
    if (!form || !button || others.length > 0) return;
    if (form.querySelector("input[type=password]")) return;
    event.preventDefault();
    form.requestSubmit(button);
  });
}

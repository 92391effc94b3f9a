/**
 * Says in which zone times are read, and lets the times of a form be given in it. What is sent is in UTC, so that the
 * address means the same to everybody; without this script everything is in UTC itself.
 */
export function zonedForms(page: ParentNode): void {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  for (const place of page.querySelectorAll("[data-zone]")) place.textContent = timeZone;
  for (const form of page.querySelectorAll<HTMLFormElement>("form[data-zoned]")) connect(form);
}

function connect(form: HTMLFormElement): void {
  const fields = form.querySelectorAll<HTMLInputElement>("input[type=datetime-local]");
  for (const field of fields) field.value = local(field.defaultValue);
  form.addEventListener("formdata", ({ formData }) => {
    for (const { name, value } of fields) formData.set(name, universal(value));
    // An address tells only what was asked for.
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}

/** A time in UTC as a field shows it, in the reader's zone. */
export function local(value: string): string {
  const moment = new Date(`${value}Z`);
  if (Number.isNaN(moment.valueOf())) return "";
  const two = (number: number) => String(number).padStart(2, "0");
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("-");
  return `${day}T${[moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":")}`;
}

/** What a field holds, in UTC. */
export function universal(value: string): string {
  const moment = new Date(value);
  return Number.isNaN(moment.valueOf()) ? "" : moment.toISOString();
}

/** Writes times in the reader's zone and words. */

export function formatted(
  moment: Date,
  dateOnly: boolean,
  locale?: string,
  timeZone?: string,
): string {
  const options: Intl.DateTimeFormatOptions = dateOnly
    ? { dateStyle: "long" }
    : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(locale, timeZone ? { ...options, timeZone } : options).format(
    moment,
  );
}

export function localTimes(page: ParentNode): void {
  for (const element of page.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    const dateOnly = element.dataset.moment === "day";
    element.title = formatted(moment, false);
    element.textContent = formatted(moment, dateOnly);
  }
}

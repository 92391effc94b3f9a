/** Writes times in the reader's zone and words. */

const details: Record<string, Intl.DateTimeFormatOptions> = {
  month: { year: "numeric", month: "long" },
  day: { dateStyle: "long" },
  minute: { dateStyle: "medium", timeStyle: "short" },
};

/** @param detail `month`, `day` or `minute`: how exactly the page speaks of the moment. */
export function formatted(
  moment: Date,
  detail: string,
  locale?: string,
  timeZone?: string,
): string {
  const options = details[detail] ?? details.minute;
  return new Intl.DateTimeFormat(locale, { ...options, ...(timeZone && { timeZone }) }).format(
    moment,
  );
}

export function localTimes(page: ParentNode): void {
  for (const element of page.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    element.title = formatted(moment, "minute");
    element.textContent = formatted(moment, element.dataset.moment ?? "minute");
  }
}

/** Writes moments in the reader's zone, which they name, and days in the reader's words only. */

const details: Record<string, Intl.DateTimeFormatOptions> = {
  month: { year: "numeric", month: "long" },
  day: { dateStyle: "long" },
  minute: {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  },
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

/**
 * A day of the calendar in words: the same day wherever the reader is.
 * @param day such as `2026-12-05`
 */
export function formattedDay(day: string, detail: string, locale?: string): string | undefined {
  // A date without a time is read as midnight in UTC, and written in UTC.
  const moment = new Date(day);
  if (Number.isNaN(moment.valueOf())) return undefined;
  return formatted(moment, detail, locale, "UTC");
}

export function localTimes(page: ParentNode): void {
  for (const element of page.querySelectorAll<HTMLTimeElement>("time[data-moment]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    element.title = element.textContent ?? "";
    element.textContent = formatted(moment, "minute");
  }
  for (const element of page.querySelectorAll<HTMLTimeElement>("time[data-day]")) {
    const words = formattedDay(element.dateTime, element.dataset.day ?? "day");
    if (words) element.textContent = words;
  }
}

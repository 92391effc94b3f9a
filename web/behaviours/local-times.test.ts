// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";
import { formatted, formattedDay, localTimes } from "./local-times";

afterEach(() => vi.unstubAllEnvs());

test("a moment is written in the reader's zone", () => {
  const moment = new Date("2026-05-04T22:30:00Z");
  expect(formatted(moment, "day", "en-GB", "Europe/Berlin")).toBe("5 May 2026");
  expect(formatted(moment, "minute", "en-GB", "UTC")).toBe("4 May 2026, 22:30 UTC");
  expect(formatted(moment, "month", "en-GB", "UTC")).toBe("May 2026");
});

test.each(["UTC", "Pacific/Kiritimati", "Pacific/Auckland", "America/Los_Angeles"])(
  "a day is the same day for a reader in %s",
  (zone) => {
    vi.stubEnv("TZ", zone);
    expect(formattedDay("2026-12-05", "day", "en-GB")).toBe("5 December 2026");
    expect(formattedDay("2028-11-30", "month", "en-GB")).toBe("November 2028");
    expect(formattedDay("2028-12-01", "month", "en-GB")).toBe("December 2028");
  },
);

test("what is no day stays as the server wrote it", () => {
  expect(formattedDay("soon", "day")).toBeUndefined();
});

test("a page shows its moments in the reader's zone and its days as they are", () => {
  vi.stubEnv("TZ", "Pacific/Auckland");
  document.body.innerHTML = `
    <time datetime="2026-12-05T20:00:00Z" data-moment>5 December 2026, 20:00 UTC</time>
    <time datetime="2026-12-05" data-day="day" title="5 December 2026 in UTC">5 December 2026</time>
    <time datetime="soon" data-day="day">soon</time>
    <time datetime="2026">2026</time>`;
  localTimes(document);
  const [moment, day, soon, year] = document.querySelectorAll("time");
  expect(moment?.textContent).toContain("6");
  expect(moment?.textContent).toMatch(/GMT\+13|NZDT/);
  expect(moment?.title).toBe("5 December 2026, 20:00 UTC");
  expect(day?.textContent).toBe(formattedDay("2026-12-05", "day"));
  expect(day?.title).toBe("5 December 2026 in UTC");
  expect([soon?.textContent, year?.textContent]).toEqual(["soon", "2026"]);
});

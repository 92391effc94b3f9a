//! Calendar days, and the time zone that decides when they begin and end.
//!
//! A *day* – when something is due, or effective, or on record for a delegation – is the same for
//! everybody. It is stored as the instant that begins or ends it in the organisation's [`Zone`] and
//! shown as that [`Day`]. A *moment*, such as that of a signature, stays a [`Timestamp`].

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::{TimeZone, db};
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The largest span; jiff panics beyond 19,998 years.
const MOST_YEARS: u32 = 9_999;

/// A day of the calendar, without a time zone, written like 2026-05-04 (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Day(Date);

/// The text is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day is written like 2026-05-04 (ISO 8601)")]
pub struct DayParseError;

impl Day {
    /// Returns the day that many days later, saturating.
    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(span_of(days)))
    }

    /// Returns the day that many days earlier, saturating.
    pub fn minus_days(self, days: u32) -> Self {
        Self(self.0.saturating_sub(span_of(days)))
    }

    /// Returns the same day of the month that many months later, or the last day of that month.
    pub fn plus_months(self, months: u32) -> Self {
        let months = i64::from(months.min(12 * MOST_YEARS));
        Self(self.0.saturating_add(months.months()))
    }

    /// Returns the number of days from `earlier` to this day; negative if that is later.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).get_days().into()
    }

    /// Returns the day in words: "4 May 2026".
    pub fn words(self) -> String {
        self.0.strftime("%-d %B %Y").to_string()
    }

    /// Returns month and year in words: "May 2026".
    pub fn month_words(self) -> String {
        self.0.strftime("%B %Y").to_string()
    }
}

fn span_of(days: u32) -> Span {
    i64::from(days.min(366 * MOST_YEARS)).days()
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = DayParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // jiff also reads times and zones, of which it would take the date.
        let is_short = text.len() == "2026-05-04".len();
        let date = text.parse().ok().filter(|_| is_short);
        date.map(Self).ok_or(DayParseError)
    }
}

impl TryFrom<String> for Day {
    type Error = DayParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl utoipa::PartialSchema for Day {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::Date,
            )))
            .into()
    }
}

impl utoipa::ToSchema for Day {}

/// A time zone of the IANA database, which is part of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// The name is not that of a time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a time zone of the IANA database; give a name such as Europe/Berlin, \
     America/New_York or UTC"
)]
pub struct UnknownZone(String);

impl Zone {
    /// Returns Coordinated Universal Time.
    pub fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            rules: TimeZone::UTC,
        }
    }

    /// Returns the name of the zone, such as `Europe/Berlin`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the day on which `moment` falls.
    pub fn day_of(&self, moment: Timestamp) -> Day {
        let moment = jiff::Timestamp::from_millisecond(moment.millis());
        let moment = moment.unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Day(self.rules.to_datetime(moment).date())
    }

    /// Returns the first moment of a day: midnight, or what the clocks jump to from before it.
    ///
    /// A day that the zone skipped begins with the day after it.
    pub fn start_of(&self, day: Day) -> Timestamp {
        let start = day.0.to_zoned(self.rules.clone());
        let start = start.map(|start| start.timestamp().as_millisecond());
        // Only the first and the last day that jiff knows have no start in some zones.
        start.map_or_else(|_| Timestamp::from_millis(0), Timestamp::from_millis)
    }

    /// Returns the last millisecond of a day. What is due on a day may be done until then.
    ///
    /// A day that the zone skipped ends with the day before it.
    pub fn end_of(&self, day: Day) -> Timestamp {
        let next = self.start_of(day.plus_days(1));
        Timestamp::from_millis(next.millis() - 1)
    }

    /// Returns the last day of a period that ends before `end`.
    pub fn last_day_before(&self, end: Timestamp) -> Day {
        self.day_of(Timestamp::from_millis(end.millis() - 1))
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let name = name.trim();
        let unknown = || UnknownZone(name.to_owned());
        let rules = db().get(name).map_err(|_| unknown())?;
        // The name in the spelling of the database; `Etc/Unknown` has none.
        let name = rules.iana_name().ok_or_else(unknown)?.to_owned();
        Ok(Self { name, rules })
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_and_ends_at_midnight_in_its_zone() {
        for (name, of, starts, ends, hours) in [
            (
                "UTC",
                "2026-12-05",
                "2026-12-05T00:00",
                "2026-12-05T23:59",
                24,
            ),
            (
                "Pacific/Auckland",
                "2026-12-05",
                "2026-12-04T11:00",
                "2026-12-05T10:59",
                24,
            ),
            (
                "America/Los_Angeles",
                "2026-12-05",
                "2026-12-05T08:00",
                "2026-12-06T07:59",
                24,
            ),
            (
                "Asia/Kathmandu",
                "2026-12-05",
                "2026-12-04T18:15",
                "2026-12-05T18:14",
                24,
            ),
            (
                "Pacific/Kiritimati",
                "2026-01-01",
                "2025-12-31T10:00",
                "2026-01-01T09:59",
                24,
            ),
            (
                "Europe/Berlin",
                "2026-03-29",
                "2026-03-28T23:00",
                "2026-03-29T21:59",
                23,
            ),
            (
                "Europe/Berlin",
                "2026-10-25",
                "2026-10-24T22:00",
                "2026-10-25T22:59",
                25,
            ),
            (
                "Pacific/Auckland",
                "2026-09-27",
                "2026-09-26T12:00",
                "2026-09-27T10:59",
                23,
            ),
            (
                "Pacific/Auckland",
                "2026-04-05",
                "2026-04-04T11:00",
                "2026-04-05T11:59",
                25,
            ),
            // The clocks go from 0:00 to 1:00, so that the day has no midnight.
            (
                "America/Santiago",
                "2026-09-06",
                "2026-09-06T04:00",
                "2026-09-07T02:59",
                23,
            ),
            // The hour before midnight comes twice.
            (
                "America/Santiago",
                "2026-04-04",
                "2026-04-04T03:00",
                "2026-04-05T03:59",
                25,
            ),
            // Midnight itself comes twice.
            (
                "America/Havana",
                "2024-11-03",
                "2024-11-03T04:00",
                "2024-11-04T04:59",
                25,
            ),
        ] {
            let (zone, day) = (zone(name), day(of));
            let (start, end) = (zone.start_of(day), zone.end_of(day));
            assert_eq!(
                start.to_string(),
                format!("{starts}:00.000Z"),
                "{name} {of}"
            );
            assert_eq!(end.to_string(), format!("{ends}:59.999Z"), "{name} {of}");
            let length = end.millis() + 1 - start.millis();
            assert_eq!(length, hours * 3_600_000, "{name} {of}");
            assert_eq!(zone.day_of(start), day, "{name} {of}");
            assert_eq!(zone.day_of(end), day, "{name} {of}");
            assert_eq!(zone.last_day_before(zone.start_of(day.plus_days(1))), day);
            let before = Timestamp::from_millis(start.millis() - 1);
            assert_eq!(zone.day_of(before), day.minus_days(1), "{name} {of}");
        }
    }

    #[test]
    fn a_skipped_day_ends_with_the_day_before_and_begins_with_the_day_after() {
        let (apia, skipped) = (zone("Pacific/Apia"), day("2011-12-30"));
        assert_eq!(apia.end_of(skipped), apia.end_of(day("2011-12-29")));
        assert_eq!(apia.start_of(skipped), apia.start_of(day("2011-12-31")));
        assert_eq!(apia.day_of(apia.end_of(skipped)), day("2011-12-29"));
    }

    #[test]
    fn one_moment_falls_on_different_days() {
        let moment = "2026-12-05T23:59:59.999Z".parse().unwrap();
        for (name, on) in [
            ("UTC", "2026-12-05"),
            ("Pacific/Auckland", "2026-12-06"),
            ("America/Los_Angeles", "2026-12-05"),
        ] {
            assert_eq!(zone(name).day_of(moment), day(on), "{name}");
        }
    }

    #[test]
    fn months_end_on_their_last_day() {
        for (from, months, to) in [
            ("2026-05-04", 24, "2028-05-04"),
            ("2026-08-31", 6, "2027-02-28"),
            ("2026-12-15", 1, "2027-01-15"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2027-08-31", 6, "2028-02-29"),
            ("2026-05-04", 0, "2026-05-04"),
            ("2026-05-04", u32::MAX, "9999-12-31"),
        ] {
            assert_eq!(day(from).plus_months(months), day(to), "{from} {months}");
        }
        assert_eq!(day("2026-12-31").plus_days(u32::MAX), day("9999-12-31"));
        assert_eq!(day("2026-12-31").plus_days(1), day("2027-01-01"));
        assert_eq!(day("2028-03-01").minus_days(1), day("2028-02-29"));
        assert_eq!(day("2027-01-02").days_since(day("2026-12-31")), 2);
        assert_eq!(day("2026-12-31").days_since(day("2027-01-02")), -2);
    }

    #[test]
    fn a_day_is_read_and_written_like_a_date_field() {
        assert_eq!(day("2026-05-04").to_string(), "2026-05-04");
        assert_eq!(day("2026-05-04").words(), "4 May 2026");
        assert_eq!(day("2026-05-04").month_words(), "May 2026");
        for text in [
            "2026-13-04",
            "2026-02-29",
            "4 May",
            "20260504",
            "2026-05-04T00:00:00Z",
            "",
        ] {
            assert_eq!(text.parse::<Day>(), Err(DayParseError), "{text}");
        }
    }

    #[test]
    fn a_zone_has_the_name_of_the_database() {
        assert_eq!(zone("europe/berlin").name(), "Europe/Berlin");
        assert_eq!(zone(" UTC ").name(), "UTC");
        assert_eq!(Zone::utc(), zone("UTC"));
        for name in [
            "",
            "Berlin",
            "Europe/Atlantis",
            "+02:00",
            "CEST-2",
            "Etc/Unknown",
        ] {
            assert!(name.parse::<Zone>().is_err(), "{name}");
        }
        let json = serde_json::to_string(&zone("Pacific/Auckland")).unwrap();
        assert_eq!(json, r#""Pacific/Auckland""#);
        assert!(serde_json::from_str::<Zone>(r#""Mars/Olympus""#).is_err());
    }
}

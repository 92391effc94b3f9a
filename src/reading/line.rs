//! Lines of versions, and due dates.

use lectern_base::{Timestamp, Zone};
use lectern_review::{ChangeKind, Version};

/// Days between two reminders of what is overdue.
const WEEK: u32 = 7;

/// Returns the version that began the line of version `number`: the last major one up to it. The
/// first version counts as major in any case.
///
/// An acknowledgement covers exactly the versions of its line: a minor change does not have to be
/// acknowledged again, and a major one always does.
pub(super) fn line_of(versions: &[Version], number: u32) -> u32 {
    let begins = |version: &&Version| version.kind == ChangeKind::Major || version.number == 1;
    let earlier = versions.iter().filter(|version| version.number <= number);
    let begun = earlier.filter(begins).map(|version| version.number);
    begun.max().unwrap_or(1)
}

/// Returns the end of the day that is that many days after `now`.
pub(super) fn end_of_day_in(zone: &Zone, now: Timestamp, days: u32) -> Timestamp {
    zone.end_of(zone.day_of(now).plus_days(days))
}

/// Returns the end of the day that is that many days before the one on which `due` falls.
pub(super) fn end_of_day_before(zone: &Zone, due: Timestamp, days: u32) -> Timestamp {
    zone.end_of(zone.day_of(due).minus_days(days))
}

/// Returns the start of the first day after `now` that is whole weeks after the first overdue day.
pub(super) fn next_overdue(zone: &Zone, due: Timestamp, now: Timestamp) -> Timestamp {
    let first = zone.day_of(due).plus_days(1);
    let passed = zone.day_of(now).days_since(first).max(0);
    let weeks = u32::try_from(passed).unwrap_or(u32::MAX) / WEEK + 1;
    zone.start_of(first.plus_days(weeks.saturating_mul(WEEK)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_base::{ArticleId, Hash, ReviewId, RevisionId};

    fn version(number: u32, kind: ChangeKind) -> Version {
        Version {
            article: ArticleId::new(),
            number,
            revision: RevisionId::new(),
            hash: Hash::of(&number.to_be_bytes()),
            title: "Vaccines".into(),
            template: "topic-article@1".parse().unwrap(),
            review: ReviewId::new(),
            kind,
            change_summary: String::new(),
            contributors: Vec::new(),
            approved_by: Vec::new(),
            effective_at: at("2026-05-04T09:30:00Z"),
            review_due: None,
            reaffirmed_at: None,
            reissued_at: None,
            withdrawn_at: None,
            superseded_at: None,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_line_goes_from_one_major_version_to_the_next() {
        use ChangeKind::{Major, Minor};
        // Newest first, as versions are listed.
        let kinds = [Minor, Minor, Major, Minor, Major, Minor];
        let versions = (1..).zip(kinds).map(|(number, kind)| version(number, kind));
        let mut versions: Vec<_> = versions.collect();
        versions.reverse();
        let lines = (1..=6).map(|number| line_of(&versions, number));
        assert_eq!(lines.collect::<Vec<_>>(), [1, 1, 3, 3, 5, 5]);
    }

    #[test]
    fn a_due_date_is_the_end_of_its_day() {
        // 28 November is in progress in Los Angeles, 29 November elsewhere.
        for (zone, expected) in [
            ("UTC", "2026-12-13T23:59:59.999Z"),
            ("Pacific/Auckland", "2026-12-13T10:59:59.999Z"),
            ("America/Los_Angeles", "2026-12-13T07:59:59.999Z"),
        ] {
            let zone: Zone = zone.parse().unwrap();
            let due = end_of_day_in(&zone, at("2026-11-29T07:00:00Z"), 14);
            assert_eq!(due, at(expected), "{zone}");
            assert_eq!(zone.end_of(zone.day_of(due)), due, "{zone}");
        }
    }

    #[test]
    fn a_reminder_ends_a_day_across_a_change_of_the_clocks() {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let due = zone.end_of("2026-03-31".parse().unwrap());
        assert_eq!(due, at("2026-03-31T21:59:59.999Z"));
        let soon = end_of_day_before(&zone, due, 7);
        assert_eq!(soon, at("2026-03-24T22:59:59.999Z"));
    }

    #[test]
    fn weeks_are_counted_from_the_due_date() {
        let (utc, due) = (Zone::utc(), at("2026-12-12T23:59:59.999Z"));
        let next = |now: &str| next_overdue(&utc, due, at(now));
        assert_eq!(next("2026-12-13T00:00:00Z"), at("2026-12-20T00:00:00Z"));
        assert_eq!(next("2027-01-05T12:00:00Z"), at("2027-01-10T00:00:00Z"));
        assert_eq!(next("2026-12-20T00:00:00Z"), at("2026-12-27T00:00:00Z"));
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let due = berlin.end_of("2026-03-26".parse().unwrap());
        let next = next_overdue(&berlin, due, at("2026-03-26T23:00:00Z"));
        assert_eq!(next, at("2026-04-02T22:00:00Z"), "midnight in summer time");
    }

    #[test]
    fn a_due_date_from_before_the_zone_was_set_counts_as_the_day_it_falls_on() {
        let auckland: Zone = "Pacific/Auckland".parse().unwrap();
        let due = at("2026-12-12T23:59:59.999Z");
        let next = next_overdue(&auckland, due, at("2026-12-13T00:00:00Z"));
        assert_eq!(next, auckland.start_of("2026-12-21".parse().unwrap()));
    }
}

//! Lines of versions, and due dates.

use lectern_base::Timestamp;
use lectern_review::{ChangeKind, Version, days_after};

const DAY_MS: i64 = 86_400_000;

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

/// Returns the end of the day (UTC) that is that many days after `now`.
pub(super) fn end_of_day_in(now: Timestamp, days: u32) -> Timestamp {
    end_of_day(days_after(now, days))
}

/// Returns the last millisecond of a day (UTC): a task that is due on a day may be done on it.
pub(super) fn end_of_day(moment: Timestamp) -> Timestamp {
    let begun = moment.millis().div_euclid(DAY_MS);
    Timestamp::from_millis((begun + 1) * DAY_MS - 1)
}

/// Returns the first moment after `now` that is whole weeks after `due`.
pub(super) fn next_week(due: Timestamp, now: Timestamp) -> Timestamp {
    let week = 7 * DAY_MS;
    let passed = (now.millis() - due.millis()).max(0) / week;
    Timestamp::from_millis(due.millis() + (passed + 1) * week)
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
        let due = end_of_day_in(at("2026-11-28T14:00:00Z"), 14);
        assert_eq!(due, at("2026-12-12T23:59:59.999Z"));
        assert_eq!(end_of_day(due), due);
    }

    #[test]
    fn weeks_are_counted_from_the_due_date() {
        let due = at("2026-12-12T23:59:59.999Z");
        assert_eq!(next_week(due, due), at("2026-12-19T23:59:59.999Z"));
        let late = at("2027-01-05T12:00:00Z");
        assert_eq!(next_week(due, late), at("2027-01-09T23:59:59.999Z"));
    }
}

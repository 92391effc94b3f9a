//! Lines of versions, and days by which something is to be read.

use lectern_base::Timestamp;

use crate::timers::days_after;
use crate::{Kind, Version};

const DAY_MS: i64 = 86_400_000;

/// Returns the version that began the line of version `number`: the last major one up to it. The
/// first version counts as major, whatever it was called.
///
/// An acknowledgement of a version covers exactly the versions of the same line: minor changes of
/// what was read do not ask again, and nothing that came before a major version counts for it.
pub(super) fn line_of(versions: &[Version], number: u32) -> u32 {
    let begins = |version: &&Version| version.kind == Kind::Major || version.number == 1;
    let earlier = versions.iter().filter(|version| version.number <= number);
    let begun = earlier.filter(begins).map(|version| version.number);
    begun.max().unwrap_or(1)
}

/// Returns the last moment of the day (UTC) that is so many days after `now`.
pub(super) fn end_of_day_in(now: Timestamp, days: u32) -> Timestamp {
    end_of_day(days_after(now, days))
}

/// Returns the last moment of a moment's day (UTC): what is to be done by a day may be done on it.
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
pub(super) mod tests {
    use super::*;
    use lectern_base::{ArticleId, Hash, ReviewId, RevisionId};

    pub fn version(number: u32, kind: Kind) -> Version {
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
        use Kind::{Major, Minor};
        // Newest first, as versions are listed.
        let kinds = [Minor, Minor, Major, Minor, Major, Minor];
        let versions = (1..).zip(kinds).map(|(number, kind)| version(number, kind));
        let mut versions: Vec<_> = versions.collect();
        versions.reverse();
        let lines = (1..=6).map(|number| line_of(&versions, number));
        assert_eq!(lines.collect::<Vec<_>>(), [1, 1, 3, 3, 5, 5]);
    }

    #[test]
    fn what_is_due_by_a_day_may_be_done_until_it_ends() {
        let due = end_of_day_in(at("2026-11-28T14:00:00Z"), 14);
        assert_eq!(due, at("2026-12-12T23:59:59.999Z"));
        assert_eq!(end_of_day(due), due);
    }

    #[test]
    fn weeks_are_counted_from_the_day_that_was_meant() {
        let due = at("2026-12-12T23:59:59.999Z");
        assert_eq!(next_week(due, due), at("2026-12-19T23:59:59.999Z"));
        let late = at("2027-01-05T12:00:00Z");
        assert_eq!(next_week(due, late), at("2027-01-09T23:59:59.999Z"));
    }
}

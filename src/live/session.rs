//! When an editing session begins and ends: a pure function of edits, writers and time.

use std::time::Duration;

use tokio::time::Instant;

/// The editing session of one draft, if there is one.
#[derive(Debug, Default)]
pub struct Session {
    /// The position of the log before the first edit of the session.
    before: Option<u64>,
    /// When it ends unless a writer comes back.
    ends: Option<Instant>,
}

impl Session {
    /// Records an edit that came after position `before` of the log.
    pub fn record_edit(&mut self, before: u64) {
        self.before.get_or_insert(before);
        self.ends = None;
    }

    /// Starts or cancels the countdown to the end, depending on the number of writers.
    pub fn update_deadline(&mut self, writers: usize, grace: Duration, now: Instant) {
        if self.before.is_none() || writers > 0 {
            self.ends = None;
        } else if self.ends.is_none() {
            self.ends = Some(now + grace);
        }
    }

    /// Returns when to check again.
    pub fn deadline(&self) -> Option<Instant> {
        self.ends
    }

    /// Returns whether a session is on.
    pub fn is_on(&self) -> bool {
        self.before.is_some()
    }

    /// Ends the session if it is due. Returns the position before its first edit.
    pub fn end_if_due(&mut self, now: Instant) -> Option<u64> {
        if self.ends.is_some_and(|ends| ends <= now) {
            self.end()
        } else {
            None
        }
    }

    /// Ends the session now. Returns the position before its first edit.
    pub fn end(&mut self) -> Option<u64> {
        self.ends = None;
        self.before.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(20);

    #[test]
    fn a_session_ends_after_the_grace_period() {
        let (mut session, now) = (Session::default(), Instant::now());
        session.record_edit(4);
        session.update_deadline(1, GRACE, now);
        assert_eq!(session.deadline(), None);
        session.update_deadline(0, GRACE, now);
        assert_eq!(session.end_if_due(now + GRACE / 2), None);
        session.update_deadline(0, GRACE, now + GRACE / 2);
        assert_eq!(
            session.end_if_due(now + GRACE),
            Some(4),
            "watching again does not prolong it"
        );
        assert!(!session.is_on());
    }

    #[test]
    fn a_writer_who_returns_keeps_the_session_open() {
        let (mut session, now) = (Session::default(), Instant::now());
        session.record_edit(4);
        session.update_deadline(0, GRACE, now);
        session.update_deadline(1, GRACE, now + GRACE / 2);
        assert_eq!(session.end_if_due(now + GRACE * 2), None);
        session.record_edit(9);
        session.update_deadline(0, GRACE, now + GRACE);
        assert_eq!(
            session.end_if_due(now + GRACE * 2),
            Some(4),
            "it began with its first edit"
        );
    }

    #[test]
    fn no_session_ends_without_an_edit() {
        let (mut session, now) = (Session::default(), Instant::now());
        session.update_deadline(0, GRACE, now);
        assert_eq!(session.end_if_due(now + GRACE * 2), None);
    }
}

//! When an editing session begins and ends: a pure rule over edits, writers and time.

use std::time::Duration;

use tokio::time::Instant;

/// The editing session of one draft, if one is on.
#[derive(Debug, Default)]
pub struct Session {
    /// The position of the log before the first edit of the session.
    before: Option<u64>,
    /// When it ends unless somebody writes.
    ends: Option<Instant>,
}

impl Session {
    /// Notes an edit that followed a position of the log.
    pub fn edited(&mut self, before: u64) {
        self.before.get_or_insert(before);
        self.ends = None;
    }

    /// Sets or lifts the end according to who is here.
    pub fn watch(&mut self, writers: usize, grace: Duration, now: Instant) {
        if self.before.is_none() || writers > 0 {
            self.ends = None;
        } else if self.ends.is_none() {
            self.ends = Some(now + grace);
        }
    }

    /// When to look again.
    pub fn deadline(&self) -> Option<Instant> {
        self.ends
    }

    /// Whether a session is on.
    pub fn is_on(&self) -> bool {
        self.before.is_some()
    }

    /// Ends a session whose time has come and tells the position it began after.
    pub fn end_if_due(&mut self, now: Instant) -> Option<u64> {
        if self.ends.is_some_and(|ends| ends <= now) {
            self.end()
        } else {
            None
        }
    }

    /// Ends the session at once.
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
    fn a_session_ends_a_while_after_its_last_writer_left() {
        let (mut session, now) = (Session::default(), Instant::now());
        session.edited(4);
        session.watch(1, GRACE, now);
        assert_eq!(session.deadline(), None);
        session.watch(0, GRACE, now);
        assert_eq!(session.end_if_due(now + GRACE / 2), None);
        session.watch(0, GRACE, now + GRACE / 2);
        assert_eq!(
            session.end_if_due(now + GRACE),
            Some(4),
            "watching again does not prolong it"
        );
        assert!(!session.is_on());
    }

    #[test]
    fn a_writer_who_returns_keeps_the_session_on() {
        let (mut session, now) = (Session::default(), Instant::now());
        session.edited(4);
        session.watch(0, GRACE, now);
        session.watch(1, GRACE, now + GRACE / 2);
        assert_eq!(session.end_if_due(now + GRACE * 2), None);
        session.edited(9);
        session.watch(0, GRACE, now + GRACE);
        assert_eq!(
            session.end_if_due(now + GRACE * 2),
            Some(4),
            "it began with its first edit"
        );
    }

    #[test]
    fn where_nobody_edits_no_session_ends() {
        let (mut session, now) = (Session::default(), Instant::now());
        session.watch(0, GRACE, now);
        assert_eq!(session.end_if_due(now + GRACE * 2), None);
    }
}

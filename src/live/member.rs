//! One connection as its room knows it.

use std::sync::Arc;

use bytes::Bytes;

use lectern_base::PersonId;

use super::command::Participant;
use super::draft::{Rights, Stop, Writer};
use super::error::Close;
use super::metrics::{Counted, refused};
use super::outbox::Outbox;

/// Full answers that still build on something unknown: after these the client starts anew.
const FRUITLESS_LIMIT: u8 = 3;

/// A connection that has joined.
pub struct Member {
    /// Whose it is.
    pub person: PersonId,
    /// Where what is sent to it waits.
    pub outbox: Arc<Outbox>,
    rights: Rights,
    outdated: bool,
    /// A step 1 is out because an update built on something unknown.
    asked: bool,
    fruitless: u8,
    /// The newest barrier that came while something was missing; it implies all before it.
    held: Option<Bytes>,
    _counted: Counted,
}

impl Member {
    /// Makes a member of a participant.
    pub fn new(participant: &Participant, outbox: Arc<Outbox>) -> Self {
        Self {
            person: participant.person,
            outbox,
            rights: participant.rights,
            outdated: participant.outdated,
            asked: false,
            fruitless: 0,
            held: None,
            _counted: Counted::new("lectern_live_connections"),
        }
    }

    /// Whether changes or suggestions are accepted from it.
    pub fn writes(&self) -> bool {
        self.rights() != Rights::Read
    }

    fn rights(&self) -> Rights {
        if self.outdated {
            Rights::Read
        } else {
            self.rights
        }
    }

    /// Changes what its person may do.
    pub fn refresh(&mut self, rights: Rights) {
        self.rights = rights;
    }

    /// Who writes through it, and what they may.
    pub fn writer(&self) -> Writer {
        Writer {
            author: Some(self.person),
            rights: self.rights(),
        }
    }

    /// Holds a barrier back while something before it is missing.
    pub fn hold(&mut self, label: Bytes) -> Option<Bytes> {
        if !self.asked {
            return Some(label);
        }
        self.held = Some(label);
        None
    }

    /// Notes that an update built on something unknown; says whether to ask for it.
    pub fn lacks(&mut self, in_full_answer: bool) -> Result<bool, Close> {
        metrics::counter!("lectern_live_resyncs_total", "cause" => "missing").increment(1);
        if in_full_answer {
            self.fruitless += 1;
            if self.fruitless > FRUITLESS_LIMIT {
                return Err(Close::too_slow());
            }
        }
        let ask = in_full_answer || !self.asked;
        self.asked = true;
        Ok(ask)
    }

    /// Notes that a full answer was taken, and frees the barrier that waited for it.
    pub fn complete(&mut self) -> Option<Bytes> {
        self.asked = false;
        self.fruitless = 0;
        self.held.take()
    }

    /// How a refused update ends the connection.
    pub fn expulsion(&self, stop: Stop, draft_limit: usize) -> Close {
        let (reason, close) = match stop {
            Stop::Missing => ("missing", Close::too_slow()),
            Stop::Malformed(why) | Stop::Broken(why) => ("malformed", Close::malformed(why)),
            Stop::ReadOnly if self.outdated => ("outdated", Close::reload()),
            Stop::ReadOnly => {
                let why =
                    "You may read this draft but not change it: that takes the right to edit.";
                ("read_only", Close::forbidden(why))
            }
            Stop::NoSuggestion => {
                let why = "In this module you suggest changes; somebody else makes them.";
                ("no_suggestion", Close::forbidden(why))
            }
            Stop::Foreign(_) => {
                let why = "This change was made under the identity of somebody else.";
                ("foreign", Close::forbidden(why))
            }
            Stop::TooLarge => ("too_large", Close::draft_full(draft_limit)),
        };
        refused(reason);
        close
    }
}

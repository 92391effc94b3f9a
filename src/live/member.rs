//! A connection as its room sees it.

use std::sync::Arc;

use bytes::Bytes;

use lectern_base::{Lease, PersonId};

use super::command::Participant;
use super::draft::{Rejection, Rights, Writer};
use super::error::Close;
use super::metrics::{CountGauge, count_refusal};
use super::outbox::Outbox;

/// How often a full answer may still build on something unknown before the client has to start
/// over.
const FAILED_RESYNC_LIMIT: u8 = 3;

/// A connection that has joined.
pub struct Member {
    /// Who is connected.
    pub person: PersonId,
    /// The queue of messages to the client.
    pub outbox: Arc<Outbox>,
    rights: Rights,
    outdated: bool,
    lease: Lease,
    /// Whether a step 1 has been sent because an update built on something unknown.
    resync_requested: bool,
    failed_resyncs: u8,
    /// The newest barrier that arrived while something was missing. It implies all earlier ones.
    held_barrier: Option<Bytes>,
    _counted: CountGauge,
}

impl Member {
    /// Creates the member for a participant.
    pub fn new(participant: &Participant, outbox: Arc<Outbox>) -> Self {
        Self {
            person: participant.person,
            outbox,
            rights: participant.rights,
            outdated: participant.outdated,
            lease: participant.lease.clone(),
            resync_requested: false,
            failed_resyncs: 0,
            held_barrier: None,
            _counted: CountGauge::new("lectern_live_connections"),
        }
    }

    /// Returns whether its session or token has ended.
    pub fn has_signed_out(&self) -> bool {
        self.lease.has_ended()
    }

    /// Returns whether the room accepts changes or suggestions from it.
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

    /// Changes what the person may do.
    pub fn set_rights(&mut self, rights: Rights) {
        self.rights = rights;
    }

    /// Returns the author of its updates.
    pub fn writer(&self) -> Writer {
        Writer {
            author: Some(self.person),
            rights: self.rights(),
        }
    }

    /// Returns the label if the barrier can be echoed now; otherwise holds it until nothing is
    /// missing.
    pub fn hold_barrier(&mut self, label: Bytes) -> Option<Bytes> {
        if !self.resync_requested {
            return Some(label);
        }
        self.held_barrier = Some(label);
        None
    }

    /// Records that an update built on something unknown. Returns whether to request what is
    /// missing.
    ///
    /// # Errors
    /// The close of a client whose full answers keep missing something.
    pub fn record_missing(&mut self, in_full_answer: bool) -> Result<bool, Close> {
        metrics::counter!("lectern_live_resyncs_total", "cause" => "missing").increment(1);
        if in_full_answer {
            self.failed_resyncs += 1;
            if self.failed_resyncs > FAILED_RESYNC_LIMIT {
                return Err(Close::too_slow());
            }
        }
        let ask = in_full_answer || !self.resync_requested;
        self.resync_requested = true;
        Ok(ask)
    }

    /// Records that a full answer was applied. Returns the barrier that was held for it.
    pub fn record_synced(&mut self) -> Option<Bytes> {
        self.resync_requested = false;
        self.failed_resyncs = 0;
        self.held_barrier.take()
    }

    /// Counts a rejected update and returns the close to send.
    pub fn close_for(&self, rejection: Rejection, draft_limit: usize) -> Close {
        let (reason, close) = match rejection {
            Rejection::Missing => ("missing", Close::too_slow()),
            Rejection::Malformed(why) | Rejection::Broken(why) => {
                ("malformed", Close::malformed(why))
            }
            Rejection::ReadOnly if self.outdated => ("outdated", Close::reload()),
            Rejection::ReadOnly => {
                let why =
                    "You may read this draft but not change it: that takes the right to edit.";
                ("read_only", Close::forbidden(why))
            }
            Rejection::NotASuggestion => {
                let why = "In this module you suggest changes; somebody else makes them.";
                ("no_suggestion", Close::forbidden(why))
            }
            Rejection::ForeignClient(_) => {
                let why = "This change was made under the identity of somebody else.";
                ("foreign", Close::forbidden(why))
            }
            Rejection::TooLarge => ("too_large", Close::draft_full(draft_limit)),
        };
        count_refusal(reason);
        close
    }
}

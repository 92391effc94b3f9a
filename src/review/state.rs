//! The review state machine: one pure function from a state and an event to the next state.
//!
//! No clock, store or socket is in here. Who may do a thing at all is settled by proofs of
//! permission before an event is made; what depends on the state is settled here.

use std::collections::BTreeSet;

use lectern_base::{Hash, PersonId};
use lectern_template::Quorum;

use super::refusal::Refusal;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

/// Everything about one article that review decides upon.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// What readers get; none before the first version.
    pub current: Option<Current>,
    /// The one review that is open.
    pub open: Option<OpenReview>,
    /// The hashes of versions 1.0, 2.0, … in order; only ever longer.
    pub versions: Vec<Hash>,
}

/// The version that stands for the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    /// The n of n.0.
    pub version: u32,
    /// The hash of its content.
    pub hash: Hash,
    /// Whether and how it is shown.
    pub standing: Standing,
}

/// How the current version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Readers get it.
    Effective,
    /// Readers get it, with a banner: it should have been looked at again.
    Due,
    /// Readers get it, with a stern banner: the policy says that it is no longer valid.
    Expired,
    /// A notice stands in its place.
    Suspended,
    /// It has been given up; only a new version revives the article.
    Retired,
}

impl Standing {
    /// Tells whether readers get the text.
    pub fn is_readable(self) -> bool {
        matches!(self, Self::Effective | Self::Due | Self::Expired)
    }
}

/// A review that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReview {
    /// The hash of the frozen revision.
    pub hash: Hash,
    /// Who asked for it.
    pub requested_by: PersonId,
    /// Whose approval never counts.
    pub contributors: BTreeSet<PersonId>,
    /// The stages, in the order in which they are passed; at least one.
    pub stages: Vec<Stage>,
    /// What was decided, oldest first; only ever longer.
    pub votes: Vec<Vote>,
    /// Whether every stage is passed and it waits for its effective time.
    pub approved: bool,
    /// Whether the reviewers have been reminded.
    pub reminded: bool,
}

/// One stage of an open review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// What people call it.
    pub title: String,
    /// How many approvals it takes.
    pub quorum: Quorum,
    /// Those who could approve here when it was requested.
    pub approvers: BTreeSet<PersonId>,
    /// Whether they alone may; otherwise whoever reviews in the module by now.
    pub closed: bool,
}

/// Who decides, and whose right they use: their own, or that of whoever they stand in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voice {
    /// Who decides.
    pub person: PersonId,
    /// Whose place in the quorum it fills.
    pub seat: PersonId,
}

impl From<PersonId> for Voice {
    fn from(person: PersonId) -> Self {
        let seat = person;
        Self { person, seat }
    }
}

/// What one reviewer decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// Who decided, and for whom.
    pub by: Voice,
    /// In which stage, counted from 0.
    pub stage: usize,
    /// Whether they approved.
    pub approves: bool,
    /// The hash of what they saw.
    pub hash: Hash,
}

/// The rules that are frozen into a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Whether an approved version becomes effective at once, or waits for its time.
    pub at_once: bool,
    /// Whether an approval is signed.
    pub signed: bool,
    /// Whether a version expires at its review date.
    pub hard_expiry: bool,
}

/// A stage to be passed, and who may approve there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// What people call it.
    pub title: String,
    /// How many approvals it takes.
    pub quorum: Quorum,
    /// The reviewers that may approve there; none is every reviewer of the module.
    pub members: Option<BTreeSet<PersonId>>,
}

/// A request for review, as the draft stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub by: PersonId,
    /// Whether they ever wrote in the draft, or started it.
    pub contributed: bool,
    /// The hash of the revision.
    pub hash: Hash,
    /// Whether it says what changed.
    pub summarised: bool,
    /// Required sections that are empty.
    pub missing: Vec<String>,
    /// Fields whose values are no answers.
    pub unfit: Vec<String>,
    /// Sections with suggestions that nobody has decided on, each with how many.
    pub suggested: Vec<(String, usize)>,
    /// Everyone whose edits came in since the base revision; who asks counts as one of them.
    pub contributors: BTreeSet<PersonId>,
    /// The reviewers of the module.
    pub reviewers: BTreeSet<PersonId>,
    /// The stages that it is to pass; at least one.
    pub panels: Vec<Panel>,
}

/// What happens to an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A contributor asks for review.
    Request(Request),
    /// A contributor asks anew; what was open is withdrawn.
    Resubmit(Request),
    /// A reviewer approves what they saw.
    Approve {
        /// The reviewer.
        by: Voice,
        /// The hash of what they saw.
        hash: Hash,
        /// Whether every question of the checklist is answered with yes.
        answered: bool,
        /// Whether it is signed.
        signed: bool,
    },
    /// A reviewer rejects what they saw.
    Reject {
        /// The reviewer.
        by: Voice,
        /// The hash of what they saw.
        hash: Hash,
        /// Whether a reason is given.
        reasoned: bool,
    },
    /// The requester or the module's owner takes it back.
    Withdraw {
        /// Who.
        by: PersonId,
        /// Whether they look after the module.
        steward: bool,
    },
    /// The reviewers are reminded (timer).
    Remind,
    /// Nobody decided in time (timer).
    Lapse,
    /// The effective time of an approved version has come (timer).
    EffectiveTime,
    /// The review date of the current version has passed (timer).
    ReviewDate,
    /// The text is still right.
    Reaffirm {
        /// The hash of what was looked at.
        hash: Hash,
        /// Whether it is signed.
        signed: bool,
    },
    /// The text must not be read any more, at once.
    Unpublish {
        /// Whether a reason is given.
        reasoned: bool,
        /// Whether it is signed.
        signed: bool,
    },
    /// The suspended text may be read again.
    Reinstate {
        /// Whether it is signed.
        signed: bool,
    },
    /// An earlier version takes the place of the suspended one.
    Reissue {
        /// The n of n.0.
        version: u32,
        /// Whether it is signed.
        signed: bool,
    },
    /// The article is given up.
    Retire {
        /// Its owner, who agrees.
        owner: PersonId,
        /// A reviewer, who agrees.
        reviewer: PersonId,
        /// Whether both signed.
        signed: bool,
    },
}

/// One thing that a step brought about; each becomes an entry of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// A review was opened.
    Requested,
    /// An approval was counted.
    Counted {
        /// In which stage, counted from 0.
        stage: usize,
        /// Its approvals now.
        approvals: usize,
        /// Its approvals needed.
        needed: usize,
    },
    /// A stage was passed, and another one begins.
    Passed {
        /// Which one, counted from 0.
        stage: usize,
    },
    /// The last stage was passed.
    Approved,
    /// A version became what readers get.
    Effective {
        /// The n of n.0.
        version: u32,
    },
    /// A version is no longer what readers get.
    Superseded {
        /// The n of n.0.
        version: u32,
    },
    /// The review ended with a rejection.
    Rejected,
    /// The review was taken back.
    Withdrawn,
    /// Another version became effective under the review.
    Outdated,
    /// The reviewers were reminded.
    Reminded,
    /// The review ended because nobody decided.
    Stale,
    /// The version is to be looked at again.
    Due,
    /// The version is no longer valid.
    Expired,
    /// The version was found to be right still.
    Reaffirmed,
    /// The version may not be read.
    Suspended,
    /// The version may be read again.
    Reinstated,
    /// The article was given up.
    Retired,
}

/// Where an event leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The state afterwards.
    pub state: State,
    /// What happened on the way, in order.
    pub happened: Vec<Happened>,
}

/// Returns what follows from `event`.
///
/// # Errors
/// A [`Refusal`] that says why not; nothing has changed then.
pub fn step(state: &State, event: &Event, policy: &Policy) -> Result<Next, Refusal> {
    let mut next = Next {
        state: state.clone(),
        happened: Vec::new(),
    };
    match event {
        Event::Request(request) => next.request(request)?,
        Event::Resubmit(request) => next.resubmit(request)?,
        Event::Approve {
            by,
            hash,
            answered,
            signed,
        } => {
            let signed = *signed || !policy.signed;
            next.approve(*by, *hash, *answered, signed, policy)?;
        }
        Event::Reject { by, hash, reasoned } => next.reject(*by, *hash, *reasoned)?,
        Event::Withdraw { by, steward } => next.withdraw(*by, *steward)?,
        Event::Remind => next.remind()?,
        Event::Lapse => next.end(Happened::Stale)?,
        Event::EffectiveTime => next.effective_time()?,
        Event::ReviewDate => next.review_date(policy)?,
        Event::Reaffirm { hash, signed } => next.reaffirm(*hash, *signed)?,
        Event::Unpublish { reasoned, signed } => next.unpublish(*reasoned, *signed)?,
        Event::Reinstate { signed } => next.reinstate(*signed)?,
        Event::Reissue { version, signed } => next.reissue(*version, *signed)?,
        Event::Retire {
            owner,
            reviewer,
            signed,
        } => next.retire(*owner, *reviewer, *signed)?,
    }
    Ok(next)
}

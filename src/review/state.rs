//! The review state machine: one pure function from a state and an event to the next state.
//!
//! It uses no clock and no store. Proofs of permission decide who may cause an event at all; what
//! depends on the state is decided here.

use std::collections::BTreeSet;

use lectern_article::Standing;
use lectern_base::{Hash, PersonId};
use lectern_template::Quorum;

use super::refusal::Refusal;
use super::review_state::ReviewState;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

/// Everything about one article that decisions depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The current version; `None` before the first.
    pub current: Option<Current>,
    /// The open review; there is at most one.
    pub open: Option<OpenReview>,
    /// The hashes of versions 1.0, 2.0, … in order; append-only.
    pub versions: Vec<Hash>,
}

/// The current version of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    /// The n of n.0.
    pub version: u32,
    /// The hash of its content.
    pub hash: Hash,
    /// Whether and how it is shown.
    pub standing: Standing,
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
    /// What was decided, oldest first; append-only.
    pub votes: Vec<Vote>,
    /// Whether every stage is passed, so that it waits for its effective time.
    pub approved: bool,
    /// Whether the reviewers have been reminded.
    pub reminded: bool,
    /// Approvers who can no longer decide, as far as that was reported.
    pub missing: BTreeSet<PersonId>,
}

/// One stage of an open review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its title.
    pub title: String,
    /// How many approvals it takes.
    pub quorum: Quorum,
    /// Those who could approve here when it was requested.
    pub approvers: BTreeSet<PersonId>,
    /// Whether only they may; otherwise any current reviewer of the module.
    pub closed: bool,
}

/// Who decides, and by whose right: their own, or that of a reviewer they stand in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voter {
    /// Who decides.
    pub person: PersonId,
    /// Whose place in the quorum the decision fills.
    pub seat: PersonId,
}

impl From<PersonId> for Voter {
    fn from(person: PersonId) -> Self {
        let seat = person;
        Self { person, seat }
    }
}

/// What one reviewer decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// Who decided, and for whom.
    pub by: Voter,
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
    /// Its title.
    pub title: String,
    /// How many approvals it takes.
    pub quorum: Quorum,
    /// The reviewers that may approve there; none is every reviewer of the module.
    pub members: Option<BTreeSet<PersonId>>,
}

/// A request for review, with the facts about the draft that the rules depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub by: PersonId,
    /// Whether they ever wrote in the draft, or created it.
    pub contributed: bool,
    /// The hash of the revision.
    pub hash: Hash,
    /// Whether it says what changed.
    pub summarised: bool,
    /// Required sections that are empty.
    pub missing: Vec<String>,
    /// Fields with invalid values.
    pub unfit: Vec<String>,
    /// Sections with open suggestions, each with how many.
    pub suggested: Vec<(String, usize)>,
    /// Everyone who edited since the base revision; the requester is added to them.
    pub contributors: BTreeSet<PersonId>,
    /// The reviewers of the module.
    pub reviewers: BTreeSet<PersonId>,
    /// The stages to be passed; at least one.
    pub panels: Vec<Panel>,
}

/// A substitute for an approver who can no longer decide, with the facts that the rules depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubstituteRequest {
    /// Who names the substitute.
    pub by: PersonId,
    /// The approver in whose place they decide.
    pub missing: PersonId,
    /// The substitute.
    pub substitute: PersonId,
    /// The reviewers of the module.
    pub reviewers: BTreeSet<PersonId>,
    /// Whether a reason is given.
    pub reasoned: bool,
}

/// What happens to an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A contributor asks for review.
    Request(Request),
    /// A contributor requests another review in place of the open one.
    Resubmit(Request),
    /// A reviewer approves what they saw.
    Approve {
        /// The reviewer.
        by: Voter,
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
        by: Voter,
        /// The hash of what they saw.
        hash: Hash,
        /// Whether a reason is given.
        reasoned: bool,
    },
    /// The requester or a steward of the module withdraws it.
    Withdraw {
        /// Who.
        by: PersonId,
        /// Whether they are a steward of the module.
        steward: bool,
    },
    /// People left, or lost roles; these are the reviewers of the module now.
    ReviewersChanged {
        /// The reviewers of the module.
        reviewers: BTreeSet<PersonId>,
    },
    /// A steward of the module or an administrator names a substitute.
    Substitute(SubstituteRequest),
    /// The reviewers are reminded (timer).
    Remind,
    /// Nobody decided in time (timer).
    Lapse,
    /// The effective time of an approved version has come (timer).
    EffectiveTime,
    /// The review date of the current version has passed (timer).
    ReviewDate,
    /// The text was read again and is still correct.
    Reaffirm {
        /// The hash of what was read.
        hash: Hash,
        /// Whether it is signed.
        signed: bool,
    },
    /// Readers must not see the text any more.
    Unpublish {
        /// Whether a reason is given.
        reasoned: bool,
        /// Whether it is signed.
        signed: bool,
    },
    /// Readers may see the suspended text again.
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
    /// The article is retired.
    Retire {
        /// Its owner, who agrees.
        owner: PersonId,
        /// A reviewer, who agrees.
        reviewer: PersonId,
        /// Whether both signed.
        signed: bool,
    },
}

/// One thing that an event brings about; each becomes a journal entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
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
    /// The review was withdrawn.
    Withdrawn,
    /// Approvers whose decision a stage needs can no longer decide.
    ReviewersMissing {
        /// The first such stage, counted from 0.
        stage: usize,
    },
    /// A substitute takes the place of an approver.
    Substituted {
        /// In which stage, counted from 0.
        stage: usize,
    },
    /// Another version became effective while the review was open.
    Outdated,
    /// The reviewers were reminded.
    Reminded,
    /// The review ended because nobody decided.
    Stale,
    /// The review date of the version passed.
    Due,
    /// The version expired.
    Expired,
    /// The version was confirmed as still correct.
    Reaffirmed,
    /// The version was suspended.
    Suspended,
    /// The version was reinstated.
    Reinstated,
    /// The article was retired.
    Retired,
}

/// Where an event leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The state afterwards.
    pub state: State,
    /// How the review ended that was open before, if it did.
    pub outcome: Option<ReviewState>,
    /// What the event brought about, in order.
    pub effects: Vec<Effect>,
}

/// Returns what follows from `event`.
///
/// # Errors
/// A [`Refusal`] that says why the event cannot happen now.
pub fn step(state: &State, event: &Event, policy: &Policy) -> Result<Transition, Refusal> {
    let mut next = Transition {
        state: state.clone(),
        outcome: None,
        effects: Vec::new(),
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
        Event::ReviewersChanged { reviewers } => next.reviewers_changed(reviewers)?,
        Event::Substitute(request) => next.substitute(request)?,
        Event::Remind => next.remind()?,
        Event::Lapse => next.end(ReviewState::Stale, Effect::Stale)?,
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

//! Review: the state machine, decisions, signatures, versions and timers.
//!
//! A review freezes one revision and names it by its hash. An approval counts for exactly that
//! text, and never from somebody who contributed to it. Readers get the effective version from
//! here or nothing at all.
//!
//! [`state`] decides what an event leads to and is pure; [`Reviews`] reads the records it needs,
//! takes over the result and writes it in one commit with its journal entries.

mod adopt;
mod apply;
mod baseline;
mod change;
mod checklist;
mod decide;
mod decision;
mod error;
mod event;
mod module_rules;
mod open_reviews;
mod plan;
mod publish;
mod quotation;
mod refusal;
mod request;
mod retirement;
mod review;
mod review_state;
mod review_timers;
mod reviewer_follower;
mod reviews;
mod rights;
mod seen;
mod set_module_rules;
mod signature;
mod signature_entry;
pub mod state;
mod substitute;
#[cfg(test)]
mod tests;
mod timers;
mod transitions;
mod version;
mod version_action;
mod version_links;
mod version_rights;
mod withdraw;

pub use adopt::AdoptedArticle;
pub use apply::UnderReview;
pub use baseline::{Baseline, Baselines};
pub use change::{ChangeKind, ChangeRequest};
pub use checklist::{Answer, Checklist};
pub use decide::DecisionInput;
pub use decision::{Decision, Verdict};
pub use error::ReviewError;
pub use event::{
    ApprovedReview, ClosedReview, EffectiveVersionFacts, MissingReviewers, NamedSubstitute,
    PassedReviewDate, PassedStage, RecordedDecision, RemindedReviewers, RequestedReview,
    RetiredVersion, ReviewEvent, ReviewEventName, ReviewStatus, StandingBefore, SupersededVersion,
    UpcomingReviewDate, VersionStatus, WithdrawnReview,
};
pub use module_rules::ModuleRules;
pub use plan::ExpectedStage;
pub use quotation::contains_quotation;
pub use refusal::Refusal;
pub use request::open_suggestions;
pub use retirement::Retirement;
pub use review::{Review, ReviewStage, StageProgress, Substitution, all_reviews};
pub use review_state::ReviewState;
pub use reviewer_follower::ReviewerFollower;
pub use reviews::Reviews;
pub use rights::PendingReview;
pub use signature::{
    READER_MEANING, RepresentedPerson, Signature, SignedText, Signing, all_signatures,
};
pub use signature_entry::record_signed;
pub use timers::{Timed, TimerError, TimerHandler, Timers, days_after, set_timer};
pub use version::{Version, all_versions};
pub use version_action::VersionAction;

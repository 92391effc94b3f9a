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
mod checklist;
mod compare;
mod decide;
mod error;
mod module_rules;
mod plan;
mod publish;
mod quotation;
mod record;
mod refusal;
mod request;
mod review_state;
mod review_timers;
mod reviews;
mod rights;
mod seen;
mod signature;
mod standing;
pub mod state;
#[cfg(test)]
mod tests;
mod timers;
mod transitions;
mod version_rights;
mod withdraw;

pub use adopt::AdoptedArticle;
pub use apply::UnderReview;
pub use checklist::{Answer, Checklist};
pub use compare::{Baseline, Baselines};
pub use decide::DecisionInput;
pub use error::ReviewError;
pub use module_rules::ModuleRules;
pub use plan::ExpectedStage;
pub use quotation::contains_quotation;
pub use record::{
    ChangeKind, ChangeRequest, Decision, Review, ReviewStage, StageProgress, Verdict, Version,
    all_reviews, all_versions,
};
pub use refusal::Refusal;
pub use request::open_suggestions;
pub use review_state::ReviewState;
pub use reviews::Reviews;
pub use rights::PendingReview;
pub use signature::{
    READER_MEANING, RepresentedPerson, Signature, SignedText, Signing, all_signatures,
    record_signed,
};
pub use standing::{Retirement, VersionAction};
pub use timers::{Timed, TimerError, TimerHandler, Timers, days_after, days_before, set_timer};

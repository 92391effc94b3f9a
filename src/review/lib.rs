//! Review: the state machine, quorum, decisions, and the effective version.
//!
//! What is reviewed is frozen and named by its hash; an approval counts for exactly that text, and
//! never from somebody who wrote in it. Readers get a text from here or not at all. This room
//! knows nothing of pages or sockets, and makes no exception for anybody.

mod acknowledge;
mod adopt;
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

pub use acknowledge::{
    Acknowledgement, Asking, Assignment, Audience, MEANING, Progress, Reading, Reason, RollRow,
    Seen, ToRead, Unacknowledged, all_acknowledgements, statement, told_acknowledgement,
};
pub use adopt::Adopted;
pub use checklist::{Answer, Checklist};
pub use compare::{Grounds, Since};
pub use decide::DecisionInput;
pub use error::ReviewError;
pub use module_rules::ModuleRules;
pub use plan::Expected;
pub use quotation::contains_quotation;
pub use record::{
    ChangeRequest, Decision, Kind, Review, ReviewStage, ReviewState, StageProgress, Verdict,
    Version, all, all_versions,
};
pub use refusal::Refusal;
pub use request::suggested;
pub use reviews::Reviews;
pub use rights::Waiting;
pub use signature::{Represented, Signature, Signing, all_signatures};
pub use standing::{Measure, Retirement};

//! Review: the state machine, quorum, decisions, and the effective version.
//!
//! What is reviewed is frozen and named by its hash; an approval counts for exactly that text, and
//! never from somebody who wrote in it. Readers get a text from here or not at all. This room
//! knows nothing of pages or sockets, and makes no exception for anybody.

mod checklist;
mod decide;
mod error;
mod publish;
mod record;
mod refusal;
mod request;
mod reviews;
pub mod state;
#[cfg(test)]
mod tests;
mod transitions;
mod withdraw;

pub use checklist::{Answer, Checklist};
pub use decide::DecisionInput;
pub use error::ReviewError;
pub use record::{ChangeRequest, Decision, Kind, Review, ReviewState, Verdict, Version};
pub use refusal::Refusal;
pub use request::suggested;
pub use reviews::Reviews;

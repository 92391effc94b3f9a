//! Review: the state machine, quorum, decisions, and the effective version.

mod refusal;
pub mod state;
mod transitions;

pub use refusal::Refusal;

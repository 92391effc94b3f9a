//! The record of a decision.

use serde::{Deserialize, Serialize};

use lectern_base::{Hash, PersonId, SignatureId, Timestamp};

use super::checklist::Answer;
use super::state::Voter;

/// What one reviewer decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The reviewer.
    pub person: PersonId,
    /// For whom, when they stood in for another reviewer.
    #[serde(default)]
    pub on_behalf_of: Option<PersonId>,
    /// In which stage, counted from 0.
    #[serde(default)]
    pub stage: usize,
    /// Which way.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<String>,
    /// The answers to the checklist.
    pub checklist: Vec<Answer>,
    /// When.
    pub at: Timestamp,
    /// The hash of what the reviewer saw.
    pub revision_hash: Hash,
    /// The signature that was given with it.
    #[serde(default)]
    pub signature: Option<SignatureId>,
}

impl Decision {
    /// Returns who decided, and by whose right.
    pub fn voter(&self) -> Voter {
        let person = self.person;
        let seat = self.on_behalf_of.unwrap_or(person);
        Voter { person, seat }
    }
}

/// Which way a reviewer decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It may become effective.
    Approve,
    /// It may not.
    Reject,
}

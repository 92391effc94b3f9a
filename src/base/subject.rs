//! Subjects of journal entries.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ArticleId, ModuleId, PersonId, ReviewId, RevisionId, SignatureId};

/// A thing of this house by kind and identifier.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Subject {
    /// `person`, `module`, `article`, `revision`, `review`, …
    pub kind: String,
    /// Its identifier.
    pub id: String,
}

impl Subject {
    /// Refers to anything.
    pub fn new(kind: &str, id: impl fmt::Display) -> Self {
        Self {
            kind: kind.to_owned(),
            id: id.to_string(),
        }
    }

    /// Refers to a person.
    pub fn person(id: PersonId) -> Self {
        Self::new("person", id)
    }

    /// Refers to a module.
    pub fn module(id: ModuleId) -> Self {
        Self::new("module", id)
    }

    /// Refers to an article.
    pub fn article(id: ArticleId) -> Self {
        Self::new("article", id)
    }

    /// Refers to a revision.
    pub fn revision(id: RevisionId) -> Self {
        Self::new("revision", id)
    }

    /// Refers to a review.
    pub fn review(id: ReviewId) -> Self {
        Self::new("review", id)
    }

    /// Refers to an electronic signature.
    pub fn signature(id: SignatureId) -> Self {
        Self::new("signature", id)
    }
}

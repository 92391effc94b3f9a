//! Roles and their scope.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use lectern_base::ModuleId;

/// What a person may do; a person holds any set of roles.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads, starts drafts, writes in them, requests review of what they contributed to.
    Learner,
    /// Also creates modules, manages members and order, restores revisions.
    Trainer,
    /// Also decides on what they did not contribute to.
    Reviewer,
    /// Reads, and sees how groups work.
    Lead,
    /// People, roles, settings, the audit trail – and nothing else.
    Admin,
}

impl Role {
    /// All roles, in the order of the pages.
    pub const ALL: [Self; 5] = [
        Self::Learner,
        Self::Trainer,
        Self::Reviewer,
        Self::Lead,
        Self::Admin,
    ];

    /// Returns the name used in the API and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Learner => "learner",
            Self::Trainer => "trainer",
            Self::Reviewer => "reviewer",
            Self::Lead => "lead",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The text is not the name of a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role; the roles are learner, trainer, reviewer, lead and admin")]
pub struct RoleParseError(String);

impl FromStr for Role {
    type Err = RoleParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL
            .into_iter()
            .find(|role| role.word() == text.trim());
        found.ok_or_else(|| RoleParseError(text.to_owned()))
    }
}

/// A role, organisation-wide or for one module.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The module it is held for; everywhere when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleId>,
}

impl Grant {
    /// Grants a role organisation-wide.
    pub fn everywhere(role: Role) -> Self {
        Self { role, module: None }
    }

    /// Grants a role in one module.
    pub fn within(role: Role, module: ModuleId) -> Self {
        Self {
            role,
            module: Some(module),
        }
    }
}

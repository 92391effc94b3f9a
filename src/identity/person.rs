//! The record of a person.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use lectern_base::{ModuleId, PersonId, Timestamp};

use super::{Grant, Role};

/// A person. Their id is never reassigned (21 CFR 11.100(a)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// The login, normalised by [`fold_login`].
    pub login: String,
    /// The display name.
    pub name: String,
    /// The roles.
    pub roles: Vec<Grant>,
    /// Whether they can sign in.
    pub active: bool,
    /// When the person was added.
    pub created_at: Timestamp,
    /// Whether the password was set by an admin and must be replaced.
    #[serde(default)]
    pub must_change_password: bool,
    /// When the password was set; `None` means when the person was added.
    #[serde(default)]
    pub password_since: Option<Timestamp>,
    /// Reviewer roles that the person gave themself as an administrator, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub self_granted: Vec<SelfGrant>,
}

/// A role that somebody gave themself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfGrant {
    /// The role.
    pub grant: Grant,
    /// When.
    pub at: Timestamp,
}

impl Person {
    /// Returns whether the person has `role` organisation-wide.
    pub fn holds(&self, role: Role) -> bool {
        self.roles.contains(&Grant::everywhere(role))
    }

    /// Returns whether the person has `role` in `module` or organisation-wide.
    pub fn holds_in(&self, role: Role, module: ModuleId) -> bool {
        self.holds(role) || self.roles.contains(&Grant::within(role, module))
    }

    /// Returns whether the person is a reviewer anywhere.
    pub fn reviews_anywhere(&self) -> bool {
        self.roles.iter().any(|grant| grant.role == Role::Reviewer)
    }

    /// Returns whether the person has any role in this module itself.
    pub fn is_member(&self, module: ModuleId) -> bool {
        self.roles.iter().any(|grant| grant.module == Some(module))
    }

    /// Returns the colour of the person's caret as `#rrggbb`; constant per person, and dark enough
    /// for white text.
    pub fn color(&self) -> &'static str {
        const COLORS: [&str; 10] = [
            "#2f6f9f", "#9c4221", "#4c7a34", "#7b3f99", "#a3365c", "#2c7a7b", "#8a6116", "#4453b0",
            "#5f6b1e", "#a13d3d",
        ];
        let sum: usize = self
            .id
            .as_bytes()
            .iter()
            .map(|byte| usize::from(*byte))
            .sum();
        COLORS[sum % COLORS.len()]
    }
}

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The login.
    pub login: String,
    /// The display name.
    pub name: String,
    /// The first password.
    pub password: String,
    /// The roles.
    pub roles: Vec<Grant>,
}

/// A person to add, who chooses the first password with a link.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The login.
    pub login: String,
    /// The display name.
    pub name: String,
    /// The roles.
    pub roles: Vec<Grant>,
}

/// Normalises a login so that look-alikes are equal: NFKC, lower case, trimmed.
pub fn fold_login(login: &str) -> String {
    let compatible: String = login.trim().nfkc().collect();
    compatible.to_lowercase().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alike_logins_are_equal() {
        assert_eq!(fold_login(" Ada "), "ada");
        assert_eq!(fold_login("ＡＤＡ"), "ada");
        assert_eq!(fold_login("Zoe\u{308}"), fold_login("zo\u{eb}"));
    }
}

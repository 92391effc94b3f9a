//! A person as the store keeps them.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use lectern_base::{ModuleId, PersonId, Timestamp};

use super::{Grant, Role};

/// A person. The identifier is never given to another (21 CFR 11.100(a)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their identifier.
    pub id: PersonId,
    /// What they sign in with, folded by [`fold_login`].
    pub login: String,
    /// Their printed name.
    pub name: String,
    /// Their roles.
    pub roles: Vec<Grant>,
    /// Whether they may sign in.
    pub active: bool,
    /// When they were added.
    pub created_at: Timestamp,
    /// Whether an admin chose their password and they must choose their own.
    #[serde(default)]
    pub must_change_password: bool,
    /// Since when they have their password; since they were added when nothing is said.
    #[serde(default)]
    pub password_since: Option<Timestamp>,
}

impl Person {
    /// Tells whether they hold `role` organisation-wide.
    pub fn holds(&self, role: Role) -> bool {
        self.roles.contains(&Grant::everywhere(role))
    }

    /// Tells whether they hold `role` in `module`, either for it or organisation-wide.
    pub fn holds_in(&self, role: Role, module: ModuleId) -> bool {
        self.holds(role) || self.roles.contains(&Grant::within(role, module))
    }

    /// Tells whether they review anywhere at all.
    pub fn reviews_anywhere(&self) -> bool {
        self.roles.iter().any(|grant| grant.role == Role::Reviewer)
    }

    /// Tells whether they hold any role for exactly this module.
    pub fn is_member(&self, module: ModuleId) -> bool {
        self.roles.iter().any(|grant| grant.module == Some(module))
    }

    /// Returns the colour of their caret, six hexadecimal digits; always the same for a person and
    /// dark enough for white text.
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

/// Somebody to be added.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// What they will sign in with.
    pub login: String,
    /// Their printed name.
    pub name: String,
    /// Their first password.
    pub password: String,
    /// Their roles.
    pub roles: Vec<Grant>,
}

/// Folds a login so that look-alikes are one: NFKC, lower case, without space around it.
pub fn fold_login(login: &str) -> String {
    let compatible: String = login.trim().nfkc().collect();
    compatible.to_lowercase().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alike_logins_are_one() {
        assert_eq!(fold_login(" Ada "), "ada");
        assert_eq!(fold_login("ＡＤＡ"), "ada");
        assert_eq!(fold_login("Zoe\u{308}"), fold_login("zo\u{eb}"));
    }
}

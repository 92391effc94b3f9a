//! Roles in words, for forms and lists.

use super::view::Choice;
use crate::identity::{Grant, Role};

/// The role as people say it.
pub fn role_word(role: Role) -> &'static str {
    match role {
        Role::Learner => "Learner",
        Role::Trainer => "Trainer",
        Role::Reviewer => "Reviewer",
        Role::Lead => "Lead",
        Role::Admin => "Administrator",
    }
}

fn hint(role: Role) -> &'static str {
    match role {
        Role::Learner => "Reads, writes drafts, asks for review.",
        Role::Trainer => "Also creates modules, manages members, restores revisions.",
        Role::Reviewer => "As a trainer, and approves what others wrote.",
        Role::Lead => "Reads, and sees how training is used.",
        Role::Admin => "People, roles, settings. No right to write or approve.",
    }
}

/// All roles as ticks; those that `holds` are ticked.
pub fn role_choices(holds: impl Fn(Role) -> bool) -> Vec<Choice> {
    let choice = |role: Role| Choice {
        hint: hint(role).to_owned(),
        chosen: holds(role),
        ..Choice::new(role.word(), role_word(role))
    };
    Role::ALL.into_iter().map(choice).collect()
}

/// The roles that make sense in one module.
pub fn module_role_choices() -> Vec<Choice> {
    let choice = |role: Role| Choice::new(role.word(), role_word(role));
    Role::ALL
        .into_iter()
        .filter(|role| *role != Role::Admin)
        .map(choice)
        .collect()
}

/// "Trainer, reviewer".
pub fn role_list<'g>(grants: impl Iterator<Item = &'g Grant>) -> String {
    let mut words: Vec<String> = grants
        .map(|grant| role_word(grant.role).to_lowercase())
        .collect();
    words.dedup();
    capitalised(&words.join(", "))
}

/// Words that begin a line: the first letter becomes a capital.
pub fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.map_or_else(String::new, |first| format!("{first}{}", letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_offers_can_be_read_back() {
        for choice in role_choices(|_| false) {
            let role: Role = choice.value.parse().unwrap();
            assert_eq!(role_word(role), choice.label);
        }
    }

    #[test]
    fn roles_are_listed_in_one_line() {
        let grants = [Role::Trainer, Role::Reviewer].map(Grant::everywhere);
        assert_eq!(role_list(grants.iter()), "Trainer, reviewer");
        assert_eq!(role_list([].iter()), "");
    }
}

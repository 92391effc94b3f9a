//! Roles and sign-ins in words.

use lectern_identity::{Grant, Role, SignIn};

use crate::page::view::Choice;

/// Returns the name of a role.
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

/// Returns all roles as checkboxes, ticked where `holds` says so.
pub fn role_choices(holds: impl Fn(Role) -> bool) -> Vec<Choice> {
    let choice = |role: Role| Choice {
        hint: hint(role).to_owned(),
        chosen: holds(role),
        ..Choice::new(role.word(), role_word(role))
    };
    Role::ALL.into_iter().map(choice).collect()
}

/// Returns the roles that can be held in one module.
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

/// Capitalises the first letter.
pub fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.map_or_else(String::new, |first| format!("{first}{}", letters.as_str()))
}

/// Names the browser, its system and the address of a sign-in.
pub fn sign_in_words(sign_in: &SignIn) -> String {
    let agent = sign_in.agent.as_deref().unwrap_or_default();
    format!("{} from {}", browser(agent), sign_in.from)
}

/// Names common browsers. Each claims to be several, so the order matters.
fn browser(agent: &str) -> String {
    let named = |words: &[(&str, &'static str)]| {
        let found = words.iter().find(|(mark, _)| agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    let browser = named(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = named(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) => "A program".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_choices_can_be_parsed() {
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

    #[test]
    fn the_usual_browsers_have_names() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0";
        assert_eq!(browser(edge), "Edge on Windows");
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
        assert_eq!(browser(safari), "Safari on iPhone");
        assert_eq!(browser("curl/8.9"), "A program");
    }
}

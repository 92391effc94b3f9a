//! The audience of a module, and of an article that has its own.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, ModuleId, PersonId};
use lectern_identity::{Person, Role};
use lectern_store::Table;

use super::refusal::ReadingRefusal;

/// The audience of each module that has one.
pub(super) const OF_MODULE: Table<ModuleId, Audience> = Table::new("reading_audiences");
/// The audience of each article that has one of its own.
pub(super) const OF_ARTICLE: Table<ArticleId, Audience> =
    Table::new("reading_audiences_of_articles");
/// Days to read a version when nothing else is set.
const USUAL_DAYS: u32 = 14;
/// The most days to read a version.
const MOST_DAYS: u32 = 365;
/// The most people that can be named.
pub(super) const MOST_PEOPLE: usize = 1_000;

/// Who is asked to read and acknowledge each major version, and how long they have for it.
///
/// Whoever fits any of it is asked. When nothing is chosen, nobody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Audience {
    /// Everybody who may read there.
    pub everybody: bool,
    /// Everybody with a role of their own in the module.
    pub members: bool,
    /// Those who hold one of these roles there, be it in the module or everywhere.
    pub roles: BTreeSet<Role>,
    /// These people.
    #[schema(inline)]
    pub people: BTreeSet<PersonId>,
    /// Days to read a version, from 1 to 365; 14 when left out.
    pub days: u32,
}

impl Default for Audience {
    fn default() -> Self {
        Self {
            everybody: false,
            members: false,
            roles: BTreeSet::new(),
            people: BTreeSet::new(),
            days: USUAL_DAYS,
        }
    }
}

impl Audience {
    /// Tells whether somebody is in it. Whether they may read in the module is not checked.
    pub fn includes(&self, person: &Person, module: ModuleId) -> bool {
        self.everybody
            || (self.members && person.is_member(module))
            || self.roles.iter().any(|role| person.holds_in(*role, module))
            || self.people.contains(&person.id)
    }

    /// Tells whether somebody is in it if it is that of the right module.
    pub(super) fn may_include(&self, person: &Person) -> bool {
        let holds = |role: &Role| person.roles.iter().any(|grant| grant.role == *role);
        self.everybody
            || (self.members && person.roles.iter().any(|grant| grant.module.is_some()))
            || self.roles.iter().any(holds)
            || self.people.contains(&person.id)
    }

    /// Tells whether it includes nobody.
    pub fn is_empty(&self) -> bool {
        !self.everybody && !self.members && self.roles.is_empty() && self.people.is_empty()
    }

    pub(super) fn check(&self) -> Result<(), ReadingRefusal> {
        match () {
            () if !(1..=MOST_DAYS).contains(&self.days) => Err(ReadingRefusal::Days(MOST_DAYS)),
            () if self.people.len() > MOST_PEOPLE => Err(ReadingRefusal::Crowd(MOST_PEOPLE)),
            () => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_base::Timestamp;
    use lectern_identity::Grant;

    fn person(roles: Vec<Grant>) -> Person {
        Person {
            id: PersonId::new(),
            login: "ada".into(),
            name: "Ada".into(),
            roles,
            active: true,
            created_at: Timestamp::from_millis(0),
            must_change_password: false,
            password_since: None,
            self_granted: Vec::new(),
        }
    }

    #[test]
    fn an_audience_includes_anybody_who_fits_any_part_of_it() {
        let (module, other) = (ModuleId::new(), ModuleId::new());
        let everywhere = person(vec![Grant::everywhere(Role::Learner)]);
        let here = person(vec![Grant::within(Role::Learner, module)]);
        let elsewhere = person(vec![Grant::within(Role::Learner, other)]);
        let lead = person(vec![Grant::everywhere(Role::Lead)]);
        let of = |audience: &Audience| {
            [&everywhere, &here, &elsewhere, &lead].map(|one| audience.includes(one, module))
        };
        let nobody = Audience::default();
        assert_eq!(of(&nobody), [false; 4]);
        assert!(nobody.is_empty());
        let everybody = Audience {
            everybody: true,
            ..Audience::default()
        };
        assert_eq!(of(&everybody), [true; 4]);
        let members = Audience {
            members: true,
            ..Audience::default()
        };
        assert_eq!(of(&members), [false, true, false, false]);
        let learners = Audience {
            roles: BTreeSet::from([Role::Learner]),
            ..Audience::default()
        };
        assert_eq!(of(&learners), [true, true, false, false]);
        let named = Audience {
            people: BTreeSet::from([lead.id]),
            ..learners
        };
        assert_eq!(of(&named), [true, true, false, true]);
    }

    #[test]
    fn the_number_of_days_is_limited() {
        assert_eq!(Audience::default().days, 14);
        let days = |days| Audience {
            days,
            ..Audience::default()
        };
        assert_eq!(days(1).check(), Ok(()));
        assert_eq!(days(0).check(), Err(ReadingRefusal::Days(365)));
        assert_eq!(days(366).check(), Err(ReadingRefusal::Days(365)));
    }

    #[test]
    fn an_audience_has_defaults_and_knows_no_other_fields() {
        let audience: Audience = serde_json::from_str(r#"{"roles":["trainer"]}"#).unwrap();
        assert_eq!(audience.roles, BTreeSet::from([Role::Trainer]));
        assert!(!audience.everybody && audience.days == 14);
        assert!(serde_json::from_str::<Audience>(r#"{"role":"trainer"}"#).is_err());
    }
}

//! The audience of a module, and of an article that has its own.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use lectern_article::Article;
use lectern_base::{ArticleId, ModuleId, PersonId, Subject};
use lectern_identity::{Person, Role, Steward};
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Key, Table, retrying};

use super::error::ReadingError;
use super::readings::Readings;
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

    /// Tells whether it includes nobody.
    pub fn is_empty(&self) -> bool {
        !self.everybody && !self.members && self.roles.is_empty() && self.people.is_empty()
    }

    fn check(&self) -> Result<(), ReadingRefusal> {
        match () {
            () if !(1..=MOST_DAYS).contains(&self.days) => Err(ReadingRefusal::Days(MOST_DAYS)),
            () if self.people.len() > MOST_PEOPLE => Err(ReadingRefusal::Crowd(MOST_PEOPLE)),
            () => Ok(()),
        }
    }
}

impl Readings {
    /// Returns the audience of a module; an empty one when none is set.
    pub async fn module_audience(&self, module: ModuleId) -> Result<Audience, ReadingError> {
        let found = OF_MODULE.get(&self.store, &module).await?;
        Ok(found.unwrap_or_default())
    }

    /// Returns an article's own audience, if it has one.
    pub async fn own_audience(&self, article: ArticleId) -> Result<Option<Audience>, ReadingError> {
        Ok(OF_ARTICLE.get(&self.store, &article).await?)
    }

    /// Returns the audience of an article: its own, or else the module's.
    pub async fn audience_of(&self, article: &Article) -> Result<Audience, ReadingError> {
        match self.own_audience(article.id).await? {
            Some(own) => Ok(own),
            None => self.module_audience(article.module).await,
        }
    }

    /// Sets the audience of a module. Its new members are asked to read every effective version.
    ///
    /// # Errors
    /// [`ReadingRefusal`] that says what is wrong with it.
    pub async fn set_module_audience(
        &self,
        by: &Steward,
        audience: Audience,
    ) -> Result<Audience, ReadingError> {
        let module = by.module();
        let subject = Subject::module(module);
        self.set_audience(by, OF_MODULE, module, subject, Some(audience.clone()))
            .await?;
        Ok(audience)
    }

    /// Sets an article's own audience; with `None` the module's applies again.
    ///
    /// # Errors
    /// [`ReadingRefusal`] that says what is wrong with it.
    pub async fn set_own_audience(
        &self,
        by: &Steward,
        article: ArticleId,
        audience: Option<Audience>,
    ) -> Result<(), ReadingError> {
        if self.article(article).await?.value.module != by.module() {
            return Err(ReadingError::NoArticle);
        }
        let subject = Subject::article(article);
        self.set_audience(by, OF_ARTICLE, article, subject, audience)
            .await
    }

    async fn set_audience<K: Key>(
        &self,
        by: &Steward,
        table: Table<K, Audience>,
        key: K,
        subject: Subject,
        audience: Option<Audience>,
    ) -> Result<(), ReadingError> {
        retrying(ReadingError::Busy, || {
            self.try_set_audience(by, &table, &key, &subject, audience.as_ref())
        })
        .await
    }

    async fn try_set_audience<K: Key>(
        &self,
        by: &Steward,
        table: &Table<K, Audience>,
        key: &K,
        subject: &Subject,
        audience: Option<&Audience>,
    ) -> Result<(), ReadingError> {
        let found = table.get_versioned(&self.store, key).await?;
        let old = found.as_ref().map(|found| &found.value);
        if old == audience {
            return Ok(());
        }
        if let Some(audience) = audience {
            audience.check()?;
            self.check_named(by, audience, old).await?;
        }
        let what = "reading.audience_changed";
        let deed = AuditEvent::new(by.person().id, what, subject.clone())
            .in_module(by.module())
            .from(old)
            .to(audience);
        let mut batch = Batch::new();
        match (audience, &found) {
            (Some(audience), Some(found)) => table.put_expecting(&mut batch, key, audience, found),
            (Some(audience), None) => table.insert(&mut batch, key, audience),
            (None, Some(found)) => table.delete_expecting(&mut batch, key, found),
            (None, None) => return Ok(()),
        }
        self.journal.record(batch, vec![deed]).await?;
        Ok(())
    }

    /// Refuses a newly named person who may not read in the module.
    async fn check_named(
        &self,
        by: &Steward,
        audience: &Audience,
        old: Option<&Audience>,
    ) -> Result<(), ReadingError> {
        let known = |id: &&PersonId| old.is_some_and(|old| old.people.contains(*id));
        let named = audience.people.iter().filter(|id| !known(id));
        self.check_readers(by, named).await
    }

    /// Refuses people who may not read in the steward's module.
    pub(super) async fn check_readers(
        &self,
        by: &Steward,
        people: impl Iterator<Item = &PersonId>,
    ) -> Result<(), ReadingError> {
        let module = self.modules.get(by.module()).await?;
        let place = module.ok_or(ReadingError::NoArticle)?.place();
        for id in people {
            let person = self.identity.person(*id).await?;
            let reads = |person: &&Person| person.active && place.is_open_to(person);
            if person.as_ref().filter(reads).is_none() {
                let who = person.map_or_else(|| "somebody unknown".to_owned(), |p| p.name);
                return Err(ReadingRefusal::Stranger(who).into());
            }
        }
        Ok(())
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

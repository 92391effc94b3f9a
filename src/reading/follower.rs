//! Follows the journal and keeps assignments up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use lectern_base::{ArticleId, ModuleId, PersonId};
use lectern_identity::{IdentityEventName, Person};
use lectern_journal::{Entry, EventName as _, FollowError, Follower};
use lectern_module::ModuleEventName;
use lectern_review::ReviewEventName;

use super::audience::{OF_ARTICLE, OF_MODULE};
use super::error::ReadingError;
use super::event::ReadingEventName;
use super::plan::Trigger;
use super::readings::Readings;
use super::record::OF_PERSON;

/// Assigns new versions to their audience, and changes assignments when people or audiences change.
///
/// It compares who should be assigned now with who is, whatever an entry says; so the same entries
/// may come again.
pub struct ReadingFollower(Arc<Readings>);

impl ReadingFollower {
    /// Creates the follower that keeps the assignments of `readings` up to date.
    pub fn new(readings: Arc<Readings>) -> Self {
        Self(readings)
    }
}

#[async_trait]
impl Follower for ReadingFollower {
    fn name(&self) -> &'static str {
        "reading"
    }

    async fn apply(&self, entries: &[Entry]) -> Result<(), FollowError> {
        let affected = Affected::by(entries);
        self.0
            .reconcile_all(&affected)
            .await
            .map_err(FollowError::new)
    }
}

/// The articles, modules and people whose assignments entries may have changed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Affected {
    articles: BTreeMap<ArticleId, Trigger>,
    modules: BTreeSet<ModuleId>,
    people: BTreeSet<PersonId>,
}

impl Affected {
    fn by(entries: &[Entry]) -> Self {
        let mut affected = Self::default();
        for entry in entries {
            affected.add(entry);
        }
        affected
    }

    fn add(&mut self, entry: &Entry) {
        let subject = &entry.subject;
        let event = entry.deed.as_str();
        match ReviewEventName::parse(event) {
            Some(ReviewEventName::VersionEffective | ReviewEventName::VersionReissued) => {
                self.article(&subject.id, Trigger::NewVersion);
            }
            Some(ReviewEventName::VersionReinstated) => {
                self.article(&subject.id, Trigger::Reinstated);
            }
            _ => {}
        }
        if ReadingEventName::parse(event) == Some(ReadingEventName::AudienceChanged) {
            match subject.kind.as_str() {
                "article" => self.article(&subject.id, Trigger::People),
                _ => self.modules.extend(subject.id.parse::<ModuleId>()),
            }
        }
        if ModuleEventName::parse(event) == Some(ModuleEventName::Changed) {
            self.modules.extend(subject.id.parse::<ModuleId>());
        }
        if IdentityEventName::parse(event).is_some_and(changes_rights) {
            self.people.extend(subject.id.parse::<PersonId>());
        }
    }

    /// Of several triggers the highest counts.
    fn article(&mut self, id: &str, trigger: Trigger) {
        if let Ok(id) = id.parse() {
            let known = self.articles.entry(id).or_insert(trigger);
            *known = trigger.max(*known);
        }
    }
}

/// Returns whether an event changes what a person may read.
fn changes_rights(event: IdentityEventName) -> bool {
    use IdentityEventName::*;
    matches!(
        event,
        PersonAdded | RolesChanged | Deactivated | Reactivated | MemberAdded | MemberRemoved
    )
}

impl Readings {
    async fn reconcile_all(&self, affected: &Affected) -> Result<(), ReadingError> {
        if *affected == Affected::default() {
            return Ok(());
        }
        let everybody = self.identity.everybody().await?;
        let mut articles = affected.articles.clone();
        for module in &affected.modules {
            for article in self.articles.in_module(*module).await? {
                articles.entry(article.id).or_insert(Trigger::People);
            }
        }
        for (article, trigger) in &articles {
            self.reconcile(*article, *trigger, &everybody).await?;
        }
        let is_affected = |person: &Person| affected.people.contains(&person.id);
        let people: Vec<_> = everybody.into_iter().filter(is_affected).collect();
        for article in self.concerning(&people).await? {
            if !articles.contains_key(&article) {
                self.reconcile(article, Trigger::People, &people).await?;
            }
        }
        Ok(())
    }

    /// Returns the articles that `people` are or could be assigned.
    async fn concerning(&self, people: &[Person]) -> Result<BTreeSet<ArticleId>, ReadingError> {
        let mut articles = BTreeSet::new();
        if people.is_empty() {
            return Ok(articles);
        }
        for (module, audience) in OF_MODULE.all(&self.store).await? {
            if !audience.is_empty() {
                let found = self.articles.in_module(module).await?;
                articles.extend(found.into_iter().map(|article| article.id));
            }
        }
        let own = OF_ARTICLE.all(&self.store).await?;
        articles.extend(own.into_iter().map(|(article, _)| article));
        for person in people {
            let asked = OF_PERSON.scan_under(&self.store, &person.id).await?;
            articles.extend(asked.into_iter().map(|((_, article), ())| article));
        }
        Ok(articles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_base::{Hash, Subject, Timestamp};
    use lectern_journal::Actor;

    fn entry(deed: &str, subject: Subject) -> Entry {
        Entry {
            seq: 1,
            at: Timestamp::from_millis(0),
            actor: Actor::System,
            deed: deed.into(),
            subject,
            module: None,
            old: None,
            new: None,
            reason: None,
            prev: Hash::ZERO,
            hash: Hash::ZERO,
        }
    }

    #[test]
    fn entries_affect_articles_modules_and_people() {
        let (article, module, person) = (ArticleId::new(), ModuleId::new(), PersonId::new());
        let affected = Affected::by(&[
            entry("reading.audience_changed", Subject::article(article)),
            entry("version.effective", Subject::article(article)),
            entry("version.reinstated", Subject::article(article)),
            entry("reading.audience_changed", Subject::module(module)),
            entry("module.member_added", Subject::person(person)),
            entry("reading.assigned", Subject::article(ArticleId::new())),
            entry("session.opened", Subject::person(PersonId::new())),
        ]);
        let expected = Affected {
            articles: BTreeMap::from([(article, Trigger::NewVersion)]),
            modules: BTreeSet::from([module]),
            people: BTreeSet::from([person]),
        };
        assert_eq!(affected, expected);
    }
}

//! Follows the journal and keeps assignments up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use lectern_base::{ArticleId, ModuleId, PersonId};
use lectern_identity::{IdentityEventName, Person};
use lectern_journal::{Entry, EventName as _, FollowError, Follower};
use lectern_module::{ArticleScope, ModuleEventName};
use lectern_review::ReviewEventName;

use super::audience::{OF_ARTICLE, OF_MODULE};
use super::error::ReadingError;
use super::event::ReadingEventName;
use super::lists;
use super::plan::Trigger;
use super::readings::Readings;

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
        let mut articles = affected.articles.clone();
        for module in &affected.modules {
            for article in self.published(*module).await? {
                articles.entry(article).or_insert(Trigger::People);
            }
        }
        if !articles.is_empty() {
            let everybody = self.identity.everybody().await?;
            for trigger in [Trigger::NewVersion, Trigger::Reinstated, Trigger::People] {
                let triggered = articles.iter().filter(|(_, why)| **why == trigger);
                let triggered: Vec<_> = triggered.map(|(article, _)| *article).collect();
                self.reconcile(&triggered, trigger, &everybody).await?;
            }
        }
        let mut people = Vec::new();
        for person in &affected.people {
            people.extend(self.identity.person(*person).await?);
        }
        if !people.is_empty() {
            let mut concerned = self.concerning(&people).await?;
            concerned.retain(|article| !articles.contains_key(article));
            let concerned: Vec<_> = concerned.into_iter().collect();
            self.reconcile(&concerned, Trigger::People, &people).await?;
        }
        Ok(())
    }

    /// Returns the articles that any of `people` is assigned, or would be now.
    async fn concerning(&self, people: &[Person]) -> Result<BTreeSet<ArticleId>, ReadingError> {
        let mut articles = BTreeSet::new();
        for (module, audience) in OF_MODULE.all(&self.store).await? {
            let includes = |person: &Person| person.active && audience.includes(person, module);
            if people.iter().any(includes) {
                articles.extend(self.published(module).await?);
            }
        }
        for (article, audience) in OF_ARTICLE.all(&self.store).await? {
            let may_include = |person: &Person| person.active && audience.may_include(person);
            if people.iter().any(may_include) {
                articles.insert(article);
            }
        }
        for person in people {
            articles.extend(lists::articles(&self.store, person.id).await?);
        }
        Ok(articles)
    }

    /// Returns the articles of a module that readers may know of.
    async fn published(&self, module: ModuleId) -> Result<Vec<ArticleId>, ReadingError> {
        let scope = ArticleScope::Published;
        Ok(self.modules.articles_in_order(module, scope).await?)
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

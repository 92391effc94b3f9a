//! Follows the journal and asks people to read what became effective, or what they came to be of
//! the audience of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use lectern_base::{ArticleId, ModuleId, PersonId};
use lectern_identity::Person;
use lectern_journal::{Entry, FollowError, Follower};

use super::audience::{OF_ARTICLE, OF_MODULE};
use super::plan::Cause;
use super::record::OF_PERSON;
use crate::error::ReviewError;
use crate::reviews::Reviews;

/// Asks people to read, entry by entry of the journal.
///
/// It never repeats what an entry said: it compares who should be asked now with who is, so the
/// same entries may come again.
pub struct Asking(Arc<Reviews>);

impl Asking {
    /// Asks in the name of these reviews.
    pub fn new(reviews: Arc<Reviews>) -> Self {
        Self(reviews)
    }
}

#[async_trait]
impl Follower for Asking {
    fn name(&self) -> &'static str {
        "reading"
    }

    async fn apply(&self, entries: &[Entry]) -> Result<(), FollowError> {
        let touched = Touched::by(entries);
        self.0.settle_all(&touched).await.map_err(FollowError::new)
    }
}

/// What entries may have changed about who should be asked.
#[derive(Debug, Default, PartialEq, Eq)]
struct Touched {
    articles: BTreeMap<ArticleId, Cause>,
    modules: BTreeSet<ModuleId>,
    people: BTreeSet<PersonId>,
}

impl Touched {
    fn by(entries: &[Entry]) -> Self {
        let mut touched = Self::default();
        for entry in entries {
            touched.hear(entry);
        }
        touched
    }

    fn hear(&mut self, entry: &Entry) {
        let subject = &entry.subject;
        match entry.deed.as_str() {
            "version.effective" | "version.reissued" => self.article(&subject.id, Cause::Version),
            "version.reinstated" => self.article(&subject.id, Cause::Back),
            "reading.audience_changed" if subject.kind == "article" => {
                self.article(&subject.id, Cause::People);
            }
            "reading.audience_changed" | "module.changed" => {
                self.modules.extend(subject.id.parse::<ModuleId>());
            }
            "person.added"
            | "person.roles_changed"
            | "person.deactivated"
            | "person.reactivated"
            | "module.member_added"
            | "module.member_removed" => {
                self.people.extend(subject.id.parse::<PersonId>());
            }
            _ => {}
        }
    }

    /// The weightiest cause counts.
    fn article(&mut self, id: &str, cause: Cause) {
        if let Ok(id) = id.parse() {
            let known = self.articles.entry(id).or_insert(cause);
            *known = cause.max(*known);
        }
    }
}

impl Reviews {
    async fn settle_all(&self, touched: &Touched) -> Result<(), ReviewError> {
        if *touched == Touched::default() {
            return Ok(());
        }
        let everybody = self.identity.everybody().await?;
        let mut articles = touched.articles.clone();
        for module in &touched.modules {
            for article in self.articles.in_module(*module).await? {
                articles.entry(article.id).or_insert(Cause::People);
            }
        }
        for (article, cause) in &articles {
            self.settle(*article, *cause, &everybody).await?;
        }
        let is_touched = |person: &Person| touched.people.contains(&person.id);
        let people: Vec<_> = everybody.into_iter().filter(is_touched).collect();
        for article in self.concerning(&people).await? {
            if !articles.contains_key(&article) {
                self.settle(article, Cause::People, &people).await?;
            }
        }
        Ok(())
    }

    /// The articles that people could be asked to read, or are.
    async fn concerning(&self, people: &[Person]) -> Result<BTreeSet<ArticleId>, ReviewError> {
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
    fn entries_say_whose_reading_may_be_another() {
        let (article, module, person) = (ArticleId::new(), ModuleId::new(), PersonId::new());
        let touched = Touched::by(&[
            entry("reading.audience_changed", Subject::article(article)),
            entry("version.effective", Subject::article(article)),
            entry("version.reinstated", Subject::article(article)),
            entry("reading.audience_changed", Subject::module(module)),
            entry("module.member_added", Subject::person(person)),
            entry("reading.assigned", Subject::article(ArticleId::new())),
            entry("session.opened", Subject::person(PersonId::new())),
        ]);
        let expected = Touched {
            articles: BTreeMap::from([(article, Cause::Version)]),
            modules: BTreeSet::from([module]),
            people: BTreeSet::from([person]),
        };
        assert_eq!(touched, expected);
    }
}

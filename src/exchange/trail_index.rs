//! Finds the journal entries about exported articles and modules.

use std::collections::{BTreeMap, HashMap};

use lectern_base::{ArticleId, ModuleId, ReviewId};
use lectern_journal::{Entry, Journal};

use crate::ExchangeError;

/// Entries read at a time.
const PAGE_SIZE: usize = 500;
/// Subjects that belong to an article, whether or not the entry names it.
const OF_ARTICLES: [&str; 6] = [
    "article",
    "revision",
    "review",
    "thread",
    "signature",
    "attachment",
];

/// The sequence numbers of the entries about each article and module, up to entry `read`.
pub(crate) struct TrailIndex {
    read: u64,
    /// Whether entries about people's roles in a module are included.
    rights: bool,
    articles: BTreeMap<ArticleId, Vec<u64>>,
    modules: BTreeMap<ModuleId, Vec<u64>>,
    reviews: HashMap<ReviewId, ArticleId>,
}

impl TrailIndex {
    /// Creates an index of these articles and modules; nothing is read yet.
    pub fn new(
        articles: impl IntoIterator<Item = ArticleId>,
        modules: impl IntoIterator<Item = ModuleId>,
        rights: bool,
    ) -> Self {
        Self {
            read: 0,
            rights,
            articles: articles.into_iter().map(|id| (id, Vec::new())).collect(),
            modules: modules.into_iter().map(|id| (id, Vec::new())).collect(),
            reviews: HashMap::new(),
        }
    }

    /// Reads to the end of the journal.
    pub async fn catch_up(&mut self, journal: &Journal) -> Result<(), ExchangeError> {
        loop {
            let entries = journal.read(self.read, PAGE_SIZE).await?;
            let Some(last) = entries.last() else {
                return Ok(());
            };
            self.read = last.seq;
            for entry in &entries {
                self.add(entry);
            }
        }
    }

    /// Returns the numbers of the entries about an article.
    pub fn of_article(&self, id: ArticleId) -> &[u64] {
        self.articles.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Returns the numbers of the entries about a module itself, not about its articles.
    pub fn of_module(&self, id: ModuleId) -> &[u64] {
        self.modules.get(&id).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, entry: &Entry) {
        let article = self.article_of(entry);
        if let Some(article) = article {
            if let (true, Ok(review)) = (entry.subject.kind == "review", entry.subject.id.parse()) {
                self.reviews.insert(review, article);
            }
            if let Some(numbers) = self.articles.get_mut(&article) {
                numbers.push(entry.seq);
            }
            return;
        }
        let kind = entry.subject.kind.as_str();
        if OF_ARTICLES.contains(&kind) || (kind == "person" && !self.rights) {
            return;
        }
        if let Some(numbers) = entry.module.and_then(|id| self.modules.get_mut(&id)) {
            numbers.push(entry.seq);
        }
    }

    fn article_of(&self, entry: &Entry) -> Option<ArticleId> {
        if entry.subject.kind == "article" {
            return entry.subject.id.parse().ok();
        }
        let values = [&entry.new, &entry.old].into_iter().flatten();
        let named = values
            .filter_map(|value| value.get("article")?.as_str()?.parse().ok())
            .next();
        let review = || match entry.subject.kind.as_str() {
            "review" => self.reviews.get(&entry.subject.id.parse().ok()?).copied(),
            _ => None,
        };
        named.or_else(review)
    }
}

/// Reads the entries with these numbers.
pub(crate) async fn entries(
    journal: &Journal,
    numbers: &[u64],
) -> Result<Vec<Entry>, ExchangeError> {
    let mut entries = Vec::with_capacity(numbers.len());
    for number in numbers {
        entries.extend(journal.read(number - 1, 1).await?);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use lectern_base::{FixedClock, PersonId, Subject, Timestamp};
    use lectern_journal::{Actor, AuditEvent};
    use lectern_store::{self as store, Batch};

    lectern_journal::events! {
        /// Stands for the events of other crates: the index goes by subjects and states.
        enum TestEvent named TestEventName {
            /// Something happened.
            Happened = "test.happened" { new: Option<serde_json::Value> },
        }
    }

    #[tokio::test]
    async fn entries_belong_to_the_article_that_they_or_earlier_ones_name() {
        let dir = tempfile::tempdir().unwrap();
        let store = store::open(dir.path()).unwrap();
        let clock = Arc::new(FixedClock::at(Timestamp::from_millis(0)));
        let journal = Journal::open(store, clock).await.unwrap();
        let (article, other) = (ArticleId::new(), ArticleId::new());
        let (module, review) = (ModuleId::new(), ReviewId::new());
        let event = |new, subject| {
            AuditEvent::new(Actor::System, TestEvent::Happened { new }, subject).in_module(module)
        };
        let events = vec![
            event(None, Subject::article(article)),
            event(Some(json!({"article": article})), Subject::review(review)),
            event(None, Subject::review(review)),
            event(None, Subject::article(other)),
            event(None, Subject::review(ReviewId::new())),
            event(None, Subject::module(module)),
            event(None, Subject::person(PersonId::new())),
            AuditEvent::new(
                Actor::System,
                TestEvent::Happened { new: None },
                Subject::new("session", "s"),
            ),
        ];
        journal.record(Batch::new(), events).await.unwrap();
        for (rights, of_module) in [(false, vec![6]), (true, vec![6, 7])] {
            let mut trail = TrailIndex::new([article], [module], rights);
            trail.catch_up(&journal).await.unwrap();
            assert_eq!(trail.of_article(article), [1, 2, 3]);
            assert_eq!(trail.of_article(other), [0; 0]);
            assert_eq!(trail.of_module(module), of_module);
        }
        let read = entries(&journal, &[2, 6]).await.unwrap();
        let seqs: Vec<_> = read.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, [2, 6]);
    }
}

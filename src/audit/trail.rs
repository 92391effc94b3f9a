//! The audit trail as people read it: what its subjects are called, as far as the reader may know.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use lectern_article::{Articles, Standing};
use lectern_base::{ArticleId, ModuleId, PersonId, ReviewId, RevisionId, ThreadId};
use lectern_identity::{Caller, Identity};
use lectern_journal::{Actor, Entry, Journal, SignedCheckpoint};
use lectern_module::Modules;
use lectern_review::Reviews;
use lectern_revision::Revisions;
use lectern_social::Threads;

use crate::AuditError;

/// What a subject of the audit trail is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectLabel {
    /// A title or name.
    pub label: String,
    /// Where it is, if the reader may go there.
    pub link: Option<SubjectLink>,
}

/// Where a subject is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectLink {
    /// A person.
    Person(PersonId),
    /// A module, by its slug.
    Module(String),
    /// An article, by its slug.
    Article(String),
    /// A revision, with the slug of its article.
    Revision(String, RevisionId),
    /// A review.
    Review(ReviewId),
}

/// Labels by the identifiers of their subjects.
pub type SubjectLabels = HashMap<String, SubjectLabel>;

/// The kinds of events that hold words of drafts, and the fields that hold them.
const FOLDED_KINDS: [&str; 2] = ["thread", "comment"];
const FOLDED_FIELDS: [&str; 2] = ["quote", "text"];
/// What stands in their place.
const FOLDED: &str = "(only members of the module read this)";

/// What an article is called, and what the reader may do with it.
struct ArticleLabel {
    label: String,
    /// Its slug, if the reader may know of it.
    name: Option<String>,
    /// Its slug, if the reader may open it.
    slug: Option<String>,
    writes: bool,
}

/// The audit trail as people read it.
pub struct AuditTrail {
    /// The data directory, which holds the key that signs checkpoints.
    pub folder: PathBuf,
    /// The entries.
    pub journal: Arc<Journal>,
    /// People.
    pub identity: Arc<Identity>,
    /// Modules.
    pub modules: Arc<Modules>,
    /// Articles.
    pub articles: Arc<Articles>,
    /// Their revisions.
    pub revisions: Arc<Revisions>,
    /// Their reviews.
    pub reviews: Arc<Reviews>,
    /// Comments on their drafts.
    pub threads: Arc<Threads>,
}

impl AuditTrail {
    /// Adds labels for the actors, modules and subjects of `entries`; what `labels` has already is
    /// not looked up again.
    ///
    /// Only members of a restricted module learn the titles of its articles.
    pub async fn label_subjects(
        &self,
        caller: &Caller,
        entries: &[Entry],
        labels: &mut SubjectLabels,
    ) -> Result<(), AuditError> {
        for entry in entries {
            if let Actor::Person(person) = entry.actor {
                self.add_label(caller, "person", &person.to_string(), labels)
                    .await?;
            }
            if let Some(module) = entry.module {
                self.add_label(caller, "module", &module.to_string(), labels)
                    .await?;
            }
            let subject = &entry.subject;
            self.add_label(caller, &subject.kind, &subject.id, labels)
                .await?;
        }
        Ok(())
    }

    /// Like [`AuditTrail::label_subjects`], and also adds labels for everything that the old and
    /// new values mention.
    pub async fn label_everything(
        &self,
        caller: &Caller,
        entries: &[Entry],
        labels: &mut SubjectLabels,
    ) -> Result<(), AuditError> {
        self.label_subjects(caller, entries, labels).await?;
        let mut ids = Vec::new();
        for entry in entries {
            for value in [&entry.old, &entry.new].into_iter().flatten() {
                collect_ids(kind_of(""), value, &mut ids);
            }
        }
        for (kind, id) in ids {
            self.add_label(caller, kind, &id, labels).await?;
        }
        Ok(())
    }

    async fn add_label(
        &self,
        caller: &Caller,
        kind: &str,
        id: &str,
        labels: &mut SubjectLabels,
    ) -> Result<(), AuditError> {
        if !labels.contains_key(id)
            && let Some(label) = self.label(caller, kind, id).await?
        {
            labels.insert(id.to_owned(), label);
        }
        Ok(())
    }

    async fn label(
        &self,
        caller: &Caller,
        kind: &str,
        id: &str,
    ) -> Result<Option<SubjectLabel>, AuditError> {
        if kind == "person"
            && let Ok(id) = id.parse()
        {
            return self.label_person(id).await;
        }
        if kind == "module"
            && let Ok(id) = id.parse()
        {
            return self.label_module(caller, id).await;
        }
        if kind == "article"
            && let Ok(id) = id.parse()
        {
            return self.label_article(caller, id).await;
        }
        if kind == "revision"
            && let Ok(id) = id.parse()
        {
            return self.label_revision(caller, id).await;
        }
        if kind == "review"
            && let Ok(id) = id.parse()
        {
            return self.label_review(caller, id).await;
        }
        if kind == "thread"
            && let Ok(id) = id.parse()
        {
            return self.label_thread(caller, id).await;
        }
        Ok(None)
    }

    async fn label_person(&self, id: PersonId) -> Result<Option<SubjectLabel>, AuditError> {
        let person = self.identity.person(id).await?;
        Ok(person.map(|person| SubjectLabel {
            label: format!("{} ({})", person.name, person.login),
            link: Some(SubjectLink::Person(id)),
        }))
    }

    async fn label_module(
        &self,
        caller: &Caller,
        id: ModuleId,
    ) -> Result<Option<SubjectLabel>, AuditError> {
        let Some(module) = self.modules.get(id).await? else {
            return Ok(None);
        };
        let reads = caller.reader(&module.place()).is_ok();
        Ok(Some(SubjectLabel {
            label: module.title,
            link: reads.then_some(SubjectLink::Module(module.slug)),
        }))
    }

    async fn label_article(
        &self,
        caller: &Caller,
        id: ArticleId,
    ) -> Result<Option<SubjectLabel>, AuditError> {
        let called = self.describe_article(caller, id).await?;
        Ok(called.map(|called| SubjectLabel {
            label: called.label,
            link: called.slug.map(SubjectLink::Article),
        }))
    }

    async fn label_revision(
        &self,
        caller: &Caller,
        id: RevisionId,
    ) -> Result<Option<SubjectLabel>, AuditError> {
        let Some(revision) = self.revisions.get(id).await? else {
            return Ok(None);
        };
        let called = self.describe_article(caller, revision.article).await?;
        Ok(called.map(|called| SubjectLabel {
            label: format!("Revision {} of {}", revision.number, called.label),
            link: called
                .slug
                .filter(|_| called.writes)
                .map(|slug| SubjectLink::Revision(slug, id)),
        }))
    }

    async fn label_review(
        &self,
        caller: &Caller,
        id: ReviewId,
    ) -> Result<Option<SubjectLabel>, AuditError> {
        let Some(review) = self.reviews.get(id).await? else {
            return Ok(None);
        };
        let called = self.describe_article(caller, review.article).await?;
        Ok(called.map(|called| SubjectLabel {
            label: format!("Review of {}", called.label),
            link: called.writes.then_some(SubjectLink::Review(id)),
        }))
    }

    async fn label_thread(
        &self,
        caller: &Caller,
        id: ThreadId,
    ) -> Result<Option<SubjectLabel>, AuditError> {
        let Some(thread) = self.threads.get(id).await? else {
            return Ok(None);
        };
        let called = self.describe_article(caller, thread.article).await?;
        Ok(called.map(|called| SubjectLabel {
            label: format!("Comments on {}", called.label),
            link: called.slug.map(SubjectLink::Article),
        }))
    }

    async fn describe_article(
        &self,
        caller: &Caller,
        id: ArticleId,
    ) -> Result<Option<ArticleLabel>, AuditError> {
        let Some(article) = self.articles.get(id).await? else {
            return Ok(None);
        };
        let Some(module) = self.modules.get(article.module).await? else {
            return Ok(None);
        };
        if caller.reader(&module.place()).is_err() {
            return Ok(Some(ArticleLabel {
                label: "an article that only members of its module know".to_owned(),
                name: None,
                slug: None,
                writes: false,
            }));
        }
        let writes = caller.editor(&module.place()).is_ok();
        let opens = writes || article.standing != Standing::Draft;
        Ok(Some(ArticleLabel {
            label: format!("“{}”", article.title),
            name: Some(article.slug.clone()),
            slug: opens.then_some(article.slug),
            writes,
        }))
    }

    /// Finds the article that a search text means: an identifier, an address, a slug or a title.
    /// Returns its identifier and its slug, or the text itself if the caller may not know the slug.
    ///
    /// An identifier is accepted as it is: the article may be deleted, or visible to others only.
    pub async fn find_article(
        &self,
        caller: &Caller,
        text: &str,
    ) -> Result<Option<(ArticleId, String)>, AuditError> {
        let (id, fallback) = match text.parse() {
            Ok(id) => (Some(id), Some(text)),
            Err(_) => (self.article_by_text(text).await?, None),
        };
        let Some(id) = id else {
            return Ok(None);
        };
        let called = self.describe_article(caller, id).await?;
        let name = called.and_then(|called| called.name);
        Ok(name.or(fallback.map(str::to_owned)).map(|name| (id, name)))
    }

    async fn article_by_text(&self, text: &str) -> Result<Option<ArticleId>, AuditError> {
        let slug = text.rsplit_once("/a/").map_or(text, |(_, slug)| slug);
        let slug = slug.split(['/', '?', '#']).next().unwrap_or(slug);
        match self.articles.by_slug(slug).await? {
            Some(article) => Ok(Some(article.id)),
            None => Ok(self.articles.by_title(text).await?),
        }
    }

    /// Replaces what comments and passages of restricted drafts say by a hint, in entries about
    /// modules that the caller may not know of.
    pub async fn fold_restricted(
        &self,
        caller: &Caller,
        entries: &mut [Entry],
    ) -> Result<(), AuditError> {
        let mut hidden = HashMap::new();
        for entry in entries {
            let kind = entry.deed.split('.').next().unwrap_or_default();
            let Some(id) = entry.module.filter(|_| FOLDED_KINDS.contains(&kind)) else {
                continue;
            };
            let is_hidden = match hidden.entry(id) {
                Slot::Occupied(known) => *known.get(),
                Slot::Vacant(unknown) => {
                    let module = self.modules.get(id).await?;
                    let reads = module.is_some_and(|module| caller.reader(&module.place()).is_ok());
                    *unknown.insert(!reads)
                }
            };
            if is_hidden {
                for value in [&mut entry.old, &mut entry.new].into_iter().flatten() {
                    fold(value);
                }
            }
        }
        Ok(())
    }

    /// Signs a checkpoint of the journal.
    pub async fn checkpoint(&self, by: impl Into<Actor>) -> Result<SignedCheckpoint, AuditError> {
        Ok(self.journal.checkpoint(&self.folder, by.into()).await?)
    }
}

/// Replaces the words of a comment or passage by a hint.
fn fold(value: &mut Value) {
    for field in FOLDED_FIELDS {
        if let Some(words) = value.get_mut(field).filter(|words| words.is_string()) {
            *words = Value::from(FOLDED);
        }
    }
}

/// Returns the kind of subject that a field of an entry identifies.
fn kind_of(field: &str) -> &'static str {
    match field {
        "article" => "article",
        "module" => "module",
        "revision" => "revision",
        "review" | "replaced_by" | "replaces" => "review",
        _ => "person",
    }
}

/// Collects the identifiers in a value, each with its kind.
fn collect_ids(kind: &'static str, value: &Value, found: &mut Vec<(&'static str, String)>) {
    match value {
        Value::String(text) if text.parse::<PersonId>().is_ok() => {
            found.push((kind, text.clone()));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_ids(kind, item, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                collect_ids(kind_of(name), value, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn identifiers_are_collected_with_the_kind_of_their_field() {
        let id = PersonId::new().to_string();
        let value = json!({
            "article": id, "approved_by": [id], "reason": "no id",
            "roles": [{"role": "trainer", "module": id}],
        });
        let mut found = Vec::new();
        collect_ids("person", &value, &mut found);
        let mut kinds: Vec<_> = found.iter().map(|(kind, _)| *kind).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["article", "module", "person"]);
    }
}

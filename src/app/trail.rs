//! What the things in the audit trail are called, for whoever reads it.

use std::collections::HashMap;

use serde_json::Value;

use lectern_article::Standing;
use lectern_base::{ArticleId, ModuleId, PersonId, ReviewId, RevisionId, ThreadId};
use lectern_identity::Caller;
use lectern_journal::{Actor, Entry, SignedCheckpoint};

use super::{App, AppError};

/// A thing that the audit trail speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What it is called.
    pub words: String,
    /// Where it is, if whoever asked may go there.
    pub place: Option<Whereabouts>,
}

/// Where a thing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// A person.
    Person(PersonId),
    /// A module, by its name in addresses.
    Module(String),
    /// An article, by its name in addresses.
    Article(String),
    /// A revision of an article.
    Revision(String, RevisionId),
    /// A review.
    Review(ReviewId),
}

/// Things by their identifiers.
pub type Things = HashMap<String, Named>;

/// An article as it may be called before somebody.
struct Called {
    words: String,
    /// Its name in addresses, for whoever may know of it.
    name: Option<String>,
    /// The same, for whoever may open it.
    slug: Option<String>,
    writes: bool,
}

impl App {
    /// Finds out what the people, modules and articles are called that `entries` are by and about;
    /// what is in `things` is not looked up again.
    ///
    /// In a restricted module only members learn what an article is called.
    pub async fn name_subjects(
        &self,
        caller: &Caller,
        entries: &[Entry],
        things: &mut Things,
    ) -> Result<(), AppError> {
        for entry in entries {
            if let Actor::Person(person) = entry.actor {
                self.name(caller, "person", &person.to_string(), things)
                    .await?;
            }
            if let Some(module) = entry.module {
                self.name(caller, "module", &module.to_string(), things)
                    .await?;
            }
            let subject = &entry.subject;
            self.name(caller, &subject.kind, &subject.id, things)
                .await?;
        }
        Ok(())
    }

    /// Like [`App::name_subjects`], and also names what the entries tell of.
    pub async fn name_everything(
        &self,
        caller: &Caller,
        entries: &[Entry],
        things: &mut Things,
    ) -> Result<(), AppError> {
        self.name_subjects(caller, entries, things).await?;
        let mut told = Vec::new();
        for entry in entries {
            for value in [&entry.old, &entry.new].into_iter().flatten() {
                gather(kind_of(""), value, &mut told);
            }
        }
        for (kind, id) in told {
            self.name(caller, kind, &id, things).await?;
        }
        Ok(())
    }

    async fn name(
        &self,
        caller: &Caller,
        kind: &str,
        id: &str,
        things: &mut Things,
    ) -> Result<(), AppError> {
        if !things.contains_key(id)
            && let Some(named) = self.named(caller, kind, id).await?
        {
            things.insert(id.to_owned(), named);
        }
        Ok(())
    }

    async fn named(
        &self,
        caller: &Caller,
        kind: &str,
        id: &str,
    ) -> Result<Option<Named>, AppError> {
        if kind == "person"
            && let Ok(id) = id.parse()
        {
            return self.named_person(id).await;
        }
        if kind == "module"
            && let Ok(id) = id.parse()
        {
            return self.named_module(caller, id).await;
        }
        if kind == "article"
            && let Ok(id) = id.parse()
        {
            return self.named_article(caller, id).await;
        }
        if kind == "revision"
            && let Ok(id) = id.parse()
        {
            return self.named_revision(caller, id).await;
        }
        if kind == "review"
            && let Ok(id) = id.parse()
        {
            return self.named_review(caller, id).await;
        }
        if kind == "thread"
            && let Ok(id) = id.parse()
        {
            return self.named_thread(caller, id).await;
        }
        Ok(None)
    }

    async fn named_person(&self, id: PersonId) -> Result<Option<Named>, AppError> {
        let person = self.identity.person(id).await?;
        Ok(person.map(|person| Named {
            words: format!("{} ({})", person.name, person.login),
            place: Some(Whereabouts::Person(id)),
        }))
    }

    async fn named_module(&self, caller: &Caller, id: ModuleId) -> Result<Option<Named>, AppError> {
        let Some(module) = self.modules.get(id).await? else {
            return Ok(None);
        };
        let reads = caller.reader(&module.place()).is_ok();
        Ok(Some(Named {
            words: module.title,
            place: reads.then_some(Whereabouts::Module(module.slug)),
        }))
    }

    async fn named_article(
        &self,
        caller: &Caller,
        id: ArticleId,
    ) -> Result<Option<Named>, AppError> {
        let called = self.called(caller, id).await?;
        Ok(called.map(|called| Named {
            words: called.words,
            place: called.slug.map(Whereabouts::Article),
        }))
    }

    async fn named_revision(
        &self,
        caller: &Caller,
        id: RevisionId,
    ) -> Result<Option<Named>, AppError> {
        let Some(revision) = self.revisions.get(id).await? else {
            return Ok(None);
        };
        let called = self.called(caller, revision.article).await?;
        Ok(called.map(|called| Named {
            words: format!("Revision {} of {}", revision.number, called.words),
            place: called
                .slug
                .filter(|_| called.writes)
                .map(|slug| Whereabouts::Revision(slug, id)),
        }))
    }

    async fn named_review(&self, caller: &Caller, id: ReviewId) -> Result<Option<Named>, AppError> {
        let Some(review) = self.reviews.get(id).await? else {
            return Ok(None);
        };
        let called = self.called(caller, review.article).await?;
        Ok(called.map(|called| Named {
            words: format!("Review of {}", called.words),
            place: called.writes.then_some(Whereabouts::Review(id)),
        }))
    }

    async fn named_thread(&self, caller: &Caller, id: ThreadId) -> Result<Option<Named>, AppError> {
        let Some(thread) = self.threads.get(id).await? else {
            return Ok(None);
        };
        let called = self.called(caller, thread.article).await?;
        Ok(called.map(|called| Named {
            words: format!("Comments on {}", called.words),
            place: called.slug.map(Whereabouts::Article),
        }))
    }

    async fn called(&self, caller: &Caller, id: ArticleId) -> Result<Option<Called>, AppError> {
        let Some(article) = self.articles.get(id).await? else {
            return Ok(None);
        };
        let Some(module) = self.modules.get(article.module).await? else {
            return Ok(None);
        };
        if caller.reader(&module.place()).is_err() {
            return Ok(Some(Called {
                words: "an article that only members of its module know".to_owned(),
                name: None,
                slug: None,
                writes: false,
            }));
        }
        let writes = caller.editor(&module.place()).is_ok();
        let opens = writes || article.standing != Standing::Draft;
        Ok(Some(Called {
            words: format!("“{}”", article.title),
            name: Some(article.slug.clone()),
            slug: opens.then_some(article.slug),
            writes,
        }))
    }

    /// Finds an article by its address, its name in addresses or its title, as far as the caller may
    /// know of it; also tells the shortest of these. An identifier is taken as it is: what the
    /// trail speaks of may be gone, or be known to others only.
    pub async fn article_called(
        &self,
        caller: &Caller,
        text: &str,
    ) -> Result<Option<(ArticleId, String)>, AppError> {
        let (id, usual) = match text.parse() {
            Ok(id) => (Some(id), Some(text)),
            Err(_) => (self.article_found(text).await?, None),
        };
        let Some(id) = id else {
            return Ok(None);
        };
        let called = self.called(caller, id).await?;
        let name = called.and_then(|called| called.name);
        Ok(name.or(usual.map(str::to_owned)).map(|name| (id, name)))
    }

    async fn article_found(&self, text: &str) -> Result<Option<ArticleId>, AppError> {
        let slug = text.rsplit_once("/a/").map_or(text, |(_, slug)| slug);
        let slug = slug.split(['/', '?', '#']).next().unwrap_or(slug);
        match self.articles.by_slug(slug).await? {
            Some(article) => Ok(Some(article.id)),
            None => Ok(self.articles.by_title(text).await?),
        }
    }

    /// Signs where the journal ends.
    pub async fn checkpoint(&self, by: impl Into<Actor>) -> Result<SignedCheckpoint, AppError> {
        let folder = &self.config.data;
        Ok(self.journal.checkpoint(folder, by.into()).await?)
    }
}

/// What kind of thing a field of an entry names.
fn kind_of(field: &str) -> &'static str {
    match field {
        "article" => "article",
        "module" => "module",
        "revision" => "revision",
        "review" | "replaced_by" | "replaces" => "review",
        _ => "person",
    }
}

/// Collects the identifiers in a value.
fn gather(kind: &'static str, value: &Value, found: &mut Vec<(&'static str, String)>) {
    match value {
        Value::String(text) if text.parse::<PersonId>().is_ok() => {
            found.push((kind, text.clone()));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(kind, item, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                gather(kind_of(name), value, found);
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
    fn identifiers_are_found_with_the_kind_that_their_field_tells() {
        let id = PersonId::new().to_string();
        let told = json!({
            "article": id, "approved_by": [id], "reason": "no id",
            "roles": [{"role": "trainer", "module": id}],
        });
        let mut found = Vec::new();
        gather("person", &told, &mut found);
        let mut kinds: Vec<_> = found.iter().map(|(kind, _)| *kind).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["article", "module", "person"]);
    }
}

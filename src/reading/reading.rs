//! What one person is asked to read, and what they have acknowledged.

use lectern_article::Article;
use lectern_base::{ArticleId, Page, PersonId, Seek, Timestamp};
use lectern_identity::{Caller, Reader};
use lectern_module::{Control, Module};
use lectern_store::{Key, Range};

use super::audience::Audience;
use super::error::ReadingError;
use super::line::line_of;
use super::lists;
use super::readings::Readings;
use super::record::GIVEN_BY;
use super::record::{ACKNOWLEDGEMENTS, ASSIGNMENTS, Acknowledgement, Assignment};

/// How far one reader is with an article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Their assignment, while it is open.
    pub assignment: Option<Assignment>,
    /// Whether its due date has passed.
    pub late: bool,
    /// Their acknowledgement that counts for the effective version.
    pub acknowledgement: Option<Acknowledgement>,
    /// The last version before the effective one that they acknowledged.
    pub before: Option<u32>,
}

impl Reading {
    /// Tells whether an acknowledgement is offered: to those who were asked before, and to every
    /// reader where an audience is set or the module is controlled.
    pub fn is_offered(&self, audience: &Audience, control: Control) -> bool {
        let known =
            self.assignment.is_some() || self.acknowledgement.is_some() || self.before.is_some();
        known || !audience.is_empty() || control == Control::Controlled
    }
}

/// An article that somebody is asked to read.
#[derive(Debug, Clone)]
pub struct ReadingTask {
    /// The article.
    pub article: Article,
    /// Its module.
    pub module: Module,
    /// The assignment.
    pub assignment: Assignment,
    /// Whether its due date has passed.
    pub late: bool,
}

/// The cursor of a task: when it is due, in milliseconds, and its article.
fn cursor_of(task: &ReadingTask) -> String {
    format!("{}.{}", task.assignment.due.millis(), task.article.id)
}

fn task_of(cursor: &str) -> Option<(Timestamp, ArticleId)> {
    let (due, article) = cursor.split_once('.')?;
    let due = Timestamp::from_millis(due.parse().ok()?);
    Some((due, article.parse().ok()?))
}

fn given_of(cursor: &str) -> Option<(ArticleId, u32)> {
    let (article, version) = cursor.split_once('.')?;
    Some((article.parse().ok()?, version.parse().ok()?))
}

impl Readings {
    /// Returns how far a reader is who opens the effective version of an article, and notes the
    /// first time they open it while they are asked to read it.
    pub async fn opened(&self, by: &Reader, article: &Article) -> Result<Reading, ReadingError> {
        let reading = self.reading(article, by.person().id).await?;
        if let Some(assignment) = &reading.assignment
            && let Err(error) = self.note_opened(assignment).await
        {
            // Reading must work even when the disk is full.
            tracing::warn!(%error, "Could not note that a reader opened an assigned article.");
        }
        Ok(reading)
    }

    /// Returns how far one person is with an article.
    pub async fn reading(
        &self,
        article: &Article,
        person: PersonId,
    ) -> Result<Reading, ReadingError> {
        let Some(effective) = article.readable() else {
            return Ok(Reading::default());
        };
        let key = (article.id, person);
        let assignment = ASSIGNMENTS.get(&self.store, &key).await?;
        let given = ACKNOWLEDGEMENTS.scan_under(&self.store, &key).await?;
        if assignment.is_none() && given.is_empty() {
            return Ok(Reading::default());
        }
        let versions = self.reviews.versions(article.id).await?;
        let line = line_of(&versions, effective.version);
        let before = given.iter().map(|((.., version), _)| *version);
        let before = before.filter(|version| *version < effective.version).max();
        let mut given = given.into_iter().map(|(_, given)| given);
        let acknowledgement = given.rfind(|given| given.line == line);
        let assignment = assignment.filter(|one| one.line == line && acknowledgement.is_none());
        let now = self.clock.now();
        Ok(Reading {
            late: assignment.as_ref().is_some_and(|one| now > one.due),
            assignment,
            acknowledgement,
            before,
        })
    }

    /// Returns a page of the open assignments of the caller in modules they may read, soonest due
    /// first.
    pub async fn tasks(&self, by: &Caller, seek: &Seek) -> Result<Page<ReadingTask>, ReadingError> {
        let limit = seek.limit();
        let mut after = seek.after.as_deref().and_then(task_of);
        let mut tasks = Vec::new();
        loop {
            let found = lists::tasks(&self.store, by.id(), after, limit + 1).await?;
            let is_last = found.len() <= limit;
            after = found.last().map(|(_, due, article)| (*due, *article));
            for (_, _, article) in found {
                if tasks.len() <= limit {
                    tasks.extend(self.task(by, article).await?);
                }
            }
            if is_last || tasks.len() > limit {
                return Ok(Page::of(tasks, limit, cursor_of));
            }
        }
    }

    async fn task(
        &self,
        by: &Caller,
        article: ArticleId,
    ) -> Result<Option<ReadingTask>, ReadingError> {
        let Some(article) = self.articles.get(article).await? else {
            return Ok(None);
        };
        let module = self.modules.get(article.module).await?;
        let module = module.filter(|module| by.reader(&module.place()).is_ok());
        let Some(module) = module else {
            return Ok(None);
        };
        let reading = self.reading(&article, by.id()).await?;
        Ok(reading.assignment.map(|assignment| ReadingTask {
            article,
            module,
            assignment,
            late: reading.late,
        }))
    }

    /// Returns a page of the caller's acknowledgements by article and version, in modules they may
    /// read: what a restricted module holds stays inside it.
    pub async fn acknowledged_by(
        &self,
        by: &Caller,
        seek: &Seek,
    ) -> Result<Page<Acknowledgement>, ReadingError> {
        let limit = seek.limit();
        let mut after = seek.after.as_deref().and_then(given_of);
        let mut all: Vec<Acknowledgement> = Vec::new();
        loop {
            let range = Range::prefix(&by.id().encode());
            let range = match after {
                Some((article, version)) => range.after(&(by.id(), article, version).encode()),
                None => range,
            };
            let found = GIVEN_BY.scan(&self.store, range.limit(limit + 1)).await?;
            let is_last = found.len() <= limit;
            after = found
                .last()
                .map(|((_, article, version), ())| (*article, *version));
            for ((person, article, version), ()) in found {
                let key = (article, person, version);
                let Some(given) = ACKNOWLEDGEMENTS.get(&self.store, &key).await? else {
                    continue;
                };
                let module = self.modules.get(given.module).await?;
                if module.is_some_and(|module| by.reader(&module.place()).is_ok()) {
                    all.push(given);
                }
            }
            if is_last || all.len() > limit {
                let cursor = |one: &Acknowledgement| format!("{}.{}", one.article, one.version);
                return Ok(Page::of(all, limit, cursor));
            }
        }
    }

    /// Returns the acknowledgements of all versions of an article, oldest first.
    pub async fn acknowledgements(
        &self,
        article: ArticleId,
    ) -> Result<Vec<Acknowledgement>, ReadingError> {
        let found = ACKNOWLEDGEMENTS.scan_under(&self.store, &article).await?;
        let mut all: Vec<_> = found.into_iter().map(|(_, given)| given).collect();
        all.sort_by_key(|given| given.journal_seq);
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledgement_is_offered_where_somebody_is_asked() {
        let (nobody, members) = (
            Audience::default(),
            Audience {
                members: true,
                ..Audience::default()
            },
        );
        let unknown = Reading::default();
        assert!(!unknown.is_offered(&nobody, Control::Informal));
        assert!(unknown.is_offered(&members, Control::Informal));
        assert!(unknown.is_offered(&nobody, Control::Controlled));
        let before = Reading {
            before: Some(1),
            ..Reading::default()
        };
        assert!(before.is_offered(&nobody, Control::Informal));
    }
}

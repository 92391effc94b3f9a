//! What one person is asked to read, and what they have acknowledged.

use lectern_article::Article;
use lectern_base::{ArticleId, PersonId};
use lectern_identity::{Caller, Reader};
use lectern_module::{Control, Module};

use super::audience::Audience;
use super::line::line_of;
use super::record::{ASSIGNMENTS, Acknowledgement, Assignment, GIVEN, GIVEN_BY, OF_PERSON};
use crate::error::ReviewError;
use crate::reviews::Reviews;

/// How an article stands with one person who reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What they are asked and have not done.
    pub asked: Option<Assignment>,
    /// Whether the day for it has passed.
    pub late: bool,
    /// Their acknowledgement that counts for the effective version.
    pub given: Option<Acknowledgement>,
    /// The last version before the effective one that they acknowledged.
    pub before: Option<u32>,
}

impl Reading {
    /// Tells whether an acknowledgement is offered: to those who were asked before, and to every
    /// reader where somebody is asked or the module is controlled.
    pub fn is_offered(&self, audience: &Audience, control: Control) -> bool {
        let known = self.asked.is_some() || self.given.is_some() || self.before.is_some();
        known || !audience.is_empty() || control == Control::Controlled
    }
}

/// An article that somebody is asked to read.
#[derive(Debug, Clone)]
pub struct ToRead {
    /// The article.
    pub article: Article,
    /// Its module.
    pub module: Module,
    /// What is asked.
    pub asked: Assignment,
    /// Whether the day for it has passed.
    pub late: bool,
}

impl Reviews {
    /// Tells how an article stands with somebody who opens its effective version; remembers the
    /// first time that they do while they are asked to.
    pub async fn opened(&self, by: &Reader, article: &Article) -> Result<Reading, ReviewError> {
        let reading = self.reading(article, by.person().id).await?;
        if let Some(asked) = &reading.asked
            && let Err(error) = self.note_opened(asked).await
        {
            // Who reads must get to read, also from a disk that is full.
            tracing::warn!(%error, "That somebody opened what they are asked to read was not kept.");
        }
        Ok(reading)
    }

    /// Tells how an article stands with one person.
    pub async fn reading(
        &self,
        article: &Article,
        person: PersonId,
    ) -> Result<Reading, ReviewError> {
        let Some(now) = article.readable() else {
            return Ok(Reading::default());
        };
        let key = (article.id, person);
        let asked = ASSIGNMENTS.get(&self.store, &key).await?;
        let given = GIVEN.scan_under(&self.store, &key).await?;
        if asked.is_none() && given.is_empty() {
            return Ok(Reading::default());
        }
        let line = line_of(&self.versions(article.id).await?, now.version);
        let before = given.iter().map(|((.., version), _)| *version);
        let before = before.filter(|version| *version < now.version).max();
        let mut given = given.into_iter().map(|(_, given)| given);
        let given = given.rfind(|given| given.line == line);
        let asked = asked.filter(|asked| asked.line == line && given.is_none());
        Ok(Reading {
            late: asked
                .as_ref()
                .is_some_and(|asked| self.clock.now() > asked.due),
            asked,
            given,
            before,
        })
    }

    /// Returns what somebody is asked to read and has not, soonest first, as far as they may read
    /// it now.
    pub async fn to_read(&self, by: &Caller) -> Result<Vec<ToRead>, ReviewError> {
        let mut all = Vec::new();
        for ((_, id), ()) in OF_PERSON.scan_under(&self.store, &by.id()).await? {
            let Some(article) = self.articles.get(id).await? else {
                continue;
            };
            let Some(module) = self.modules.get(article.module).await? else {
                continue;
            };
            if by.reader(&module.place()).is_err() {
                continue;
            }
            let Reading { asked, late, .. } = self.reading(&article, by.id()).await?;
            all.extend(asked.map(|asked| ToRead {
                article,
                module,
                asked,
                late,
            }));
        }
        all.sort_by_key(|one| one.asked.due);
        Ok(all)
    }

    /// Returns everything that somebody acknowledged, by article and version, in modules that they
    /// may read: nobody else learns what a restricted module holds.
    pub async fn acknowledged_by(&self, by: &Caller) -> Result<Vec<Acknowledgement>, ReviewError> {
        let mut all = Vec::new();
        for ((person, article, version), ()) in GIVEN_BY.scan_under(&self.store, &by.id()).await? {
            let given = GIVEN.get(&self.store, &(article, person, version)).await?;
            let Some(given) = given else {
                continue;
            };
            let module = self.modules.get(given.module).await?;
            if module.is_some_and(|module| by.reader(&module.place()).is_ok()) {
                all.push(given);
            }
        }
        Ok(all)
    }

    /// Returns every acknowledgement of an article's versions, in the order in which they were
    /// given.
    pub async fn acknowledgements(
        &self,
        article: ArticleId,
    ) -> Result<Vec<Acknowledgement>, ReviewError> {
        let found = GIVEN.scan_under(&self.store, &article).await?;
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

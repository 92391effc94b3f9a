//! The owner's view: who is asked, who has done it, who is missing.

use std::collections::BTreeMap;

use lectern_article::Article;
use lectern_base::{PersonId, Timestamp};
use lectern_identity::Overseer;

use super::line::line_of;
use super::record::{Acknowledgement, Assignment};
use crate::error::ReviewError;
use crate::reviews::Reviews;

/// How far somebody is with what they are asked to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// The day has passed.
    Overdue,
    /// There is time.
    Open,
    /// They acknowledged it.
    Done,
}

/// One person and one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollRow {
    /// Who.
    pub person: PersonId,
    /// How far they are.
    pub progress: Progress,
    /// What they are asked, if they are.
    pub asked: Option<Assignment>,
    /// Their acknowledgement that counts for the effective version.
    pub given: Option<Acknowledgement>,
}

impl Reviews {
    /// Returns everybody who is asked to read what is effective of an article, or acknowledged it;
    /// nobody while readers get nothing.
    pub async fn roll(
        &self,
        by: &Overseer,
        article: &Article,
    ) -> Result<Vec<RollRow>, ReviewError> {
        if article.module != by.module() {
            return Err(ReviewError::NoArticle);
        }
        let Some(effective) = article.readable() else {
            return Ok(Vec::new());
        };
        let line = line_of(&self.versions(article.id).await?, effective.version);
        let mut rows: BTreeMap<PersonId, RollRow> = BTreeMap::new();
        let now = self.clock.now();
        for (person, asked) in self.asked_of(article.id).await? {
            if asked.line == line {
                rows.insert(person, row(asked, now));
            }
        }
        for given in self.acknowledgements(article.id).await? {
            if given.line == line {
                let row = rows.entry(given.person).or_insert(RollRow {
                    person: given.person,
                    progress: Progress::Done,
                    asked: None,
                    given: None,
                });
                row.progress = Progress::Done;
                row.given = Some(given);
            }
        }
        Ok(rows.into_values().collect())
    }
}

fn row(asked: Assignment, now: Timestamp) -> RollRow {
    RollRow {
        person: asked.person,
        progress: match now > asked.due {
            true => Progress::Overdue,
            false => Progress::Open,
        },
        asked: Some(asked),
        given: None,
    }
}

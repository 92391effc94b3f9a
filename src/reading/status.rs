//! How far each reader of an article is, for those who look after it.

use std::collections::BTreeMap;

use lectern_article::Article;
use lectern_base::{PersonId, Timestamp};
use lectern_identity::Overseer;

use super::error::ReadingError;
use super::line::line_of;
use super::readings::Readings;
use super::record::{Acknowledgement, Assignment};

/// How far somebody is with what they are asked to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// The due date has passed.
    Overdue,
    /// The due date is still ahead.
    Open,
    /// It is acknowledged.
    Done,
}

/// How far one person is with the effective version of one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingStatus {
    /// The person.
    pub person: PersonId,
    /// How far they are.
    pub progress: Progress,
    /// Their assignment, if they have one.
    pub assignment: Option<Assignment>,
    /// Their acknowledgement that counts for the effective version.
    pub acknowledgement: Option<Acknowledgement>,
}

impl Readings {
    /// Returns the status of everybody who is asked to read the effective version of an article,
    /// or acknowledged it; empty while readers get no version.
    pub async fn reading_status(
        &self,
        by: &Overseer,
        article: &Article,
    ) -> Result<Vec<ReadingStatus>, ReadingError> {
        if article.module != by.module() {
            return Err(ReadingError::NoArticle);
        }
        let Some(effective) = article.readable() else {
            return Ok(Vec::new());
        };
        let versions = self.reviews.versions(article.id).await?;
        let line = line_of(&versions, effective.version);
        let mut rows: BTreeMap<PersonId, ReadingStatus> = BTreeMap::new();
        let now = self.clock.now();
        for (person, assignment) in self.assignments(article.id).await? {
            if assignment.line == line {
                rows.insert(person, unacknowledged(assignment, now));
            }
        }
        for acknowledgement in self.acknowledgements(article.id).await? {
            if acknowledgement.line == line {
                let row = rows.entry(acknowledgement.person).or_insert(ReadingStatus {
                    person: acknowledgement.person,
                    progress: Progress::Done,
                    assignment: None,
                    acknowledgement: None,
                });
                row.progress = Progress::Done;
                row.acknowledgement = Some(acknowledgement);
            }
        }
        Ok(rows.into_values().collect())
    }
}

fn unacknowledged(assignment: Assignment, now: Timestamp) -> ReadingStatus {
    ReadingStatus {
        person: assignment.person,
        progress: match now > assignment.due {
            true => Progress::Overdue,
            false => Progress::Open,
        },
        assignment: Some(assignment),
        acknowledgement: None,
    }
}

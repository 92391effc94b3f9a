//! How far each reader of an article is, for those who look after it.

use std::collections::BTreeMap;
use std::fmt;

use lectern_article::Article;
use lectern_base::{Page, PersonId, Seek, Timestamp};
use lectern_identity::Overseer;

use super::error::ReadingError;
use super::line::line_of;
use super::lists;
use super::readings::Readings;
use super::record::{ACKNOWLEDGEMENTS, ASSIGNMENTS, Acknowledgement, Assignment};

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

/// How many people are how far with the effective version of an article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadingCounts {
    /// Those who acknowledged it.
    pub done: u64,
    /// Those who are asked to read it and have not acknowledged it.
    pub open: u64,
    /// Those of them whose due date has passed.
    pub overdue: u64,
}

/// Where a page of the status begins: first come those who have not acknowledged the version,
/// soonest due first, and then those who have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StatusCursor {
    Open(Timestamp, PersonId),
    Done(PersonId),
}

impl StatusCursor {
    fn after(row: &ReadingStatus) -> Self {
        match &row.assignment {
            Some(asked) if row.acknowledgement.is_none() => Self::Open(asked.due, row.person),
            _ => Self::Done(row.person),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (due, person) = text.split_once('.')?;
        let person = person.parse().ok()?;
        match due {
            "done" => Some(Self::Done(person)),
            due => Some(Self::Open(
                Timestamp::from_millis(due.parse().ok()?),
                person,
            )),
        }
    }
}

impl fmt::Display for StatusCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(due, person) => write!(f, "{}.{person}", due.millis()),
            Self::Done(person) => write!(f, "done.{person}"),
        }
    }
}

impl Readings {
    /// Returns how many people are how far with the effective version of an article; zeros while
    /// readers get no version.
    pub async fn reading_counts(
        &self,
        by: &Overseer,
        article: &Article,
    ) -> Result<ReadingCounts, ReadingError> {
        let Some(line) = self.line_for(by, article).await? else {
            return Ok(ReadingCounts::default());
        };
        let now = self.clock.now();
        let mut counts = ReadingCounts {
            done: lists::done_count(&self.store, article.id, line).await?,
            ..ReadingCounts::default()
        };
        for (due, count) in lists::open_counts(&self.store, article.id, line).await? {
            counts.open += count;
            counts.overdue += if now > due { count } else { 0 };
        }
        Ok(counts)
    }

    /// Returns a page of [`Readings::reading_status`]: first those who have not acknowledged the
    /// version, soonest due first, and then those who have.
    pub async fn reading_status_page(
        &self,
        by: &Overseer,
        article: &Article,
        seek: &Seek,
    ) -> Result<Page<ReadingStatus>, ReadingError> {
        let nobody = Page {
            items: Vec::new(),
            next: None,
        };
        let Some(line) = self.line_for(by, article).await? else {
            return Ok(nobody);
        };
        let limit = seek.limit();
        let after = seek.after.as_deref().and_then(StatusCursor::parse);
        let (open_after, done_after) = match after {
            None => (Some(None), None),
            Some(StatusCursor::Open(due, person)) => (Some(Some((due, person))), None),
            Some(StatusCursor::Done(person)) => (None, Some(person)),
        };
        let (store, id, now) = (&self.store, article.id, self.clock.now());
        let mut rows = Vec::new();
        if let Some(after) = open_after {
            for (_, person) in lists::open_people(store, id, line, after, limit + 1).await? {
                let assignment = ASSIGNMENTS.get(store, &(id, person)).await?;
                rows.extend(assignment.map(|assignment| unacknowledged(assignment, now)));
            }
        }
        let left = (limit + 1).saturating_sub(rows.len());
        for (person, version) in lists::done_people(store, id, line, done_after, left).await? {
            let assignment = ASSIGNMENTS.get(store, &(id, person)).await?;
            let given = ACKNOWLEDGEMENTS.get(store, &(id, person, version)).await?;
            rows.extend(given.map(|given| ReadingStatus {
                person,
                progress: Progress::Done,
                assignment: assignment.filter(|asked| asked.line == line),
                acknowledgement: Some(given),
            }));
        }
        let cursor = |row: &ReadingStatus| StatusCursor::after(row).to_string();
        Ok(Page::of(rows, limit, cursor))
    }

    /// Returns the line of the effective version of an article; `None` while readers get none.
    async fn line_for(
        &self,
        by: &Overseer,
        article: &Article,
    ) -> Result<Option<u32>, ReadingError> {
        if article.module != by.module() {
            return Err(ReadingError::NoArticle);
        }
        let Some(effective) = article.readable() else {
            return Ok(None);
        };
        let versions = self.reviews.versions(article.id).await?;
        Ok(Some(line_of(&versions, effective.version)))
    }

    /// Returns the status of everybody who is asked to read the effective version of an article,
    /// or acknowledged it; empty while readers get no version.
    pub async fn reading_status(
        &self,
        by: &Overseer,
        article: &Article,
    ) -> Result<Vec<ReadingStatus>, ReadingError> {
        let Some(line) = self.line_for(by, article).await? else {
            return Ok(Vec::new());
        };
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

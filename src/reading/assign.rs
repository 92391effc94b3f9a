//! Assigning an article to people by name, and reminding those who are missing.

use std::collections::{BTreeMap, BTreeSet};

use lectern_base::{ArticleId, Day, PersonId};
use lectern_identity::Steward;
use lectern_store::{Batch, retrying};

use super::audience::MOST_PEOPLE;
use super::entries::{assigned, naming};
use super::error::ReadingError;
use super::event::ReadingEvent;
use super::plan::AssignmentTerms;
use super::readable::{ReadableArticle, unreadable};
use super::readings::Readings;
use super::record::AssignmentReason;
use super::refusal::ReadingRefusal;

/// How far ahead a due date may be, in days.
const FARTHEST: u32 = 5 * 366;

impl Readings {
    /// Asks people by name to read the effective version by the end of a day; returns those who
    /// were asked. People who have acknowledged it are left out.
    ///
    /// # Errors
    /// [`ReadingRefusal`], which says who cannot be asked or why nobody can.
    pub async fn assign(
        &self,
        by: &Steward,
        article: ArticleId,
        people: &BTreeSet<PersonId>,
        due: Day,
    ) -> Result<Vec<PersonId>, ReadingError> {
        let _guard = self.assigning.lock().await;
        retrying(ReadingError::Busy, || {
            self.try_assign(by, article, people, due)
        })
        .await
    }

    async fn try_assign(
        &self,
        by: &Steward,
        id: ArticleId,
        people: &BTreeSet<PersonId>,
        due: Day,
    ) -> Result<Vec<PersonId>, ReadingError> {
        let readable = self.readable_for(by, id).await?;
        let now = self.clock.now();
        let today = self.zone.day_of(now);
        let end = self.zone.end_of(due);
        if end <= now || due > today.plus_days(FARTHEST) {
            return Err(ReadingRefusal::Due.into());
        }
        if !(1..=MOST_PEOPLE).contains(&people.len()) {
            return Err(ReadingRefusal::Crowd(MOST_PEOPLE).into());
        }
        self.check_readers(by, people.iter()).await?;
        let acknowledged = self.acknowledged_lines(id).await?;
        let open = |person: &&PersonId| !acknowledged.contains(&(**person, readable.line));
        let people: Vec<_> = people.iter().filter(open).copied().collect();
        if people.is_empty() {
            return Err(ReadingRefusal::AllDone(readable.effective.version).into());
        }
        let terms = AssignmentTerms {
            reason: AssignmentReason::Assigned,
            assigner: Some(by.person().id),
            due: end,
        };
        let mut batch = Batch::new();
        self.articles.expect(&mut batch, &readable.article);
        self.put_assignments(&mut batch, &readable, terms, &people, now)
            .await?;
        let deeds = assigned(by.person().id, &readable, terms, &people);
        self.journal.record(batch, deeds).await?;
        Ok(people)
    }

    /// Reminds everybody who is asked to read an article and has not; returns those people.
    ///
    /// # Errors
    /// [`ReadingRefusal::NobodyMissing`], or why readers get no version.
    pub async fn remind_now(
        &self,
        by: &Steward,
        article: ArticleId,
    ) -> Result<Vec<PersonId>, ReadingError> {
        let readable = self.readable_for(by, article).await?;
        let mut days: BTreeMap<_, Vec<PersonId>> = BTreeMap::new();
        for (person, due) in self.missing(article, readable.line).await? {
            days.entry(due).or_default().push(person);
        }
        if days.is_empty() {
            return Err(ReadingRefusal::NobodyMissing.into());
        }
        let by = by.person().id;
        let reminded = |new| ReadingEvent::Reminded { new };
        let deeds = days
            .iter()
            .flat_map(|(due, people)| naming(by, reminded, &readable, *due, people));
        self.journal.record(Batch::new(), deeds.collect()).await?;
        Ok(days.into_values().flatten().collect())
    }

    /// Returns an article of the steward's module with the version that readers get.
    async fn readable_for(
        &self,
        by: &Steward,
        id: ArticleId,
    ) -> Result<ReadableArticle, ReadingError> {
        let article = self.article(id).await?.value;
        if article.module != by.module() {
            return Err(ReadingError::NoArticle);
        }
        let readable = self.readable(id).await?;
        Ok(readable.ok_or_else(|| unreadable(&article))?)
    }
}

//! Asking people by hand, and reminding those who are missing.

use std::collections::{BTreeMap, BTreeSet};

use lectern_article::{Article, Standing};
use lectern_base::{ArticleId, PersonId, Timestamp};
use lectern_identity::Steward;
use lectern_journal::JournalError;
use lectern_store::Batch;

use super::audience::MOST_PEOPLE;
use super::error::Unacknowledged;
use super::line::end_of_day;
use super::plan::Asking;
use super::record::Reason;
use super::settle::{Subjected, assigned, told};
use crate::error::ReviewError;
use crate::reviews::{Reviews, TRIES};

/// How far ahead the day may lie.
const FARTHEST_MS: i64 = 5 * 366 * 86_400_000;

impl Reviews {
    /// Asks people by hand to read what is effective, until the end of a day; returns who was
    /// asked. Those who have acknowledged it are left out.
    ///
    /// # Errors
    /// [`Unacknowledged`], saying who cannot be asked or why nobody can.
    pub async fn assign(
        &self,
        by: &Steward,
        article: ArticleId,
        people: &BTreeSet<PersonId>,
        due: Timestamp,
    ) -> Result<Vec<PersonId>, ReviewError> {
        let _alone = self.asking.lock().await;
        for _ in 0..TRIES {
            match self.try_assign(by, article, people, due).await {
                Err(ReviewError::Journal(JournalError::Conflict { .. })) => continue,
                done => return done,
            }
        }
        Err(ReviewError::Busy)
    }

    async fn try_assign(
        &self,
        by: &Steward,
        id: ArticleId,
        people: &BTreeSet<PersonId>,
        due: Timestamp,
    ) -> Result<Vec<PersonId>, ReviewError> {
        let subjected = self.subjected_to(by, id).await?;
        let now = self.clock.now();
        let due = end_of_day(due);
        if due <= now || due.millis() > now.millis() + FARTHEST_MS {
            return Err(Unacknowledged::Due.into());
        }
        if !(1..=MOST_PEOPLE).contains(&people.len()) {
            return Err(Unacknowledged::Crowd(MOST_PEOPLE).into());
        }
        self.check_readers(by, people.iter()).await?;
        let given = self.lines_given(id).await?;
        let open = |person: &&PersonId| !given.contains(&(**person, subjected.line));
        let people: Vec<_> = people.iter().filter(open).copied().collect();
        if people.is_empty() {
            return Err(Unacknowledged::AllDone(subjected.now.version).into());
        }
        let asking = Asking {
            reason: Reason::Assigned,
            assigner: Some(by.person().id),
            due,
        };
        let mut batch = Batch::new();
        self.articles.expect(&mut batch, &subjected.article);
        self.ask(&mut batch, &subjected, asking, &people, now)
            .await?;
        let told = assigned(by.person().id, &subjected, asking, &people);
        self.journal.record(batch, told).await?;
        Ok(people)
    }

    /// Reminds everybody now who is asked to read an article and has not; returns who that is.
    ///
    /// # Errors
    /// [`Unacknowledged::NobodyMissing`], or why it cannot be read.
    pub async fn remind_now(
        &self,
        by: &Steward,
        article: ArticleId,
    ) -> Result<Vec<PersonId>, ReviewError> {
        let subjected = self.subjected_to(by, article).await?;
        let mut days: BTreeMap<Timestamp, Vec<PersonId>> = BTreeMap::new();
        for (person, due) in self.missing(article, subjected.line).await? {
            days.entry(due).or_default().push(person);
        }
        if days.is_empty() {
            return Err(Unacknowledged::NobodyMissing.into());
        }
        let (by, what) = (by.person().id, "reading.reminded");
        let deeds = days
            .iter()
            .flat_map(|(due, people)| told(by, what, &subjected, *due, people));
        self.journal.record(Batch::new(), deeds.collect()).await?;
        Ok(days.into_values().flatten().collect())
    }

    /// What of an article of the steward's module readers get.
    async fn subjected_to(&self, by: &Steward, id: ArticleId) -> Result<Subjected, ReviewError> {
        let article = self.article(id).await?.value;
        if article.module != by.module() {
            return Err(ReviewError::NoArticle);
        }
        let subjected = self.subjected(id).await?;
        Ok(subjected.ok_or_else(|| unreadable(&article))?)
    }
}

/// Says why readers get nothing of an article.
pub(super) fn unreadable(article: &Article) -> Unacknowledged {
    match article.standing {
        Standing::Suspended => Unacknowledged::Suspended,
        Standing::Retired => Unacknowledged::Retired,
        _ => Unacknowledged::NoVersion,
    }
}

//! What happens by itself when its time has come: reminders, ends, effective and review dates.
//!
//! A timer is a record that the command which causes it writes in its own commit. Firing one is a
//! command like any other: it asks the state machine, writes the journal, and takes the timer away
//! in the same commit. So each fires once, whenever the server was down or its clock was moved; a
//! timer that no longer concerns anything is taken away without a word.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use lectern_article::{Article, Standing};
use lectern_base::{ArticleId, ReviewId, Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent, JournalError};
use lectern_store::{Batch, Key, Range, Table, Versioned};

use super::error::ReviewError;
use super::record::{OPEN, REVIEWS, Review, ReviewState, Version};
use super::reviews::{Reviews, deed};
use super::state::{Event, Happened, step};

/// All timers, by the moment of which they wait; a kind fires at most once at one moment for one
/// article.
const TIMERS: Table<(Timestamp, ArticleId, u8), Due> = Table::new("review_timers");
/// Timers read at a time.
const STRIDE: usize = 100;
/// Days before the review date at which its owner is reminded.
const AHEAD: [u32; 2] = [30, 7];

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub(super) enum Due {
    /// The reviewers are reminded.
    Remind {
        /// Of what.
        review: ReviewId,
    },
    /// A review ends because nobody decided.
    Close {
        /// Which one.
        review: ReviewId,
    },
    /// An approved revision becomes effective.
    Effective {
        /// The review that approved it.
        review: ReviewId,
    },
    /// A version is soon to be looked at again.
    Soon {
        /// The n of n.0.
        version: u32,
        /// How many days are left.
        days: u32,
        /// The review date that was meant.
        date: Timestamp,
    },
    /// The review date of a version has come.
    ReviewDate {
        /// The n of n.0.
        version: u32,
        /// The review date that was meant.
        date: Timestamp,
    },
    /// The day draws near by which people shall have read it.
    ReadSoon {
        /// The day.
        due: Timestamp,
    },
    /// That day has passed, or passed whole weeks ago.
    ReadOverdue {
        /// The day.
        due: Timestamp,
    },
}

impl Due {
    /// Tells kinds apart that are due at one moment.
    fn kind(self) -> u8 {
        match self {
            Self::Remind { .. } => 0,
            Self::Close { .. } => 1,
            Self::Effective { .. } => 2,
            Self::Soon { .. } => 3,
            Self::ReviewDate { .. } => 4,
            Self::ReadSoon { .. } => 5,
            Self::ReadOverdue { .. } => 6,
        }
    }
}

/// Sets a timer within the commit that causes it.
pub(super) fn set(batch: &mut Batch, article: ArticleId, at: Timestamp, due: Due) {
    TIMERS.put(batch, &(at, article, due.kind()), &due);
}

/// Sets the reminder and the end of a review that nobody decides on.
pub(super) fn set_for_review(batch: &mut Batch, review: &Review) {
    let after = |days| days_after(review.requested_at, days);
    let (article, id) = (review.article, review.id);
    let policy = &review.policy;
    set(
        batch,
        article,
        after(policy.remind_days),
        Due::Remind { review: id },
    );
    set(
        batch,
        article,
        after(policy.stale_days),
        Due::Close { review: id },
    );
}

/// Sets what happens before and at the review date of a version.
pub(super) fn set_review_dates(batch: &mut Batch, version: &Version, now: Timestamp) {
    let Some(date) = version.review_due else {
        return;
    };
    let (article, version) = (version.article, version.number);
    for days in AHEAD {
        let at = days_before(date, days);
        if at > now {
            let soon = Due::Soon {
                version,
                days,
                date,
            };
            set(batch, article, at, soon);
        }
    }
    set(batch, article, date, Due::ReviewDate { version, date });
}

/// The moment so many days later.
pub(super) fn days_after(moment: Timestamp, days: u32) -> Timestamp {
    moment.plus(Duration::from_secs(u64::from(days) * 86_400))
}

/// The moment so many days earlier.
pub(super) fn days_before(moment: Timestamp, days: u32) -> Timestamp {
    Timestamp::from_millis(moment.millis() - i64::from(days) * 86_400_000)
}

type Found = ((Timestamp, ArticleId, u8), Due);

impl Reviews {
    /// Lets everything happen whose time has come by the clock; returns how much that was.
    ///
    /// # Errors
    /// The first that failed; it and what follows it fire the next time.
    pub async fn fire_due(&self) -> Result<usize, ReviewError> {
        let mut fired = 0;
        loop {
            let until = Timestamp::from_millis(self.clock.now().millis() + 1).encode();
            let range = Range::between(&[], &until).limit(STRIDE);
            let found = TIMERS.scan(&self.store, range).await?;
            if found.is_empty() {
                return Ok(fired);
            }
            for timer in found {
                fired += usize::from(self.fire(timer).await?);
            }
        }
    }

    /// Fires one timer; a command that meets it in the same moment is let go first.
    async fn fire(&self, timer: Found) -> Result<bool, ReviewError> {
        loop {
            match self.try_fire(timer).await {
                Err(ReviewError::Journal(JournalError::Conflict { .. })) => continue,
                done => return done,
            }
        }
    }

    async fn try_fire(&self, (key, due): Found) -> Result<bool, ReviewError> {
        let Some(found) = TIMERS.get_versioned(&self.store, &key).await? else {
            return Ok(false);
        };
        let mut batch = Batch::new();
        TIMERS.delete_expecting(&mut batch, &key, &found);
        let deeds = match due {
            Due::Remind { review } => self.remind(&mut batch, review).await?,
            Due::Close { review } => self.close(&mut batch, review).await?,
            Due::Effective { review } => self.become_effective(&mut batch, review).await?,
            Due::Soon {
                version,
                days,
                date,
            } => self.soon(key.1, version, days, date).await?,
            Due::ReviewDate { version, date } => {
                self.review_date(&mut batch, key.1, version, date).await?
            }
            Due::ReadSoon { due } => self.remind_readers(key.1, due).await?,
            Due::ReadOverdue { due } => self.readers_overdue(&mut batch, key.1, due).await?,
        };
        let happened = !deeds.is_empty();
        if happened {
            self.journal.record(batch, deeds).await?;
        } else {
            self.store.commit(batch).await?;
        }
        Ok(happened)
    }

    async fn remind(
        &self,
        batch: &mut Batch,
        id: ReviewId,
    ) -> Result<Vec<AuditEvent>, ReviewError> {
        let Some((found, article)) = self.concerned(id).await? else {
            return Ok(Vec::new());
        };
        if !self
            .allows(&found.value, &article.value, &Event::Remind)
            .await?
        {
            return Ok(Vec::new());
        }
        let mut review = found.value.clone();
        review.reminded_at = Some(self.clock.now());
        REVIEWS.put_expecting(batch, &id, &review, &found);
        let open = review.as_open();
        let waited_for = &open.stages[open.stage()].approvers;
        let told = json!({
            "article": review.article,
            "reviewers": waited_for.difference(&open.approvals(open.stage())).collect::<Vec<_>>(),
        });
        Ok(vec![
            deed(Actor::System, "review.reminded", &review).to(told),
        ])
    }

    async fn close(&self, batch: &mut Batch, id: ReviewId) -> Result<Vec<AuditEvent>, ReviewError> {
        let Some((found, article)) = self.concerned(id).await? else {
            return Ok(Vec::new());
        };
        if !self
            .allows(&found.value, &article.value, &Event::Lapse)
            .await?
        {
            return Ok(Vec::new());
        }
        let mut review = found.value.clone();
        review.state = ReviewState::Stale;
        review.outcome_at = Some(self.clock.now());
        REVIEWS.put_expecting(batch, &id, &review, &found);
        OPEN.delete(batch, &id);
        self.free(batch, &article);
        let told = deed(Actor::System, "review.stale", &review)
            .from(json!({"state": found.value.state}))
            .to(json!({"article": review.article, "state": review.state}));
        Ok(vec![told])
    }

    async fn become_effective(
        &self,
        batch: &mut Batch,
        id: ReviewId,
    ) -> Result<Vec<AuditEvent>, ReviewError> {
        let Some((found, article)) = self.concerned(id).await? else {
            return Ok(Vec::new());
        };
        let state = self.state_of(&article.value, Some(&found.value)).await?;
        let Ok(next) = step(&state, &Event::EffectiveTime, &found.value.rules()) else {
            return Ok(Vec::new());
        };
        let mut review = found.value.clone();
        let mut deeds = Vec::new();
        for happened in next.happened {
            if let Happened::Effective { version } = happened {
                let now = self.clock.now();
                let by = Actor::System;
                let published = self.publish(batch, &article, &mut review, version, by, now);
                deeds.extend(published.await?);
            }
        }
        REVIEWS.put_expecting(batch, &id, &review, &found);
        Ok(deeds)
    }

    async fn soon(
        &self,
        article: ArticleId,
        version: u32,
        days: u32,
        date: Timestamp,
    ) -> Result<Vec<AuditEvent>, ReviewError> {
        let found = self.dated(article, version, date).await?;
        // After a long sleep the date itself says it all.
        let Some(article) = found.filter(|_| self.clock.now() < date) else {
            return Ok(Vec::new());
        };
        let article = article.value;
        let told = AuditEvent::new(
            Actor::System,
            "version.review_soon",
            Subject::article(article.id),
        )
        .in_module(article.module)
        .to(json!({"version": version, "days": days, "review_due": date, "owner": article.owner}));
        Ok(vec![told])
    }

    async fn review_date(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        version: u32,
        date: Timestamp,
    ) -> Result<Vec<AuditEvent>, ReviewError> {
        let Some(found) = self.dated(article, version, date).await? else {
            return Ok(Vec::new());
        };
        let rules = self.rules_of_version(&found.value, version).await?;
        let state = self.state_of(&found.value, None).await?;
        let Ok(next) = step(&state, &Event::ReviewDate, &rules) else {
            return Ok(Vec::new());
        };
        let mut article = found.value.clone();
        let mut deeds = Vec::new();
        for happened in next.happened {
            let (standing, what) = match happened {
                Happened::Due => (Standing::Due, "version.due"),
                Happened::Expired => (Standing::Expired, "version.expired"),
                _ => continue,
            };
            article.standing = standing;
            let told = AuditEvent::new(Actor::System, what, Subject::article(article.id))
                .in_module(article.module)
                .from(json!({"standing": found.value.standing}))
                .to(json!({
                    "version": version,
                    "standing": standing,
                    "review_due": date,
                    "owner": article.owner,
                }));
            deeds.push(told);
        }
        self.articles.put(batch, &article, &found);
        Ok(deeds)
    }

    /// The review and its article, if both are there.
    async fn concerned(
        &self,
        id: ReviewId,
    ) -> Result<Option<(Versioned<Review>, Versioned<Article>)>, ReviewError> {
        let Some(review) = REVIEWS.get_versioned(&self.store, &id).await? else {
            return Ok(None);
        };
        let article = self.articles.get_versioned(review.value.article).await?;
        let article = article.filter(|article| article.value.open_review == Some(id));
        Ok(article.map(|article| (review, article)))
    }

    /// The article, if this version still stands for it and has this review date.
    async fn dated(
        &self,
        id: ArticleId,
        version: u32,
        date: Timestamp,
    ) -> Result<Option<Versioned<Article>>, ReviewError> {
        let found = self.articles.get_versioned(id).await?;
        let meant = |article: &Article| {
            article
                .readable()
                .is_some_and(|now| now.version == version && now.review_due == Some(date))
        };
        Ok(found.filter(|found| meant(&found.value)))
    }

    async fn allows(
        &self,
        review: &Review,
        article: &Article,
        event: &Event,
    ) -> Result<bool, ReviewError> {
        let state = self.state_of(article, Some(review)).await?;
        Ok(step(&state, event, &review.rules()).is_ok())
    }
}

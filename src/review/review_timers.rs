//! The timers of reviews and versions: reminders, lapses, effective times and review dates.

use std::ops::RangeInclusive;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use lectern_article::{Article, Standing};
use lectern_base::{ArticleId, ReviewId, Subject, Timestamp, Zone};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::{Batch, Versioned};

use super::apply::{UnderReview, apply_to_article};
use super::error::ReviewError;
use super::event::{
    ClosedReview, PassedReviewDate, RemindedReviewers, ReviewEvent, ReviewStatus, StandingBefore,
    UpcomingReviewDate, review_event,
};
use super::review::Review;
use super::reviews::Reviews;
use super::state::{Event, Transition, step};
use super::timers::{Timed, TimerError, TimerHandler, days_after, set_timer};
use super::version::Version;

/// Days before a review date at which the owner is reminded.
const AHEAD: [u32; 2] = [30, 7];
/// The kinds of these timers.
const KINDS: RangeInclusive<u8> = 0..=4;

/// What a timer of a review or a version is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub(super) enum ReviewTimer {
    /// The reviewers are reminded.
    Remind {
        /// Which one.
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
    /// The review date of a version is near.
    Soon {
        /// The n of n.0.
        version: u32,
        /// How many days are left.
        days: u32,
        /// The review date when the timer was set.
        date: Timestamp,
    },
    /// The review date of a version has come.
    ReviewDate {
        /// The n of n.0.
        version: u32,
        /// The review date when the timer was set.
        date: Timestamp,
    },
}

impl Timed for ReviewTimer {
    fn kind(&self) -> u8 {
        match self {
            Self::Remind { .. } => 0,
            Self::Close { .. } => 1,
            Self::Effective { .. } => 2,
            Self::Soon { .. } => 3,
            Self::ReviewDate { .. } => 4,
        }
    }
}

/// Sets the reminder and the lapse of a review.
pub(super) fn set_for_review(batch: &mut Batch, review: &Review) {
    let after = |days| days_after(review.requested_at, days);
    let (article, id) = (review.article, review.id);
    let policy = &review.policy;
    let remind = ReviewTimer::Remind { review: id };
    set_timer(batch, article, after(policy.remind_days), &remind);
    let close = ReviewTimer::Close { review: id };
    set_timer(batch, article, after(policy.stale_days), &close);
}

/// Sets the reminders before the review date of a version, at the starts of their days, and the
/// timer of the date itself, which is the last millisecond of a day.
pub(super) fn set_review_dates(batch: &mut Batch, zone: &Zone, version: &Version, now: Timestamp) {
    let Some(date) = version.review_due else {
        return;
    };
    let (article, version) = (version.article, version.number);
    for days in AHEAD {
        let at = zone.start_of(zone.day_of(date).minus_days(days));
        if at > now {
            let soon = ReviewTimer::Soon {
                version,
                days,
                date,
            };
            set_timer(batch, article, at, &soon);
        }
    }
    let review_date = ReviewTimer::ReviewDate { version, date };
    set_timer(batch, article, date, &review_date);
}

#[async_trait]
impl TimerHandler for Reviews {
    fn handles(&self, kind: u8) -> bool {
        KINDS.contains(&kind)
    }

    async fn fire(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        what: Value,
    ) -> Result<Vec<AuditEvent>, TimerError> {
        let timer = serde_json::from_value(what).map_err(TimerError::handler)?;
        let fired = match timer {
            ReviewTimer::Remind { review } => self.remind(batch, review).await,
            ReviewTimer::Close { review } => self.close(batch, review).await,
            ReviewTimer::Effective { review } => self.become_effective(batch, review).await,
            ReviewTimer::Soon {
                version,
                days,
                date,
            } => self.soon(article, version, days, date).await,
            ReviewTimer::ReviewDate { version, date } => {
                self.review_date(batch, article, version, date).await
            }
        };
        fired.map_err(TimerError::handler)
    }
}

impl Reviews {
    async fn remind(
        &self,
        batch: &mut Batch,
        id: ReviewId,
    ) -> Result<Vec<AuditEvent>, ReviewError> {
        let (event, now) = (Event::Remind, self.clock.now());
        let Some((under, review, transition)) = self.due_for(id, &event, now).await? else {
            return Ok(Vec::new());
        };
        self.put_outcome(batch, &under, &review, &transition)
            .await?;
        let open = review.as_open();
        let approvers = &open.stages[open.stage()].approvers;
        let approvals = open.approvals(open.stage());
        let missing = approvers.difference(&approvals);
        let reminded = ReviewEvent::Reminded {
            new: RemindedReviewers {
                article: review.article,
                reviewers: missing.copied().collect(),
            },
        };
        Ok(vec![review_event(Actor::System, reminded, &review)])
    }

    async fn close(&self, batch: &mut Batch, id: ReviewId) -> Result<Vec<AuditEvent>, ReviewError> {
        let (event, now) = (Event::Lapse, self.clock.now());
        let Some((under, review, transition)) = self.due_for(id, &event, now).await? else {
            return Ok(Vec::new());
        };
        self.put_outcome(batch, &under, &review, &transition)
            .await?;
        let stale = ReviewEvent::Stale {
            old: ReviewStatus {
                state: under.review().state,
            },
            new: ClosedReview {
                article: review.article,
                state: review.state,
            },
        };
        Ok(vec![review_event(Actor::System, stale, &review)])
    }

    async fn become_effective(
        &self,
        batch: &mut Batch,
        id: ReviewId,
    ) -> Result<Vec<AuditEvent>, ReviewError> {
        let (event, now) = (Event::EffectiveTime, self.clock.now());
        let Some((under, review, transition)) = self.due_for(id, &event, now).await? else {
            return Ok(Vec::new());
        };
        self.publish(batch, &under, &review, &transition, Actor::System, now)
            .await
    }

    async fn soon(
        &self,
        article: ArticleId,
        version: u32,
        days: u32,
        date: Timestamp,
    ) -> Result<Vec<AuditEvent>, ReviewError> {
        let found = self.dated(article, version, date).await?;
        // When the server was down until after the date, the date's own timer says enough.
        let Some(article) = found.filter(|_| self.clock.now() < date) else {
            return Ok(Vec::new());
        };
        let article = article.value;
        let near = ReviewEvent::ReviewDateNear {
            new: UpcomingReviewDate {
                version,
                days,
                review_due: date,
                owner: article.owner,
            },
        };
        let event = AuditEvent::new(Actor::System, near, Subject::article(article.id));
        Ok(vec![event.in_module(article.module)])
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
        let Ok(transition) = step(&state, &Event::ReviewDate, &rules) else {
            return Ok(Vec::new());
        };
        let mut article = found.value.clone();
        apply_to_article(&mut article, &transition);
        let old = StandingBefore {
            standing: found.value.standing,
        };
        let new = PassedReviewDate {
            version,
            standing: article.standing,
            review_due: date,
            owner: article.owner,
        };
        let passed = match article.standing {
            Standing::Expired => ReviewEvent::VersionExpired { old, new },
            _ => ReviewEvent::VersionDue { old, new },
        };
        let event = AuditEvent::new(Actor::System, passed, Subject::article(article.id));
        self.articles.put(batch, &article, &found).await?;
        Ok(vec![event.in_module(article.module)])
    }

    /// Returns a review and what becomes of it by the event of a timer; `None` when the review is
    /// no longer the open one of its article, or its state does not allow the event.
    async fn due_for(
        &self,
        id: ReviewId,
        event: &Event,
        now: Timestamp,
    ) -> Result<Option<(UnderReview, Review, Transition)>, ReviewError> {
        let under = match self.under_review(id).await {
            Err(ReviewError::NotFound | ReviewError::NoArticle) => return Ok(None),
            found => found?,
        };
        if under.article().open_review != Some(id) {
            return Ok(None);
        }
        let transition = match self.transition(&under, event).await {
            Err(ReviewError::Refused(_)) => return Ok(None),
            found => found?,
        };
        let mut review = under.review().clone();
        review.apply(&transition, now);
        Ok(Some((under, review, transition)))
    }

    /// Returns the article if this is still its readable version, with this review date.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_timers_keep_their_form() {
        let (review, date) = (ReviewId::new(), Timestamp::from_millis(0));
        let (version, days) = (2, 30);
        let stored_date = "1970-01-01T00:00:00.000Z";
        for (timer, kind, stored) in [
            (
                ReviewTimer::Remind { review },
                0,
                format!(r#"{{"what":"remind","review":"{review}"}}"#),
            ),
            (
                ReviewTimer::Close { review },
                1,
                format!(r#"{{"what":"close","review":"{review}"}}"#),
            ),
            (
                ReviewTimer::Effective { review },
                2,
                format!(r#"{{"what":"effective","review":"{review}"}}"#),
            ),
            (
                ReviewTimer::Soon {
                    version,
                    days,
                    date,
                },
                3,
                format!(r#"{{"what":"soon","version":2,"days":30,"date":"{stored_date}"}}"#),
            ),
            (
                ReviewTimer::ReviewDate { version, date },
                4,
                format!(r#"{{"what":"review_date","version":2,"date":"{stored_date}"}}"#),
            ),
        ] {
            assert_eq!(serde_json::to_string(&timer).unwrap(), stored);
            assert_eq!(timer.kind(), kind);
        }
    }
}

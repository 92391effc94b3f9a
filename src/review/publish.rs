//! Publishing a version, and the text that readers get.

use lectern_article::{Article, Effective};
use lectern_base::{Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent};
use lectern_revision::Content;
use lectern_store::Batch;

use super::apply::{UnderReview, apply_to_article, put_review};
use super::error::ReviewError;
use super::event::{EffectiveVersionFacts, ReviewEvent, SupersededVersion};
use super::review::Review;
use super::review_timers::set_review_dates;
use super::reviews::Reviews;
use super::state::Transition;
use super::version::{VERSIONS, Version};

impl Reviews {
    /// Makes the revision under review what readers get, as `transition` says; the version before
    /// is superseded. Everything goes into `batch`.
    pub(super) async fn publish(
        &self,
        batch: &mut Batch,
        under: &UnderReview,
        review: &Review,
        transition: &Transition,
        by: impl Into<Actor>,
        now: Timestamp,
    ) -> Result<Vec<AuditEvent>, ReviewError> {
        let by = by.into();
        let damaged = || ReviewError::Damaged(review.article);
        let revision = self.revisions.get(review.revision).await?;
        let revision = revision.filter(|revision| revision.hash == review.revision_hash);
        let content = self
            .revisions
            .content(&revision.ok_or_else(damaged)?)
            .await?;
        put_review(batch, review, &under.review);

        let number = transition.state.current.ok_or_else(damaged)?.version;
        let version = version(review, &content, number, now);
        VERSIONS.insert(batch, &(version.article, number), &version);
        let found = &under.article;
        let mut deeds = Vec::from_iter(self.supersede(batch, &found.value, by, now).await?);
        let mut article = found.value.clone();
        if article.effective.is_none() {
            let articles = &self.articles;
            articles
                .readdress(batch, &mut article, &content.title)
                .await?;
        }
        apply_to_article(&mut article, transition);
        article.effective = Some(pointer(&version, now));
        article.notice = None;
        self.articles.put(batch, &article, found);
        set_review_dates(batch, &version, now);
        self.bind_links(batch, &found.value, &version, &content)
            .await?;
        deeds.push(became_effective(by, review, &version));
        Ok(deeds)
    }

    async fn supersede(
        &self,
        batch: &mut Batch,
        article: &Article,
        by: Actor,
        now: Timestamp,
    ) -> Result<Option<AuditEvent>, ReviewError> {
        let Some(before) = &article.effective else {
            return Ok(None);
        };
        let key = (article.id, before.version);
        let found = VERSIONS.get_versioned(&self.store, &key).await?;
        let found = found.ok_or(ReviewError::Damaged(article.id))?;
        let mut version = found.value.clone();
        version.superseded_at = Some(now);
        VERSIONS.put_expecting(batch, &key, &version, &found);
        let superseded = ReviewEvent::VersionSuperseded {
            new: SupersededVersion {
                version: version.number,
                hash: version.hash,
            },
        };
        let event = AuditEvent::new(by, superseded, Subject::article(article.id));
        Ok(Some(event.in_module(article.module)))
    }

    /// Returns the effective version and its text; `None` when readers get no version.
    ///
    /// # Errors
    /// [`ReviewError::Damaged`] when the text, the revision, the version and the article do not
    /// agree on one hash: readers get nothing that was not approved.
    pub async fn effective_content(
        &self,
        article: &Article,
    ) -> Result<Option<(Version, Content)>, ReviewError> {
        let Some(effective) = article.readable() else {
            return Ok(None);
        };
        let damaged = || ReviewError::Damaged(article.id);
        let key = (article.id, effective.version);
        let version = VERSIONS.get(&self.store, &key).await?.ok_or_else(damaged)?;
        let revision = self
            .revisions
            .get(version.revision)
            .await?
            .ok_or_else(damaged)?;
        let agree = revision.article == article.id
            && revision.hash == version.hash
            && effective.hash == version.hash;
        if !agree {
            return Err(damaged());
        }
        let content = self.revisions.content(&revision).await?;
        Ok(Some((version, content)))
    }
}

fn version(review: &Review, content: &Content, number: u32, now: Timestamp) -> Version {
    Version {
        article: review.article,
        number,
        revision: review.revision,
        hash: review.revision_hash,
        title: content.title.clone(),
        template: content.template.clone(),
        review: review.id,
        kind: review.kind,
        change_summary: review.change_summary.clone(),
        contributors: content.contributors.clone(),
        approved_by: review.approved_by(),
        effective_at: now,
        review_due: Some(months_after(now, review.policy.review_months)),
        reaffirmed_at: None,
        reissued_at: None,
        withdrawn_at: None,
        superseded_at: None,
    }
}

pub(super) fn pointer(version: &Version, since: Timestamp) -> Effective {
    Effective {
        version: version.number,
        revision: version.revision,
        hash: version.hash,
        title: version.title.clone(),
        since,
        review_due: version.review_due,
    }
}

fn became_effective(by: Actor, review: &Review, version: &Version) -> AuditEvent {
    let effective = ReviewEvent::VersionEffective {
        new: EffectiveVersionFacts {
            version: version.number,
            revision: version.revision,
            hash: version.hash,
            review: review.id,
            approved_by: version.approved_by.clone(),
            kind: version.kind,
        },
    };
    AuditEvent::new(by, effective, Subject::article(review.article)).in_module(review.module)
}

/// Returns the same day of the month that many months later, or the last day of that month.
pub(super) fn months_after(moment: Timestamp, months: u32) -> Timestamp {
    let start = moment.date_time();
    let count = u32::from(u8::from(start.month())) - 1 + months;
    let year = start.year() + i32::try_from(count / 12).unwrap_or(0);
    let month = time::Month::January.nth_next(u8::try_from(count % 12).unwrap_or(0));
    let day = start.day().min(month.length(year));
    let date = time::Date::from_calendar_date(year, month, day);
    let later = date.map_or(start, |date| start.replace_date(date));
    let milliseconds = later.unix_timestamp_nanos() / 1_000_000;
    Timestamp::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_date_falls_on_the_same_day_or_the_last_of_the_month() {
        for (from, months, to) in [
            ("2026-05-04T09:30:00.123Z", 24, "2028-05-04T09:30:00.123Z"),
            ("2026-08-31T00:00:00.000Z", 6, "2027-02-28T00:00:00.000Z"),
            ("2026-12-15T12:00:00.000Z", 1, "2027-01-15T12:00:00.000Z"),
            ("2024-02-29T12:00:00.000Z", 12, "2025-02-28T12:00:00.000Z"),
        ] {
            let moment: Timestamp = from.parse().unwrap();
            assert_eq!(months_after(moment, months).to_string(), to);
        }
    }
}

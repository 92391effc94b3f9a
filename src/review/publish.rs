//! Publishing a version, and the text that readers get.

use lectern_article::{Article, Effective};
use lectern_base::{Subject, Timestamp, Zone};
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
        let due = review_date(&self.zone, now, review.policy.review_months);
        let version = version(review, &content, number, now, due);
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
        self.articles.put(batch, &article, found).await?;
        set_review_dates(batch, &self.zone, &version, now);
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

fn version(
    review: &Review,
    content: &Content,
    number: u32,
    now: Timestamp,
    review_due: Timestamp,
) -> Version {
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
        review_due: Some(review_due),
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

/// Returns the review date of what is approved at `moment`: the end of the same day of the month
/// that many months later, or of the last day of that month.
pub(super) fn review_date(zone: &Zone, moment: Timestamp, months: u32) -> Timestamp {
    zone.end_of(zone.day_of(moment).plus_months(months))
}

/// Returns when what is approved at `moment` becomes effective: at the start of the day that is
/// that many days later.
pub(super) fn effective_start(zone: &Zone, moment: Timestamp, days: u32) -> Timestamp {
    zone.start_of(zone.day_of(moment).plus_days(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_date_ends_the_same_day_or_the_last_of_the_month() {
        for (zone, from, months, to) in [
            (
                "UTC",
                "2026-05-04T09:30:00.123Z",
                24,
                "2028-05-04T23:59:59.999Z",
            ),
            (
                "UTC",
                "2026-08-31T00:00:00.000Z",
                6,
                "2027-02-28T23:59:59.999Z",
            ),
            (
                "UTC",
                "2026-12-15T12:00:00.000Z",
                1,
                "2027-01-15T23:59:59.999Z",
            ),
            (
                "UTC",
                "2024-02-29T12:00:00.000Z",
                12,
                "2025-02-28T23:59:59.999Z",
            ),
            // It is 1 December in Auckland.
            (
                "Pacific/Auckland",
                "2026-11-30T20:00:00Z",
                24,
                "2028-12-01T10:59:59.999Z",
            ),
            // It is 30 November in Los Angeles.
            (
                "America/Los_Angeles",
                "2026-12-01T03:00:00Z",
                24,
                "2028-12-01T07:59:59.999Z",
            ),
        ] {
            let zone: Zone = zone.parse().unwrap();
            let date = review_date(&zone, from.parse().unwrap(), months);
            assert_eq!(date.to_string(), to, "{zone} {from}");
        }
    }

    #[test]
    fn a_delayed_version_becomes_effective_at_the_start_of_its_day() {
        for (zone, from, days, to) in [
            (
                "UTC",
                "2026-05-04T09:30:00Z",
                14,
                "2026-05-18T00:00:00.000Z",
            ),
            (
                "Pacific/Auckland",
                "2026-05-04T20:30:00Z",
                1,
                "2026-05-05T12:00:00.000Z",
            ),
            (
                "America/Los_Angeles",
                "2026-05-04T03:30:00Z",
                1,
                "2026-05-04T07:00:00.000Z",
            ),
            (
                "Europe/Berlin",
                "2026-10-24T10:00:00Z",
                2,
                "2026-10-25T23:00:00.000Z",
            ),
        ] {
            let zone: Zone = zone.parse().unwrap();
            let start = effective_start(&zone, from.parse().unwrap(), days);
            assert_eq!(start.to_string(), to, "{zone} {from}");
        }
    }
}

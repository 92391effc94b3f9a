//! Requesting a review, and requesting it anew.

use std::collections::BTreeSet;

use serde_json::json;

use super::Refusal;
use super::error::ReviewError;
use super::record::{ChangeRequest, OF_ARTICLE, OPEN, REVIEWS, Review, ReviewState};
use super::reviews::{LONGEST_TEXT, Reviews, TRIES, deed, rules};
use super::state::{Event, Request, step};
use crate::article::{Article, Suggestion};
use crate::base::ReviewId;
use crate::identity::Editor;
use crate::journal::{Deed, JournalError};
use crate::revision::{Occasion, Prepared, Reason};
use crate::store::{Batch, Versioned};
use crate::template::Template;

impl Reviews {
    /// Freezes the draft and asks for its review.
    ///
    /// # Errors
    /// [`ReviewError::Refused`] naming what is missing: sections, a summary, a reviewer who did
    /// not contribute; or when a review is open already.
    pub async fn request(
        &self,
        by: &Editor,
        article: &Article,
        change: ChangeRequest,
    ) -> Result<Review, ReviewError> {
        self.open(by, article, &change, false).await
    }

    /// Withdraws the open review and asks for that of the draft as it is now; approvals are void.
    pub async fn resubmit(
        &self,
        by: &Editor,
        article: &Article,
        change: ChangeRequest,
    ) -> Result<Review, ReviewError> {
        self.open(by, article, &change, true).await
    }

    async fn open(
        &self,
        by: &Editor,
        article: &Article,
        change: &ChangeRequest,
        anew: bool,
    ) -> Result<Review, ReviewError> {
        if change.change_summary.chars().count() > LONGEST_TEXT {
            return Err(ReviewError::LongSummary(LONGEST_TEXT));
        }
        for _ in 0..TRIES {
            let found = self.article(article.id).await?;
            let replaced = match found.value.open_review {
                Some(_) if !anew => return Err(Refusal::ReviewOpen.into()),
                None if anew => return Err(Refusal::NoReview.into()),
                Some(open) => Some(self.versioned(open).await?),
                None => None,
            };
            match self.try_open(by, &found, replaced, change).await {
                Err(ReviewError::Journal(JournalError::Conflict { .. })) => continue,
                done => return done,
            }
        }
        Err(ReviewError::Busy)
    }

    async fn try_open(
        &self,
        by: &Editor,
        found: &Versioned<Article>,
        replaced: Option<Versioned<Review>>,
        change: &ChangeRequest,
    ) -> Result<Review, ReviewError> {
        if found.value.module != by.module() {
            return Err(ReviewError::NoArticle);
        }
        let template = self.revisions.template(&found.value)?;
        let occasion = Occasion {
            reason: Reason::Review,
            name: None,
            by: Some(by.person().id),
            change_summary: Some(change.change_summary.trim().to_owned()),
        };
        let prepared = self.revisions.prepare(found, &occasion).await?;
        let prepared = prepared.ok_or(ReviewError::Busy)?;
        let request = self
            .asked(by, &found.value, template, &prepared, change)
            .await?;
        let review = self.candidate(found, template, &prepared, change, &request);
        let event = match replaced {
            Some(_) => Event::Resubmit(request),
            None => Event::Request(request),
        };
        let state = self
            .state_of(&found.value, replaced.as_ref().map(|r| &r.value))
            .await?;
        step(&state, &event, &rules(&template.review))?;
        self.record_opening(found, replaced, prepared, &review)
            .await?;
        Ok(review)
    }

    /// Puts together who asks, who wrote, who could decide, and what is missing.
    async fn asked(
        &self,
        by: &Editor,
        article: &Article,
        template: &Template,
        prepared: &Prepared,
        change: &ChangeRequest,
    ) -> Result<Request, ReviewError> {
        let person = by.person().id;
        let module = self.module_of(article).await?;
        let reviewers = self.identity.reviewers_of(&module.place()).await?;
        let wrote = self.revisions.has_written(article, person).await?;
        let missing = prepared.content.completeness(template).missing;
        let title = |key: String| template.section(&key).map_or(key, |s| s.title.clone());
        let mut contributors: BTreeSet<_> = prepared.content.contributors.iter().copied().collect();
        contributors.insert(person);
        Ok(Request {
            by: person,
            contributed: wrote || article.created_by == person,
            hash: prepared.revision.hash,
            summarised: !change.change_summary.trim().is_empty(),
            missing: missing.into_iter().map(title).collect(),
            unfit: template.unfit(&prepared.content.fields),
            suggested: suggested(template, &prepared.suggestions),
            contributors,
            reviewers: reviewers.into_iter().map(|reviewer| reviewer.id).collect(),
        })
    }

    fn candidate(
        &self,
        found: &Versioned<Article>,
        template: &Template,
        prepared: &Prepared,
        change: &ChangeRequest,
        request: &Request,
    ) -> Review {
        let article = &found.value;
        Review {
            id: ReviewId::new(),
            article: article.id,
            module: article.module,
            revision: prepared.revision.id,
            revision_hash: prepared.revision.hash,
            base: article
                .effective
                .as_ref()
                .map(|effective| effective.revision),
            policy: template.review.clone(),
            kind: change.kind,
            change_summary: change.change_summary.trim().to_owned(),
            requested_by: request.by,
            requested_at: prepared.revision.created_at,
            contributors: request.contributors.iter().copied().collect(),
            reviewers: request
                .reviewers
                .difference(&request.contributors)
                .copied()
                .collect(),
            state: ReviewState::Candidate,
            decisions: Vec::new(),
            outcome_at: None,
        }
    }

    async fn record_opening(
        &self,
        found: &Versioned<Article>,
        replaced: Option<Versioned<Review>>,
        prepared: Prepared,
        review: &Review,
    ) -> Result<(), ReviewError> {
        self.revisions.keep(&prepared).await?;
        let Prepared {
            mut article,
            mut batch,
            deed: saved,
            ..
        } = prepared;
        let mut deeds = vec![saved];
        if let Some(replaced) = replaced {
            deeds.push(withdraw_for(&mut batch, &replaced, review));
        }
        REVIEWS.insert(&mut batch, &review.id, review);
        OF_ARTICLE.put(&mut batch, &(review.article, review.id), &());
        OPEN.put(&mut batch, &review.id, &review.module);
        article.open_review = Some(review.id);
        self.articles.put(&mut batch, &article, found);
        deeds.push(requested(review));
        self.journal.record(batch, deeds).await?;
        Ok(())
    }
}

/// Counts suggestions by section; one that concerns several places counts once in each section.
pub fn suggested(template: &Template, open: &[Suggestion]) -> Vec<(String, usize)> {
    let sections = template.sections.iter().map(|section| {
        let here = open.iter().filter(|one| one.section == section.key);
        let ids: BTreeSet<&str> = here.map(|one| one.id.as_str()).collect();
        (section.title.clone(), ids.len())
    });
    sections.filter(|(_, count)| *count > 0).collect()
}

/// Ends the review that another one replaces.
fn withdraw_for(batch: &mut Batch, replaced: &Versioned<Review>, by: &Review) -> Deed {
    let mut old = replaced.value.clone();
    old.state = ReviewState::Withdrawn;
    old.outcome_at = Some(by.requested_at);
    REVIEWS.put_expecting(batch, &old.id, &old, replaced);
    OPEN.delete(batch, &old.id);
    deed(by.requested_by, "review.withdrawn", &old)
        .from(json!({"state": replaced.value.state}))
        .to(json!({"article": old.article, "state": old.state, "replaced_by": by.id}))
}

fn requested(review: &Review) -> Deed {
    deed(review.requested_by, "review.requested", review)
        .to(json!({
            "article": review.article,
            "revision": review.revision,
            "revision_hash": review.revision_hash,
            "kind": review.kind,
            "contributors": review.contributors,
            "reviewers": review.reviewers,
            "needed": review.needed(),
        }))
        .because(&review.change_summary)
}

//! Requesting a review, and resubmitting.

use std::collections::BTreeSet;

use lectern_article::Article;
use lectern_base::{PersonId, ReviewId};
use lectern_document::{Suggestion, external_pictures};
use lectern_identity::Editor;
use lectern_journal::AuditEvent;
use lectern_revision::{PendingRevision, Reason, RevisionRequest};
use lectern_store::{Batch, Versioned, retrying};
use lectern_template::{Stage, Template};

use super::apply::put_review;
use super::change::{ChangeKind, ChangeRequest};
use super::error::ReviewError;
use super::event::{RequestedReview, ReviewEvent, ReviewStatus, WithdrawnReview, review_event};
use super::open_reviews;
use super::plan::Plan;
use super::refusal::Refusal;
use super::review::{OF_ARTICLE, REVIEWS, Review, ReviewStage};
use super::review_state::ReviewState;
use super::review_timers;
use super::reviews::{LONGEST_TEXT, Reviews, tidy};
use super::state::{Event, Request, Transition, step};

/// The most pictures that a refusal names.
const MOST_NAMED: usize = 5;

impl Reviews {
    /// Freezes the draft and opens its review.
    ///
    /// # Errors
    /// [`ReviewError::Refused`], which names what is missing: sections, a summary, a reviewer who did
    /// not contribute; or says that a review is open already.
    pub async fn request(
        &self,
        by: &Editor,
        article: &Article,
        change: ChangeRequest,
    ) -> Result<Review, ReviewError> {
        self.open(by, article, &change, false).await
    }

    /// Replaces the open review by one of the current draft; approvals so far are void.
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
        let said = [Some(&change.change_summary), change.justification.as_ref()];
        let long = |text: &&String| text.chars().count() > LONGEST_TEXT;
        if said.iter().flatten().any(long) {
            return Err(ReviewError::LongSummary(LONGEST_TEXT));
        }
        retrying(ReviewError::Busy, || async {
            let found = self.article(article.id).await?;
            let replaced = match found.value.open_review {
                Some(_) if !anew => return Err(Refusal::ReviewOpen.into()),
                None if anew => return Err(Refusal::NoReview.into()),
                Some(open) => Some(self.versioned(open).await?),
                None => None,
            };
            self.try_open(by, &found, replaced, change).await
        })
        .await
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
        let occasion = RevisionRequest {
            reason: Reason::Review,
            name: None,
            by: Some(by.person().id),
            change_summary: Some(change.change_summary.trim().to_owned()),
        };
        let prepared = self.revisions.prepare(found, &occasion).await?;
        let prepared = prepared.ok_or(ReviewError::Busy)?;
        let texts = prepared.content.sections.iter();
        let pictures = texts.flat_map(|text| external_pictures(&text.markdown));
        let pictures: Vec<String> = pictures.take(MOST_NAMED).collect();
        if !pictures.is_empty() {
            return Err(ReviewError::ExternalPictures(pictures));
        }
        let plan = self.plan(&found.value, template, change.kind).await?;
        let request = self
            .asked(by, &found.value, template, &prepared, change, &plan)
            .await?;
        let asked = (request.by, request.contributors.clone());
        let event = match replaced {
            Some(_) => Event::Resubmit(request),
            None => Event::Request(request),
        };
        let state = self
            .state_of(&found.value, replaced.as_ref().map(|r| &r.value))
            .await?;
        let mut review = candidate(found, &prepared, change, plan, asked);
        let transition = step(&state, &event, &review.rules())?;
        review.seat(&transition);
        self.record_opening(found, replaced, prepared, &review, &transition)
            .await?;
        Ok(review)
    }

    /// Gathers who requests, who contributed, who could decide, and what is missing.
    async fn asked(
        &self,
        by: &Editor,
        article: &Article,
        template: &Template,
        prepared: &PendingRevision,
        change: &ChangeRequest,
        plan: &Plan,
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
            suggested: open_suggestions(template, &prepared.suggestions),
            contributors,
            reviewers: reviewers.into_iter().map(|reviewer| reviewer.id).collect(),
            panels: plan.panels.clone(),
        })
    }

    async fn record_opening(
        &self,
        found: &Versioned<Article>,
        replaced: Option<Versioned<Review>>,
        prepared: PendingRevision,
        review: &Review,
        transition: &Transition,
    ) -> Result<(), ReviewError> {
        self.revisions.store_text(&prepared).await?;
        let PendingRevision {
            mut article,
            mut batch,
            deed: saved,
            ..
        } = prepared;
        let mut deeds = vec![saved];
        if let Some(replaced) = &replaced {
            deeds.push(replace(&mut batch, replaced, review, transition));
        }
        REVIEWS.insert(&mut batch, &review.id, review);
        OF_ARTICLE.put(&mut batch, &(review.article, review.id), &());
        open_reviews::put(&mut batch, review);
        review_timers::set_for_review(&mut batch, review);
        article.open_review = Some(review.id);
        self.articles.put(&mut batch, &article, found).await?;
        deeds.push(requested(
            review,
            replaced.map(|replaced| replaced.value.id),
        ));
        self.journal.record(batch, deeds).await?;
        Ok(())
    }
}

/// Returns the sections with open suggestions and how many each has; a suggestion about several
/// places counts once in each section.
pub fn open_suggestions(template: &Template, open: &[Suggestion]) -> Vec<(String, usize)> {
    let sections = template.sections.iter().map(|section| {
        let here = open.iter().filter(|one| one.section == section.key);
        let ids: BTreeSet<&str> = here.map(|one| one.id.as_str()).collect();
        (section.title.clone(), ids.len())
    });
    sections.filter(|(_, count)| *count > 0).collect()
}

/// Returns the record of a new review; [`Review::seat`] fills in who may decide.
fn candidate(
    found: &Versioned<Article>,
    prepared: &PendingRevision,
    change: &ChangeRequest,
    plan: Plan,
    (by, contributors): (PersonId, BTreeSet<PersonId>),
) -> Review {
    let article = &found.value;
    let minor = change.kind == ChangeKind::Minor;
    let summary = change.change_summary.trim().to_owned();
    let justification = tidy(change.justification.clone()).or_else(|| Some(summary.clone()));
    let stage = |stage: Stage| ReviewStage {
        title: stage.title,
        quorum: stage.quorum,
        meaning: stage.meaning,
        approvers: Vec::new(),
        closed: stage.group.is_some(),
    };
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
        stages: plan
            .policy
            .passed_by(minor)
            .into_iter()
            .map(stage)
            .collect(),
        policy: plan.policy,
        signed: plan.signed,
        kind: change.kind,
        change_summary: summary,
        justification: justification.filter(|_| minor),
        requested_by: by,
        requested_at: prepared.revision.created_at,
        contributors: contributors.into_iter().collect(),
        reviewers: Vec::new(),
        state: ReviewState::Candidate,
        decisions: Vec::new(),
        effective_at: None,
        reminded_at: None,
        missing: Vec::new(),
        substitutions: Vec::new(),
        outcome_at: None,
    }
}

/// Withdraws the review that another one replaces.
fn replace(
    batch: &mut Batch,
    replaced: &Versioned<Review>,
    by: &Review,
    transition: &Transition,
) -> AuditEvent {
    let mut old = replaced.value.clone();
    old.apply(transition, by.requested_at);
    put_review(batch, &old, replaced);
    let withdrawn = ReviewEvent::Withdrawn {
        old: ReviewStatus {
            state: replaced.value.state,
        },
        new: WithdrawnReview {
            article: old.article,
            state: old.state,
            replaced_by: Some(by.id),
        },
    };
    review_event(by.requested_by, withdrawn, &old)
}

fn requested(review: &Review, replaces: Option<ReviewId>) -> AuditEvent {
    let requested = ReviewEvent::Requested {
        new: RequestedReview {
            article: review.article,
            revision: review.revision,
            revision_hash: review.revision_hash,
            replaces,
            kind: review.kind,
            justification: review.justification.clone(),
            stages: review.stages.clone(),
            signed: review.signed,
            policy_version: Some(review.policy_version()),
            contributors: review.contributors.clone(),
            reviewers: review.reviewers.clone(),
            needed: review.needed(),
        },
    };
    review_event(review.requested_by, requested, review).because(&review.change_summary)
}

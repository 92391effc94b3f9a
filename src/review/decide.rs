//! Deciding on a review.

use serde_json::json;

use super::checklist::Checklist;
use super::error::ReviewError;
use super::record::{Decision, OPEN, REVIEWS, Review, ReviewState, Verdict};
use super::reviews::{LONGEST_TEXT, Reviews, TRIES, deed, rules, tidy};
use super::state::{Event, Happened, step};
use crate::base::{Hash, ReviewId};
use crate::identity::Reviewer;
use crate::journal::{Deed, JournalError};
use crate::store::{Batch, Versioned};

/// A decision as it is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionInput {
    /// Which way.
    pub verdict: Verdict,
    /// The hash of what the reviewer saw.
    pub revision_hash: Hash,
    /// Why; a rejection needs a reason.
    pub reason: Option<String>,
    /// Answers to the checklist; an approval answers every question with yes.
    pub checklist: Checklist,
}

impl Reviews {
    /// Decides on a review; the approval that completes the quorum makes the revision effective
    /// in the same commit.
    ///
    /// # Errors
    /// [`ReviewError::Refused`] where the rules say no; [`ReviewError::Overtaken`] when somebody
    /// else decided at the same moment, [`ReviewError::Over`] when the review has ended.
    pub async fn decide(
        &self,
        by: &Reviewer,
        id: ReviewId,
        input: DecisionInput,
    ) -> Result<Review, ReviewError> {
        let mut seen: Option<Versioned<Review>> = None;
        for _ in 0..TRIES {
            let found = self.versioned(id).await?;
            if seen.as_ref().is_some_and(|seen| seen.raw != found.raw) {
                return Err(self.overtaken(&found.value).await);
            }
            match self.try_decide(by, &found, &input).await {
                Err(ReviewError::Journal(JournalError::Conflict { .. })) => seen = Some(found),
                done => return done,
            }
        }
        Err(ReviewError::Busy)
    }

    async fn try_decide(
        &self,
        by: &Reviewer,
        found: &Versioned<Review>,
        input: &DecisionInput,
    ) -> Result<Review, ReviewError> {
        if found.value.module != by.module() {
            return Err(ReviewError::NotFound);
        }
        if !found.value.is_open() {
            return Err(self.over(&found.value).await);
        }
        let decision = self.decision(by, &found.value, input)?;
        let article = self.article(found.value.article).await?;
        let state = self.state_of(&article.value, Some(&found.value)).await?;
        let next = step(&state, &event(&decision), &rules(&found.value.policy))?;

        let mut review = found.value.clone();
        let mut deeds = vec![decided(&review, &decision, &next.happened)];
        review.decisions.push(decision);
        let mut batch = Batch::new();
        for happened in &next.happened {
            match happened {
                Happened::Approved => deeds.push(self.carried(&mut review)),
                Happened::Rejected => deeds.push(self.rejected(&mut batch, &article, &mut review)),
                Happened::Effective { version } => {
                    deeds.extend(
                        self.publish(&mut batch, &article, &mut review, *version)
                            .await?,
                    );
                }
                _ => {}
            }
        }
        REVIEWS.put_expecting(&mut batch, &review.id, &review, found);
        if !review.is_open() {
            OPEN.delete(&mut batch, &review.id);
        }
        self.journal.record(batch, deeds).await?;
        Ok(review)
    }

    fn decision(
        &self,
        by: &Reviewer,
        review: &Review,
        input: &DecisionInput,
    ) -> Result<Decision, ReviewError> {
        let reason = tidy(input.reason.clone());
        if reason
            .as_ref()
            .is_some_and(|reason| reason.chars().count() > LONGEST_TEXT)
        {
            return Err(ReviewError::LongReason(LONGEST_TEXT));
        }
        Ok(Decision {
            person: by.person().id,
            verdict: input.verdict,
            reason,
            checklist: input.checklist.answers(&review.policy.checklist),
            at: self.clock.now(),
            revision_hash: input.revision_hash,
        })
    }

    fn carried(&self, review: &mut Review) -> Deed {
        review.state = ReviewState::Approved;
        let last = review.decisions.last().map(|last| last.person);
        deed(
            last.unwrap_or(review.requested_by),
            "review.approved",
            review,
        )
        .to(json!({
            "article": review.article,
            "revision_hash": review.revision_hash,
            "approved_by": review.approved_by(),
        }))
    }

    fn rejected(
        &self,
        batch: &mut Batch,
        article: &Versioned<crate::article::Article>,
        review: &mut Review,
    ) -> Deed {
        let last = review.decisions.last();
        let (person, at) = last.map_or((review.requested_by, review.requested_at), |d| {
            (d.person, d.at)
        });
        review.state = ReviewState::Rejected;
        review.outcome_at = Some(at);
        self.free(batch, article);
        deed(person, "review.rejected", review)
            .from(json!({"state": ReviewState::Candidate}))
            .to(json!({"article": review.article, "state": review.state}))
    }

    /// Says what the other person decided.
    async fn overtaken(&self, review: &Review) -> ReviewError {
        match review.decisions.last() {
            Some(other) if review.state != ReviewState::Withdrawn => {
                match self.name_of(other.person).await {
                    Ok(who) => ReviewError::Overtaken {
                        who,
                        verdict: other.verdict,
                    },
                    Err(error) => error,
                }
            }
            _ => self.over(review).await,
        }
    }
}

fn event(decision: &Decision) -> Event {
    let (by, hash) = (decision.person, decision.revision_hash);
    match decision.verdict {
        Verdict::Approve => Event::Approve {
            by,
            hash,
            answered: decision.checklist.iter().all(|answer| answer.yes),
            signed: false,
        },
        Verdict::Reject => Event::Reject {
            by,
            hash,
            reasoned: decision.reason.is_some(),
        },
    }
}

fn decided(review: &Review, decision: &Decision, happened: &[Happened]) -> Deed {
    let counted = happened.iter().find_map(|happened| match happened {
        Happened::Counted { approvals, .. } => Some(*approvals),
        _ => None,
    });
    let told = deed(decision.person, "review.decided", review).to(json!({
        "article": review.article,
        "verdict": decision.verdict,
        "revision_hash": decision.revision_hash,
        "approvals": counted,
        "needed": review.needed(),
        "checklist": decision.checklist,
    }));
    match &decision.reason {
        Some(reason) => told.because(reason),
        None => told,
    }
}

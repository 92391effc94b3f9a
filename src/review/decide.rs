//! Deciding on a review.

use serde_json::json;

use lectern_article::Article;
use lectern_base::{Hash, PersonId, ReviewId, Timestamp};
use lectern_identity::Approver;
use lectern_journal::{AuditEvent, JournalError};
use lectern_store::{Batch, Versioned};
use lectern_template::EffectiveFrom;

use super::Refusal;
use super::checklist::Checklist;
use super::error::ReviewError;
use super::record::{Decision, OPEN, REVIEWS, Review, ReviewState, Verdict};
use super::reviews::{LONGEST_TEXT, Reviews, TRIES, deed, tidy};
use super::signature::{Represented, Signature, Signed, Signing};
use super::state::{Event, Happened, step};
use super::timers::{self, Due};

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
    /// Decides on a review, with a signature where its policy asks for one; the approval that
    /// completes the last stage makes the revision effective in the same commit, or at its time.
    ///
    /// # Errors
    /// [`ReviewError::Refused`] where the rules say no; [`ReviewError::Overtaken`] when somebody
    /// else decided at the same moment, [`ReviewError::Over`] when the review has ended.
    pub async fn decide(
        &self,
        by: &Approver,
        id: ReviewId,
        input: DecisionInput,
        signing: Option<Signing>,
    ) -> Result<Review, ReviewError> {
        let mut seen: Option<Versioned<Review>> = None;
        for _ in 0..TRIES {
            let found = self.versioned(id).await?;
            if seen.as_ref().is_some_and(|seen| seen.raw != found.raw) {
                return Err(self.overtaken(&found.value).await);
            }
            match self.try_decide(by, &found, &input, signing.as_ref()).await {
                Err(ReviewError::Journal(JournalError::Conflict { .. })) => seen = Some(found),
                done => return done,
            }
        }
        Err(ReviewError::Busy)
    }

    async fn try_decide(
        &self,
        by: &Approver,
        found: &Versioned<Review>,
        input: &DecisionInput,
        signing: Option<&Signing>,
    ) -> Result<Review, ReviewError> {
        if found.value.module != by.module() {
            return Err(ReviewError::NotFound);
        }
        if !found.value.is_open() {
            return Err(self.over(&found.value).await);
        }
        let signature = signature(by, &found.value, signing, self.clock.now())?;
        let decision = self.decision(by, &found.value, input, signature.as_ref())?;
        let article = self.article(found.value.article).await?;
        let state = self.state_of(&article.value, Some(&found.value)).await?;
        let next = step(&state, &event(&decision), &found.value.rules())?;

        let mut review = found.value.clone();
        let mut deeds = vec![decided(&review, &decision, by, &next.happened)];
        let (at, last) = (decision.at, decision.person);
        review.decisions.push(decision);
        let mut batch = Batch::new();
        for happened in &next.happened {
            match happened {
                Happened::Passed { stage } => deeds.push(passed(&review, last, *stage)),
                Happened::Approved => deeds.push(self.carried(&mut batch, &mut review, last, at)),
                Happened::Rejected => {
                    deeds.push(self.rejected(&mut batch, &article, &mut review, last, at));
                }
                Happened::Effective { version } => {
                    let published =
                        self.publish(&mut batch, &article, &mut review, *version, last.into(), at);
                    deeds.extend(published.await?);
                }
                _ => {}
            }
        }
        REVIEWS.put_expecting(&mut batch, &review.id, &review, found);
        if !review.is_open() {
            OPEN.delete(&mut batch, &review.id);
        }
        let signatures = Vec::from_iter(signature);
        self.record_signed(batch, deeds, signatures, review.module)
            .await?;
        Ok(review)
    }

    fn decision(
        &self,
        by: &Approver,
        review: &Review,
        input: &DecisionInput,
        signature: Option<&Signature>,
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
            on_behalf_of: by.represented().map(|reviewer| reviewer.id),
            stage: review.stage(),
            verdict: input.verdict,
            reason,
            checklist: input.checklist.answers(&review.policy.checklist),
            at: self.clock.now(),
            revision_hash: input.revision_hash,
            signature: signature.map(|signature| signature.id),
        })
    }

    /// The last stage is passed; a version that is to wait gets its time.
    fn carried(
        &self,
        batch: &mut Batch,
        review: &mut Review,
        by: PersonId,
        at: Timestamp,
    ) -> AuditEvent {
        review.state = ReviewState::Approved;
        if let EffectiveFrom::After { days } = review.policy.effective {
            let due = timers::days_after(at, days);
            review.effective_at = Some(due);
            timers::set(
                batch,
                review.article,
                due,
                Due::Effective { review: review.id },
            );
        }
        deed(by, "review.approved", review).to(json!({
            "article": review.article,
            "revision_hash": review.revision_hash,
            "approved_by": review.approved_by(),
            "effective_at": review.effective_at,
        }))
    }

    fn rejected(
        &self,
        batch: &mut Batch,
        article: &Versioned<Article>,
        review: &mut Review,
        by: PersonId,
        at: Timestamp,
    ) -> AuditEvent {
        review.state = ReviewState::Rejected;
        review.outcome_at = Some(at);
        self.free(batch, article);
        deed(by, "review.rejected", review)
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

/// The signature under a decision, where one is given; it is that of whoever decides.
fn signature(
    by: &Approver,
    review: &Review,
    signing: Option<&Signing>,
    at: Timestamp,
) -> Result<Option<Signature>, Refusal> {
    let Some(signing) = signing else {
        return Ok(None);
    };
    if signing.person() != by.person().id {
        return Err(Refusal::NotSigned);
    }
    let text = Signed {
        article: review.article,
        revision: review.revision,
        hash: review.revision_hash,
        policy_version: Some(review.policy_version()),
        at,
    };
    let on_behalf_of = by.represented().map(|reviewer| Represented {
        person: reviewer.id,
        printed_name: reviewer.name.clone(),
    });
    Ok(Some(signing.under(&text, on_behalf_of)))
}

fn event(decision: &Decision) -> Event {
    let (by, hash) = (decision.voice(), decision.revision_hash);
    match decision.verdict {
        Verdict::Approve => Event::Approve {
            by,
            hash,
            answered: decision.checklist.iter().all(|answer| answer.yes),
            signed: decision.signature.is_some(),
        },
        Verdict::Reject => Event::Reject {
            by,
            hash,
            reasoned: decision.reason.is_some(),
        },
    }
}

fn decided(
    review: &Review,
    decision: &Decision,
    by: &Approver,
    happened: &[Happened],
) -> AuditEvent {
    let counted = happened.iter().find_map(|happened| match happened {
        Happened::Counted { approvals, .. } => Some(*approvals),
        _ => None,
    });
    let stage = &review.stages()[decision.stage];
    let told = deed(decision.person, "review.decided", review).to(json!({
        "article": review.article,
        "verdict": decision.verdict,
        "on_behalf_of": decision.on_behalf_of,
        "delegation": by.delegation(),
        "stage": stage.title,
        "signature": decision.signature,
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

fn passed(review: &Review, by: PersonId, stage: usize) -> AuditEvent {
    let stages = review.stages();
    let next = stages.get(stage + 1);
    deed(by, "review.stage_passed", review).to(json!({
        "article": review.article,
        "stage": stages[stage].title,
        "next": next.map(|next| &next.title),
        "reviewers": next.map(|next| &next.approvers),
    }))
}

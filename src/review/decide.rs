//! Deciding on a review.

use lectern_base::{Hash, PersonId, Timestamp};
use lectern_identity::Approver;
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Contended, retrying};
use lectern_template::EffectiveFrom;

use super::apply::UnderReview;
use super::checklist::Checklist;
use super::decision::{Decision, Verdict};
use super::error::ReviewError;
use super::event::{
    ApprovedReview, ClosedReview, PassedStage, RecordedDecision, ReviewEvent, ReviewStatus,
    review_event,
};
use super::publish::effective_start;
use super::refusal::Refusal;
use super::review::Review;
use super::review_state::ReviewState;
use super::review_timers::ReviewTimer;
use super::reviews::{Reviews, checked_reason};
use super::signature::{RepresentedPerson, Signature, SignedText, Signing};
use super::state::{Effect, Event, Transition};
use super::timers::set_timer;

/// A decision as the reviewer submits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionInput {
    /// Approve or reject.
    pub verdict: Verdict,
    /// The hash of what the reviewer saw.
    pub revision_hash: Hash,
    /// Why; required for a rejection.
    pub reason: Option<String>,
    /// Answers to the checklist; an approval needs a yes to every question.
    pub checklist: Checklist,
}

impl Reviews {
    /// Decides on a review, with a signature where its policy requires one. The approval that
    /// completes the last stage makes the revision effective in the same commit, or at its time.
    ///
    /// # Errors
    /// [`ReviewError::Refused`] where the rules forbid it; [`ReviewError::Overtaken`] when somebody
    /// decided since the review was read, [`ReviewError::Over`] when it has ended.
    pub async fn decide(
        &self,
        by: &Approver,
        under: &UnderReview,
        input: DecisionInput,
        signing: Option<Signing>,
    ) -> Result<Review, ReviewError> {
        let signing = signing.as_ref();
        match self.try_decide(by, under, &input, signing).await {
            Err(error) if error.is_conflict() => {}
            done => return done,
        }
        retrying(ReviewError::Busy, || async {
            let now = self.under_review(under.review().id).await?;
            if now.review.raw != under.review.raw {
                return Err(self.overtaken(now.review()).await);
            }
            self.try_decide(by, &now, &input, signing).await
        })
        .await
    }

    async fn try_decide(
        &self,
        by: &Approver,
        under: &UnderReview,
        input: &DecisionInput,
        signing: Option<&Signing>,
    ) -> Result<Review, ReviewError> {
        let before = under.review();
        if before.module != by.module() {
            return Err(ReviewError::NotFound);
        }
        if !before.is_open() {
            return Err(self.over(before).await);
        }
        let signature = signature(by, before, signing, self.clock.now())?;
        let decision = self.decision(by, before, input, signature.as_ref())?;
        let transition = self.transition(under, &event(&decision)).await?;

        let mut deeds = vec![decided(before, &decision, by, &transition)];
        let (at, last) = (decision.at, decision.person);
        let mut review = before.clone();
        review.decisions.push(decision);
        review.apply(&transition, at);
        if let (ReviewState::Approved, EffectiveFrom::After { days }) =
            (review.state, &review.policy.effective)
        {
            review.effective_at = Some(effective_start(&self.zone, at, *days));
        }
        let mut batch = Batch::new();
        for effect in &transition.effects {
            match effect {
                Effect::Passed { stage } => deeds.push(passed(&review, last, *stage)),
                Effect::Approved => deeds.push(approved(&review, last)),
                Effect::Rejected => deeds.push(rejected(&review, last)),
                _ => {}
            }
        }
        match transition.outcome {
            Some(ReviewState::Effective) => {
                let published = self.publish(&mut batch, under, &review, &transition, last, at);
                deeds.extend(published.await?);
            }
            _ => {
                self.put_outcome(&mut batch, under, &review, &transition)
                    .await?
            }
        }
        if let (ReviewState::Approved, Some(due)) = (review.state, review.effective_at) {
            let effective = ReviewTimer::Effective { review: review.id };
            set_timer(&mut batch, review.article, due, &effective);
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
        let reason = checked_reason(input.reason.clone())?;
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

    /// Returns the error that says what the other person decided.
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

/// Returns the signature under a decision, if one is given; it must be the decider's own.
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
    let text = SignedText {
        article: review.article,
        revision: review.revision,
        hash: review.revision_hash,
        policy_version: Some(review.policy_version()),
        at,
    };
    let on_behalf_of = by.represented().map(|reviewer| RepresentedPerson {
        person: reviewer.id,
        printed_name: reviewer.name.clone(),
    });
    Ok(Some(signing.under(&text, on_behalf_of)))
}

fn event(decision: &Decision) -> Event {
    let (by, hash) = (decision.voter(), decision.revision_hash);
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
    transition: &Transition,
) -> AuditEvent {
    let counted = transition.effects.iter().find_map(|effect| match effect {
        Effect::Counted { approvals, .. } => Some(*approvals),
        _ => None,
    });
    let stage = &review.stages()[decision.stage];
    let decided = ReviewEvent::Decided {
        new: RecordedDecision {
            article: review.article,
            verdict: decision.verdict,
            on_behalf_of: decision.on_behalf_of,
            delegation: by.delegation(),
            stage: Some(stage.title.clone()),
            signature: decision.signature,
            revision_hash: decision.revision_hash,
            approvals: counted,
            needed: review.needed(),
            checklist: decision.checklist.clone(),
        },
    };
    let event = review_event(decision.person, decided, review);
    match &decision.reason {
        Some(reason) => event.because(reason),
        None => event,
    }
}

fn approved(review: &Review, by: PersonId) -> AuditEvent {
    let approved = ReviewEvent::Approved {
        new: ApprovedReview {
            article: review.article,
            revision_hash: review.revision_hash,
            approved_by: review.approved_by(),
            effective_at: review.effective_at,
        },
    };
    review_event(by, approved, review)
}

fn rejected(review: &Review, by: PersonId) -> AuditEvent {
    let rejected = ReviewEvent::Rejected {
        old: ReviewStatus {
            state: ReviewState::Candidate,
        },
        new: ClosedReview {
            article: review.article,
            state: review.state,
        },
    };
    review_event(by, rejected, review)
}

fn passed(review: &Review, by: PersonId, stage: usize) -> AuditEvent {
    let stages = review.current_stages();
    let next = stages.get(stage + 1);
    let passed = ReviewEvent::StagePassed {
        new: PassedStage {
            article: review.article,
            stage: stages[stage].title.clone(),
            next: next.map(|next| next.title.clone()),
            reviewers: next.map(|next| next.approvers.clone()),
        },
    };
    review_event(by, passed, review)
}

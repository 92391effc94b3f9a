//! Actions on the current version of an article: suspend, reinstate, reissue, reaffirm. Each is
//! signed, and so is its retirement.

use lectern_article::links::{LinkBindings, TextKind};
use lectern_article::{Article, Standing};
use lectern_base::{ArticleId, Hash, PersonId, Subject, Timestamp, Zone};
use lectern_identity::Reviewer;
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Versioned, retrying};

use super::apply::{apply_to_article, put_review};
use super::error::ReviewError;
use super::event::{ClosedReview, ReviewEvent, ReviewStatus, VersionStatus, review_event};
use super::publish::{pointer, review_date};
use super::refusal::Refusal;
use super::retirement::RETIREMENTS;
use super::review::Review;
use super::review_timers::set_review_dates;
use super::reviews::{Reviews, checked_reason};
use super::signature::{Signature, SignedText, Signing};
use super::state::{Effect, Event, Policy, Transition, step};
use super::version::{VERSIONS, Version};

/// What a reviewer can do with the current version of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionAction {
    /// Readers must not see it any more.
    Suspend,
    /// Readers may see the suspended version again.
    Reinstate,
    /// An earlier version replaces the suspended one.
    Reissue {
        /// The n of n.0.
        version: u32,
    },
    /// It was read again and is still correct.
    Reaffirm {
        /// The hash of what was read.
        hash: Hash,
    },
}

/// The current version of an article, and the review that approved it.
pub(super) struct CurrentVersion {
    pub version: Versioned<Version>,
    pub review: Review,
}

/// A change of the standing of an article, decided and not yet written.
pub(super) struct StandingChange {
    pub article: Versioned<Article>,
    open: Option<Versioned<Review>>,
    pub current: CurrentVersion,
    transition: Transition,
    by: PersonId,
    pub at: Timestamp,
    reason: Option<String>,
}

impl Reviews {
    /// Carries out an action on the current version of an article.
    ///
    /// # Errors
    /// [`ReviewError::Refused`] when the standing does not allow it, or a reason is missing.
    pub async fn act_on_version(
        &self,
        by: &Reviewer,
        article: ArticleId,
        action: &VersionAction,
        reason: Option<String>,
        signing: Signing,
    ) -> Result<Article, ReviewError> {
        let reason = checked_reason(reason)?;
        retrying(ReviewError::Busy, || {
            self.try_act_on_version(by, article, action, reason.clone(), &signing)
        })
        .await
    }

    async fn try_act_on_version(
        &self,
        by: &Reviewer,
        id: ArticleId,
        action: &VersionAction,
        reason: Option<String>,
        signing: &Signing,
    ) -> Result<Article, ReviewError> {
        let found = self.article(id).await?;
        if found.value.module != by.module() {
            return Err(ReviewError::NoArticle);
        }
        let signed = signing.person() == by.person().id;
        let event = event(action, reason.is_some(), signed);
        let change = self.change(found, &event, by.person().id, reason).await?;
        self.carry_out(change, signing).await
    }

    /// Returns what follows from an event about the current version of an article.
    pub(super) async fn change(
        &self,
        article: Versioned<Article>,
        event: &Event,
        by: PersonId,
        reason: Option<String>,
    ) -> Result<StandingChange, ReviewError> {
        let open = match article.value.open_review {
            Some(open) => Some(self.versioned(open).await?),
            None => None,
        };
        let effective = article.value.effective.as_ref();
        let number = effective
            .ok_or(Refusal::WrongStanding(Standing::Draft))?
            .version;
        let current = self.current_version(article.value.id, number).await?;
        let state = self.state_of(&article.value, open.as_ref().map(|open| &open.value));
        let transition = step(&state.await?, event, &current.review.rules())?;
        Ok(StandingChange {
            article,
            open,
            current,
            transition,
            by,
            at: self.clock.now(),
            reason,
        })
    }

    /// Commits a change, with the signature under the version that is current after it.
    pub(super) async fn carry_out(
        &self,
        change: StandingChange,
        signing: &Signing,
    ) -> Result<Article, ReviewError> {
        let mut batch = Batch::new();
        let mut article = change.article.value.clone();
        apply_to_article(&mut article, &change.transition);
        let mut deeds = Vec::new();
        for effect in &change.transition.effects {
            let deed = self.carry_out_effect(&mut batch, &change, &mut article, *effect);
            deeds.extend(deed.await?);
        }
        self.articles
            .put(&mut batch, &article, &change.article)
            .await?;
        RETIREMENTS.delete(&mut batch, &article.id);
        let signature = self.sign(&article, &change, signing).await?;
        let signatures = vec![signature];
        self.record_signed(batch, deeds, signatures, article.module)
            .await?;
        Ok(article)
    }

    async fn carry_out_effect(
        &self,
        batch: &mut Batch,
        change: &StandingChange,
        article: &mut Article,
        effect: Effect,
    ) -> Result<Option<AuditEvent>, ReviewError> {
        type Changed = fn(VersionStatus, VersionStatus) -> ReviewEvent;
        let (changed, notice): (Changed, _) = match effect {
            Effect::Suspended | Effect::Retired => {
                self.hide(batch, article).await?;
                mark_withdrawn(batch, change, Some(change.at));
                let changed: Changed = match effect {
                    Effect::Suspended => |old, new| ReviewEvent::VersionSuspended { old, new },
                    _ => |old, new| ReviewEvent::ArticleRetired { old, new },
                };
                (changed, change.reason.clone())
            }
            Effect::Reinstated => {
                self.show(batch, article).await?;
                mark_withdrawn(batch, change, None);
                (|old, new| ReviewEvent::VersionReinstated { old, new }, None)
            }
            Effect::Reaffirmed => {
                postpone(batch, &self.zone, change, article);
                (|old, new| ReviewEvent::VersionReaffirmed { old, new }, None)
            }
            Effect::Effective { version } => {
                self.reissue(batch, change, article, version).await?;
                (|old, new| ReviewEvent::VersionReissued { old, new }, None)
            }
            Effect::Outdated => return Ok(outdate(batch, change)),
            _ => return Ok(None),
        };
        article.notice = notice;
        let changed = changed(status_of(&change.article.value), status_of(article));
        let event = AuditEvent::new(change.by, changed, Subject::article(article.id))
            .in_module(article.module);
        Ok(Some(match &change.reason {
            Some(reason) => event.because(reason),
            None => event,
        }))
    }

    /// Hides the links of the text from readers. Its title stays known, so that links to it lead
    /// to the notice.
    async fn hide(&self, batch: &mut Batch, article: &Article) -> Result<(), ReviewError> {
        let title = article.effective.as_ref().map(|now| now.title.clone());
        let no_links = LinkBindings::default();
        let bare = title.as_deref().map(|title| (title, &no_links));
        let side = TextKind::Effective;
        Ok(self
            .articles
            .put_links(batch, article.id, side, bare)
            .await?)
    }

    /// Shows title and links of the current version to readers.
    async fn show(&self, batch: &mut Batch, article: &Article) -> Result<(), ReviewError> {
        let damaged = || ReviewError::Damaged(article.id);
        let now = article.effective.as_ref().ok_or_else(damaged)?;
        let revision = self.revisions.get(now.revision).await?;
        let content = self
            .revisions
            .content(&revision.ok_or_else(damaged)?)
            .await?;
        let links = self.version_links(article.id, now.version).await?;
        let text = Some((content.title.as_str(), &links));
        let side = TextKind::Effective;
        Ok(self
            .articles
            .put_links(batch, article.id, side, text)
            .await?)
    }

    /// Replaces the current version by an earlier one.
    async fn reissue(
        &self,
        batch: &mut Batch,
        change: &StandingChange,
        article: &mut Article,
        number: u32,
    ) -> Result<(), ReviewError> {
        let (id, at, found) = (article.id, change.at, &change.current.version);
        let mut before = found.value.clone();
        before.superseded_at = Some(at);
        VERSIONS.put_expecting(batch, &(id, before.number), &before, found);
        let found = self.version(id, number).await?;
        let mut version = found.value.clone();
        version.superseded_at = None;
        version.withdrawn_at = None;
        version.reissued_at = Some(at);
        VERSIONS.put_expecting(batch, &(id, number), &version, &found);
        article.effective = Some(pointer(&version, at));
        set_review_dates(batch, &self.zone, &version, at);
        self.show(batch, article).await
    }

    /// Signs the current version.
    pub(super) async fn sign(
        &self,
        article: &Article,
        change: &StandingChange,
        signing: &Signing,
    ) -> Result<Signature, ReviewError> {
        let damaged = ReviewError::Damaged(article.id);
        let current = article.effective.as_ref().ok_or(damaged)?;
        let policy_version = match current.version == change.current.version.value.number {
            true => change.current.review.policy_version(),
            false => {
                let reissued = self.current_version(article.id, current.version).await?;
                reissued.review.policy_version()
            }
        };
        let text = SignedText {
            article: article.id,
            revision: current.revision,
            hash: current.hash,
            policy_version: Some(policy_version),
            at: change.at,
        };
        Ok(signing.under(&text, None))
    }

    async fn current_version(
        &self,
        article: ArticleId,
        number: u32,
    ) -> Result<CurrentVersion, ReviewError> {
        let version = self.version(article, number).await?;
        let review = self.versioned(version.value.review).await?.value;
        Ok(CurrentVersion { version, review })
    }

    async fn version(&self, id: ArticleId, number: u32) -> Result<Versioned<Version>, ReviewError> {
        let found = VERSIONS.get_versioned(&self.store, &(id, number)).await?;
        found.ok_or(ReviewError::Damaged(id))
    }

    /// Returns the rules of the review that approved a version.
    pub(super) async fn rules_of_version(
        &self,
        article: &Article,
        number: u32,
    ) -> Result<Policy, ReviewError> {
        let current = self.current_version(article.id, number).await?;
        Ok(current.review.rules())
    }
}

fn event(action: &VersionAction, reasoned: bool, signed: bool) -> Event {
    match action {
        VersionAction::Suspend => Event::Unpublish { reasoned, signed },
        VersionAction::Reinstate => Event::Reinstate { signed },
        VersionAction::Reissue { version } => Event::Reissue {
            version: *version,
            signed,
        },
        VersionAction::Reaffirm { hash } => Event::Reaffirm {
            hash: *hash,
            signed,
        },
    }
}

/// Notes whether the version was taken back: once another takes its place, the article no longer
/// says so.
fn mark_withdrawn(batch: &mut Batch, change: &StandingChange, at: Option<Timestamp>) {
    let found = &change.current.version;
    let mut version = found.value.clone();
    version.withdrawn_at = at;
    VERSIONS.put_expecting(batch, &(version.article, version.number), &version, found);
}

/// Gives the version a new review date, counted from now.
fn postpone(batch: &mut Batch, zone: &Zone, change: &StandingChange, article: &mut Article) {
    let CurrentVersion {
        version: found,
        review,
    } = &change.current;
    let due = review_date(zone, change.at, review.policy.review_months);
    let mut version = found.value.clone();
    version.review_due = Some(due);
    version.reaffirmed_at = Some(change.at);
    if let Some(effective) = article.effective.as_mut() {
        effective.review_due = Some(due);
    }
    set_review_dates(batch, zone, &version, change.at);
    VERSIONS.put_expecting(batch, &(version.article, version.number), &version, found);
}

/// Ends the open review of an article whose version was replaced by an earlier one.
fn outdate(batch: &mut Batch, change: &StandingChange) -> Option<AuditEvent> {
    let found = change.open.as_ref()?;
    let mut review = found.value.clone();
    review.apply(&change.transition, change.at);
    put_review(batch, &review, found);
    let outdated = ReviewEvent::Outdated {
        old: ReviewStatus {
            state: found.value.state,
        },
        new: ClosedReview {
            article: review.article,
            state: review.state,
        },
    };
    Some(review_event(change.by, outdated, &review))
}

fn status_of(article: &Article) -> VersionStatus {
    let now = article.effective.as_ref();
    VersionStatus {
        standing: article.standing,
        version: now.map(|now| now.version),
        hash: now.map(|now| now.hash),
        review_due: now.and_then(|now| now.review_due),
    }
}

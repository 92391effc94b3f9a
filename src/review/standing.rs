//! What happens to the version that stands for an article: taken back, reinstated, replaced by an
//! earlier one, found to be right still, given up. Each is signed.

use serde::{Deserialize, Serialize};
use serde_json::json;

use lectern_article::links::TextKind;
use lectern_article::{Article, Standing};
use lectern_base::{ArticleId, Hash, PersonId, Subject, Timestamp};
use lectern_identity::{Caller, Place, Reviewer};
use lectern_journal::{AuditEvent, JournalError};
use lectern_store::{Batch, Table, Versioned};

use super::Refusal;
use super::error::ReviewError;
use super::publish::{months_after, pointer};
use super::record::{REVIEWS, Review, ReviewState, VERSIONS, Version};
use super::reviews::{LONGEST_TEXT, Reviews, TRIES, deed, tidy};
use super::signature::{Signature, Signed, Signing};
use super::state::{Event, Happened, Next, Policy, step};
use super::timers;

/// Retirements that one of two people has signed.
const RETIREMENTS: Table<ArticleId, Retirement> = Table::new("retirements");

/// A retirement that waits for the second of two signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retirement {
    /// Who signed first.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// The n of the version that it is about.
    pub version: u32,
}

/// What a reviewer wants of the version that stands for an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// It must not be read any more, at once.
    Suspend,
    /// The suspended version may be read again.
    Reinstate,
    /// An earlier version takes the place of the suspended one.
    Reissue {
        /// The n of n.0.
        version: u32,
    },
    /// It was read again and is right still.
    Reaffirm {
        /// The hash of what was read.
        hash: Hash,
    },
}

/// An article with its version, about to be changed.
struct Subjected {
    article: Versioned<Article>,
    open: Option<Versioned<Review>>,
    next: Next,
    by: PersonId,
    at: Timestamp,
    reason: Option<String>,
}

impl Reviews {
    /// Takes a measure about the version that stands for an article.
    ///
    /// # Errors
    /// [`ReviewError::Refused`] where the version does not stand as it must, or a reason is missing.
    pub async fn take(
        &self,
        by: &Reviewer,
        article: ArticleId,
        measure: &Measure,
        reason: Option<String>,
        signing: Signing,
    ) -> Result<Article, ReviewError> {
        let reason = checked(reason)?;
        for _ in 0..TRIES {
            let done = self.try_take(by, article, measure, reason.clone(), &signing);
            match done.await {
                Err(ReviewError::Journal(JournalError::Conflict { .. })) => continue,
                done => return done,
            }
        }
        Err(ReviewError::Busy)
    }

    async fn try_take(
        &self,
        by: &Reviewer,
        id: ArticleId,
        measure: &Measure,
        reason: Option<String>,
        signing: &Signing,
    ) -> Result<Article, ReviewError> {
        let found = self.article(id).await?;
        if found.value.module != by.module() {
            return Err(ReviewError::NoArticle);
        }
        let signed = signing.person() == by.person().id;
        let event = event(measure, reason.is_some(), signed);
        let subjected = self.subject(found, &event, by.person().id, reason).await?;
        self.carry_out(subjected, signing).await
    }

    /// Asks the state machine what follows from an event.
    async fn subject(
        &self,
        article: Versioned<Article>,
        event: &Event,
        by: PersonId,
        reason: Option<String>,
    ) -> Result<Subjected, ReviewError> {
        let open = match article.value.open_review {
            Some(open) => Some(self.versioned(open).await?),
            None => None,
        };
        let state = self.state_of(&article.value, open.as_ref().map(|open| &open.value));
        let rules = match &article.value.effective {
            Some(now) => self.rules_of_version(&article.value, now.version).await?,
            None => PLAIN,
        };
        let next = step(&state.await?, event, &rules)?;
        Ok(Subjected {
            article,
            open,
            next,
            by,
            at: self.clock.now(),
            reason,
        })
    }

    /// Writes down what follows, with the signature under the version that then stands, or stood
    /// last.
    async fn carry_out(
        &self,
        subjected: Subjected,
        signing: &Signing,
    ) -> Result<Article, ReviewError> {
        let mut batch = Batch::new();
        let mut article = subjected.article.value.clone();
        let mut deeds = Vec::new();
        for happened in &subjected.next.happened {
            let told = self
                .happen(&mut batch, &subjected, &mut article, *happened)
                .await?;
            deeds.extend(told);
        }
        self.articles.put(&mut batch, &article, &subjected.article);
        RETIREMENTS.delete(&mut batch, &article.id);
        let signature = self.sign_current(&article, signing, subjected.at).await?;
        let signatures = vec![signature];
        self.record_signed(batch, deeds, signatures, article.module)
            .await?;
        Ok(article)
    }

    async fn happen(
        &self,
        batch: &mut Batch,
        subjected: &Subjected,
        article: &mut Article,
        happened: Happened,
    ) -> Result<Option<AuditEvent>, ReviewError> {
        let what = match happened {
            Happened::Suspended => {
                self.hide(batch, article).await?;
                self.mark_withdrawn(batch, article, Some(subjected.at))
                    .await?;
                article.standing = Standing::Suspended;
                "version.suspended"
            }
            Happened::Retired => {
                self.hide(batch, article).await?;
                self.mark_withdrawn(batch, article, Some(subjected.at))
                    .await?;
                article.standing = Standing::Retired;
                "article.retired"
            }
            Happened::Reinstated => {
                self.show(batch, article).await?;
                self.mark_withdrawn(batch, article, None).await?;
                article.standing = Standing::Effective;
                "version.reinstated"
            }
            Happened::Reaffirmed => {
                self.put_off(batch, article, subjected.at).await?;
                article.standing = Standing::Effective;
                "version.reaffirmed"
            }
            Happened::Effective { version } => {
                self.reissue(batch, article, version, subjected.at).await?;
                "version.reissued"
            }
            Happened::Outdated => return Ok(outdate(batch, article, subjected)),
            _ => return Ok(None),
        };
        article.notice = match happened {
            Happened::Suspended | Happened::Retired => subjected.reason.clone(),
            _ => None,
        };
        let told = AuditEvent::new(subjected.by, what, Subject::article(article.id))
            .in_module(article.module)
            .from(standing_of(&subjected.article.value))
            .to(standing_of(article));
        Ok(Some(match &subjected.reason {
            Some(reason) => told.because(reason),
            None => told,
        }))
    }

    /// Takes a text out of what links lead from; its title goes on to lead to the notice.
    async fn hide(&self, batch: &mut Batch, article: &Article) -> Result<(), ReviewError> {
        let title = article.effective.as_ref().map(|now| now.title.clone());
        let bare = title.as_deref().map(|title| (title, &[] as &[String]));
        let side = TextKind::Effective;
        Ok(self
            .articles
            .put_links(batch, article.id, side, bare)
            .await?)
    }

    /// Writes down whether the version that stands for the article was taken back: once another
    /// takes its place, nothing else would tell.
    async fn mark_withdrawn(
        &self,
        batch: &mut Batch,
        article: &Article,
        at: Option<Timestamp>,
    ) -> Result<(), ReviewError> {
        let now = article.effective.as_ref();
        let number = now.ok_or(ReviewError::Damaged(article.id))?.version;
        let found = self.version(article.id, number).await?;
        let mut version = found.value.clone();
        version.withdrawn_at = at;
        VERSIONS.put_expecting(batch, &(article.id, number), &version, &found);
        Ok(())
    }

    /// Brings title and links of the version that stands for the article back.
    async fn show(&self, batch: &mut Batch, article: &Article) -> Result<(), ReviewError> {
        let damaged = || ReviewError::Damaged(article.id);
        let now = article.effective.as_ref().ok_or_else(damaged)?;
        let revision = self.revisions.get(now.revision).await?;
        let content = self
            .revisions
            .content(&revision.ok_or_else(damaged)?)
            .await?;
        let links = content.links();
        let text = Some((content.title.as_str(), links.as_slice()));
        let side = TextKind::Effective;
        Ok(self
            .articles
            .put_links(batch, article.id, side, text)
            .await?)
    }

    /// Gives the version another review date, counted from `at`.
    async fn put_off(
        &self,
        batch: &mut Batch,
        article: &mut Article,
        at: Timestamp,
    ) -> Result<(), ReviewError> {
        let Some(now) = article.effective.as_mut() else {
            return Err(ReviewError::Damaged(article.id));
        };
        let found = self.version(article.id, now.version).await?;
        let mut version = found.value.clone();
        let review = self.versioned(version.review).await?;
        let due = months_after(at, review.value.policy.review_months);
        version.review_due = Some(due);
        version.reaffirmed_at = Some(at);
        now.review_due = Some(due);
        timers::set_review_dates(batch, &version, at);
        VERSIONS.put_expecting(batch, &(article.id, version.number), &version, &found);
        Ok(())
    }

    /// Puts an earlier version in the place of the one that stands for the article.
    async fn reissue(
        &self,
        batch: &mut Batch,
        article: &mut Article,
        number: u32,
        at: Timestamp,
    ) -> Result<(), ReviewError> {
        if let Some(before) = &article.effective {
            let found = self.version(article.id, before.version).await?;
            let mut before = found.value.clone();
            before.superseded_at = Some(at);
            VERSIONS.put_expecting(batch, &(article.id, before.number), &before, &found);
        }
        let found = self.version(article.id, number).await?;
        let mut version = found.value.clone();
        version.superseded_at = None;
        version.withdrawn_at = None;
        version.reissued_at = Some(at);
        VERSIONS.put_expecting(batch, &(article.id, number), &version, &found);
        article.effective = Some(pointer(&version, at));
        article.standing = Standing::Effective;
        timers::set_review_dates(batch, &version, at);
        self.show(batch, article).await
    }

    /// Signs a retirement. It needs two people, the article's owner and a reviewer: the first
    /// signature proposes it, the second carries it out. Where the owner has left, somebody who
    /// looks after the module signs in their place.
    ///
    /// # Errors
    /// [`ReviewError::Refused`] for whoever is neither, signs twice, or gives no reason.
    pub async fn retire(
        &self,
        by: &Caller,
        id: ArticleId,
        reason: Option<String>,
        signing: Signing,
    ) -> Result<Article, ReviewError> {
        let reason = checked(reason)?;
        for _ in 0..TRIES {
            match self.try_retire(by, id, reason.clone(), &signing).await {
                Err(ReviewError::Journal(JournalError::Conflict { .. })) => continue,
                done => return done,
            }
        }
        Err(ReviewError::Busy)
    }

    async fn try_retire(
        &self,
        by: &Caller,
        id: ArticleId,
        reason: Option<String>,
        signing: &Signing,
    ) -> Result<Article, ReviewError> {
        let article = self.article(id).await?;
        let place = self.module_of(&article.value).await?.place();
        by.reader(&place)?;
        let owner = article.value.owner;
        let owner_left = !self.is_active(owner).await?;
        let owns = by.id() == owner || owner_left && by.steward(&place).is_ok();
        let reviews = by.reviewer(&place).is_ok();
        if !owns && !reviews {
            return Err(Refusal::NotOwner.into());
        }
        if signing.person() != by.id() {
            return Err(Refusal::NotSigned.into());
        }
        let proposed = self.retirement(&article.value).await?;
        let first = proposed.as_ref().map(|first| first.by);
        // Whoever is not the owner stands for the reviewers; alone, one is both until another comes.
        let others = first.filter(|first| *first != by.id());
        let (owner, reviewer) = match others {
            Some(first) if first == owner && reviews => (first, by.id()),
            Some(first) if by.id() == owner => (by.id(), first),
            // Somebody who looks after the module stands for an owner who has left.
            Some(first) if owner_left && reviews => (first, by.id()),
            Some(first) if owner_left && self.reviews_in(first, &place).await? => (by.id(), first),
            Some(_) if owner_left => return Err(Refusal::NotOwner.into()),
            Some(_) => return Err(Refusal::OwnerMissing.into()),
            None => return self.propose(article, by.id(), reason, signing).await,
        };
        let event = Event::Retire {
            owner,
            reviewer,
            signed: true,
        };
        let reason = reason.or(proposed.map(|first| first.reason));
        let subjected = self.subject(article, &event, by.id(), reason).await?;
        self.carry_out(subjected, signing).await
    }

    async fn is_active(&self, person: PersonId) -> Result<bool, ReviewError> {
        let found = self.identity.person(person).await?;
        Ok(found.is_some_and(|person| person.active))
    }

    async fn reviews_in(&self, person: PersonId, place: &Place) -> Result<bool, ReviewError> {
        let reviewers = self.identity.reviewers_of(place).await?;
        Ok(reviewers.iter().any(|reviewer| reviewer.id == person))
    }

    /// Writes down the first of the two signatures.
    async fn propose(
        &self,
        article: Versioned<Article>,
        by: PersonId,
        reason: Option<String>,
        signing: &Signing,
    ) -> Result<Article, ReviewError> {
        let reason = reason.ok_or(Refusal::NoReason)?;
        // Whether it could be carried out at all, as if the other person had signed too.
        let event = Event::Retire {
            owner: by,
            reviewer: PersonId::new(),
            signed: true,
        };
        let subjected = self
            .subject(article, &event, by, Some(reason.clone()))
            .await?;
        let article = &subjected.article.value;
        let current = article.effective.as_ref();
        let current = current.ok_or(Refusal::WrongStanding(None))?;
        let retirement = Retirement {
            by,
            at: subjected.at,
            reason,
            version: current.version,
        };
        let mut batch = Batch::new();
        RETIREMENTS.put(&mut batch, &article.id, &retirement);
        self.articles.put(&mut batch, article, &subjected.article);
        let told = AuditEvent::new(
            by,
            "article.retirement_signed",
            Subject::article(article.id),
        )
        .in_module(article.module)
        .to(json!({"version": retirement.version}))
        .because(&retirement.reason);
        let signature = self.sign_current(article, signing, subjected.at).await?;
        self.record_signed(batch, vec![told], vec![signature], article.module)
            .await?;
        Ok(article.clone())
    }

    /// Returns the retirement that one of two people has signed, while it is about the version that
    /// stands for the article.
    pub async fn retirement(&self, article: &Article) -> Result<Option<Retirement>, ReviewError> {
        let found = RETIREMENTS.get(&self.store, &article.id).await?;
        let current = article.effective.as_ref().map(|now| now.version);
        Ok(found.filter(|found| {
            Some(found.version) == current && article.standing != Standing::Retired
        }))
    }

    async fn sign_current(
        &self,
        article: &Article,
        signing: &Signing,
        at: Timestamp,
    ) -> Result<Signature, ReviewError> {
        let current = article.effective.as_ref();
        let current = current.ok_or(Refusal::WrongStanding(None))?;
        let version = self.version(article.id, current.version).await?;
        let review = self.versioned(version.value.review).await?;
        let text = Signed {
            article: article.id,
            revision: current.revision,
            hash: current.hash,
            policy_version: Some(review.value.policy_version()),
            at,
        };
        Ok(signing.under(&text, None))
    }

    async fn version(&self, id: ArticleId, number: u32) -> Result<Versioned<Version>, ReviewError> {
        let found = VERSIONS.get_versioned(&self.store, &(id, number)).await?;
        found.ok_or(ReviewError::Damaged(id))
    }

    /// The rules of the review that approved a version.
    pub(super) async fn rules_of_version(
        &self,
        article: &Article,
        number: u32,
    ) -> Result<Policy, ReviewError> {
        let version = self.version(article.id, number).await?;
        Ok(self.versioned(version.value.review).await?.value.rules())
    }
}

/// The rules where no version stands for an article yet.
const PLAIN: Policy = Policy {
    at_once: true,
    signed: true,
    hard_expiry: false,
};

fn event(measure: &Measure, reasoned: bool, signed: bool) -> Event {
    match measure {
        Measure::Suspend => Event::Unpublish { reasoned, signed },
        Measure::Reinstate => Event::Reinstate { signed },
        Measure::Reissue { version } => Event::Reissue {
            version: *version,
            signed,
        },
        Measure::Reaffirm { hash } => Event::Reaffirm {
            hash: *hash,
            signed,
        },
    }
}

/// Ends the open review of an article under which another version became effective.
fn outdate(batch: &mut Batch, article: &mut Article, subjected: &Subjected) -> Option<AuditEvent> {
    let found = subjected.open.as_ref()?;
    let mut review = found.value.clone();
    review.state = ReviewState::Outdated;
    review.outcome_at = Some(subjected.at);
    REVIEWS.put_expecting(batch, &review.id, &review, found);
    super::record::OPEN.delete(batch, &review.id);
    article.open_review = None;
    let told = deed(subjected.by, "review.outdated", &review)
        .from(json!({"state": found.value.state}))
        .to(json!({"article": review.article, "state": review.state}));
    Some(told)
}

fn standing_of(article: &Article) -> serde_json::Value {
    let now = article.effective.as_ref();
    json!({
        "standing": article.standing,
        "version": now.map(|now| now.version),
        "hash": now.map(|now| now.hash),
        "review_due": now.and_then(|now| now.review_due),
    })
}

fn checked(reason: Option<String>) -> Result<Option<String>, ReviewError> {
    let reason = tidy(reason);
    let long = |reason: &String| reason.chars().count() > LONGEST_TEXT;
    match reason.as_ref().is_some_and(long) {
        true => Err(ReviewError::LongReason(LONGEST_TEXT)),
        false => Ok(reason),
    }
}

//! Retirement of an article, which takes the signatures of two people.

use lectern_article::{Article, Standing};
use lectern_base::{ArticleId, PersonId, Subject, Timestamp};
use lectern_identity::{Caller, Place};
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Table, Versioned, retrying};
use serde::{Deserialize, Serialize};

use super::error::ReviewError;
use super::event::{RetiredVersion, ReviewEvent};
use super::refusal::Refusal;
use super::reviews::{Reviews, checked_reason};
use super::signature::Signing;
use super::state::Event;

/// Retirements with one of the two signatures they need.
pub(super) const RETIREMENTS: Table<ArticleId, Retirement> = Table::new("retirements");

/// A retirement that waits for the second of two signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retirement {
    /// Who signed first.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// The n of the version to be retired.
    pub version: u32,
}

impl Reviews {
    /// Signs a retirement. It takes two people, the article's owner and a reviewer: the first
    /// signature proposes it, the second carries it out. A steward of the module signs for an owner
    /// who has left.
    ///
    /// # Errors
    /// [`ReviewError::Refused`] for a caller who is neither, signs twice, or gives no reason.
    pub async fn retire(
        &self,
        by: &Caller,
        id: ArticleId,
        reason: Option<String>,
        signing: Signing,
    ) -> Result<Article, ReviewError> {
        let reason = checked_reason(reason)?;
        retrying(ReviewError::Busy, || {
            self.try_retire(by, id, reason.clone(), &signing)
        })
        .await
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
        let others = first.filter(|first| *first != by.id());
        let (owner, reviewer) = match others {
            Some(first) if first == owner && reviews => (first, by.id()),
            Some(first) if by.id() == owner => (by.id(), first),
            // A steward signs for an owner who has left.
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
        let change = self.change(article, &event, by.id(), reason).await?;
        self.carry_out(change, signing).await
    }

    async fn is_active(&self, person: PersonId) -> Result<bool, ReviewError> {
        let found = self.identity.person(person).await?;
        Ok(found.is_some_and(|person| person.active))
    }

    async fn reviews_in(&self, person: PersonId, place: &Place) -> Result<bool, ReviewError> {
        let reviewers = self.identity.reviewers_of(place).await?;
        Ok(reviewers.iter().any(|reviewer| reviewer.id == person))
    }

    /// Records the first of the two signatures.
    async fn propose(
        &self,
        article: Versioned<Article>,
        by: PersonId,
        reason: Option<String>,
        signing: &Signing,
    ) -> Result<Article, ReviewError> {
        let reason = reason.ok_or(Refusal::NoReason)?;
        // Checks whether the retirement could be carried out if another person signed too.
        let event = Event::Retire {
            owner: by,
            reviewer: PersonId::new(),
            signed: true,
        };
        let change = self
            .change(article, &event, by, Some(reason.clone()))
            .await?;
        let article = &change.article.value;
        let retirement = Retirement {
            by,
            at: change.at,
            reason,
            version: change.current.version.value.number,
        };
        let mut batch = Batch::new();
        RETIREMENTS.put(&mut batch, &article.id, &retirement);
        self.articles
            .put(&mut batch, article, &change.article)
            .await?;
        let signed = ReviewEvent::RetirementSigned {
            new: RetiredVersion {
                version: retirement.version,
            },
        };
        let event = AuditEvent::new(by, signed, Subject::article(article.id))
            .in_module(article.module)
            .because(&retirement.reason);
        let signature = self.sign(article, &change, signing).await?;
        self.record_signed(batch, vec![event], vec![signature], article.module)
            .await?;
        Ok(article.clone())
    }

    /// Returns the retirement with one signature, if it is about the current version.
    pub async fn retirement(&self, article: &Article) -> Result<Option<Retirement>, ReviewError> {
        let found = RETIREMENTS.get(&self.store, &article.id).await?;
        let current = article.effective.as_ref().map(|now| now.version);
        Ok(found.filter(|found| {
            Some(found.version) == current && article.standing != Standing::Retired
        }))
    }
}

//! Follows the journal and reports reviewers who can no longer decide.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;

use lectern_base::{ModuleId, PersonId, ReviewId};
use lectern_identity::IdentityEventName;
use lectern_journal::{Entry, EventName as _, FollowError, Follower};
use lectern_module::ModuleEventName;

use super::error::ReviewError;
use super::event::ReviewEventName;
use super::open_reviews;
use super::review::Review;
use super::reviews::Reviews;

/// Reports when a reviewer whose decision an open review needs leaves or loses the role.
///
/// It compares who can decide now with who is needed, whatever an entry says; so the same entries may
/// come again.
pub struct ReviewerFollower(Arc<Reviews>);

impl ReviewerFollower {
    /// Creates the follower for `reviews`.
    pub fn new(reviews: Arc<Reviews>) -> Self {
        Self(reviews)
    }
}

#[async_trait]
impl Follower for ReviewerFollower {
    fn name(&self) -> &'static str {
        "reviewers"
    }

    async fn apply(&self, entries: &[Entry]) -> Result<(), FollowError> {
        let affected = Affected::by(entries);
        if affected == Affected::default() {
            return Ok(());
        }
        let reported = self.0.report(&affected).await;
        reported.map_err(FollowError::new)
    }
}

/// What entries are about that may leave a review without a reviewer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Affected {
    people: BTreeSet<PersonId>,
    modules: BTreeSet<ModuleId>,
    /// Reviews that were just requested: somebody may have left in the same moment.
    reviews: BTreeSet<ReviewId>,
}

impl Affected {
    fn by(entries: &[Entry]) -> Self {
        let mut affected = Self::default();
        for entry in entries {
            let (event, id) = (entry.deed.as_str(), &entry.subject.id);
            if IdentityEventName::parse(event).is_some_and(takes_rights) {
                affected.people.extend(id.parse::<PersonId>());
            }
            if ModuleEventName::parse(event) == Some(ModuleEventName::Changed) {
                affected.modules.extend(id.parse::<ModuleId>());
            }
            if ReviewEventName::parse(event) == Some(ReviewEventName::Requested) {
                affected.reviews.extend(id.parse::<ReviewId>());
            }
        }
        affected
    }

    /// Tells whether a review needs one of the people.
    fn needs(&self, review: &Review) -> bool {
        let stages = review.current_stages();
        let mut approvers = stages.iter().flat_map(|stage| &stage.approvers);
        approvers.any(|person| self.people.contains(person))
    }
}

impl Reviews {
    /// Reports who is missing in the open reviews that entries may have left without a reviewer.
    async fn report(&self, affected: &Affected) -> Result<(), ReviewError> {
        let mut reviews = affected.reviews.clone();
        for module in &affected.modules {
            reviews.extend(open_reviews::of_module(&self.store, *module).await?);
        }
        if !affected.people.is_empty() {
            for (id, _) in open_reviews::all(&self.store).await? {
                let review = self.get(id).await?;
                if review.is_some_and(|review| affected.needs(&review)) {
                    reviews.insert(id);
                }
            }
        }
        self.report_missing(reviews).await
    }
}

fn takes_rights(event: IdentityEventName) -> bool {
    use IdentityEventName::*;
    matches!(
        event,
        RolesChanged | Deactivated | MemberRemoved | MemberAdded
    )
}

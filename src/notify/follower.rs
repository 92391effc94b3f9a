//! The follower of the journal that fills the inboxes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use lectern_article::Articles;
use lectern_base::{ArticleId, Clock, ErrorKind, ModuleId, PersonId, Timestamp};
use lectern_events::JournalEvent;
use lectern_identity::{Grant, Identity, IdentityEvent, Person, Role};
use lectern_journal::{Actor, Entry, FollowError, Follower};
use lectern_module::{ModuleEvent, Modules};
use lectern_review::Reviews;
use lectern_social::Threads;
use lectern_store::Store;

use crate::NotifyError;
use crate::inbox::{Delivery, Inbox};
use crate::notice::{Notice, NoticeDetails, RequiredAccess};
use crate::rule::{Recipients, notices_of};

/// Roles that look after a module.
const STEWARDS: [Role; 2] = [Role::Trainer, Role::Reviewer];

/// Fills the inboxes from the journal.
pub struct NotificationFollower {
    /// The inboxes.
    pub inbox: Arc<Inbox>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// People, and what they may see.
    pub identity: Arc<Identity>,
    /// Modules.
    pub modules: Arc<Modules>,
    /// Articles.
    pub articles: Arc<Articles>,
    /// Their reviews.
    pub reviews: Arc<Reviews>,
    /// Comments on their drafts.
    pub threads: Arc<Threads>,
}

#[async_trait]
impl Follower for NotificationFollower {
    fn name(&self) -> &'static str {
        "inbox"
    }

    async fn checkpoint(&self, _: &Store) -> Result<u64, FollowError> {
        self.inbox.position().await.map_err(FollowError::new)
    }

    async fn apply(&self, entries: &[Entry]) -> Result<(), FollowError> {
        let Some(last) = entries.last() else {
            return Ok(());
        };
        let mut deliveries = Delivery::new();
        for entry in entries {
            match self.notices_for(entry).await {
                Ok(found) => {
                    for (person, notice) in found {
                        deliveries.entry(person).or_default().push(notice);
                    }
                }
                // One unreadable record must not hold back all other notices.
                Err(error) if error.kind() != ErrorKind::Unavailable => {
                    tracing::error!(%error, entry = entry.seq, "No notices were sent for a journal entry");
                }
                Err(error) => return Err(FollowError::new(error)),
            }
        }
        // The deliveries below were checked against current permissions; older notices were not.
        self.revoke(entries).await.map_err(FollowError::new)?;
        self.inbox
            .deliver(&deliveries, last.seq, self.clock.now())
            .await
            .map_err(FollowError::new)
    }

    /// Does nothing: the commit that delivers the notices advances the checkpoint, too.
    async fn advance(&self, _: &Store, _: u64) -> Result<(), FollowError> {
        Ok(())
    }
}

impl NotificationFollower {
    /// Returns the notices that an entry causes, for everybody who may see them except the actor.
    async fn notices_for(&self, entry: &Entry) -> Result<BTreeMap<PersonId, Notice>, NotifyError> {
        let by = match entry.actor {
            Actor::Person(person) => Some(person),
            Actor::System => None,
        };
        let mut notices = BTreeMap::new();
        for addressed in notices_of(entry) {
            for recipients in &addressed.recipients {
                for person in self
                    .members_of(recipients, &addressed.details, entry.at)
                    .await?
                {
                    let is_new = by != Some(person) && !notices.contains_key(&person);
                    if is_new && self.may_see(person, &addressed.details).await? {
                        let notice = Notice {
                            number: entry.seq,
                            at: entry.at,
                            by,
                            details: addressed.details.clone(),
                        };
                        notices.insert(person, notice);
                    }
                }
            }
        }
        Ok(notices)
    }

    /// Returns the members of a group of recipients, for an entry made `at` this time.
    async fn members_of(
        &self,
        recipients: &Recipients,
        details: &NoticeDetails,
        at: Timestamp,
    ) -> Result<Vec<PersonId>, NotifyError> {
        Ok(match recipients {
            Recipients::People(people) if details.kind.asks_to_decide() => {
                let mut people = people.clone();
                people.extend(self.delegates(&people, details).await?);
                people
            }
            Recipients::People(people) => people.clone(),
            Recipients::Writers(id) => {
                let review = self.reviews.get(*id).await?;
                review.map_or_else(Vec::new, |review| {
                    let mut people = review.contributors;
                    people.push(review.requested_by);
                    people
                })
            }
            Recipients::Authors(id) => self.contributors(*id, details.version).await?,
            Recipients::Owner(id) => match self.articles.get(*id).await? {
                Some(article) if self.may_see(article.owner, details).await? => {
                    vec![article.owner]
                }
                Some(article) => self.stewards(article.module).await?,
                None => Vec::new(),
            },
            Recipients::Stewards(module) => self.stewards(*module).await?,
            Recipients::Speakers(id) => {
                let thread = self.threads.get(*id).await?;
                let comments = thread.into_iter().flat_map(|thread| thread.comments);
                // People who join later are not notified of earlier events.
                let earlier = comments.filter(|comment| comment.at <= at);
                earlier.map(|comment| comment.by).collect()
            }
        })
    }

    /// Returns the current delegates of these people, without contributors to the text under review.
    async fn delegates(
        &self,
        people: &[PersonId],
        details: &NoticeDetails,
    ) -> Result<Vec<PersonId>, NotifyError> {
        let now = self.clock.now();
        let mut found = Vec::new();
        for person in people {
            let (given, _) = self.identity.delegations(*person).await?;
            let here = given.into_iter().filter(|one| {
                one.holds(now) && one.module.is_none_or(|m| details.module == Some(m))
            });
            found.extend(here.map(|one| one.to));
        }
        if let Some(id) = details.review
            && let Some(review) = self.reviews.get(id).await?
        {
            found.retain(|person| !review.contributors.contains(person));
        }
        Ok(found)
    }

    /// Returns the contributors to a version of an article.
    async fn contributors(
        &self,
        id: ArticleId,
        version: Option<u32>,
    ) -> Result<Vec<PersonId>, NotifyError> {
        let mut versions = self.reviews.versions(id).await?.into_iter();
        let found = versions.find(|one| Some(one.number) == version);
        Ok(found.map_or_else(Vec::new, |version| version.contributors))
    }

    /// Returns the trainers and reviewers of exactly this module, or those of the whole
    /// organisation if it has none. This keeps organisation-wide roles from being notified about
    /// every module.
    async fn stewards(&self, module: ModuleId) -> Result<Vec<PersonId>, NotifyError> {
        let Some(found) = self.modules.get(module).await? else {
            return Ok(Vec::new());
        };
        let looks_after = |person: &Person, grant: fn(Role, ModuleId) -> Grant| {
            let holds = |role: &Role| person.roles.contains(&grant(*role, module));
            STEWARDS.iter().any(holds)
        };
        let writers = self.identity.editors_of(&found.place()).await?;
        let chosen = |grant: fn(Role, ModuleId) -> Grant| -> Vec<PersonId> {
            let people = writers.iter().filter(|person| looks_after(person, grant));
            people.map(|person| person.id).collect()
        };
        let here = chosen(Grant::within);
        Ok(match here.is_empty() {
            true => chosen(|role, _| Grant::everywhere(role)),
            false => here,
        })
    }

    /// Returns whether a person may currently see what a notice says.
    async fn may_see(
        &self,
        person: PersonId,
        details: &NoticeDetails,
    ) -> Result<bool, NotifyError> {
        let required_access = details.kind.required_access();
        if required_access == RequiredAccess::Nothing {
            let person = self.identity.person(person).await?;
            return Ok(person.is_some_and(|person| person.active));
        }
        let Some(module) = details.module else {
            return Ok(false);
        };
        let Some(module) = self.modules.get(module).await? else {
            return Ok(false);
        };
        let place = module.place();
        let now = self.identity.rights_now(person, &place).await;
        Ok(now.is_some_and(|now| {
            required_access == RequiredAccess::Read || now.editor(&place).is_ok()
        }))
    }

    /// Deletes the notices of people who lost access to what these are about.
    async fn revoke(&self, entries: &[Entry]) -> Result<(), NotifyError> {
        let mut people = BTreeSet::new();
        for entry in entries {
            let affected = match JournalEvent::of(entry) {
                Some(JournalEvent::Identity(event)) if reduces_rights(&event) => {
                    Vec::from_iter(entry.subject.id.parse::<PersonId>())
                }
                Some(JournalEvent::Module(ModuleEvent::Removed { .. })) => {
                    self.inbox.people().await?
                }
                Some(JournalEvent::Module(ModuleEvent::Changed { old, new }))
                    if old.visibility != new.visibility =>
                {
                    self.inbox.people().await?
                }
                _ => continue,
            };
            people.extend(affected);
        }
        for person in people {
            let mut gone = Vec::new();
            for item in self.inbox.of(person).await? {
                if !self.may_see(person, &item.notice.details).await? {
                    gone.push(item.notice.number);
                }
            }
            if !gone.is_empty() {
                self.inbox.remove(person, &gone).await?;
            }
        }
        Ok(())
    }
}

/// Returns whether an event may take rights from a person.
fn reduces_rights(event: &IdentityEvent) -> bool {
    matches!(
        event,
        IdentityEvent::RolesChanged { .. } | IdentityEvent::MemberRemoved { .. }
    )
}

//! Tells people what concerns them: the follower of the journal that fills the inboxes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use lectern_base::{ArticleId, ErrorKind, ModuleId, PersonId, Timestamp};
use lectern_identity::{Grant, Person, Role};
use lectern_journal::{Actor, Entry, FollowError, Follower};
use lectern_social::inbox::{
    Delivery, Notice, NoticeDetails, Recipients, RequiredAccess, notification_rules,
};
use lectern_store::Store;

use super::{App, AppError};

/// Roles that look after a module.
const STEWARDS: [Role; 2] = [Role::Trainer, Role::Reviewer];

/// Fills the inboxes.
pub struct Teller(pub Arc<App>);

#[async_trait]
impl Follower for Teller {
    fn name(&self) -> &'static str {
        "inbox"
    }

    async fn checkpoint(&self, _: &Store) -> Result<u64, FollowError> {
        self.0.inbox.position().await.map_err(FollowError::new)
    }

    async fn apply(&self, entries: &[Entry]) -> Result<(), FollowError> {
        let Self(app) = self;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        let mut post = Delivery::new();
        for entry in entries {
            match app.addressed(entry).await {
                Ok(found) => {
                    for (person, notice) in found {
                        post.entry(person).or_default().push(notice);
                    }
                }
                // One thing that cannot be read must not keep everybody from hearing of all others.
                Err(error) if error.kind() != ErrorKind::Unavailable => {
                    tracing::error!(%error, entry = entry.seq, "Nobody is told of an entry of the journal.");
                }
                Err(error) => return Err(FollowError::new(error)),
            }
        }
        // What is delivered after that is checked against the rights of now.
        app.take_back(entries).await.map_err(FollowError::new)?;
        app.inbox
            .deliver(&post, last.seq, app.clock.now())
            .await
            .map_err(FollowError::new)
    }

    /// The commit that delivers carries the position: the two cannot disagree.
    async fn advance(&self, _: &Store, _: u64) -> Result<(), FollowError> {
        Ok(())
    }
}

impl App {
    /// What an entry tells, to everybody it concerns and who may see it; not to who did it.
    async fn addressed(&self, entry: &Entry) -> Result<BTreeMap<PersonId, Notice>, AppError> {
        let by = match entry.actor {
            Actor::Person(person) => Some(person),
            Actor::System => None,
        };
        let mut told = BTreeMap::new();
        for concern in notification_rules(entry) {
            for whom in &concern.recipients {
                for person in self.meant(whom, &concern.details, entry.at).await? {
                    let is_new = by != Some(person) && !told.contains_key(&person);
                    if is_new && self.may_be_told(person, &concern.details).await? {
                        let notice = Notice {
                            number: entry.seq,
                            at: entry.at,
                            by,
                            details: concern.details.clone(),
                        };
                        told.insert(person, notice);
                    }
                }
            }
        }
        Ok(told)
    }

    /// The people that the words for somebody mean, of something that happened `at` this moment.
    async fn meant(
        &self,
        whom: &Recipients,
        matter: &NoticeDetails,
        at: Timestamp,
    ) -> Result<Vec<PersonId>, AppError> {
        Ok(match whom {
            Recipients::People(people) if matter.kind.asks_to_decide() => {
                let mut people = people.clone();
                people.extend(self.stand_ins(&people, matter).await?);
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
            Recipients::Authors(id) => self.authors(*id, matter.version).await?,
            Recipients::Owner(id) => match self.articles.get(*id).await? {
                Some(article) if self.may_be_told(article.owner, matter).await? => {
                    vec![article.owner]
                }
                Some(article) => self.stewards(article.module).await?,
                None => Vec::new(),
            },
            Recipients::Stewards(module) => self.stewards(*module).await?,
            Recipients::Speakers(id) => {
                let thread = self.threads.get(*id).await?;
                let comments = thread.into_iter().flat_map(|thread| thread.comments);
                // Who joined in later does not hear of what was said before.
                let earlier = comments.filter(|comment| comment.at <= at);
                earlier.map(|comment| comment.by).collect()
            }
        })
    }

    /// Those who may decide now in the place of these people, and wrote nothing of what is decided on.
    async fn stand_ins(
        &self,
        people: &[PersonId],
        matter: &NoticeDetails,
    ) -> Result<Vec<PersonId>, AppError> {
        let now = self.clock.now();
        let mut found = Vec::new();
        for person in people {
            let (given, _) = self.identity.delegations(*person).await?;
            let here = given.into_iter().filter(|one| {
                one.holds(now) && one.module.is_none_or(|m| matter.module == Some(m))
            });
            found.extend(here.map(|one| one.to));
        }
        if let Some(id) = matter.review
            && let Some(review) = self.reviews.get(id).await?
        {
            found.retain(|person| !review.contributors.contains(person));
        }
        Ok(found)
    }

    /// Everybody who wrote in a version of an article.
    async fn authors(
        &self,
        id: ArticleId,
        version: Option<u32>,
    ) -> Result<Vec<PersonId>, AppError> {
        let mut versions = self.reviews.versions(id).await?.into_iter();
        let meant = versions.find(|one| Some(one.number) == version);
        Ok(meant.map_or_else(Vec::new, |version| version.contributors))
    }

    /// Those who hold a role for exactly this module with which they look after it; where nobody does, those who hold one
    /// for the whole organisation. So a large organisation is not told of every module.
    async fn stewards(&self, module: ModuleId) -> Result<Vec<PersonId>, AppError> {
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

    /// Whether somebody may know now what a notice tells.
    async fn may_be_told(
        &self,
        person: PersonId,
        matter: &NoticeDetails,
    ) -> Result<bool, AppError> {
        let need = matter.kind.required_access();
        if need == RequiredAccess::Nothing {
            let person = self.identity.person(person).await?;
            return Ok(person.is_some_and(|person| person.active));
        }
        let Some(module) = matter.module else {
            return Ok(false);
        };
        let Some(module) = self.modules.get(module).await? else {
            return Ok(false);
        };
        let place = module.place();
        let now = self.identity.rights_now(person, &place).await;
        Ok(now.is_some_and(|now| need == RequiredAccess::Read || now.editor(&place).is_ok()))
    }

    /// Takes notices away from those who lost the right to see what they are about.
    async fn take_back(&self, entries: &[Entry]) -> Result<(), AppError> {
        let mut people = BTreeSet::new();
        for entry in entries {
            match entry.deed.as_str() {
                "module.member_removed" | "person.roles_changed" => {
                    people.extend(entry.subject.id.parse::<PersonId>());
                }
                "module.removed" => people.extend(self.inbox.people().await?),
                "module.changed" if told(entry, "visibility") => {
                    people.extend(self.inbox.people().await?);
                }
                _ => {}
            }
        }
        for person in people {
            let mut gone = Vec::new();
            for kept in self.inbox.of(person).await? {
                if !self.may_be_told(person, &kept.notice.details).await? {
                    gone.push(kept.notice.number);
                }
            }
            if !gone.is_empty() {
                self.inbox.remove(person, &gone).await?;
            }
        }
        Ok(())
    }
}

/// Whether an entry says that a field is not what it was.
fn told(entry: &Entry, field: &str) -> bool {
    let value = |told: &Option<serde_json::Value>| {
        let told = told.as_ref().and_then(|told| told.get(field));
        told.cloned()
    };
    value(&entry.old) != value(&entry.new)
}

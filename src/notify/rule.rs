//! Notification rules: who is notified of a journal entry.

use lectern_base::{ArticleId, ModuleId, PersonId, ReviewId, ThreadId, Timestamp};
use lectern_events::JournalEvent;
use lectern_identity::{DelegationTerms, Grant, IdentityEvent};
use lectern_journal::Entry;
use lectern_module::ModuleEvent;
use lectern_reading::{AwaitedReaders, ReadingEvent};
use lectern_review::{ReviewEvent, VersionStatus};
use lectern_social::SocialEvent;

use crate::notice::{NoticeDetails, NoticeKind};

/// A group of recipients. The crates that know reviews, articles and modules resolve it to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// These people.
    People(Vec<PersonId>),
    /// The person who requested a review, and everyone who edited its text.
    Writers(ReviewId),
    /// Everyone who edited the version that the entry is about.
    Authors(ArticleId),
    /// The owner of an article, or the stewards of its module if the owner cannot be notified.
    Owner(ArticleId),
    /// The stewards of a module.
    Stewards(ModuleId),
    /// Everyone who had commented in a thread by then.
    Speakers(ThreadId),
}

/// A notice and its recipients. People are never notified of their own actions; the caller leaves
/// them out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressedNotice {
    /// What the notice says.
    pub details: NoticeDetails,
    /// Who receives it.
    pub recipients: Vec<Recipients>,
}

/// Returns the notices for an entry. A person named by several of them receives the first.
///
/// Every event is matched, so that one that is added later cannot be forgotten here.
pub fn notices_of(entry: &Entry) -> Vec<AddressedNotice> {
    let Some(event) = JournalEvent::of(entry) else {
        return Vec::new();
    };
    let subject = Subject { entry };
    let mut notices = match event {
        JournalEvent::Review(event) => of_review(subject, event),
        JournalEvent::Reading(event) => of_reading(subject, event),
        JournalEvent::Social(event) => of_comment(subject, event),
        JournalEvent::Identity(event) => of_person(subject, event),
        // Everyone who may see a module sees these; nobody in particular is concerned.
        JournalEvent::Module(
            ModuleEvent::Created { .. }
            | ModuleEvent::Changed { .. }
            | ModuleEvent::Reordered { .. }
            | ModuleEvent::ArticleMoved { .. }
            | ModuleEvent::Removed { .. },
        ) => Vec::new(),
        // Live editing, history and the audit trail show these where they matter.
        JournalEvent::Article(_)
        | JournalEvent::Revision(_)
        | JournalEvent::Pack(_)
        | JournalEvent::Checkpoint(_) => Vec::new(),
    };
    notices.retain(|notice| !notice.recipients.is_empty());
    notices
}

fn of_review(subject: Subject<'_>, event: ReviewEvent) -> Vec<AddressedNotice> {
    use NoticeKind::*;
    let review = subject.review();
    let about = |kind, article| NoticeDetails {
        article: Some(article),
        ..subject.details(kind)
    };
    let to_writers = |details| notice(details, [review.map(Recipients::Writers)]);
    match event {
        ReviewEvent::Requested { new } => {
            let kind = match new.replaces {
                Some(_) => ReviewResubmitted,
                None => ReviewRequested,
            };
            notice(about(kind, new.article), [people(new.first_approvers())])
        }
        ReviewEvent::StagePassed { new } => {
            let next = new.reviewers.unwrap_or_default();
            notice(about(StageReached, new.article), [people(&next)])
        }
        ReviewEvent::Reminded { new } => {
            notice(about(ReviewReminded, new.article), [people(&new.reviewers)])
        }
        ReviewEvent::ReviewersMissing { new } => {
            let details = NoticeDetails {
                people: new.missing,
                ..about(ReviewersMissing, new.article)
            };
            let owner = Some(Recipients::Owner(new.article));
            notice(details, [people(&[new.requested_by]), owner])
        }
        ReviewEvent::SubstituteNamed { new } => {
            let details = NoticeDetails {
                people: vec![new.missing],
                ..about(SubstituteNamed, new.article)
            };
            notice(details, [people(&[new.substitute])])
        }
        ReviewEvent::Approved { new } => match new.effective_at {
            Some(_) => to_writers(NoticeDetails {
                from: new.effective_at,
                ..about(ReviewApproved, new.article)
            }),
            // A version that takes effect at once has its own notice.
            None => Vec::new(),
        },
        ReviewEvent::Rejected { new, .. } => to_writers(about(ReviewRejected, new.article)),
        // The new request notifies the reviewers.
        ReviewEvent::Withdrawn { new, .. } if new.replaced_by.is_some() => Vec::new(),
        ReviewEvent::Withdrawn { new, .. } => to_writers(about(ReviewWithdrawn, new.article)),
        ReviewEvent::Stale { new, .. } => to_writers(about(ReviewStale, new.article)),
        ReviewEvent::Outdated { new, .. } => to_writers(about(ReviewOutdated, new.article)),
        ReviewEvent::VersionEffective { new } => {
            let details = NoticeDetails {
                review: Some(new.review),
                version: Some(new.version),
                ..subject.details(VersionEffective)
            };
            notice(details, [Some(Recipients::Writers(new.review))])
        }
        ReviewEvent::VersionSuspended { new, .. } => subject.to_all(VersionSuspended, &new),
        ReviewEvent::VersionReinstated { new, .. } => subject.to_all(VersionReinstated, &new),
        ReviewEvent::VersionReissued { new, .. } => subject.to_all(VersionReissued, &new),
        ReviewEvent::VersionReaffirmed { new, .. } => subject.to_all(VersionReaffirmed, &new),
        ReviewEvent::ArticleRetired { new, .. } => subject.to_all(ArticleRetired, &new),
        ReviewEvent::ReviewDateNear { new } => {
            let details = subject.dated(ReviewDateNear, new.version, new.review_due);
            notice(details, [subject.owner()])
        }
        ReviewEvent::VersionDue { new, .. } => {
            let details = subject.dated(ReviewDatePassed, new.version, new.review_due);
            notice(details, [subject.owner(), subject.stewards()])
        }
        ReviewEvent::VersionExpired { new, .. } => {
            let details = subject.dated(VersionExpired, new.version, new.review_due);
            notice(details, [subject.owner(), subject.stewards()])
        }
        ReviewEvent::RetirementSigned { new } => {
            let details = NoticeDetails {
                version: Some(new.version),
                ..subject.details(RetirementSigned)
            };
            notice(details, [subject.owner(), subject.stewards()])
        }
        // The outcome of the review has a notice of its own.
        ReviewEvent::Decided { .. }
        | ReviewEvent::SignatureGiven { .. }
        | ReviewEvent::VersionSuperseded { .. }
        | ReviewEvent::RulesChanged { .. } => Vec::new(),
    }
}

fn of_reading(subject: Subject<'_>, event: ReadingEvent) -> Vec<AddressedNotice> {
    use NoticeKind::*;
    let about = |kind, of: &AwaitedReaders| subject.dated(kind, of.version, of.due);
    match event {
        ReadingEvent::Assigned { new } => {
            let readers = new.readers;
            notice(about(ReadingAssigned, &readers), [people(&readers.people)])
        }
        ReadingEvent::Reminded { new } => {
            notice(about(ReadingReminded, &new), [people(&new.people)])
        }
        ReadingEvent::Overdue { new } => {
            let counted = NoticeDetails {
                count: Some(new.people.len()),
                ..about(ReadersOverdue, &new)
            };
            let mut notices = notice(about(ReadingOverdue, &new), [people(&new.people)]);
            notices.extend(notice(counted, [subject.stewards()]));
            notices
        }
        ReadingEvent::AudienceChanged { .. }
        | ReadingEvent::Released { .. }
        | ReadingEvent::Acknowledged { .. } => Vec::new(),
    }
}

fn of_comment(subject: Subject<'_>, event: SocialEvent) -> Vec<AddressedNotice> {
    use NoticeKind::*;
    let about = |kind, article| NoticeDetails {
        article: Some(article),
        ..subject.details(kind)
    };
    match event {
        SocialEvent::ThreadOpened { new } => {
            notice(about(Mentioned, new.article), [people(&new.mentions)])
        }
        SocialEvent::CommentEdited { old, mut new } => {
            new.mentions.retain(|person| !old.mentions.contains(person));
            notice(about(Mentioned, new.article), [people(&new.mentions)])
        }
        SocialEvent::ThreadReplied { new } => {
            let mut notices = notice(about(Mentioned, new.article), [people(&new.mentions)]);
            let details = about(ThreadReplied, new.article);
            notices.extend(notice(details, [subject.speakers()]));
            notices
        }
        SocialEvent::ThreadResolved { new, .. } => {
            notice(about(ThreadResolved, new.article), [subject.speakers()])
        }
        SocialEvent::ThreadReopened { new, .. } => {
            notice(about(ThreadReopened, new.article), [subject.speakers()])
        }
    }
}

fn of_person(subject: Subject<'_>, event: IdentityEvent) -> Vec<AddressedNotice> {
    use NoticeKind::*;
    match event {
        IdentityEvent::RolesChanged { old, new } => {
            let gained = gained(&old.roles, new.roles);
            if gained.is_empty() {
                return Vec::new();
            }
            let details = NoticeDetails {
                roles: gained,
                ..subject.details(RoleGranted)
            };
            notice(details, [subject.person()])
        }
        IdentityEvent::MemberAdded { old, new } => {
            let mut gained = gained(&old.map_or_else(Vec::new, |old| old.roles), new.roles);
            gained.retain(|grant| grant.module == subject.entry.module);
            let details = NoticeDetails {
                roles: gained,
                ..subject.details(ModuleJoined)
            };
            notice(details, [subject.person()])
        }
        IdentityEvent::PasswordLinkMade | IdentityEvent::PersonRecovered => {
            notice(subject.details(PasswordLinkMade), [subject.person()])
        }
        IdentityEvent::SelfGrantConfirmed { .. } => {
            notice(subject.details(SelfGrantConfirmed), [subject.person()])
        }
        IdentityEvent::SignedAfterReset { .. } => {
            notice(subject.details(SignedAfterReset), [subject.person()])
        }
        IdentityEvent::DelegationGiven { new } => notice(
            subject.delegation(DelegationGiven, &new),
            [people(&[new.to])],
        ),
        // Either side can end a delegation; the other is notified.
        IdentityEvent::DelegationEnded { new } => {
            let mut notices = notice(
                subject.delegation(DelegationEnded, &new),
                [people(&[new.to])],
            );
            let returned = subject.delegation(DelegationReturned, &new);
            notices.extend(notice(returned, [people(&[new.from])]));
            notices
        }
        // Alerts and the page of one's own account show what else concerns a person.
        IdentityEvent::OrganisationFounded { .. }
        | IdentityEvent::PersonAdded { .. }
        | IdentityEvent::Deactivated { .. }
        | IdentityEvent::Reactivated { .. }
        | IdentityEvent::PasswordChanged
        | IdentityEvent::PasswordLinkUsed
        | IdentityEvent::PasswordRefused
        | IdentityEvent::MemberRemoved { .. }
        | IdentityEvent::AccountLocked { .. }
        | IdentityEvent::AccountUnlocked
        | IdentityEvent::SecondFactorSet
        | IdentityEvent::SecondFactorRemoved
        | IdentityEvent::RecoveryCodeUsed { .. }
        | IdentityEvent::AlertSettled { .. }
        | IdentityEvent::SessionOpened { .. }
        | IdentityEvent::SessionClosed
        | IdentityEvent::SignInThrottled { .. }
        | IdentityEvent::SignInReported { .. }
        | IdentityEvent::TokenCreated { .. }
        | IdentityEvent::TokenRevoked { .. }
        | IdentityEvent::SignatureRefused { .. } => Vec::new(),
    }
}

/// What an entry is about.
#[derive(Clone, Copy)]
struct Subject<'e> {
    entry: &'e Entry,
}

impl Subject<'_> {
    fn id<T: std::str::FromStr>(self, kind: &str) -> Option<T> {
        let subject = Some(&self.entry.subject).filter(|subject| subject.kind == kind);
        subject?.id.parse().ok()
    }

    fn review(self) -> Option<ReviewId> {
        self.id("review")
    }

    fn details(self, kind: NoticeKind) -> NoticeDetails {
        NoticeDetails {
            module: self.entry.module,
            article: self.id("article"),
            review: self.review(),
            thread: self.id("thread"),
            ..NoticeDetails::of(kind)
        }
    }

    fn dated(self, kind: NoticeKind, version: u32, until: Timestamp) -> NoticeDetails {
        NoticeDetails {
            version: Some(version),
            until: Some(until),
            ..self.details(kind)
        }
    }

    fn delegation(self, kind: NoticeKind, terms: &DelegationTerms) -> NoticeDetails {
        NoticeDetails {
            module: terms.module,
            from: Some(terms.starts),
            until: Some(terms.ends),
            ..self.details(kind)
        }
    }

    /// Notifies everyone who is responsible for the version of an article.
    fn to_all(self, kind: NoticeKind, status: &VersionStatus) -> Vec<AddressedNotice> {
        let details = NoticeDetails {
            version: status.version,
            until: status.review_due,
            ..self.details(kind)
        };
        let authors = self.id("article").map(Recipients::Authors);
        notice(details, [authors, self.owner(), self.stewards()])
    }

    fn person(self) -> Option<Recipients> {
        people(&Vec::from_iter(self.id("person")))
    }

    fn owner(self) -> Option<Recipients> {
        self.id("article").map(Recipients::Owner)
    }

    fn stewards(self) -> Option<Recipients> {
        self.entry.module.map(Recipients::Stewards)
    }

    fn speakers(self) -> Option<Recipients> {
        self.id("thread").map(Recipients::Speakers)
    }
}

fn notice<const N: usize>(
    details: NoticeDetails,
    recipients: [Option<Recipients>; N],
) -> Vec<AddressedNotice> {
    vec![AddressedNotice {
        details,
        recipients: recipients.into_iter().flatten().collect(),
    }]
}

fn people(people: &[PersonId]) -> Option<Recipients> {
    (!people.is_empty()).then(|| Recipients::People(people.to_vec()))
}

/// Returns the roles that a person did not have before.
fn gained(old: &[Grant], mut new: Vec<Grant>) -> Vec<Grant> {
    new.retain(|grant| !old.contains(grant));
    new
}

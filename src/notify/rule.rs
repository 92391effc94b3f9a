//! Notification rules: who is notified of a journal entry, with one line per event.

use std::str::FromStr;

use serde_json::Value;

use lectern_base::{ArticleId, ModuleId, PersonId, ReviewId, ThreadId};
use lectern_identity::Grant;
use lectern_journal::Entry;

use crate::notice::{NoticeDetails, NoticeKind};

/// A group of recipients. The crates that know reviews, articles and modules resolve it to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// These people.
    People(Vec<PersonId>),
    /// Whoever requested a review, and everyone who edited its text.
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
pub struct NotificationRule {
    /// What the notice says.
    pub details: NoticeDetails,
    /// Who receives it.
    pub recipients: Vec<Recipients>,
}

/// Returns the notices for an entry. A person named by several of them receives the first.
pub fn notification_rules(entry: &Entry) -> Vec<NotificationRule> {
    use NoticeKind::*;
    let facts = EntryFacts(entry);
    let rule = |kind, recipients: Vec<Option<Recipients>>| NotificationRule {
        details: facts.details(kind),
        recipients: recipients.into_iter().flatten().collect(),
    };
    let asked = || vec![facts.people("reviewers")];
    let writers = || vec![facts.writers()];
    let everybody = || vec![facts.authors(), facts.owner(), facts.stewards()];
    let found = match entry.deed.as_str() {
        "review.requested" if facts.has("replaces") => {
            vec![rule(ReviewResubmitted, vec![facts.first_stage()])]
        }
        "review.requested" => vec![rule(ReviewRequested, vec![facts.first_stage()])],
        "review.stage_passed" => vec![rule(StageReached, asked())],
        "review.reminded" => vec![rule(ReviewReminded, asked())],
        // A version that takes effect at once has its own notice.
        "review.approved" if facts.has("effective_at") => vec![rule(ReviewApproved, writers())],
        "review.rejected" => vec![rule(ReviewRejected, writers())],
        // The new request notifies the reviewers.
        "review.withdrawn" if facts.has("replaced_by") => Vec::new(),
        "review.withdrawn" => vec![rule(ReviewWithdrawn, writers())],
        "review.stale" => vec![rule(ReviewStale, writers())],
        "review.outdated" => vec![rule(ReviewOutdated, writers())],
        "version.effective" => vec![rule(VersionEffective, writers())],
        "version.suspended" => vec![rule(VersionSuspended, everybody())],
        "version.reinstated" => vec![rule(VersionReinstated, everybody())],
        "version.reissued" => vec![rule(VersionReissued, everybody())],
        "version.reaffirmed" => vec![rule(VersionReaffirmed, everybody())],
        "version.review_soon" => vec![rule(ReviewDateNear, vec![facts.owner()])],
        "version.due" => vec![rule(
            ReviewDatePassed,
            vec![facts.owner(), facts.stewards()],
        )],
        "version.expired" => vec![rule(VersionExpired, vec![facts.owner(), facts.stewards()])],
        "article.retirement_signed" => {
            vec![rule(
                RetirementSigned,
                vec![facts.owner(), facts.stewards()],
            )]
        }
        "article.retired" => vec![rule(ArticleRetired, everybody())],
        "thread.opened" | "comment.edited" => {
            vec![rule(Mentioned, vec![facts.newly_mentioned()])]
        }
        "thread.replied" => vec![
            rule(Mentioned, vec![facts.newly_mentioned()]),
            rule(ThreadReplied, vec![facts.speakers()]),
        ],
        "thread.resolved" => vec![rule(ThreadResolved, vec![facts.speakers()])],
        "thread.reopened" => vec![rule(ThreadReopened, vec![facts.speakers()])],
        "person.roles_changed" if !facts.gained().is_empty() => {
            vec![rule(RoleGranted, vec![facts.person()])]
        }
        "module.member_added" => vec![rule(ModuleJoined, vec![facts.person()])],
        "reading.assigned" => vec![rule(ReadingAssigned, vec![facts.people("people")])],
        "reading.reminded" => vec![rule(ReadingReminded, vec![facts.people("people")])],
        "reading.overdue" => vec![
            rule(ReadingOverdue, vec![facts.people("people")]),
            rule(ReadersOverdue, vec![facts.stewards()]),
        ],
        "delegation.given" => vec![rule(DelegationGiven, vec![facts.people("to")])],
        // Either side can end a delegation; the other is notified.
        "delegation.ended" => vec![
            rule(DelegationEnded, vec![facts.people("to")]),
            rule(DelegationReturned, vec![facts.people("from")]),
        ],
        _ => Vec::new(),
    };
    let has_recipients = |rule: &NotificationRule| !rule.recipients.is_empty();
    found.into_iter().filter(has_recipients).collect()
}

/// Reads the values of an entry. Missing or malformed values are skipped: entries may be older or
/// newer than this code.
struct EntryFacts<'e>(&'e Entry);

impl EntryFacts<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.0
            .new
            .as_ref()?
            .get(name)
            .filter(|value| !value.is_null())
    }

    fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    fn read<T: FromStr>(&self, name: &str) -> Option<T> {
        self.value(name)?.as_str()?.parse().ok()
    }

    fn subject<T: FromStr>(&self, kind: &str) -> Option<T> {
        let subject = Some(&self.0.subject).filter(|subject| subject.kind == kind);
        subject?.id.parse().ok()
    }

    fn article(&self) -> Option<ArticleId> {
        self.subject("article").or_else(|| self.read("article"))
    }

    fn review(&self) -> Option<ReviewId> {
        self.subject("review").or_else(|| self.read("review"))
    }

    fn details(&self, kind: NoticeKind) -> NoticeDetails {
        use NoticeKind::*;
        let moment = |name| self.read(name);
        let delegates = kind.is_delegation();
        NoticeDetails {
            module: self.0.module.or_else(|| self.read("module")),
            article: self.article(),
            review: self.review(),
            thread: self.subject("thread"),
            version: self
                .value("version")
                .and_then(Value::as_u64)
                .and_then(|number| number.try_into().ok()),
            count: (kind == ReadersOverdue).then(|| self.ids("people").len()),
            from: match delegates {
                true => moment("starts"),
                false => moment("effective_at"),
            },
            until: match delegates {
                true => moment("ends"),
                false => moment("review_due").or_else(|| moment("due")),
            },
            roles: match kind {
                RoleGranted => self.gained(),
                ModuleJoined => self.gained_here(),
                _ => Vec::new(),
            },
            ..NoticeDetails::of(kind)
        }
    }

    fn ids(&self, name: &str) -> Vec<PersonId> {
        self.value(name).map(people_of).unwrap_or_default()
    }

    fn people(&self, name: &str) -> Option<Recipients> {
        some(self.ids(name))
    }

    /// The approvers of the first stage. Reviews from before stages existed have one.
    fn first_stage(&self) -> Option<Recipients> {
        let stages = self.value("stages").and_then(Value::as_array);
        match stages.and_then(|stages| stages.first()) {
            Some(first) => some(people_of(&first["approvers"])),
            None => self.people("reviewers"),
        }
    }

    fn newly_mentioned(&self) -> Option<Recipients> {
        let old = self.0.old.as_ref().map(|old| people_of(&old["mentions"]));
        let old = old.unwrap_or_default();
        let mut people = self.ids("mentions");
        people.retain(|person| !old.contains(person));
        some(people)
    }

    fn person(&self) -> Option<Recipients> {
        some(Vec::from_iter(self.subject("person")))
    }

    fn writers(&self) -> Option<Recipients> {
        self.review().map(Recipients::Writers)
    }

    fn authors(&self) -> Option<Recipients> {
        self.article().map(Recipients::Authors)
    }

    fn owner(&self) -> Option<Recipients> {
        self.article().map(Recipients::Owner)
    }

    fn stewards(&self) -> Option<Recipients> {
        self.0.module.map(Recipients::Stewards)
    }

    fn speakers(&self) -> Option<Recipients> {
        self.subject("thread").map(Recipients::Speakers)
    }

    /// The roles a person gained.
    fn gained(&self) -> Vec<Grant> {
        let roles = |values: &Option<Value>| -> Vec<Grant> {
            let roles = values.as_ref().and_then(|values| values.get("roles"));
            let read = roles.and_then(|roles| serde_json::from_value(roles.clone()).ok());
            read.unwrap_or_default()
        };
        let old = roles(&self.0.old);
        let mut gained = roles(&self.0.new);
        gained.retain(|grant| !old.contains(grant));
        gained
    }

    fn gained_here(&self) -> Vec<Grant> {
        let mut gained = self.gained();
        gained.retain(|grant| grant.module == self.0.module);
        gained
    }
}

fn people_of(value: &Value) -> Vec<PersonId> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let ids = items.iter().filter_map(Value::as_str);
    ids.filter_map(|id| id.parse().ok()).collect()
}

fn some(people: Vec<PersonId>) -> Option<Recipients> {
    (!people.is_empty()).then_some(Recipients::People(people))
}

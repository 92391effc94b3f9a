//! Whom an entry of the journal concerns, and by what: one line for each deed that anybody is told of.

use std::str::FromStr;

use serde_json::Value;

use lectern_base::{ArticleId, ModuleId, PersonId, ReviewId, ThreadId};
use lectern_identity::Grant;
use lectern_journal::Entry;

use super::notice::{Matter, NoticeKind};

/// Who is told; whom these words name is looked up by whoever knows reviews, articles and modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// These people.
    People(Vec<PersonId>),
    /// Who asked for a review, and everybody who wrote in its text.
    Writers(ReviewId),
    /// Everybody who wrote in the version of an article that the entry is about.
    Authors(ArticleId),
    /// Who answers for an article; those who look after its module when that person cannot be told.
    Owner(ArticleId),
    /// Those who look after a module.
    Stewards(ModuleId),
    /// Everybody who had said something in a thread by then.
    Speakers(ThreadId),
}

/// One thing to tell, and to whom. Nobody is told of their own deeds, which is not said here again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// What is told.
    pub matter: Matter,
    /// To whom.
    pub whom: Vec<Whom>,
}

/// Tells whom an entry concerns. Whoever is named by several concerns is told the first.
pub fn concerns(entry: &Entry) -> Vec<Concern> {
    use NoticeKind::*;
    let told = Told(entry);
    let concern = |kind, whom: Vec<Option<Whom>>| Concern {
        matter: told.matter(kind),
        whom: whom.into_iter().flatten().collect(),
    };
    let asked = || vec![told.people("reviewers")];
    let writers = || vec![told.writers()];
    let everybody = || vec![told.authors(), told.owner(), told.stewards()];
    let found = match entry.deed.as_str() {
        "review.requested" if told.has("replaces") => {
            vec![concern(ReviewResubmitted, vec![told.first_stage()])]
        }
        "review.requested" => vec![concern(ReviewRequested, vec![told.first_stage()])],
        "review.stage_passed" => vec![concern(StageReached, asked())],
        "review.reminded" => vec![concern(ReviewReminded, asked())],
        // What becomes effective at once is told by that.
        "review.approved" if told.has("effective_at") => vec![concern(ReviewApproved, writers())],
        "review.rejected" => vec![concern(ReviewRejected, writers())],
        // What was resubmitted is told to those who decide on it.
        "review.withdrawn" if told.has("replaced_by") => Vec::new(),
        "review.withdrawn" => vec![concern(ReviewWithdrawn, writers())],
        "review.stale" => vec![concern(ReviewStale, writers())],
        "review.outdated" => vec![concern(ReviewOutdated, writers())],
        "version.effective" => vec![concern(VersionEffective, writers())],
        "version.suspended" => vec![concern(VersionSuspended, everybody())],
        "version.reinstated" => vec![concern(VersionReinstated, everybody())],
        "version.reissued" => vec![concern(VersionReissued, everybody())],
        "version.reaffirmed" => vec![concern(VersionReaffirmed, everybody())],
        "version.review_soon" => vec![concern(ReviewDateNear, vec![told.owner()])],
        "version.due" => vec![concern(
            ReviewDatePassed,
            vec![told.owner(), told.stewards()],
        )],
        "version.expired" => vec![concern(VersionExpired, vec![told.owner(), told.stewards()])],
        "article.retirement_signed" => vec![concern(
            RetirementSigned,
            vec![told.owner(), told.stewards()],
        )],
        "article.retired" => vec![concern(ArticleRetired, everybody())],
        "thread.opened" | "comment.edited" => {
            vec![concern(Mentioned, vec![told.newly_mentioned()])]
        }
        "thread.replied" => vec![
            concern(Mentioned, vec![told.newly_mentioned()]),
            concern(ThreadReplied, vec![told.speakers()]),
        ],
        "thread.resolved" => vec![concern(ThreadResolved, vec![told.speakers()])],
        "thread.reopened" => vec![concern(ThreadReopened, vec![told.speakers()])],
        "person.roles_changed" if !told.gained().is_empty() => {
            vec![concern(RoleGranted, vec![told.person()])]
        }
        "module.member_added" => vec![concern(ModuleJoined, vec![told.person()])],
        "reading.assigned" => vec![concern(ReadingAssigned, vec![told.people("people")])],
        "reading.reminded" => vec![concern(ReadingReminded, vec![told.people("people")])],
        "reading.overdue" => vec![
            concern(ReadingOverdue, vec![told.people("people")]),
            concern(ReadersOverdue, vec![told.stewards()]),
        ],
        "delegation.given" => vec![concern(DelegationGiven, vec![told.people("to")])],
        // Either of the two ends it, and the other hears of it.
        "delegation.ended" => vec![
            concern(DelegationEnded, vec![told.people("to")]),
            concern(DelegationReturned, vec![told.people("from")]),
        ],
        _ => Vec::new(),
    };
    let is_told = |concern: &Concern| !concern.whom.is_empty();
    found.into_iter().filter(is_told).collect()
}

/// Reads what an entry tells. What is missing or of another shape is passed over: entries are older than this
/// code, and younger.
struct Told<'e>(&'e Entry);

impl Told<'_> {
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

    fn matter(&self, kind: NoticeKind) -> Matter {
        use NoticeKind::*;
        let moment = |name| self.read(name);
        let delegates = kind.is_delegation();
        Matter {
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
            ..Matter::of(kind)
        }
    }

    fn ids(&self, name: &str) -> Vec<PersonId> {
        self.value(name).map(people_of).unwrap_or_default()
    }

    fn people(&self, name: &str) -> Option<Whom> {
        some(self.ids(name))
    }

    /// Those who can approve at the first stage; a review of before there were stages has one.
    fn first_stage(&self) -> Option<Whom> {
        let stages = self.value("stages").and_then(Value::as_array);
        match stages.and_then(|stages| stages.first()) {
            Some(first) => some(people_of(&first["approvers"])),
            None => self.people("reviewers"),
        }
    }

    fn newly_mentioned(&self) -> Option<Whom> {
        let old = self.0.old.as_ref().map(|old| people_of(&old["mentions"]));
        let old = old.unwrap_or_default();
        let mut people = self.ids("mentions");
        people.retain(|person| !old.contains(person));
        some(people)
    }

    fn person(&self) -> Option<Whom> {
        some(Vec::from_iter(self.subject("person")))
    }

    fn writers(&self) -> Option<Whom> {
        self.review().map(Whom::Writers)
    }

    fn authors(&self) -> Option<Whom> {
        self.article().map(Whom::Authors)
    }

    fn owner(&self) -> Option<Whom> {
        self.article().map(Whom::Owner)
    }

    fn stewards(&self) -> Option<Whom> {
        self.0.module.map(Whom::Stewards)
    }

    fn speakers(&self) -> Option<Whom> {
        self.subject("thread").map(Whom::Speakers)
    }

    /// The roles that a person did not hold before.
    fn gained(&self) -> Vec<Grant> {
        let roles = |told: &Option<Value>| -> Vec<Grant> {
            let roles = told.as_ref().and_then(|told| told.get("roles"));
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

fn some(people: Vec<PersonId>) -> Option<Whom> {
    (!people.is_empty()).then_some(Whom::People(people))
}

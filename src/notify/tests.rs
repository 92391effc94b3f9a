//! Every journal event: who is notified, and what the notice says.

use serde_json::{Value, json};

use lectern_base::{
    ArticleId, DelegationId, Hash, ModuleId, PersonId, ReviewId, RevisionId, Subject, ThreadId,
    Timestamp,
};
use lectern_identity::{Grant, Role};
use lectern_journal::{Actor, Entry};
use lectern_store::{self as store, Store};

use super::*;

/// An event, its old and new values, and the expected notices.
type Line = (
    &'static str,
    Value,
    Value,
    Vec<(Vec<Recipients>, &'static str)>,
);

struct Cast {
    ada: PersonId,
    bo: PersonId,
    module: ModuleId,
    article: ArticleId,
    review: ReviewId,
    thread: ThreadId,
}

impl Cast {
    fn new() -> Self {
        Self {
            ada: PersonId::new(),
            bo: PersonId::new(),
            module: ModuleId::new(),
            article: ArticleId::new(),
            review: ReviewId::new(),
            thread: ThreadId::new(),
        }
    }

    /// Adds to a state whatever some event needs and no rule reads.
    fn completed(&self, kind: &str, state: Value) -> Value {
        let mut facts = json!({
            "article": self.article, "review": self.review, "revision": RevisionId::new(),
            "hash": Hash::ZERO, "revision_hash": Hash::ZERO, "kind": "major", "title": "T",
            "contributors": [], "reviewers": [], "approved_by": [], "needed": 1, "checklist": [],
            "verdict": "approve", "stage": "Review", "state": if kind == "thread" { "open" } else { "rejected" }, "standing": "effective",
            "version": 3, "days": 30, "owner": self.ada, "review_due": "2026-05-04T09:30:00Z",
            "due": "2026-05-04T09:30:00Z", "people": [], "reason": "new_version",
            "section": "purpose", "quote": "", "text": "", "mentions": [],
            "roles": [], "active": true,
            "id": DelegationId::new(), "from": self.ada, "to": self.bo,
            "starts": "2026-05-04T09:30:00Z", "ends": "2026-05-05T09:30:00Z",
        });
        if let (Some(facts), Value::Object(state)) = (facts.as_object_mut(), state) {
            facts.extend(state);
        }
        facts
    }

    fn entry(&self, deed: &str, old: Value, new: Value) -> Entry {
        let kind = deed.split('.').next().unwrap();
        let subject = match (kind, deed) {
            ("review", _) => Subject::review(self.review),
            ("thread" | "comment", _) => Subject::new("thread", self.thread),
            ("person" | "delegation", _) | (_, "module.member_added") => Subject::person(self.bo),
            _ => Subject::article(self.article),
        };
        let everywhere = ["person", "delegation"].contains(&kind);
        Entry {
            seq: 7,
            at: Timestamp::from_millis(1_000),
            actor: Actor::Person(self.ada),
            deed: deed.to_owned(),
            subject,
            module: (!everywhere).then_some(self.module),
            old: Some(self.completed(kind, old)),
            new: Some(self.completed(kind, new)),
            reason: None,
            prev: Hash::ZERO,
            hash: Hash::ZERO,
        }
    }
}

#[test]
fn every_event_notifies_the_right_people_with_the_right_sentence() {
    let cast = Cast::new();
    let Cast {
        ada,
        bo,
        module,
        article,
        review,
        thread,
    } = cast;
    let people = || vec![Recipients::People(vec![bo])];
    let writers = || vec![Recipients::Writers(review)];
    let owner = || vec![Recipients::Owner(article)];
    let answerable = || vec![Recipients::Owner(article), Recipients::Stewards(module)];
    let all = || {
        vec![
            Recipients::Authors(article),
            Recipients::Owner(article),
            Recipients::Stewards(module),
        ]
    };
    let speakers = || vec![Recipients::Speakers(thread)];
    let none = Value::Null;
    let stage = |approver: PersonId| {
        json!({
            "title": "Review", "quorum": "any", "meaning": "approved",
            "approvers": [approver], "closed": false,
        })
    };
    let stages = json!([stage(bo), stage(ada)]);
    let version = json!({"article": article, "version": 3});
    let roles = |roles: &[Grant]| json!({"roles": roles});
    let learner = Grant::everywhere(Role::Learner);
    let (trainer, reviewer) = (
        Grant::everywhere(Role::Trainer),
        Grant::within(Role::Reviewer, module),
    );
    let reading =
        json!({"version": 3, "hash": Hash::ZERO, "people": [bo], "due": "2026-05-04T09:30:00Z"});
    let delegation = json!({"from": ada, "to": bo, "module": module});
    let table: Vec<Line> = vec![
        (
            "review.requested",
            none.clone(),
            json!({"article": article, "stages": stages, "reviewers": [bo, ada]}),
            vec![(people(), "Ada asks you to review “T”")],
        ),
        (
            "review.requested",
            none.clone(),
            json!({"article": article, "replaces": review, "stages": stages}),
            vec![(
                people(),
                "Ada asks you to review “T” anew, as it was changed",
            )],
        ),
        (
            "review.requested",
            none.clone(),
            json!({"article": article, "reviewers": [bo]}),
            vec![(people(), "Ada asks you to review “T”")],
        ),
        (
            "review.stage_passed",
            none.clone(),
            json!({"article": article, "reviewers": [bo]}),
            vec![(
                people(),
                "The review of “T” has come to the stage at which you decide",
            )],
        ),
        (
            "review.reviewers_missing",
            none.clone(),
            json!({"article": article, "missing": [ada], "requested_by": bo}),
            vec![(
                vec![Recipients::People(vec![bo]), Recipients::Owner(article)],
                "Cem can no longer decide on “T”; name a substitute, or withdraw the review",
            )],
        ),
        (
            "review.substitute_named",
            none.clone(),
            json!({"article": article, "missing": ada, "substitute": bo}),
            vec![(people(), "Ada asks you to decide on “T” in place of Cem")],
        ),
        (
            "review.reminded",
            none.clone(),
            json!({"article": article, "reviewers": [bo]}),
            vec![(people(), "The review of “T” still waits for you")],
        ),
        (
            "review.decided",
            none.clone(),
            json!({"verdict": "approve"}),
            vec![],
        ),
        (
            "review.approved",
            none.clone(),
            json!({"effective_at": null}),
            vec![],
        ),
        (
            "review.approved",
            none.clone(),
            json!({"article": article, "effective_at": "2026-05-04T09:30:00Z"}),
            vec![(writers(), "“T” is approved")],
        ),
        (
            "review.rejected",
            none.clone(),
            none.clone(),
            vec![(writers(), "Ada rejected “T”")],
        ),
        (
            "review.withdrawn",
            none.clone(),
            json!({"article": article}),
            vec![(writers(), "Ada took the review of “T” back")],
        ),
        (
            "review.withdrawn",
            none.clone(),
            json!({"replaced_by": review}),
            vec![],
        ),
        (
            "review.stale",
            none.clone(),
            none.clone(),
            vec![(
                writers(),
                "The review of “T” was closed, as nobody decided in time",
            )],
        ),
        (
            "review.outdated",
            none.clone(),
            none.clone(),
            vec![(
                writers(),
                "The review of “T” ended, as another version became effective",
            )],
        ),
        (
            "version.effective",
            none.clone(),
            json!({"version": 3, "review": review}),
            vec![(writers(), "v3.0 of “T” is effective")],
        ),
        ("version.superseded", none.clone(), version.clone(), vec![]),
        (
            "version.suspended",
            none.clone(),
            version.clone(),
            vec![(all(), "Ada suspended v3.0 of “T”")],
        ),
        (
            "version.reinstated",
            none.clone(),
            version.clone(),
            vec![(all(), "Ada reinstated v3.0 of “T”")],
        ),
        (
            "version.reissued",
            none.clone(),
            version.clone(),
            vec![(
                all(),
                "Ada issued v3.0 of “T” again, in place of a later one",
            )],
        ),
        (
            "version.reaffirmed",
            none.clone(),
            version.clone(),
            vec![(all(), "Ada reaffirmed v3.0 of “T”")],
        ),
        (
            "version.review_soon",
            none.clone(),
            version.clone(),
            vec![(owner(), "v3.0 of “T” is soon to be looked at again")],
        ),
        (
            "version.due",
            none.clone(),
            version.clone(),
            vec![(answerable(), "v3.0 of “T” should have been looked at again")],
        ),
        (
            "version.expired",
            none.clone(),
            version.clone(),
            vec![(answerable(), "v3.0 of “T” has expired")],
        ),
        (
            "article.retirement_signed",
            none.clone(),
            none.clone(),
            vec![(
                answerable(),
                "Ada wants to retire “T”; a second signature is needed",
            )],
        ),
        (
            "article.retired",
            none.clone(),
            none.clone(),
            vec![(all(), "Ada retired “T”")],
        ),
        (
            "thread.opened",
            none.clone(),
            json!({"mentions": []}),
            vec![],
        ),
        (
            "thread.opened",
            none.clone(),
            json!({"mentions": [bo]}),
            vec![(people(), "Ada mentioned you in a comment on “T”")],
        ),
        (
            "thread.replied",
            none.clone(),
            json!({"mentions": [bo]}),
            vec![
                (people(), "Ada mentioned you in a comment on “T”"),
                (speakers(), "Ada answered a comment on “T”"),
            ],
        ),
        (
            "comment.edited",
            json!({"mentions": [ada]}),
            json!({"mentions": [ada, bo]}),
            vec![(people(), "Ada mentioned you in a comment on “T”")],
        ),
        (
            "comment.edited",
            json!({"mentions": [bo]}),
            json!({"mentions": [bo]}),
            vec![],
        ),
        (
            "thread.resolved",
            none.clone(),
            none.clone(),
            vec![(speakers(), "Ada resolved a comment on “T”")],
        ),
        (
            "thread.reopened",
            none.clone(),
            none.clone(),
            vec![(speakers(), "Ada reopened a comment on “T”")],
        ),
        (
            "person.roles_changed",
            roles(&[learner]),
            roles(&[learner, trainer]),
            vec![(people(), "Ada gave you the role trainer")],
        ),
        (
            "person.roles_changed",
            roles(&[learner, trainer]),
            roles(&[learner]),
            vec![],
        ),
        (
            "module.member_added",
            roles(&[learner]),
            roles(&[learner, reviewer]),
            vec![(people(), "Ada made you reviewer in “M”")],
        ),
        (
            "reading.assigned",
            none.clone(),
            reading.clone(),
            vec![(
                people(),
                "You are asked to read v3.0 of “T” and to confirm it",
            )],
        ),
        (
            "reading.reminded",
            none.clone(),
            reading.clone(),
            vec![(
                people(),
                "v3.0 of “T” still waits for you to confirm that you read it",
            )],
        ),
        (
            "reading.overdue",
            none.clone(),
            reading.clone(),
            vec![
                (
                    people(),
                    "You have not confirmed in time that you read v3.0 of “T”",
                ),
                (
                    vec![Recipients::Stewards(module)],
                    "One person has not confirmed in time that they read v3.0 of “T”",
                ),
            ],
        ),
        (
            "delegation.given",
            none.clone(),
            delegation.clone(),
            vec![(people(), "Ada lets you decide in their place in “M”")],
        ),
        (
            "delegation.ended",
            none.clone(),
            delegation,
            vec![
                (people(), "You no longer decide in the place of Ada in “M”"),
                (
                    vec![Recipients::People(vec![ada])],
                    "Ada no longer decides in your place in “M”",
                ),
            ],
        ),
        ("article.created", none.clone(), none.clone(), vec![]),
        ("session.opened", none.clone(), none, vec![]),
    ];
    for (deed, old, new, expected) in table {
        let found = notices_of(&cast.entry(deed, old, new));
        let said = |rule: &AddressedNotice| {
            let roles = rule.details.roles.iter();
            let names = DisplayNames {
                who: Some("Ada".into()),
                people: rule.details.people.iter().map(|_| "Cem".into()).collect(),
                title: Some("T".into()),
                module: Some("M".into()),
                roles: roles.map(|grant| grant.role.word().to_owned()).collect(),
            };
            (rule.recipients.clone(), sentence(&rule.details, &names))
        };
        let found: Vec<_> = found.iter().map(said).collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(recipients, said)| (recipients, said.to_owned()))
            .collect();
        assert_eq!(found, expected, "{deed}");
    }
}

#[test]
fn details_are_read_and_a_malformed_entry_notifies_nobody() {
    let cast = Cast::new();
    let due = "2026-05-04T09:30:00.000Z";
    let new = json!({"version": 3, "people": [cast.bo], "due": due});
    let found = notices_of(&cast.entry("reading.assigned", Value::Null, new));
    let [notice] = &found[..] else {
        panic!("one notice: {found:?}");
    };
    assert_eq!(notice.recipients, [Recipients::People(vec![cast.bo])]);
    let details = &notice.details;
    assert_eq!(details.version, Some(3));
    assert_eq!(details.article, Some(cast.article));
    assert_eq!(details.until, due.parse().ok());
    let odd = json!({"version": "three", "people": {"a": 1}, "stages": 7, "due": []});
    for deed in ["reading.assigned", "review.requested"] {
        let entry = cast.entry(deed, Value::Null, odd.clone());
        assert_eq!(notices_of(&entry), [], "{deed}");
    }
}

#[test]
fn notices_of_an_older_release_can_be_read() {
    let person = PersonId::new();
    let kept =
        json!({"number": 7, "at": "2026-05-04T09:30:00.000Z", "by": person, "kind": "mentioned"});
    let notice: Notice = serde_json::from_value(kept.clone()).unwrap();
    assert_eq!(notice.details, NoticeDetails::of(NoticeKind::Mentioned));
    assert_eq!(serde_json::to_value(&notice).unwrap(), kept);
}

fn open() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = store::open(dir.path()).unwrap();
    (dir, store)
}

fn at(day: i64) -> Timestamp {
    Timestamp::from_millis(day * 86_400_000)
}

fn post(person: PersonId, numbers: impl IntoIterator<Item = u64>, day: i64) -> Delivery {
    let notice = |number| Notice {
        number,
        at: at(day),
        by: None,
        details: NoticeDetails::of(NoticeKind::Mentioned),
    };
    Delivery::from([(person, numbers.into_iter().map(notice).collect())])
}

async fn numbers(inbox: &Inbox, person: PersonId, read: bool) -> Vec<u64> {
    let kept = inbox.of(person).await.unwrap().into_iter();
    let kept = kept.filter(|kept| kept.read == read);
    kept.map(|kept| kept.notice.number).collect()
}

#[tokio::test]
async fn the_newest_notices_are_kept_and_redelivery_is_harmless() {
    let (_dir, store) = open();
    let inbox = Inbox::new(store);
    let ada = PersonId::new();
    let most = u64::try_from(INBOX_LIMIT).unwrap();
    inbox
        .deliver(&post(ada, 1..=most, 0), most, at(0))
        .await
        .unwrap();
    inbox
        .mark(ada, &Selection::These(vec![1, 2, most, 9_999]))
        .await
        .unwrap();
    assert_eq!(inbox.unread(ada).await.unwrap(), INBOX_LIMIT - 3);
    let more = post(ada, [most + 1], 0);
    for _ in 0..2 {
        inbox.deliver(&more, most + 1, at(0)).await.unwrap();
        assert_eq!(inbox.position().await.unwrap(), most + 1);
        assert_eq!(inbox.of(ada).await.unwrap().len(), INBOX_LIMIT);
        assert_eq!(inbox.unread(ada).await.unwrap(), INBOX_LIMIT - 2);
    }
    inbox
        .deliver(&post(ada, [1], 0), most + 1, at(0))
        .await
        .unwrap();
    assert_eq!(
        inbox.get(ada, 1).await.unwrap(),
        None,
        "too old to come back"
    );
    assert_eq!(numbers(&inbox, ada, true).await, [most, 2]);
    inbox.mark(ada, &Selection::All).await.unwrap();
    assert_eq!(inbox.unread(ada).await.unwrap(), 0);
    assert_eq!(inbox.unread(PersonId::new()).await.unwrap(), 0);
}

#[tokio::test]
async fn old_notices_count_as_read_and_read_marks_survive_a_rebuild() {
    let (_dir, store) = open();
    let inbox = Inbox::new(store);
    let ada = PersonId::new();
    inbox
        .deliver(&post(ada, [1, 2], 0), 2, at(31))
        .await
        .unwrap();
    inbox
        .deliver(&post(ada, [3, 4, 5], 30), 5, at(31))
        .await
        .unwrap();
    assert_eq!(numbers(&inbox, ada, true).await, [2, 1]);
    inbox.mark(ada, &Selection::These(vec![4])).await.unwrap();
    inbox.remove(ada, &[5]).await.unwrap();
    assert_eq!(inbox.unread(ada).await.unwrap(), 1);
    inbox.clear().await.unwrap();
    assert_eq!(inbox.position().await.unwrap(), 0);
    assert_eq!(inbox.of(ada).await.unwrap(), []);
    assert_eq!(inbox.unread(ada).await.unwrap(), 0);
    inbox
        .deliver(&post(ada, 1..=5, 30), 5, at(31))
        .await
        .unwrap();
    assert_eq!(numbers(&inbox, ada, false).await, [5, 3]);
}

#[tokio::test]
async fn concurrent_reading_and_delivery_lose_nothing() {
    let (_dir, store) = open();
    let inbox = Inbox::new(store);
    let ada = PersonId::new();
    inbox.deliver(&post(ada, 1..=5, 0), 5, at(0)).await.unwrap();
    let (one, two, more) = (
        Selection::These(vec![1]),
        Selection::These(vec![2]),
        post(ada, [6], 0),
    );
    let (a, b, c) = tokio::join!(
        inbox.mark(ada, &one),
        inbox.mark(ada, &two),
        inbox.deliver(&more, 6, at(0)),
    );
    a.and(b).and(c).unwrap();
    assert_eq!(numbers(&inbox, ada, true).await, [2, 1]);
    assert_eq!(inbox.unread(ada).await.unwrap(), 4);
}

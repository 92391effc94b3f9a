//! Who is asked to read, who has, and what the journal says of it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use lectern_article::Article;
use lectern_base::{ErrorKind, PersonId, Timestamp};
use lectern_identity::{Caller, Role};
use lectern_journal::Entry;
use lectern_module::{ModuleChange, Visibility};

use super::house::{House, house};
use crate::*;

const DAY: Duration = Duration::from_secs(86_400);

/// Ada writes, Rev approves, and all learners are asked to read.
struct Story {
    house: House,
    ada: Caller,
    rev: Caller,
    article: Article,
}

impl Story {
    async fn begin() -> Self {
        let house = house().await;
        let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
        let article = house.filled(&ada, "topic-article").await;
        let story = Self {
            house,
            ada,
            rev,
            article,
        };
        story.audience(learners()).await;
        story
    }

    /// Publishes another version of this weight.
    async fn publish(&self, kind: Kind) {
        let house = &self.house;
        let article = house.now(&self.article).await;
        let text = format!(
            "Words of version {}.",
            article.effective.map_or(1, |e| e.version + 1)
        );
        house.write(&self.ada, &self.article, "lead", &text).await;
        let editor = self.ada.editor(&house.place(&self.article).await).unwrap();
        let change = ChangeRequest {
            change_summary: "Other words.".into(),
            kind,
            justification: None,
        };
        let article = house.now(&self.article).await;
        let review = house.reviews.request(&editor, &article, change).await;
        house.approve(&self.rev, &review.unwrap()).await.unwrap();
    }

    /// Lets the follower take what the journal has; returns the deeds that followed.
    async fn follow(&self) -> Vec<Entry> {
        let before = self.house.journal.head();
        let asking = Asking::new(self.house.reviews.clone());
        let journal = &self.house.journal;
        journal.catch_up(&asking).await.unwrap();
        let entries = journal.read(before, 1_000).await.unwrap();
        // Whoever hears everything once more says nothing more.
        let all = journal.read(0, 10_000).await.unwrap();
        let head = journal.head();
        lectern_journal::Follower::apply(&asking, &all)
            .await
            .unwrap();
        assert_eq!(journal.head(), head, "asking twice is asking once");
        entries
    }

    async fn audience(&self, audience: Audience) {
        let steward = self
            .ada
            .steward(&self.house.place(&self.article).await)
            .unwrap();
        let reviews = &self.house.reviews;
        let set = reviews.set_module_audience(&steward, audience);
        set.await.unwrap();
    }

    async fn acknowledge(&self, by: &Caller, version: u32) -> Result<Acknowledgement, ReviewError> {
        let article = self.house.now(&self.article).await;
        let versions = self.house.reviews.versions(article.id).await.unwrap();
        let found = versions.iter().find(|one| one.number == version);
        let seen = Seen {
            version,
            hash: found.unwrap().hash,
        };
        let reader = by.reader(&self.house.place(&article).await).unwrap();
        let given = self
            .house
            .reviews
            .acknowledge(&reader, article.id, seen, None);
        given.await.map(|(given, _)| given)
    }

    async fn reading(&self, by: &Caller) -> Reading {
        let article = self.house.now(&self.article).await;
        let reading = self.house.reviews.reading(&article, by.id()).await;
        reading.unwrap()
    }

    /// Moves the clock and lets reminders fire; returns what was said to whom.
    async fn pass(&self, days: u32) -> Vec<(String, Vec<PersonId>)> {
        self.house.clock.advance(DAY * days);
        let before = self.house.journal.head();
        self.house.reviews.fire_due().await.unwrap();
        let said = self.house.journal.read(before, 1_000).await.unwrap();
        self.house.reviews.fire_due().await.unwrap();
        let head = before + u64::try_from(said.len()).unwrap();
        assert_eq!(self.house.journal.head(), head, "each fires once");
        said.iter()
            .map(|entry| (entry.deed.clone(), people(entry)))
            .collect()
    }
}

fn learners() -> Audience {
    Audience {
        roles: BTreeSet::from([Role::Learner]),
        ..Audience::default()
    }
}

fn people(entry: &Entry) -> Vec<PersonId> {
    serde_json::from_value(entry.new.as_ref().unwrap()["people"].clone()).unwrap()
}

fn said(entry: &Entry, field: &str) -> Value {
    entry.new.as_ref().unwrap()[field].clone()
}

#[tokio::test]
async fn a_major_version_asks_its_audience_and_a_minor_one_does_not_ask_again() {
    let story = Story::begin().await;
    let (len, liz) = (
        story.house.person("Len", &[Role::Learner]).await,
        story.house.person("Liz", &[Role::Learner]).await,
    );
    assert!(story.follow().await.is_empty(), "there is nothing to read");
    // The first version counts as major, whatever it was called.
    story.publish(Kind::Minor).await;
    let entries = story.follow().await;
    assert_eq!(entries.len(), 1, "one entry for everybody");
    let asked = &entries[0];
    assert_eq!(asked.deed, "reading.assigned");
    assert_eq!(asked.subject.id, story.article.id.to_string());
    assert_eq!(asked.module, Some(story.article.module));
    assert_eq!(people(asked), [len.id(), liz.id()]);
    assert_eq!(said(asked, "reason"), "new_version");
    assert_eq!(said(asked, "version"), 1);
    let now = story.house.now(&story.article).await.effective.unwrap();
    assert_eq!(said(asked, "hash"), json!(now.hash));
    let due: Timestamp = said(asked, "due").as_str().unwrap().parse().unwrap();
    let days = due.since(asked.at).as_secs() / 86_400;
    assert_eq!(days, 14, "until the end of the fourteenth day");

    let given = story.acknowledge(&len, 1).await.unwrap();
    assert_eq!((given.reason, given.late), (Reason::NewVersion, false));
    story.publish(Kind::Minor).await;
    assert!(story.follow().await.is_empty(), "minor");
    let done = story.reading(&len).await;
    assert_eq!(done.given.unwrap().version, 1, "it counts still");
    let open = story.reading(&liz).await.asked.unwrap();
    assert_eq!(open.due, due, "the asking stands for what is effective");
    let given = story.acknowledge(&liz, 2).await.unwrap();
    assert_eq!((given.version, given.line), (2, 1));
    assert_eq!(given.due, Some(due));

    story.publish(Kind::Major).await;
    let entries = story.follow().await;
    assert_eq!(
        people(&entries[0]),
        [len.id(), liz.id()],
        "both are asked again"
    );
    let reading = story.reading(&len).await;
    assert_eq!((reading.given, reading.before), (None, Some(1)));
}

#[tokio::test]
async fn who_comes_to_the_audience_later_is_asked_for_what_is_effective() {
    let story = Story::begin().await;
    story.publish(Kind::Major).await;
    assert!(story.follow().await.is_empty(), "there is no learner yet");
    let len = story.house.person("Len", &[Role::Learner]).await;
    let entries = story.follow().await;
    assert_eq!(people(&entries[0]), [len.id()]);
    assert_eq!(said(&entries[0], "reason"), "role");
    story
        .audience(Audience {
            everybody: true,
            ..Audience::default()
        })
        .await;
    let asked: BTreeSet<_> = story.follow().await.iter().flat_map(people).collect();
    assert_eq!(asked, BTreeSet::from([story.ada.id(), story.rev.id()]));
    story.audience(Audience::default()).await;
    let entries = story.follow().await;
    assert_eq!(entries[0].deed, "reading.released");
    assert_eq!(people(&entries[0]).len(), 3);
    assert_eq!(story.reading(&len).await, Reading::default());
}

#[tokio::test]
async fn whoever_may_not_see_the_module_is_not_asked() {
    let story = Story::begin().await;
    let len = story.house.person("Len", &[Role::Learner]).await;
    story.publish(Kind::Major).await;
    assert_eq!(story.follow().await.len(), 1);
    let steward = story.ada.steward(&story.house.place(&story.article).await);
    let change = ModuleChange {
        visibility: Some(Visibility::Restricted),
        ..ModuleChange::default()
    };
    story
        .house
        .modules
        .update(&steward.unwrap(), change)
        .await
        .unwrap();
    let entries = story.follow().await;
    assert_eq!(entries[0].deed, "reading.released");
    assert_eq!(people(&entries[0]), [len.id()]);
    assert!(story.house.reviews.to_read(&len).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_article_may_ask_others_than_its_module() {
    let story = Story::begin().await;
    let lea = story.house.person("Lea", &[Role::Lead]).await;
    story.house.person("Len", &[Role::Learner]).await;
    story.publish(Kind::Major).await;
    let steward = story
        .ada
        .steward(&story.house.place(&story.article).await)
        .unwrap();
    let own = Audience {
        people: BTreeSet::from([lea.id()]),
        ..Audience::default()
    };
    let reviews = &story.house.reviews;
    let id = story.article.id;
    reviews
        .set_own_audience(&steward, id, Some(own.clone()))
        .await
        .unwrap();
    let entry = story.house.entries().await.pop().unwrap();
    assert_eq!(entry.deed, "reading.audience_changed");
    assert_eq!((entry.old, entry.new), (None, Some(json!(own))));
    assert_eq!(people(&story.follow().await[0]), [lea.id()]);
    reviews.set_own_audience(&steward, id, None).await.unwrap();
    let deeds: Vec<_> = story.follow().await.into_iter().map(|e| e.deed).collect();
    assert_eq!(deeds, ["reading.assigned", "reading.released"]);

    let unknown = Audience {
        people: BTreeSet::from([PersonId::new()]),
        ..Audience::default()
    };
    let refused = reviews
        .set_module_audience(&steward, unknown)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.kind(), refused.field()),
        (ErrorKind::Invalid, Some("people"))
    );
}

#[tokio::test]
async fn people_are_asked_by_hand_and_whoever_has_read_it_is_left_out() {
    let story = Story::begin().await;
    story.audience(Audience::default()).await;
    let (lea, len) = (
        story.house.person("Lea", &[Role::Lead]).await,
        story.house.person("Len", &[Role::Learner]).await,
    );
    let steward = story
        .ada
        .steward(&story.house.place(&story.article).await)
        .unwrap();
    let (reviews, id) = (&story.house.reviews, story.article.id);
    let due = story.house.time().plus(DAY * 3);
    let both = BTreeSet::from([lea.id(), len.id()]);
    let early = reviews.assign(&steward, id, &both, due).await.unwrap_err();
    assert_eq!(
        early.kind(),
        ErrorKind::Conflict,
        "there is nothing to read"
    );
    story.publish(Kind::Major).await;
    let unasked = story.acknowledge(&len, 1).await.unwrap();
    assert_eq!((unasked.reason, unasked.due), (Reason::Unasked, None));
    let past = story.house.time();
    let past = Timestamp::from_millis(past.millis() - 2 * 86_400_000);
    let late = reviews.assign(&steward, id, &both, past).await.unwrap_err();
    assert_eq!(late.field(), Some("due"));
    let asked = reviews.assign(&steward, id, &both, due).await.unwrap();
    assert_eq!(asked, [lea.id()]);
    story.follow().await;
    let asked = story.reading(&lea).await.asked.unwrap();
    assert_eq!(
        (asked.reason, asked.assigner),
        (Reason::Assigned, Some(story.ada.id()))
    );
    let given = story.acknowledge(&lea, 1).await.unwrap();
    assert_eq!(given.assigner, Some(story.ada.id()));
    let nobody = reviews.assign(&steward, id, &both, due).await.unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn an_acknowledgement_tells_everything_and_is_given_once() {
    let story = Story::begin().await;
    let len = story.house.person("Len", &[Role::Learner]).await;
    story.publish(Kind::Major).await;
    story.follow().await;
    let article = story.house.now(&story.article).await;
    let reader = len.reader(&story.house.place(&article).await).unwrap();
    let reviews = &story.house.reviews;
    let opened = story.house.time();
    reviews.opened(&reader, &article).await.unwrap();
    story.house.clock.advance(DAY * 30);
    reviews.opened(&reader, &article).await.unwrap();
    let given = story.acknowledge(&len, 1).await.unwrap();
    let now = article.effective.unwrap();
    assert_eq!(given.printed_name, "Len");
    assert_eq!((given.version, given.content_sha256), (1, now.hash));
    assert_eq!(given.title, "Cold Chain");
    assert_eq!(given.first_opened, Some(opened), "the first time counts");
    assert_eq!(given.completed_at, story.house.time());
    assert!(given.late, "it was due after fourteen days");
    assert_eq!(
        given.statement,
        "I have read and understood “Cold Chain”, v1.0."
    );
    assert_eq!(
        (given.statement_version, &*given.meaning),
        (1, "read and understood")
    );
    let entry = story.house.entries().await.pop().unwrap();
    assert_eq!(entry.seq, given.journal_seq);
    assert_eq!(told_acknowledgement(&entry), Some(given.clone()));
    let head = story.house.journal.head();
    assert_eq!(story.acknowledge(&len, 1).await.unwrap(), given);
    assert_eq!(story.house.journal.head(), head, "once is enough");
    assert_eq!(
        reviews.acknowledgements(article.id).await.unwrap(),
        std::slice::from_ref(&given)
    );
    assert_eq!(reviews.acknowledged_by(&len).await.unwrap(), [given]);
}

#[tokio::test]
async fn what_is_not_effective_is_not_acknowledged_and_comes_back_with_time() {
    let story = Story::begin().await;
    let len = story.house.person("Len", &[Role::Learner]).await;
    story.publish(Kind::Major).await;
    story.publish(Kind::Major).await;
    story.follow().await;
    let old = story.acknowledge(&len, 1).await.unwrap_err();
    assert_eq!(old.kind(), ErrorKind::Conflict);
    assert!(old.to_string().contains("v2.0 is"), "{old}");
    let (rev, article) = (&story.rev, &story.article);
    let reason = Some("Wrong dose.");
    story
        .house
        .take(rev, article, Measure::Suspend, reason)
        .await
        .unwrap();
    story.follow().await;
    let suspended = story.acknowledge(&len, 2).await.unwrap_err();
    assert!(suspended.to_string().contains("suspended"), "{suspended}");
    assert!(story.house.reviews.to_read(&len).await.unwrap().is_empty());
    assert!(story.pass(40).await.is_empty(), "nobody is reminded of it");
    story
        .house
        .take(rev, article, Measure::Reinstate, None)
        .await
        .unwrap();
    let entries = story.follow().await;
    assert_eq!(people(&entries[0]), [len.id()]);
    assert_eq!(said(&entries[0], "reason"), "new_version");
    let back = story.reading(&len).await;
    assert!(
        back.asked.is_some() && !back.late,
        "they get their days anew"
    );
    story.acknowledge(&len, 2).await.unwrap();

    story
        .house
        .take(rev, article, Measure::Suspend, reason)
        .await
        .unwrap();
    let earlier = Measure::Reissue { version: 1 };
    story.house.take(rev, article, earlier, None).await.unwrap();
    assert_eq!(
        people(&story.follow().await[0]),
        [len.id()],
        "it is another line"
    );
}

#[tokio::test]
async fn readers_are_reminded_and_those_who_are_late_every_week() {
    let story = Story::begin().await;
    let (len, liz) = (
        story.house.person("Len", &[Role::Learner]).await,
        story.house.person("Liz", &[Role::Learner]).await,
    );
    story.publish(Kind::Major).await;
    story.follow().await;
    assert!(story.pass(6).await.is_empty());
    let both = vec![len.id(), liz.id()];
    let told = |what: &str, who: &[PersonId]| vec![(what.to_owned(), who.to_vec())];
    assert_eq!(story.pass(2).await, told("reading.reminded", &both));
    story.acknowledge(&len, 1).await.unwrap();
    let late = [liz.id()];
    assert!(story.pass(5).await.is_empty());
    assert_eq!(story.pass(2).await, told("reading.overdue", &late));
    assert!(story.reading(&liz).await.late);
    assert_eq!(story.pass(7).await, told("reading.overdue", &late));
    // A clock that is moved far ahead says it once, not for each week.
    assert_eq!(story.pass(70).await, told("reading.overdue", &late));
    let steward = story
        .ada
        .steward(&story.house.place(&story.article).await)
        .unwrap();
    let id = story.article.id;
    let reminded = story.house.reviews.remind_now(&steward, id).await.unwrap();
    assert_eq!(reminded, late);
    let given = story.acknowledge(&liz, 1).await.unwrap();
    assert!(given.late);
    assert!(story.pass(30).await.is_empty());
    let nobody = story
        .house
        .reviews
        .remind_now(&steward, id)
        .await
        .unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn a_controlled_module_wants_a_signature_of_the_reader() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let len = house.person("Len", &[Role::Learner]).await;
    let article = house.controlled(&ada, &rev).await;
    let now = article.effective.clone().unwrap();
    let seen = Seen {
        version: 1,
        hash: now.hash,
    };
    let reader = len.reader(&house.place(&article).await).unwrap();
    for signing in [None, Some(house.signing(&ada, MEANING).await)] {
        let refused = house
            .reviews
            .acknowledge(&reader, article.id, seen, signing);
        let refused = refused.await.unwrap_err();
        assert_eq!(refused.field(), Some("signature"));
    }
    let signing = Some(house.signing(&len, MEANING).await);
    let given = house
        .reviews
        .acknowledge(&reader, article.id, seen, signing);
    let (given, is_new) = given.await.unwrap();
    assert!(is_new);
    let signatures = house.reviews.signatures_of_readers(article.id).await;
    let signatures = signatures.unwrap();
    let signature = signatures.last().unwrap();
    assert_eq!(given.signature, Some(signature.id));
    assert_eq!(given.journal_seq, signature.journal_seq + 1);
    assert_eq!(
        (signature.signer, signature.content_sha256),
        (len.id(), now.hash)
    );
    assert_eq!(signature.meaning, "read and understood");
    assert_eq!(super::signatures::unsound(&house).await, None);
}

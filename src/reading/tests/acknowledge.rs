//! Who is asked to read, who has, and what the journal says of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use lectern_article::Article;
use lectern_base::{ArticleId, ErrorKind, PersonId, Seek, Timestamp, Zone};
use lectern_identity::{Caller, Role};
use lectern_journal::Entry;
use lectern_module::{ModuleChange, Visibility};
use lectern_store::{Batch, Range, Store};

use super::house::{House, house};
use super::readings;
use super::review::*;
use crate::*;

const DAY: Duration = Duration::from_secs(86_400);

/// Ada writes, Rev approves, and all learners are asked to read.
struct Story {
    house: House,
    readings: Arc<Readings>,
    timers: Timers,
    ada: Caller,
    rev: Caller,
    article: Article,
}

impl Story {
    async fn begin() -> Self {
        let house = house().await;
        let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
        let article = house.filled(&ada, "topic-article").await;
        let (readings, timers) = readings(&house);
        let story = Self {
            house,
            readings,
            timers,
            ada,
            rev,
            article,
        };
        story.audience(learners()).await;
        story
    }

    /// Publishes another version with this kind of change.
    async fn publish(&self, kind: ChangeKind) {
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

    /// Lets the follower catch up with the journal; returns the entries that it wrote.
    async fn follow(&self) -> Vec<Entry> {
        let before = self.house.journal.head();
        let follower = ReadingFollower::new(self.readings.clone());
        let journal = &self.house.journal;
        journal.catch_up(&follower).await.unwrap();
        let entries = journal.read(before, 1_000).await.unwrap();
        // Reading the whole journal again changes nothing.
        let all = journal.read(0, 10_000).await.unwrap();
        let head = journal.head();
        lectern_journal::Follower::apply(&follower, &all)
            .await
            .unwrap();
        assert_eq!(
            journal.head(),
            head,
            "reading the journal twice changes nothing"
        );
        self.check_lists().await;
        entries
    }

    /// Holds the counters and pages of the reading status against all of it.
    async fn check_lists(&self) {
        let article = self.house.now(&self.article).await;
        let place = self.house.place(&article).await;
        // In a restricted module only its members oversee.
        let (readings, Ok(overseer)) = (&self.readings, self.ada.overseer(&place)) else {
            return;
        };
        let mut all = readings.reading_status(&overseer, &article).await.unwrap();
        let counts = readings.reading_counts(&overseer, &article).await.unwrap();
        let number = |wanted: &dyn Fn(Progress) -> bool| {
            let found = all.iter().filter(|row| wanted(row.progress));
            u64::try_from(found.count()).unwrap()
        };
        let expected = ReadingCounts {
            done: number(&|progress| progress == Progress::Done),
            open: number(&|progress| progress != Progress::Done),
            overdue: number(&|progress| progress == Progress::Overdue),
        };
        assert_eq!(counts, expected);
        let mut paged = Vec::new();
        let mut seek = Seek::first(1);
        loop {
            let page = readings.reading_status_page(&overseer, &article, &seek);
            let page = page.await.unwrap();
            paged.extend(page.items);
            seek.after = page.next;
            if seek.after.is_none() {
                break;
            }
        }
        assert!(paged.is_sorted_by_key(|row| row.progress), "{paged:?}");
        paged.sort_by_key(|row| row.person);
        all.sort_by_key(|row| row.person);
        assert_eq!(paged, all);
    }

    /// Returns the tasks of a person, a page at a time.
    async fn tasks(&self, by: &Caller) -> Vec<ArticleId> {
        let mut tasks = Vec::new();
        let mut seek = Seek::first(1);
        loop {
            let page = self.readings.tasks(by, &seek).await.unwrap();
            assert!(page.items.len() <= 1);
            tasks.extend(page.items.into_iter().map(|task| task.article.id));
            seek.after = page.next;
            if seek.after.is_none() {
                return tasks;
            }
        }
    }

    async fn audience(&self, audience: Audience) {
        let steward = self
            .ada
            .steward(&self.house.place(&self.article).await)
            .unwrap();
        let readings = &self.readings;
        let set = readings.set_module_audience(&steward, audience);
        set.await.unwrap();
    }

    async fn acknowledge(
        &self,
        by: &Caller,
        version: u32,
    ) -> Result<Acknowledgement, ReadingError> {
        let article = self.house.now(&self.article).await;
        let versions = self.house.reviews.versions(article.id).await.unwrap();
        let found = versions.iter().find(|one| one.number == version);
        let read = ReadVersion {
            version,
            hash: found.unwrap().hash,
        };
        let reader = by.reader(&self.house.place(&article).await).unwrap();
        let given = self.readings.acknowledge(&reader, article.id, read, None);
        given.await.map(|(given, _)| given)
    }

    async fn reading(&self, by: &Caller) -> Reading {
        let article = self.house.now(&self.article).await;
        let reading = self.readings.reading(&article, by.id()).await;
        reading.unwrap()
    }

    /// Advances the clock and fires reminders; returns who was reminded of what.
    async fn pass(&self, days: u32) -> Vec<(String, Vec<PersonId>)> {
        self.house.clock.advance(DAY * days);
        let before = self.house.journal.head();
        self.timers.fire_due().await.unwrap();
        let said = self.house.journal.read(before, 1_000).await.unwrap();
        self.timers.fire_due().await.unwrap();
        let head = before + u64::try_from(said.len()).unwrap();
        assert_eq!(self.house.journal.head(), head, "each timer fires once");
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
async fn a_major_version_is_assigned_and_a_minor_one_is_not() {
    let story = Story::begin().await;
    let (len, liz) = (
        story.house.person("Len", &[Role::Learner]).await,
        story.house.person("Liz", &[Role::Learner]).await,
    );
    assert!(story.follow().await.is_empty(), "there is nothing to read");
    // The first version counts as major in any case.
    story.publish(ChangeKind::Minor).await;
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
    assert_eq!(days, 14, "due at the end of the fourteenth day");

    let given = story.acknowledge(&len, 1).await.unwrap();
    assert_eq!(
        (given.reason, given.late),
        (AssignmentReason::NewVersion, false)
    );
    story.publish(ChangeKind::Minor).await;
    assert!(story.follow().await.is_empty(), "minor");
    let done = story.reading(&len).await;
    assert_eq!(done.acknowledgement.unwrap().version, 1, "it still counts");
    let open = story.reading(&liz).await.assignment.unwrap();
    assert_eq!(open.due, due, "the assignment covers the effective version");
    let given = story.acknowledge(&liz, 2).await.unwrap();
    assert_eq!((given.version, given.line), (2, 1));
    assert_eq!(given.due, Some(due));

    story.publish(ChangeKind::Major).await;
    let entries = story.follow().await;
    assert_eq!(
        people(&entries[0]),
        [len.id(), liz.id()],
        "both are assigned again"
    );
    let reading = story.reading(&len).await;
    assert_eq!((reading.acknowledgement, reading.before), (None, Some(1)));
}

#[tokio::test]
async fn a_new_member_of_the_audience_is_assigned_the_effective_version() {
    let story = Story::begin().await;
    story.publish(ChangeKind::Major).await;
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
async fn people_who_cannot_see_the_module_are_not_assigned() {
    let story = Story::begin().await;
    let len = story.house.person("Len", &[Role::Learner]).await;
    story.publish(ChangeKind::Major).await;
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
    assert!(story.tasks(&len).await.is_empty());
}

#[tokio::test]
async fn tasks_come_a_page_at_a_time_and_go_when_they_are_done() {
    let story = Story::begin().await;
    let len = story.house.person("Len", &[Role::Learner]).await;
    let lia = story.house.person("Lia", &[Role::Learner]).await;
    story.publish(ChangeKind::Major).await;
    story.follow().await;
    assert_eq!(story.tasks(&len).await, [story.article.id]);
    story.acknowledge(&len, 1).await.unwrap();
    story.follow().await;
    assert!(story.tasks(&len).await.is_empty());
    assert_eq!(story.tasks(&lia).await, [story.article.id]);
    // The next line of versions asks everybody again, and the one before is done for good.
    story.publish(ChangeKind::Major).await;
    story.follow().await;
    assert_eq!(story.tasks(&len).await, [story.article.id]);
    story.pass(20).await;
    story.check_lists().await;
    story.acknowledge(&lia, 2).await.unwrap();
    story.publish(ChangeKind::Minor).await;
    story.acknowledge(&lia, 3).await.unwrap();
    story.follow().await;
    assert!(story.tasks(&lia).await.is_empty());
}

#[tokio::test]
async fn records_of_an_earlier_release_are_listed_once() {
    let story = Story::begin().await;
    let len = story.house.person("Len", &[Role::Learner]).await;
    let lia = story.house.person("Lia", &[Role::Learner]).await;
    story.publish(ChangeKind::Major).await;
    story.follow().await;
    story.acknowledge(&lia, 1).await.unwrap();
    // An earlier release knew none of the lists.
    let store = &story.house.store;
    let mut batch = Batch::new();
    for table in ["reading_tasks", "reading_open", "reading_open_counts"] {
        forget(store, &mut batch, table).await;
    }
    for table in ["reading_done", "reading_done_counts"] {
        forget(store, &mut batch, table).await;
    }
    store.commit(batch).await.unwrap();
    assert!(story.tasks(&len).await.is_empty());
    assert_eq!(story.readings.list_earlier().await.unwrap(), 3);
    assert_eq!(story.readings.list_earlier().await.unwrap(), 0);
    assert_eq!(story.tasks(&len).await, [story.article.id]);
    assert!(story.tasks(&lia).await.is_empty());
    story.check_lists().await;
    story.acknowledge(&len, 1).await.unwrap();
    story.check_lists().await;
}

async fn forget(store: &Store, batch: &mut Batch, table: &'static str) {
    for (key, _) in store.scan(table, Range::all()).await.unwrap() {
        batch.delete(table, &key);
    }
}

#[tokio::test]
async fn an_article_can_have_its_own_audience() {
    let story = Story::begin().await;
    let lea = story.house.person("Lea", &[Role::Lead]).await;
    story.house.person("Len", &[Role::Learner]).await;
    story.publish(ChangeKind::Major).await;
    let steward = story
        .ada
        .steward(&story.house.place(&story.article).await)
        .unwrap();
    let own = Audience {
        people: BTreeSet::from([lea.id()]),
        ..Audience::default()
    };
    let readings = &story.readings;
    let id = story.article.id;
    readings
        .set_own_audience(&steward, id, Some(own.clone()))
        .await
        .unwrap();
    let entry = story.house.entries().await.pop().unwrap();
    assert_eq!(entry.deed, "reading.audience_changed");
    assert_eq!((entry.old, entry.new), (None, Some(json!(own))));
    assert_eq!(people(&story.follow().await[0]), [lea.id()]);
    readings.set_own_audience(&steward, id, None).await.unwrap();
    let deeds: Vec<_> = story.follow().await.into_iter().map(|e| e.deed).collect();
    assert_eq!(deeds, ["reading.assigned", "reading.released"]);

    let unknown = Audience {
        people: BTreeSet::from([PersonId::new()]),
        ..Audience::default()
    };
    let refused = readings
        .set_module_audience(&steward, unknown)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.kind(), refused.field()),
        (ErrorKind::Invalid, Some("people"))
    );
}

#[tokio::test]
async fn assigning_by_name_skips_people_who_have_acknowledged() {
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
    let (readings, id) = (&story.readings, story.article.id);
    let today = Zone::utc().day_of(story.house.time());
    let due = today.plus_days(3);
    let both = BTreeSet::from([lea.id(), len.id()]);
    let early = readings.assign(&steward, id, &both, due).await.unwrap_err();
    assert_eq!(
        early.kind(),
        ErrorKind::Conflict,
        "there is nothing to read"
    );
    story.publish(ChangeKind::Major).await;
    let unasked = story.acknowledge(&len, 1).await.unwrap();
    assert_eq!(
        (unasked.reason, unasked.due),
        (AssignmentReason::Unasked, None)
    );
    for wrong in [today.minus_days(1), today.plus_days(5 * 366 + 1)] {
        let refused = readings.assign(&steward, id, &both, wrong).await;
        assert_eq!(refused.unwrap_err().field(), Some("due"), "{wrong}");
    }
    let asked = readings.assign(&steward, id, &both, due).await.unwrap();
    assert_eq!(asked, [lea.id()]);
    story.follow().await;
    let asked = story.reading(&lea).await.assignment.unwrap();
    assert_eq!(
        (asked.reason, asked.assigner),
        (AssignmentReason::Assigned, Some(story.ada.id()))
    );
    assert_eq!(asked.due, Zone::utc().end_of(due));
    let given = story.acknowledge(&lea, 1).await.unwrap();
    assert_eq!(given.assigner, Some(story.ada.id()));
    let nobody = readings.assign(&steward, id, &both, due).await.unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn an_acknowledgement_is_complete_and_recorded_once() {
    let story = Story::begin().await;
    let len = story.house.person("Len", &[Role::Learner]).await;
    story.publish(ChangeKind::Major).await;
    story.follow().await;
    let article = story.house.now(&story.article).await;
    let reader = len.reader(&story.house.place(&article).await).unwrap();
    let readings = &story.readings;
    let opened = story.house.time();
    readings.opened(&reader, &article).await.unwrap();
    story.house.clock.advance(DAY * 30);
    readings.opened(&reader, &article).await.unwrap();
    let given = story.acknowledge(&len, 1).await.unwrap();
    let now = article.effective.unwrap();
    assert_eq!(given.printed_name, "Len");
    assert_eq!((given.version, given.content_sha256), (1, now.hash));
    assert_eq!(given.title, "Cold Chain");
    assert_eq!(given.first_opened, Some(opened), "the first opening counts");
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
    assert_eq!(recorded_acknowledgement(&entry), Some(given.clone()));
    let head = story.house.journal.head();
    assert_eq!(story.acknowledge(&len, 1).await.unwrap(), given);
    assert_eq!(story.house.journal.head(), head, "the second adds nothing");
    assert_eq!(
        readings.acknowledgements(article.id).await.unwrap(),
        std::slice::from_ref(&given)
    );
    let page = readings.acknowledged_by(&len, &Seek::first(1)).await;
    let page = page.unwrap();
    assert_eq!((page.items, page.next), (vec![given], None));
}

#[tokio::test]
async fn only_the_effective_version_is_acknowledged_and_reinstating_gives_new_time() {
    let story = Story::begin().await;
    let len = story.house.person("Len", &[Role::Learner]).await;
    story.publish(ChangeKind::Major).await;
    story.publish(ChangeKind::Major).await;
    story.follow().await;
    let old = story.acknowledge(&len, 1).await.unwrap_err();
    assert_eq!(old.kind(), ErrorKind::Conflict);
    assert!(old.to_string().contains("v2.0 is"), "{old}");
    let (rev, article) = (&story.rev, &story.article);
    let reason = Some("Wrong dose.");
    story
        .house
        .take(rev, article, VersionAction::Suspend, reason)
        .await
        .unwrap();
    story.follow().await;
    let suspended = story.acknowledge(&len, 2).await.unwrap_err();
    assert!(suspended.to_string().contains("suspended"), "{suspended}");
    assert!(story.tasks(&len).await.is_empty());
    assert!(
        story.pass(40).await.is_empty(),
        "no reminders while it is suspended"
    );
    story
        .house
        .take(rev, article, VersionAction::Reinstate, None)
        .await
        .unwrap();
    let entries = story.follow().await;
    assert_eq!(people(&entries[0]), [len.id()]);
    assert_eq!(said(&entries[0], "reason"), "new_version");
    let back = story.reading(&len).await;
    assert!(
        back.assignment.is_some() && !back.late,
        "they get their days again"
    );
    story.acknowledge(&len, 2).await.unwrap();

    story
        .house
        .take(rev, article, VersionAction::Suspend, reason)
        .await
        .unwrap();
    let earlier = VersionAction::Reissue { version: 1 };
    story.house.take(rev, article, earlier, None).await.unwrap();
    assert_eq!(
        people(&story.follow().await[0]),
        [len.id()],
        "it belongs to another line"
    );
}

#[tokio::test]
async fn readers_are_reminded_once_ahead_and_weekly_when_overdue() {
    let story = Story::begin().await;
    let (len, liz) = (
        story.house.person("Len", &[Role::Learner]).await,
        story.house.person("Liz", &[Role::Learner]).await,
    );
    story.publish(ChangeKind::Major).await;
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
    // A clock that jumps far ahead causes one reminder, not one for each week.
    assert_eq!(story.pass(70).await, told("reading.overdue", &late));
    let steward = story
        .ada
        .steward(&story.house.place(&story.article).await)
        .unwrap();
    let id = story.article.id;
    let reminded = story.readings.remind_now(&steward, id).await.unwrap();
    assert_eq!(reminded, late);
    let given = story.acknowledge(&liz, 1).await.unwrap();
    assert!(given.late);
    assert!(story.pass(30).await.is_empty());
    let nobody = story.readings.remind_now(&steward, id).await.unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn a_controlled_module_requires_the_signature_of_the_reader() {
    let house = house().await;
    let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
    let len = house.person("Len", &[Role::Learner]).await;
    let (readings, _) = readings(&house);
    let article = house.controlled(&ada, &rev).await;
    let now = article.effective.clone().unwrap();
    let read = ReadVersion {
        version: 1,
        hash: now.hash,
    };
    let reader = len.reader(&house.place(&article).await).unwrap();
    for signing in [None, Some(house.signing(&ada, MEANING).await)] {
        let refused = readings.acknowledge(&reader, article.id, read, signing);
        let refused = refused.await.unwrap_err();
        assert_eq!(refused.field(), Some("signature"));
    }
    let signing = Some(house.signing(&len, MEANING).await);
    let given = readings.acknowledge(&reader, article.id, read, signing);
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
    assert_eq!(house.signature_fault().await, None);
}

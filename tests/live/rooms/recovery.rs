//! Closing, opening and compacting a draft lose nothing.

use std::sync::Arc;

use tempfile::TempDir;

use lectern_article::Edit;
use lectern_base::PersonId;
use lectern_live::LiveSettings;
use lectern_test_support::{TestRooms, short_delays, until};

use super::gated_store::GatedStore;

#[tokio::test]
async fn a_draft_reads_the_same_after_a_restart() {
    let fixture = TestRooms::open(short_delays()).await;
    let ada = PersonId::new();
    let mut writing = fixture.writer(ada).await;
    for letter in ["a", "b", "c"] {
        writing.type_title(0, letter).await;
    }
    writing.barrier().await;
    let position = fixture.rooms.position(fixture.article).await.unwrap();
    let kept = writing.leave();
    let fixture = fixture.reopen(short_delays()).await;
    assert_eq!(fixture.title().await, "cbaPipettes");
    assert_eq!(
        fixture.rooms.position(fixture.article).await.unwrap(),
        position
    );
    assert_eq!(
        fixture
            .rooms
            .contributors_since(fixture.article, 1)
            .await
            .unwrap(),
        [ada]
    );
    let mut back = fixture.returning(ada, kept).await;
    back.type_title(0, "d").await;
    back.barrier().await;
    assert_eq!(fixture.title().await, "dcbaPipettes");
}

async fn oldest_entry(fixture: &TestRooms) -> u64 {
    let entries = fixture
        .store
        .read_log(&Edit::log(fixture.article), 0, 1)
        .await
        .unwrap();
    entries.first().map_or(u64::MAX, |(seq, _)| *seq)
}

#[tokio::test]
async fn a_compacted_draft_keeps_its_text_and_authors() {
    let compacting = LiveSettings {
        compact_after: 10,
        ..short_delays()
    };
    let fixture = TestRooms::open(compacting.clone()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let mut writing = fixture.writer(ada).await;
    for word in 0..25 {
        writing.type_title(0, &format!("{word} 👩‍🔬 ")).await;
        writing.barrier().await;
    }
    until("the log to be trimmed", || async {
        (oldest_entry(&fixture).await > 10).then_some(())
    })
    .await;
    writing.type_title(0, "after ").await;
    writing.barrier().await;
    let (title, client) = (writing.title(), writing.client());
    assert_eq!(fixture.title().await, title);
    drop(writing);

    let fixture = fixture.reopen(compacting).await;
    assert_eq!(fixture.title().await, title);
    assert_eq!(fixture.rooms.position(fixture.article).await.unwrap(), 27);
    assert_eq!(
        fixture
            .rooms
            .contributors_since(fixture.article, 0)
            .await
            .unwrap(),
        [ada]
    );
    let stolen = lectern_document::new_doc(Some(client));
    let mut thief = fixture.returning(bo, stolen).await;
    thief.type_title(0, "forged").await;
    assert_eq!(thief.closed().await.0, 4403, "the client id is still hers");
}

#[tokio::test]
async fn compaction_runs_while_people_write_and_join() {
    let fixture = TestRooms::open(LiveSettings {
        compact_after: 5,
        idle_grace_ms: 0,
        ..short_delays()
    })
    .await;
    let ada = PersonId::new();
    let mut expected = String::from("Pipettes");
    for round in 0..40 {
        let mut writing = fixture.writer(ada).await;
        assert_eq!(writing.title(), expected);
        writing.type_title(0, &format!("{round} ")).await;
        writing.barrier().await;
        expected = writing.title();
    }
    until("the log to be trimmed", || async {
        (oldest_entry(&fixture).await > 1).then_some(())
    })
    .await;
    assert_eq!(fixture.title().await, expected);
}

#[tokio::test]
async fn a_closing_room_folds_a_long_log_into_a_snapshot() {
    let fixture = TestRooms::open(short_delays()).await;
    let mut writing = fixture.writer(PersonId::new()).await;
    for letter in 0..150 {
        writing.type_title(letter, "x").await;
        writing.barrier().await;
    }
    let position = fixture.rooms.position(fixture.article).await.unwrap();
    assert!(fixture.store.blobs().list().await.unwrap().is_empty());
    drop(writing);
    let fixture = fixture.reopen(short_delays()).await;
    assert_eq!(fixture.store.blobs().list().await.unwrap().len(), 1);
    assert_eq!(fixture.title().await.len(), "Pipettes".len() + 150);
    assert_eq!(
        fixture.rooms.position(fixture.article).await.unwrap(),
        position
    );
}

#[tokio::test]
async fn an_idle_room_closes_and_opens_again() {
    let settings = LiveSettings {
        idle_grace_ms: 0,
        session_grace_ms: 1,
        ..short_delays()
    };
    let dir = Arc::new(TempDir::new().unwrap());
    let gate = GatedStore::new(lectern_store::open(dir.path()).unwrap());
    let mut fixture = TestRooms::with_store(settings, gate.clone(), dir).await;
    for round in 1..=20 {
        let mut writing = fixture.writer(PersonId::new()).await;
        writing.type_title(0, "x").await;
        writing.barrier().await;
        assert_eq!(writing.title().len(), "Pipettes".len() + round);
        drop(writing);
        // With the session the room ends, as there is no grace period.
        fixture.event().await;
        assert_eq!(gate.reads(), round, "each round loads the draft");
    }
}

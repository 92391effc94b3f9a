//! Closing, opening and compacting lose nothing.

use lectern_article::Edit;
use lectern_base::PersonId;
use lectern_live::LiveSettings;

use crate::support::{House, eventually, quick};

#[tokio::test]
async fn a_draft_reads_the_same_after_a_restart() {
    let house = House::open(quick()).await;
    let ada = PersonId::new();
    let mut writing = house.writer(ada).await;
    for letter in ["a", "b", "c"] {
        writing.type_title(0, letter).await;
    }
    writing.barrier().await;
    let position = house.rooms.position(house.article).await.unwrap();
    let kept = writing.leave();
    let house = house.reopen(quick()).await;
    assert_eq!(house.title().await, "cbaPipettes");
    assert_eq!(house.rooms.position(house.article).await.unwrap(), position);
    assert_eq!(
        house
            .rooms
            .contributors_since(house.article, 1)
            .await
            .unwrap(),
        [ada]
    );
    let mut back = house.returning(ada, kept).await;
    back.type_title(0, "d").await;
    back.barrier().await;
    assert_eq!(house.title().await, "dcbaPipettes");
}

async fn oldest_entry(house: &House) -> u64 {
    let entries = house
        .store
        .read_log(&Edit::log(house.article), 0, 1)
        .await
        .unwrap();
    entries.first().map_or(u64::MAX, |(seq, _)| *seq)
}

#[tokio::test]
async fn a_compacted_draft_reads_the_same_and_remembers_its_authors() {
    let compacting = LiveSettings {
        compact_after: 10,
        ..quick()
    };
    let house = House::open(compacting.clone()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let mut writing = house.writer(ada).await;
    for word in 0..25 {
        writing.type_title(0, &format!("{word} 👩‍🔬 ")).await;
        writing.barrier().await;
    }
    eventually("the log to be trimmed", || async {
        (oldest_entry(&house).await > 10).then_some(())
    })
    .await;
    writing.type_title(0, "after ").await;
    writing.barrier().await;
    let (title, client) = (writing.title(), writing.client());
    assert_eq!(house.title().await, title);
    drop(writing);

    let house = house.reopen(compacting).await;
    assert_eq!(house.title().await, title);
    assert_eq!(house.rooms.position(house.article).await.unwrap(), 27);
    assert_eq!(
        house
            .rooms
            .contributors_since(house.article, 0)
            .await
            .unwrap(),
        [ada]
    );
    let stolen = lectern_document::new_doc(Some(client));
    let mut thief = house.returning(bo, stolen).await;
    thief.type_title(0, "forged").await;
    assert_eq!(thief.closed().await.0, 4403, "the client id is still hers");
}

#[tokio::test]
async fn compaction_goes_on_while_people_write_and_come_in() {
    let house = House::open(LiveSettings {
        compact_after: 5,
        idle_grace_ms: 0,
        ..quick()
    })
    .await;
    let ada = PersonId::new();
    let mut expected = String::from("Pipettes");
    for round in 0..40 {
        let mut writing = house.writer(ada).await;
        assert_eq!(writing.title(), expected);
        writing.type_title(0, &format!("{round} ")).await;
        writing.barrier().await;
        expected = writing.title();
    }
    assert_eq!(house.title().await, expected);
}

#[tokio::test]
async fn a_room_that_closes_leaves_a_snapshot_instead_of_a_long_log() {
    let house = House::open(quick()).await;
    let mut writing = house.writer(PersonId::new()).await;
    for letter in 0..150 {
        writing.type_title(letter, "x").await;
        writing.barrier().await;
    }
    let position = house.rooms.position(house.article).await.unwrap();
    assert!(house.store.blobs().list().await.unwrap().is_empty());
    drop(writing);
    let house = house.reopen(quick()).await;
    assert_eq!(house.store.blobs().list().await.unwrap().len(), 1);
    assert_eq!(house.title().await.len(), "Pipettes".len() + 150);
    assert_eq!(house.rooms.position(house.article).await.unwrap(), position);
}

#[tokio::test]
async fn a_room_nobody_needs_is_let_go_and_opens_again() {
    let house = House::open(LiveSettings {
        idle_grace_ms: 1,
        session_grace_ms: 1,
        ..quick()
    })
    .await;
    for round in 0..20 {
        let mut writing = house.writer(PersonId::new()).await;
        writing.type_title(0, "x").await;
        writing.barrier().await;
        assert_eq!(writing.title().len(), "Pipettes".len() + round + 1);
    }
}

//! What cannot be read is set aside; the rest opens, and nothing is stored over what was lost.

use std::path::PathBuf;

use lectern_article::Edit;
use lectern_base::PersonId;
use lectern_document::{DraftContent, SectionText, written_anew};
use lectern_live::{LiveError, LiveSettings, RoomEvent};

use crate::support::{House, eventually, quick};

const GARBAGE: &str = "neither an edit nor anything";

async fn append_garbage(house: &House) {
    let log = Edit::log(house.article);
    let entry = vec![GARBAGE.into()];
    house.store.append(&log, entry).await.unwrap();
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_is_set_aside_and_the_rest_opens() {
    let house = House::open(quick()).await;
    let ada = PersonId::new();
    let mut writing = house.writer(ada).await;
    writing.type_title(0, "Good ").await;
    writing.barrier().await;
    drop(writing);
    let house = house.reopen(quick()).await;
    append_garbage(&house).await;
    let mut house = house.reopen(quick()).await;

    let mut writing = house.writer(ada).await;
    assert_eq!(writing.title(), "Good Pipettes");
    let RoomEvent::Quarantined { article, what } = house.event().await else {
        panic!("the house is told");
    };
    assert_eq!(
        (article, what),
        (house.article, vec!["entry 3 of the edit log".to_owned()])
    );
    let aside = house.rooms.quarantined(house.article).await.unwrap();
    let kept = aside[0].kept.expect("the bytes are kept");
    let bytes = house.store.blobs().get(kept).await.unwrap();
    assert_eq!(bytes.as_deref(), Some(GARBAGE.as_bytes()));

    writing.type_title(0, "Very ").await;
    writing.barrier().await;
    drop(writing);
    let house = house.reopen(quick()).await;
    assert_eq!(house.title().await, "Very Good Pipettes");
    let aside = house.rooms.quarantined(house.article).await.unwrap();
    assert_eq!(aside.len(), 1, "found once");
    let position = house.rooms.position(house.article).await.unwrap();
    assert_eq!(position, 4, "numbers go on");
    let authors = house.rooms.contributors_since(house.article, 0).await;
    assert_eq!(authors.unwrap(), [ada]);
}

#[tokio::test]
async fn an_edit_that_builds_on_a_lost_one_is_set_aside_with_it_and_others_are_not() {
    let house = House::open(quick()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let (mut first, mut second) = (house.writer(ada).await, house.writer(bo).await);
    first.type_title(0, "lost").await;
    first.barrier().await;
    first.type_title(4, " too").await;
    first.barrier().await;
    second.type_title(0, "kept ").await;
    second.barrier().await;
    drop((first, second));
    let house = house.reopen(quick()).await;
    let log = Edit::log(house.article);
    let mut edits = house.store.read_log(&log, 0, 10).await.unwrap();
    edits[1].1 = GARBAGE.into();
    let other = House::open(quick()).await;
    let mut batch = lectern_store::Batch::new();
    let copy = lectern_base::ArticleId::new();
    for (_, entry) in edits {
        batch.append(&Edit::log(copy), entry);
    }
    other.store.commit(batch).await.unwrap();
    let title = other.rooms.read_with(copy, crate::support::title).await;
    assert_eq!(title.unwrap(), "kept Pipettes");
    let aside = other.rooms.quarantined(copy).await.unwrap();
    let mut aside: Vec<_> = aside.iter().map(|aside| aside.what.as_str()).collect();
    aside.sort_unstable();
    assert_eq!(
        aside,
        ["entry 2 of the edit log", "entry 3 of the edit log"]
    );
    assert_eq!(other.rooms.contributors_since(copy, 1).await.unwrap(), [bo]);
}

/// Writes until there are two snapshots, and returns the title.
async fn with_two_snapshots(house: &House) -> String {
    let mut writing = house.writer(PersonId::new()).await;
    for word in 0..25 {
        writing.type_title(0, &format!("{word} ")).await;
        writing.barrier().await;
    }
    eventually("two snapshots", || async {
        (snapshots(house).len() == 2).then_some(())
    })
    .await;
    writing.type_title(0, "after ").await;
    writing.barrier().await;
    writing.title()
}

fn compacting() -> LiveSettings {
    LiveSettings {
        compact_after: 10,
        ..quick()
    }
}

/// The files of the snapshots, oldest first.
fn snapshots(house: &House) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(house.dir.path().join("blobs")).unwrap();
    let folders = folders.map(|folder| folder.unwrap().path());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort_by_key(|file| std::fs::metadata(file).unwrap().modified().unwrap());
    files
}

#[tokio::test]
async fn a_damaged_snapshot_costs_no_letter() {
    let house = House::open(compacting()).await;
    let title = with_two_snapshots(&house).await;
    let house = house.reopen(compacting()).await;
    let newest = snapshots(&house).pop().unwrap();
    std::fs::write(&newest, "rotten").unwrap();
    assert_eq!(house.title().await, title);
    let aside = house.rooms.quarantined(house.article).await.unwrap();
    let hash = newest.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(aside[0].what.starts_with("snapshot") && aside[0].what.ends_with(&hash));
    let house = house.reopen(compacting()).await;
    assert_eq!(house.title().await, title);
}

#[tokio::test]
async fn a_draft_whose_snapshots_are_all_lost_stays_closed_until_it_is_restored() {
    let house = House::open(compacting()).await;
    with_two_snapshots(&house).await;
    let house = house.reopen(compacting()).await;
    for snapshot in snapshots(&house) {
        std::fs::remove_file(snapshot).unwrap();
    }
    let read = house.rooms.read(house.article).await;
    assert!(matches!(read, Err(LiveError::Damaged { .. })), "{read:?}");
    let told = lectern_live::inspect(&house.store, house.article)
        .await
        .unwrap();
    assert!(
        told.iter().any(|line| line.contains("cannot be read")),
        "{told:?}"
    );

    let ada = PersonId::new();
    let content = DraftContent {
        title: "From the last revision".into(),
        sections: vec![SectionText {
            key: "lead".into(),
            markdown: "Keep it cold.".into(),
        }],
        ..DraftContent::default()
    };
    let doc = written_anew(&content).unwrap();
    house.rooms.replace(house.article, ada, doc).await.unwrap();
    assert_eq!(house.rooms.read(house.article).await.unwrap(), content);
    let mut writing = house.writer(ada).await;
    writing.type_title(0, "Saved: ").await;
    writing.barrier().await;
    let house = house.reopen(compacting()).await;
    assert_eq!(house.title().await, "Saved: From the last revision");
}

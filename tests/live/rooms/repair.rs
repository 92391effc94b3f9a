//! Unreadable parts are quarantined, the rest opens, and nothing is stored over what was lost.

use std::path::PathBuf;

use lectern_article::Edit;
use lectern_base::PersonId;
use lectern_document::{DraftContent, SectionText, doc_from_content};
use lectern_live::{LiveError, LiveSettings, RoomEvent};
use lectern_test_support::{TestRooms, short_delays, until};

const GARBAGE: &str = "neither an edit nor anything";

async fn append_garbage(fixture: &TestRooms) {
    let log = Edit::log(fixture.article);
    let entry = vec![GARBAGE.into()];
    fixture.store.append(&log, entry).await.unwrap();
}

#[tokio::test]
async fn an_unreadable_entry_is_quarantined_and_the_rest_opens() {
    let fixture = TestRooms::open(short_delays()).await;
    let ada = PersonId::new();
    let mut writing = fixture.writer(ada).await;
    writing.type_title(0, "Good ").await;
    writing.barrier().await;
    drop(writing);
    let fixture = fixture.reopen(short_delays()).await;
    append_garbage(&fixture).await;
    let mut fixture = fixture.reopen(short_delays()).await;

    let mut writing = fixture.writer(ada).await;
    assert_eq!(writing.title(), "Good Pipettes");
    let RoomEvent::Quarantined { article, what } = fixture.event().await else {
        panic!("a quarantine event");
    };
    assert_eq!(
        (article, what),
        (fixture.article, vec!["entry 3 of the edit log".to_owned()])
    );
    let aside = fixture.rooms.quarantined(fixture.article).await.unwrap();
    let kept = aside[0].kept.expect("the bytes are kept");
    let bytes = fixture.store.blobs().get(kept).await.unwrap();
    assert_eq!(bytes.as_deref(), Some(GARBAGE.as_bytes()));

    writing.type_title(0, "Very ").await;
    writing.barrier().await;
    drop(writing);
    let fixture = fixture.reopen(short_delays()).await;
    assert_eq!(fixture.title().await, "Very Good Pipettes");
    let aside = fixture.rooms.quarantined(fixture.article).await.unwrap();
    assert_eq!(aside.len(), 1, "found once");
    let position = fixture.rooms.position(fixture.article).await.unwrap();
    assert_eq!(position, 4, "numbers go on");
    let authors = fixture.rooms.contributors_since(fixture.article, 0).await;
    assert_eq!(authors.unwrap(), [ada]);
}

#[tokio::test]
async fn edits_that_build_on_a_lost_one_are_quarantined_with_it() {
    let fixture = TestRooms::open(short_delays()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let (mut first, mut second) = (fixture.writer(ada).await, fixture.writer(bo).await);
    first.type_title(0, "lost").await;
    first.barrier().await;
    first.type_title(4, " too").await;
    first.barrier().await;
    second.type_title(0, "kept ").await;
    second.barrier().await;
    drop((first, second));
    let fixture = fixture.reopen(short_delays()).await;
    let log = Edit::log(fixture.article);
    let mut edits = fixture.store.read_log(&log, 0, 10).await.unwrap();
    edits[1].1 = GARBAGE.into();
    let other = TestRooms::open(short_delays()).await;
    let mut batch = lectern_store::Batch::new();
    let copy = lectern_base::ArticleId::new();
    for (_, entry) in edits {
        batch.append(&Edit::log(copy), entry);
    }
    other.store.commit(batch).await.unwrap();
    let title = other
        .rooms
        .read_with(copy, lectern_test_support::title)
        .await;
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

/// Writes until there are two snapshots and returns the title.
async fn with_two_snapshots(fixture: &TestRooms) -> String {
    let mut writing = fixture.writer(PersonId::new()).await;
    for word in 0..25 {
        writing.type_title(0, &format!("{word} ")).await;
        writing.barrier().await;
    }
    until("two snapshots", || async {
        (snapshots(fixture).len() == 2).then_some(())
    })
    .await;
    writing.type_title(0, "after ").await;
    writing.barrier().await;
    writing.title()
}

fn compacting() -> LiveSettings {
    LiveSettings {
        compact_after: 10,
        ..short_delays()
    }
}

/// Returns the snapshot files, oldest first.
fn snapshots(fixture: &TestRooms) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(fixture.dir.path().join("blobs")).unwrap();
    let folders = folders.map(|folder| folder.unwrap().path());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort_by_key(|file| std::fs::metadata(file).unwrap().modified().unwrap());
    files
}

#[tokio::test]
async fn a_damaged_snapshot_loses_no_edit() {
    let fixture = TestRooms::open(compacting()).await;
    let title = with_two_snapshots(&fixture).await;
    let fixture = fixture.reopen(compacting()).await;
    let newest = snapshots(&fixture).pop().unwrap();
    std::fs::write(&newest, "rotten").unwrap();
    assert_eq!(fixture.title().await, title);
    let aside = fixture.rooms.quarantined(fixture.article).await.unwrap();
    let hash = newest.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(aside[0].what.starts_with("snapshot") && aside[0].what.ends_with(&hash));
    let fixture = fixture.reopen(compacting()).await;
    assert_eq!(fixture.title().await, title);
}

#[tokio::test]
async fn a_draft_without_snapshots_stays_closed_until_it_is_restored() {
    let fixture = TestRooms::open(compacting()).await;
    with_two_snapshots(&fixture).await;
    let fixture = fixture.reopen(compacting()).await;
    for snapshot in snapshots(&fixture) {
        std::fs::remove_file(snapshot).unwrap();
    }
    let read = fixture.rooms.read(fixture.article).await;
    assert!(matches!(read, Err(LiveError::Damaged { .. })), "{read:?}");
    let findings = lectern_live::inspect(&fixture.store, fixture.article)
        .await
        .unwrap();
    assert!(
        findings.iter().any(|line| line.contains("cannot be read")),
        "{findings:?}"
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
    let doc = doc_from_content(&content).unwrap();
    fixture
        .rooms
        .replace(fixture.article, ada, doc)
        .await
        .unwrap();
    assert_eq!(fixture.rooms.read(fixture.article).await.unwrap(), content);
    let mut writing = fixture.writer(ada).await;
    writing.type_title(0, "Saved: ").await;
    writing.barrier().await;
    let fixture = fixture.reopen(compacting()).await;
    assert_eq!(fixture.title().await, "Saved: From the last revision");
}

//! Everything one person saw from another is on disk, and so is everything acknowledged.

use std::sync::Arc;

use tempfile::TempDir;

use lectern_base::PersonId;
use lectern_live::{Outgoing, Rights};
use lectern_store as store;
use lectern_test_support::{InProcessWire, Peer, TestRooms, short_delays};

use super::gated_store::GatedStore;

async fn gated() -> (TestRooms, Arc<GatedStore>) {
    let dir = Arc::new(TempDir::new().unwrap());
    let gate = GatedStore::new(store::open(dir.path()).unwrap());
    (
        TestRooms::with_store(short_delays(), gate.clone(), dir).await,
        gate,
    )
}

/// Counts frames about the document. Awareness (type 1) takes another path.
fn document_frames(arrived: &[Outgoing]) -> usize {
    arrived
        .iter()
        .filter(|one| matches!(one, Outgoing::Frame(bytes) if bytes.first() != Some(&1)))
        .count()
}

#[tokio::test]
async fn no_change_is_sent_before_it_is_on_disk() {
    let (fixture, gate) = gated().await;
    let mut ada = fixture.writer(PersonId::new()).await;
    let mut bo = fixture.writer(PersonId::new()).await;
    bo.barrier().await;
    gate.shut();
    ada.type_title(0, "Safe ").await;
    ada.send_barrier().await;
    gate.until_commit_waits().await;
    assert_eq!(
        document_frames(&ada.wire().arrived().await),
        0,
        "no barrier comes back"
    );
    assert_eq!(
        document_frames(&bo.wire().arrived().await),
        0,
        "no one else sees it"
    );
    gate.open();
    ada.barrier().await;
    bo.until_title("Safe Pipettes").await;
}

#[tokio::test]
async fn reads_during_a_commit_see_only_what_is_on_disk() {
    let (fixture, gate) = gated().await;
    let mut ada = fixture.writer(PersonId::new()).await;
    ada.barrier().await;
    gate.shut();
    ada.type_title(0, "Not yet ").await;
    gate.until_commit_waits().await;
    gate.fail(true);
    let (rooms, article) = (fixture.rooms.clone(), fixture.article);
    let reading =
        tokio::spawn(async move { rooms.read_with(article, lectern_test_support::title).await });
    tokio::task::yield_now().await;
    assert!(!reading.is_finished(), "the query waits for the commit");
    gate.open();
    // The room is dropped with what it could not store, and the query goes to the disk.
    assert_eq!(reading.await.unwrap().unwrap(), "Pipettes");
}

#[tokio::test]
async fn a_change_that_cannot_be_stored_is_not_shown_and_sent_again() {
    let (fixture, gate) = gated().await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let mut writing = fixture.writer(ada).await;
    let mut watching = fixture.writer(bo).await;
    watching.barrier().await;
    gate.fail(true);
    writing.type_title(0, "Kept ").await;
    let (code, reason) = writing.closed().await;
    assert_eq!(code, 1013);
    assert!(reason.starts_with("Not saved"), "{reason}");
    assert_eq!(watching.closed().await.0, 1013);
    assert_eq!(watching.title(), "Pipettes");

    gate.fail(false);
    let mut back = fixture.returning(ada, writing.leave()).await;
    back.barrier().await;
    let again: Peer<InProcessWire> = fixture.returning(bo, watching.leave()).await;
    assert_eq!(again.title(), "Kept Pipettes");
    assert_eq!(fixture.title().await, "Kept Pipettes");
}

#[tokio::test]
async fn concurrent_joins_load_the_draft_once() {
    let (fixture, gate) = gated().await;
    let before = gate.reads();
    let joins = (0..20).map(|_| fixture.wire(PersonId::new(), Rights::Write));
    let joined = futures_util::future::join_all(joins).await;
    assert!(joined.iter().all(Result::is_ok));
    assert_eq!(gate.reads() - before, 1);
}

#[tokio::test]
async fn edits_that_wait_together_share_a_commit() {
    let (fixture, gate) = gated().await;
    let mut people = Vec::new();
    for _ in 0..5 {
        people.push(fixture.writer(PersonId::new()).await);
    }
    let before = gate.commits();
    gate.shut();
    for person in &mut people {
        person.type_title(0, "x").await;
    }
    gate.until_commit_waits().await;
    gate.open();
    for person in &mut people {
        person.barrier().await;
    }
    let position = fixture.rooms.position(fixture.article).await.unwrap();
    assert_eq!(position, 6, "each person's edit is an entry of its own");
    let commits = gate.commits() - before;
    assert!(
        commits <= 2,
        "{commits} commits: the first edit, and the rest"
    );
}

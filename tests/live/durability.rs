//! What one person saw from another is on disk, and so is what says "Saved".

use std::sync::Arc;

use tempfile::TempDir;

use lectern_base::PersonId;
use lectern_live::{Outgoing, Rights};
use lectern_store as store;

use crate::gate::Gate;
use crate::peer::Peer;
use crate::support::{Direct, House, quick};

async fn gated() -> (House, Arc<Gate>) {
    let dir = Arc::new(TempDir::new().unwrap());
    let gate = Gate::before(store::open(dir.path()).unwrap());
    (House::with_store(quick(), gate.clone(), dir).await, gate)
}

/// Counts what speaks of the document; who is where (awareness, type 1) takes another path.
fn frames(arrived: &[Outgoing]) -> usize {
    arrived
        .iter()
        .filter(|one| matches!(one, Outgoing::Frame(bytes) if bytes.first() != Some(&1)))
        .count()
}

#[tokio::test]
async fn nobody_hears_of_a_change_before_it_is_on_disk() {
    let (house, gate) = gated().await;
    let mut ada = house.writer(PersonId::new()).await;
    let mut bo = house.writer(PersonId::new()).await;
    bo.barrier().await;
    gate.shut();
    ada.type_title(0, "Safe ").await;
    ada.send_barrier().await;
    gate.somebody_waits().await;
    assert_eq!(
        frames(&ada.wire().arrived().await),
        0,
        "no barrier comes back"
    );
    assert_eq!(frames(&bo.wire().arrived().await), 0, "nobody sees it");
    gate.open();
    ada.barrier().await;
    bo.until_title("Safe Pipettes").await;
}

#[tokio::test]
async fn who_joins_while_a_commit_waits_sees_only_what_is_on_disk() {
    let (house, gate) = gated().await;
    let mut ada = house.writer(PersonId::new()).await;
    ada.barrier().await;
    gate.shut();
    ada.type_title(0, "Not yet ").await;
    gate.somebody_waits().await;
    gate.fail(true);
    let (rooms, article) = (house.rooms.clone(), house.article);
    let reading =
        tokio::spawn(async move { rooms.read_with(article, crate::support::title).await });
    gate.open();
    // The room is thrown away with what it could not store; the question goes to the disk.
    assert_eq!(reading.await.unwrap().unwrap(), "Pipettes");
}

#[tokio::test]
async fn what_cannot_be_stored_is_shown_to_nobody_and_sent_again() {
    let (house, gate) = gated().await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let mut writing = house.writer(ada).await;
    let mut watching = house.writer(bo).await;
    watching.barrier().await;
    gate.fail(true);
    writing.type_title(0, "Kept ").await;
    let (code, reason) = writing.closed().await;
    assert_eq!(code, 1013);
    assert!(reason.starts_with("Not saved"), "{reason}");
    assert_eq!(watching.closed().await.0, 1013);
    assert_eq!(watching.title(), "Pipettes");

    gate.fail(false);
    let mut back = house.returning(ada, writing.leave()).await;
    back.barrier().await;
    let again: Peer<Direct> = house.returning(bo, watching.leave()).await;
    assert_eq!(again.title(), "Kept Pipettes");
    assert_eq!(house.title().await, "Kept Pipettes");
}

#[tokio::test]
async fn many_who_come_at_once_load_the_draft_once() {
    let (house, gate) = gated().await;
    let before = gate.reads();
    let joins = (0..20).map(|_| house.wire(PersonId::new(), Rights::Write));
    let joined = futures_util::future::join_all(joins).await;
    assert!(joined.iter().all(Result::is_ok));
    assert_eq!(gate.reads() - before, 1);
}

#[tokio::test]
async fn edits_that_wait_together_are_stored_together() {
    let (house, gate) = gated().await;
    let mut people = Vec::new();
    for _ in 0..5 {
        people.push(house.writer(PersonId::new()).await);
    }
    gate.shut();
    for person in &mut people {
        person.type_title(0, "x").await;
    }
    gate.somebody_waits().await;
    gate.open();
    for person in &mut people {
        person.barrier().await;
    }
    let position = house.rooms.position(house.article).await.unwrap();
    assert_eq!(position, 6, "each person's edit is an entry of its own");
}

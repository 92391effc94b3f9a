//! What bad input gets.

use std::sync::Arc;

use tempfile::TempDir;

use lectern_article::Edit;
use lectern_base::{ArticleId, PersonId};
use lectern_live::{LiveError, Rights, RoomEvent};

use crate::peer::{Peer, put_integer};
use crate::support::{House, participant, quick};

#[tokio::test]
async fn writing_as_somebody_else_is_refused_and_reported() {
    let mut house = House::open(quick()).await;
    let mallory = PersonId::new();
    let mut ada = house.writer(PersonId::new()).await;
    ada.type_title(0, "A").await;
    ada.barrier().await;

    let stolen = lectern_document::new_doc(Some(ada.client()));
    let mut thief = Peer::reconnect(house.wire(mallory, Rights::Write).await.unwrap(), stolen)
        .await
        .synced()
        .await;
    thief.type_title(0, "forged ").await;
    let (code, reason) = thief.closed().await;
    assert_eq!(code, 4403);
    assert!(reason.contains("somebody else"), "{reason}");
    assert_eq!(house.title().await, "APipettes");
    let RoomEvent::Refused {
        person, article, ..
    } = house.event().await
    else {
        panic!("a refusal")
    };
    assert_eq!((person, article), (mallory, house.article));
    ada.type_title(1, " ").await;
    ada.barrier().await;
    assert_eq!(house.title().await, "A Pipettes", "the others go on");
}

#[tokio::test]
async fn who_may_only_read_watches_but_does_not_write() {
    let house = House::open(quick()).await;
    let mut ada = house.writer(PersonId::new()).await;
    let mut reader = house.reader(PersonId::new()).await;
    ada.type_title(0, "Read: ").await;
    reader.until_title("Read: Pipettes").await;
    reader.type_title(0, "no ").await;
    assert_eq!(reader.closed().await.0, 4403);
    assert_eq!(house.title().await, "Read: Pipettes");
}

#[tokio::test]
async fn who_loses_the_right_to_write_is_refused_from_then_on() {
    let house = House::open(quick()).await;
    let ada = PersonId::new();
    let mut writing = house.writer(ada).await;
    writing.type_title(0, "1").await;
    writing.barrier().await;
    house.rooms.set_rights(house.article, ada, Rights::Read);
    writing.type_title(0, "2").await;
    assert_eq!(writing.closed().await.0, 4403);
    assert_eq!(house.title().await, "1Pipettes");
}

#[tokio::test]
async fn an_outdated_page_may_watch_and_is_told_to_reload_when_it_writes() {
    let house = House::open(quick()).await;
    let mut old = participant(PersonId::new(), Rights::Write);
    old.outdated = true;
    let connection = house.rooms.join(house.article, old).await.unwrap();
    let mut old = Peer::connect(crate::support::Direct::over(connection))
        .await
        .synced()
        .await;
    assert_eq!(old.title(), "Pipettes");
    old.type_title(0, "x").await;
    let (code, reason) = old.closed().await;
    assert_eq!(code, 4409);
    assert!(reason.contains("Reload"), "{reason}");
}

#[tokio::test]
async fn bytes_that_are_no_message_end_the_connection_alone() {
    let house = House::open(quick()).await;
    let mut ada = house.writer(PersonId::new()).await;
    let garbage: [&[u8]; 6] = [
        b"hello",
        &[],
        &[0, 2, 200],
        &[0, 2, 3, 1, 2, 3],
        &[77],
        &[0xff; 64],
    ];
    for bytes in garbage {
        let mut odd = house.writer(PersonId::new()).await;
        odd.send_raw(bytes.to_vec()).await;
        assert_eq!(odd.closed().await.0, 1003, "{bytes:?}");
    }
    ada.type_title(0, "Still ").await;
    ada.barrier().await;
    assert_eq!(house.title().await, "Still Pipettes");
}

#[tokio::test]
async fn values_nested_without_end_do_not_end_the_process() {
    let house = House::open(quick()).await;
    let mut bomb = vec![1, 1, 7, 0, 8, 1, 5];
    bomb.extend(b"order");
    bomb.push(1);
    bomb.extend([117, 1].repeat(100_000));
    bomb.extend([126, 0]);
    let mut frame = vec![0, 2];
    put_integer(&mut frame, bomb.len() as u64);
    frame.extend(bomb);
    let mut mallory = house.writer(PersonId::new()).await;
    mallory.send_raw(frame).await;
    let (code, reason) = mallory.closed().await;
    assert_eq!(code, 1003);
    assert!(reason.contains("nested"), "{reason}");
    assert_eq!(house.title().await, "Pipettes");
}

#[tokio::test]
async fn an_update_that_does_not_fit_the_document_leaves_no_trace() {
    let house = House::open(quick()).await;
    let mut ada = house.writer(PersonId::new()).await;
    ada.type_title(0, "x").await;
    ada.barrier().await;
    // A letter that claims to stand inside another letter.
    let mut odd = vec![0, 2];
    let mut update = vec![1, 1, 9, 0, 4, 0];
    put_integer(&mut update, ada.client());
    update.extend([0, 1, b'y', 0]);
    put_integer(&mut odd, update.len() as u64);
    odd.extend(update);
    let mut mallory = house.writer(PersonId::new()).await;
    mallory.send_raw(odd).await;
    assert_eq!(mallory.closed().await.0, 1003);
    ada.type_title(0, "still ").await;
    ada.barrier().await;
    assert_eq!(house.title().await, "still xPipettes");
    assert_eq!(
        house.reader(PersonId::new()).await.title(),
        "still xPipettes"
    );
}

#[tokio::test]
async fn a_frame_over_the_limit_names_the_limit() {
    let house = House::open(lectern_live::LiveSettings {
        frame_limit: 4096,
        ..quick()
    })
    .await;
    let mut ada = house.writer(PersonId::new()).await;
    ada.type_title(0, &"x".repeat(5000)).await;
    let (code, reason) = ada.closed().await;
    assert_eq!(code, 1009);
    assert!(reason.contains("4096"), "{reason}");
}

#[tokio::test]
async fn a_draft_that_is_not_there_is_not_opened() {
    let house = House::open(quick()).await;
    let unknown = house
        .rooms
        .join(
            ArticleId::new(),
            participant(PersonId::new(), Rights::Write),
        )
        .await;
    assert!(matches!(unknown.err(), Some(LiveError::NotFound)));
    assert!(matches!(
        house.rooms.position(ArticleId::new()).await,
        Err(LiveError::NotFound)
    ));
}

#[tokio::test]
async fn a_draft_with_nothing_left_to_begin_with_is_named_and_never_an_empty_page() {
    let dir = Arc::new(TempDir::new().unwrap());
    let store = lectern_store::open(dir.path()).unwrap();
    let article = ArticleId::new();
    let log = Edit::log(article);
    let nothing = vec!["neither an edit nor anything".into(); 2];
    store.append(&log, nothing).await.unwrap();
    let house = House::with_article(quick(), store, dir, article);
    let refused = house
        .wire(PersonId::new(), Rights::Write)
        .await
        .err()
        .unwrap();
    let LiveError::Damaged { record, article } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(
        (record.as_str(), *article),
        ("entry 1 of the edit log", house.article)
    );
    assert!(
        !refused.to_string().contains("entry"),
        "people are told what to expect, not what broke"
    );
    assert_eq!(
        house.store.read_log(&log, 0, 10).await.unwrap().len(),
        2,
        "nothing is stored over it"
    );
}

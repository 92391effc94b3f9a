//! How rooms handle bad input.

use std::sync::Arc;

use tempfile::TempDir;

use lectern_article::Edit;
use lectern_base::{ArticleId, PersonId};
use lectern_live::{LiveError, Rights, RoomEvent};
use lectern_test_support::{Peer, TestRooms, participant, put_var_uint, short_delays};

#[tokio::test]
async fn writing_as_another_person_is_refused_and_reported() {
    let mut fixture = TestRooms::open(short_delays()).await;
    let mallory = PersonId::new();
    let mut ada = fixture.writer(PersonId::new()).await;
    ada.type_title(0, "A").await;
    ada.barrier().await;

    let stolen = lectern_document::new_doc(Some(ada.client()));
    let mut thief = Peer::reconnect(fixture.wire(mallory, Rights::Write).await.unwrap(), stolen)
        .await
        .synced()
        .await;
    thief.type_title(0, "forged ").await;
    let (code, reason) = thief.closed().await;
    assert_eq!(code, 4403);
    assert!(reason.contains("somebody else"), "{reason}");
    assert_eq!(fixture.title().await, "APipettes");
    let RoomEvent::Refused {
        person, article, ..
    } = fixture.event().await
    else {
        panic!("a refusal")
    };
    assert_eq!((person, article), (mallory, fixture.article));
    ada.type_title(1, " ").await;
    ada.barrier().await;
    assert_eq!(fixture.title().await, "A Pipettes", "the others go on");
}

#[tokio::test]
async fn a_reader_sees_changes_but_cannot_write() {
    let fixture = TestRooms::open(short_delays()).await;
    let mut ada = fixture.writer(PersonId::new()).await;
    let mut reader = fixture.reader(PersonId::new()).await;
    ada.type_title(0, "Read: ").await;
    reader.until_title("Read: Pipettes").await;
    reader.type_title(0, "no ").await;
    assert_eq!(reader.closed().await.0, 4403);
    assert_eq!(fixture.title().await, "Read: Pipettes");
}

#[tokio::test]
async fn losing_the_right_to_write_takes_effect_at_once() {
    let fixture = TestRooms::open(short_delays()).await;
    let ada = PersonId::new();
    let mut writing = fixture.writer(ada).await;
    writing.type_title(0, "1").await;
    writing.barrier().await;
    fixture.rooms.set_rights(fixture.article, ada, Rights::Read);
    writing.type_title(0, "2").await;
    assert_eq!(writing.closed().await.0, 4403);
    assert_eq!(fixture.title().await, "1Pipettes");
}

#[tokio::test]
async fn an_outdated_page_can_read_and_is_asked_to_reload_when_it_writes() {
    let fixture = TestRooms::open(short_delays()).await;
    let mut old = participant(PersonId::new(), Rights::Write);
    old.outdated = true;
    let connection = fixture.rooms.join(fixture.article, old).await.unwrap();
    let mut old = Peer::connect(lectern_test_support::InProcessWire::over(connection))
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
async fn a_malformed_frame_ends_only_its_own_connection() {
    let fixture = TestRooms::open(short_delays()).await;
    let mut ada = fixture.writer(PersonId::new()).await;
    let garbage: [&[u8]; 6] = [
        b"hello",
        &[],
        &[0, 2, 200],
        &[0, 2, 3, 1, 2, 3],
        &[77],
        &[0xff; 64],
    ];
    for bytes in garbage {
        let mut odd = fixture.writer(PersonId::new()).await;
        odd.send_raw(bytes.to_vec()).await;
        assert_eq!(odd.closed().await.0, 1003, "{bytes:?}");
    }
    ada.type_title(0, "Still ").await;
    ada.barrier().await;
    assert_eq!(fixture.title().await, "Still Pipettes");
}

#[tokio::test]
async fn deeply_nested_values_do_not_crash_the_process() {
    let fixture = TestRooms::open(short_delays()).await;
    let mut bomb = vec![1, 1, 7, 0, 8, 1, 5];
    bomb.extend(b"order");
    bomb.push(1);
    bomb.extend([117, 1].repeat(100_000));
    bomb.extend([126, 0]);
    let mut frame = vec![0, 2];
    put_var_uint(&mut frame, bomb.len() as u64);
    frame.extend(bomb);
    let mut mallory = fixture.writer(PersonId::new()).await;
    mallory.send_raw(frame).await;
    let (code, reason) = mallory.closed().await;
    assert_eq!(code, 1003);
    assert!(reason.contains("nested"), "{reason}");
    assert_eq!(fixture.title().await, "Pipettes");
}

#[tokio::test]
async fn an_update_that_does_not_fit_the_document_leaves_no_trace() {
    let fixture = TestRooms::open(short_delays()).await;
    let mut ada = fixture.writer(PersonId::new()).await;
    ada.type_title(0, "x").await;
    ada.barrier().await;
    // A letter that claims to be inside another letter.
    let mut odd = vec![0, 2];
    let mut update = vec![1, 1, 9, 0, 4, 0];
    put_var_uint(&mut update, ada.client());
    update.extend([0, 1, b'y', 0]);
    put_var_uint(&mut odd, update.len() as u64);
    odd.extend(update);
    let mut mallory = fixture.writer(PersonId::new()).await;
    mallory.send_raw(odd).await;
    assert_eq!(mallory.closed().await.0, 1003);
    ada.type_title(0, "still ").await;
    ada.barrier().await;
    assert_eq!(fixture.title().await, "still xPipettes");
    assert_eq!(
        fixture.reader(PersonId::new()).await.title(),
        "still xPipettes"
    );
}

#[tokio::test]
async fn a_frame_over_the_limit_names_the_limit() {
    let fixture = TestRooms::open(lectern_live::LiveSettings {
        frame_limit: 4096,
        ..short_delays()
    })
    .await;
    let mut ada = fixture.writer(PersonId::new()).await;
    ada.type_title(0, &"x".repeat(5000)).await;
    let (code, reason) = ada.closed().await;
    assert_eq!(code, 1009);
    assert!(reason.contains("4096"), "{reason}");
}

#[tokio::test]
async fn an_unknown_article_is_not_found() {
    let fixture = TestRooms::open(short_delays()).await;
    let unknown = fixture
        .rooms
        .join(
            ArticleId::new(),
            participant(PersonId::new(), Rights::Write),
        )
        .await;
    assert!(matches!(unknown.err(), Some(LiveError::NotFound)));
    assert!(matches!(
        fixture.rooms.position(ArticleId::new()).await,
        Err(LiveError::NotFound)
    ));
}

#[tokio::test]
async fn a_draft_without_readable_records_stays_closed() {
    let dir = Arc::new(TempDir::new().unwrap());
    let store = lectern_store::open(dir.path()).unwrap();
    let article = ArticleId::new();
    let log = Edit::log(article);
    let nothing = vec!["neither an edit nor anything".into(); 2];
    store.append(&log, nothing).await.unwrap();
    let fixture = TestRooms::with_article(short_delays(), store, dir, article);
    let refused = fixture
        .wire(PersonId::new(), Rights::Write)
        .await
        .err()
        .unwrap();
    let LiveError::Damaged { record, article } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(
        (record.as_str(), *article),
        ("entry 1 of the edit log", fixture.article)
    );
    assert!(
        !refused.to_string().contains("entry"),
        "people are told what to expect, not what broke"
    );
    assert_eq!(
        fixture.store.read_log(&log, 0, 10).await.unwrap().len(),
        2,
        "nothing is stored over it"
    );
}

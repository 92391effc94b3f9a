//! People join and leave.

use bytes::Bytes;

use lectern_base::PersonId;
use lectern_live::{LiveError, LiveSettings, Outgoing, Rights, RoomEvent};
use lectern_test_support::{Received, TestRooms, Wire, participant, short_delays, until};

#[tokio::test]
async fn a_session_end_names_everyone_who_wrote() {
    let mut fixture = TestRooms::open(short_delays()).await;
    let (ada, bo, reader) = (PersonId::new(), PersonId::new(), PersonId::new());
    let mut first = fixture.writer(ada).await;
    let mut second = fixture.writer(bo).await;
    let watching = fixture.reader(reader).await;
    first.type_title(0, "a").await;
    first.barrier().await;
    second.type_title(0, "b").await;
    second.barrier().await;
    drop((first, second));
    let RoomEvent::SessionEnded {
        article,
        mut contributors,
        position,
    } = fixture.event().await
    else {
        panic!("the end of the session");
    };
    contributors.sort();
    assert_eq!((article, position), (fixture.article, 3));
    assert_eq!(contributors, [ada, bo]);
    assert_eq!(
        fixture.rooms.contributors_since(article, 2).await.unwrap(),
        [bo]
    );
    drop(watching);
}

#[tokio::test]
async fn the_next_session_names_only_its_own_writers() {
    let mut fixture = TestRooms::open(short_delays()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    for person in [ada, bo] {
        let mut writing = fixture.writer(person).await;
        writing.type_title(0, "x").await;
        writing.barrier().await;
        drop(writing);
        let RoomEvent::SessionEnded { contributors, .. } = fixture.event().await else {
            panic!("an end")
        };
        assert_eq!(contributors, [person]);
    }
}

#[tokio::test]
async fn reading_starts_no_session() {
    let mut fixture = TestRooms::open(short_delays()).await;
    drop(fixture.writer(PersonId::new()).await);
    let mut writing = fixture.writer(PersonId::new()).await;
    writing.type_title(0, "x").await;
    writing.barrier().await;
    drop(writing);
    let RoomEvent::SessionEnded { position, .. } = fixture.event().await else {
        panic!("an end")
    };
    assert_eq!(position, 2, "the first event is that of the edit");
}

#[tokio::test]
async fn presence_lists_each_person_once() {
    let fixture = TestRooms::open(short_delays()).await;
    let ada = PersonId::new();
    assert_eq!(fixture.rooms.present(fixture.article).await.unwrap(), []);
    let (here, again) = (fixture.writer(ada).await, fixture.writer(ada).await);
    assert_eq!(fixture.rooms.present(fixture.article).await.unwrap(), [ada]);
    drop((here, again));
    until("everyone to leave", || async {
        fixture
            .rooms
            .present(fixture.article)
            .await
            .unwrap()
            .is_empty()
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn closing_a_person_tells_them_why_and_spares_others() {
    let fixture = TestRooms::open(short_delays()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let mut first = fixture.writer(ada).await;
    let mut second = fixture.writer(bo).await;
    fixture
        .rooms
        .close_person(ada, lectern_live::Close::not_signed_in());
    assert_eq!(first.closed().await.0, 4401);
    second.type_title(0, "x").await;
    second.barrier().await;
}

#[tokio::test]
async fn nothing_is_taken_from_or_sent_to_who_signed_out() {
    let fixture = TestRooms::open(short_delays()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let joining = participant(ada, Rights::Write);
    let lease = joining.lease.clone();
    let mut leaving = fixture.rooms.join(fixture.article, joining).await.unwrap();
    let mut staying = fixture.writer(bo).await;
    lease.end();
    staying.type_title(0, "Secret ").await;
    staying.barrier().await;
    let refused = leaving.receive(Bytes::from_static(&[0, 2, 2, 0, 0])).await;
    assert_eq!(refused.unwrap_err().code, 4401);
    let Some(Outgoing::Close(close)) = leaving.next().await else {
        panic!("a close before anything else")
    };
    assert_eq!(close.code, 4401);
    assert_eq!(fixture.title().await, "Secret Pipettes");
}

#[tokio::test]
async fn shutdown_ends_sessions_before_it_returns() {
    let mut fixture = TestRooms::open(LiveSettings {
        session_grace_ms: 600_000,
        ..short_delays()
    })
    .await;
    let ada = PersonId::new();
    let mut writing = fixture.writer(ada).await;
    writing.type_title(0, "x").await;
    writing.barrier().await;
    fixture.rooms.shutdown().await;
    assert_eq!(writing.closed().await.0, 1012);
    let event = fixture
        .events
        .try_recv()
        .expect("shutdown returns after the event");
    assert!(matches!(event, RoomEvent::SessionEnded { contributors, .. } if contributors == [ada]));
    let late = fixture
        .rooms
        .join(fixture.article, participant(ada, Rights::Write))
        .await;
    assert!(matches!(late.err(), Some(LiveError::Stopping)));
    assert_eq!(
        fixture.title().await,
        "xPipettes",
        "what is on disk can still be read"
    );
}

#[tokio::test]
async fn a_quiet_connection_gets_a_sign_of_life() {
    let fixture = TestRooms::open(LiveSettings {
        heartbeat_ms: 5,
        ..short_delays()
    })
    .await;
    let mut reader = fixture.reader(PersonId::new()).await;
    let Received::Frame(frame) = reader.wire().next().await else {
        panic!("a frame")
    };
    assert_eq!(frame[..], [1, 1, 0], "an empty awareness message");
}

#[tokio::test]
async fn a_silent_client_is_closed() {
    let fixture = TestRooms::open(LiveSettings {
        heartbeat_ms: 20,
        ..short_delays()
    })
    .await;
    // It reads, but sends nothing and answers no ping, like a half-open connection.
    let mut gone = fixture.writer(PersonId::new()).await;
    let (code, reason) = gone.closed().await;
    assert_eq!(code, 4508, "{reason}");
}

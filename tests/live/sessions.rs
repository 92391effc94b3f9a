//! When people come and go.

use lectern_base::PersonId;
use lectern_live::{LiveError, LiveSettings, Rights, RoomEvent};

use crate::peer::{Received, Wire};
use crate::support::{House, eventually, participant, quick};

#[tokio::test]
async fn a_session_ends_after_the_last_writer_and_names_everybody_who_wrote() {
    let mut house = House::open(quick()).await;
    let (ada, bo, reader) = (PersonId::new(), PersonId::new(), PersonId::new());
    let mut first = house.writer(ada).await;
    let mut second = house.writer(bo).await;
    let watching = house.reader(reader).await;
    first.type_title(0, "a").await;
    first.barrier().await;
    second.type_title(0, "b").await;
    second.barrier().await;
    drop((first, second));
    let RoomEvent::SessionEnded {
        article,
        mut contributors,
        position,
    } = house.event().await
    else {
        panic!("the end of the session");
    };
    contributors.sort();
    assert_eq!((article, position), (house.article, 3));
    assert_eq!(contributors, [ada, bo]);
    assert_eq!(
        house.rooms.contributors_since(article, 2).await.unwrap(),
        [bo]
    );
    drop(watching);
}

#[tokio::test]
async fn the_next_session_names_only_those_who_wrote_in_it() {
    let mut house = House::open(quick()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    for person in [ada, bo] {
        let mut writing = house.writer(person).await;
        writing.type_title(0, "x").await;
        writing.barrier().await;
        drop(writing);
        let RoomEvent::SessionEnded { contributors, .. } = house.event().await else {
            panic!("an end")
        };
        assert_eq!(contributors, [person]);
    }
}

#[tokio::test]
async fn who_only_looks_ends_no_session() {
    let mut house = House::open(quick()).await;
    drop(house.writer(PersonId::new()).await);
    let mut writing = house.writer(PersonId::new()).await;
    writing.type_title(0, "x").await;
    writing.barrier().await;
    drop(writing);
    let RoomEvent::SessionEnded { position, .. } = house.event().await else {
        panic!("an end")
    };
    assert_eq!(position, 2, "the first event is that of the edit");
}

#[tokio::test]
async fn the_house_knows_who_is_present() {
    let house = House::open(quick()).await;
    let ada = PersonId::new();
    assert_eq!(house.rooms.present(house.article).await.unwrap(), []);
    let (here, again) = (house.writer(ada).await, house.writer(ada).await);
    assert_eq!(house.rooms.present(house.article).await.unwrap(), [ada]);
    drop((here, again));
    eventually("everybody to be gone", || async {
        house
            .rooms
            .present(house.article)
            .await
            .unwrap()
            .is_empty()
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn who_is_sent_away_is_told_why() {
    let house = House::open(quick()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let mut first = house.writer(ada).await;
    let mut second = house.writer(bo).await;
    house
        .rooms
        .close_person(ada, lectern_live::Close::not_signed_in());
    assert_eq!(first.closed().await.0, 4401);
    second.type_title(0, "x").await;
    second.barrier().await;
}

#[tokio::test]
async fn stopping_ends_sessions_in_order() {
    let mut house = House::open(LiveSettings {
        session_grace_ms: 600_000,
        ..quick()
    })
    .await;
    let ada = PersonId::new();
    let mut writing = house.writer(ada).await;
    writing.type_title(0, "x").await;
    writing.barrier().await;
    house.rooms.shutdown().await;
    assert_eq!(writing.closed().await.0, 1012);
    let event = house
        .events
        .try_recv()
        .expect("the end is told before the rooms are closed");
    assert!(matches!(event, RoomEvent::SessionEnded { contributors, .. } if contributors == [ada]));
    let late = house
        .rooms
        .join(house.article, participant(ada, Rights::Write))
        .await;
    assert!(matches!(late.err(), Some(LiveError::Stopping)));
    assert_eq!(
        house.title().await,
        "xPipettes",
        "what is on disk can still be read"
    );
}

#[tokio::test]
async fn a_quiet_connection_gets_a_sign_of_life() {
    let house = House::open(LiveSettings {
        heartbeat_ms: 5,
        ..quick()
    })
    .await;
    let mut reader = house.reader(PersonId::new()).await;
    let Received::Frame(frame) = reader.wire().next().await else {
        panic!("a frame")
    };
    assert_eq!(frame[..], [1, 1, 0], "an empty awareness message");
}

#[tokio::test]
async fn who_gives_no_sign_of_life_counts_as_gone() {
    let house = House::open(LiveSettings {
        heartbeat_ms: 20,
        ..quick()
    })
    .await;
    // It reads what comes, but says nothing and answers no ping: half of its line is cut.
    let mut gone = house.writer(PersonId::new()).await;
    let (code, reason) = gone.closed().await;
    assert_eq!(code, 4508, "{reason}");
}

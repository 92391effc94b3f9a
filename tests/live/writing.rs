//! People write together.

use serde_json::json;
use yrs::Text;

use lectern_base::PersonId;
use lectern_live::LiveError;

use crate::support::{House, quick};

#[tokio::test]
async fn two_people_see_what_the_other_writes() {
    let house = House::open(quick()).await;
    let mut ada = house.writer(PersonId::new()).await;
    let mut bo = house.writer(PersonId::new()).await;
    assert_eq!(ada.title(), "Pipettes");
    ada.type_title(8, " and tips").await;
    bo.until_title("Pipettes and tips").await;
    bo.type_title(0, "On ").await;
    ada.until_title("On Pipettes and tips").await;
    assert_eq!(house.title().await, "On Pipettes and tips");
}

#[tokio::test]
async fn what_is_typed_at_once_in_one_place_ends_alike_everywhere() {
    let house = House::open(quick()).await;
    let mut people = Vec::new();
    for _ in 0..4 {
        people.push(house.writer(PersonId::new()).await);
    }
    let words = ["Grüße ", "👩‍🔬 ", "実験 ", "e\u{301}tude "];
    for round in 0..10 {
        for (person, word) in people.iter_mut().zip(words) {
            let end = person.title().encode_utf16().count() as u32;
            person
                .type_title(if round % 2 == 0 { 0 } else { end }, word)
                .await;
        }
    }
    for person in &mut people {
        person.barrier().await;
    }
    for person in &mut people {
        person.barrier().await;
    }
    let title = house.title().await;
    assert_eq!(title.chars().filter(|letter| *letter == '👩').count(), 10);
    for person in people {
        assert_eq!(person.title(), title);
    }
}

#[tokio::test]
async fn what_was_written_offline_arrives_on_return() {
    let house = House::open(quick()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let mut away = house.writer(ada).await;
    let mut there = house.writer(bo).await;
    let title = away.doc.get_or_insert_text("title");
    away.edit_offline(|txn| title.insert(txn, 0, "Offline "));
    let kept = away.leave();
    there.type_title(8, " online").await;
    there.barrier().await;
    let mut back = house.returning(ada, kept).await;
    back.barrier().await;
    there.until_title("Offline Pipettes online").await;
    assert_eq!(back.title(), "Offline Pipettes online");
}

#[tokio::test]
async fn a_change_that_the_server_makes_for_somebody_arrives_like_any_other() {
    let mut house = House::open(quick()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let mut writing = house.writer(ada).await;
    writing.type_title(8, "!").await;
    let changed: Result<&str, LiveError> = house
        .rooms
        .edit(house.article, bo, |doc| {
            let title = doc.get_or_insert_text("title");
            title.insert(&mut yrs::Transact::transact_mut(doc), 0, "On ");
            Ok("done")
        })
        .await;
    assert_eq!(changed.unwrap(), "done");
    writing.until_title("On Pipettes!").await;
    drop(writing);
    house.event().await;
    let contributors = house
        .rooms
        .contributors_since(house.article, 0)
        .await
        .unwrap();
    assert_eq!(contributors.len(), 2);
    assert!(contributors.contains(&bo));
}

#[tokio::test]
async fn everybody_sees_who_is_here_under_their_own_name() {
    let house = House::open(quick()).await;
    let mut ada = house.writer(PersonId::new()).await;
    let mut bo = house.reader(PersonId::new()).await;
    ada.announce(&json!({ "user": { "name": "somebody else" }, "cursor": 4 }))
        .await;
    bo.until_present(1).await;
    let seen = &bo.presence[&ada.client()];
    assert_eq!(
        (&seen["user"]["name"], &seen["cursor"]),
        (&json!("Ada"), &json!(4))
    );
    ada.until_present(1).await;

    bo.announce(&json!({ "cursor": null })).await;
    ada.until_present(2).await;
    let mut late = house.reader(PersonId::new()).await;
    late.until_present(2).await;
    drop(bo);
    late.until_present(1).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_misses_nothing_and_is_not_sent_away() {
    let house = House::open(lectern_live::LiveSettings {
        queue_limit: 2_000,
        ..quick()
    })
    .await;
    let mut asleep = house.writer(PersonId::new()).await;
    let mut ada = house.writer(PersonId::new()).await;
    asleep.type_title(0, "Typed asleep. ").await;
    let label = asleep.send_barrier().await;
    for _ in 0..200 {
        ada.type_title(0, "twenty letters here ").await;
        ada.barrier().await;
    }
    asleep.until_echoed(&label).await;
    ada.type_title(0, "Awake again. ").await;
    ada.until(|ada| ada.title().contains("Typed asleep. "))
        .await;
    let title = ada.title();
    asleep.until_title(&title).await;
    assert_eq!(title.matches("twenty letters here").count(), 200);
    assert_eq!(house.title().await, title);
}

#[tokio::test]
async fn an_update_that_came_without_its_forerunner_is_asked_for() {
    let house = House::open(quick()).await;
    let mut ada = house.writer(PersonId::new()).await;
    let title = ada.doc.get_or_insert_text("title");
    ada.edit_offline(|txn| title.insert(txn, 0, "lost "));
    ada.type_title(0, "then ").await;
    ada.barrier().await;
    assert_eq!(house.title().await, "then lost Pipettes");
}

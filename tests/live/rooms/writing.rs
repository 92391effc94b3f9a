//! People write together.

use serde_json::json;
use yrs::Text;

use lectern_base::PersonId;
use lectern_live::LiveError;
use lectern_test_support::{TestRooms, short_delays};

#[tokio::test]
async fn two_people_see_each_others_changes() {
    let fixture = TestRooms::open(short_delays()).await;
    let mut ada = fixture.writer(PersonId::new()).await;
    let mut bo = fixture.writer(PersonId::new()).await;
    assert_eq!(ada.title(), "Pipettes");
    ada.type_title(8, " and tips").await;
    bo.until_title("Pipettes and tips").await;
    bo.type_title(0, "On ").await;
    ada.until_title("On Pipettes and tips").await;
    assert_eq!(fixture.title().await, "On Pipettes and tips");
}

#[tokio::test]
async fn concurrent_typing_in_one_place_converges() {
    let fixture = TestRooms::open(short_delays()).await;
    let mut people = Vec::new();
    for _ in 0..4 {
        people.push(fixture.writer(PersonId::new()).await);
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
    let title = fixture.title().await;
    assert_eq!(title.chars().filter(|letter| *letter == '👩').count(), 10);
    for person in people {
        assert_eq!(person.title(), title);
    }
}

#[tokio::test]
async fn offline_changes_arrive_on_reconnect() {
    let fixture = TestRooms::open(short_delays()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let mut away = fixture.writer(ada).await;
    let mut there = fixture.writer(bo).await;
    let title = away.doc.get_or_insert_text("title");
    away.edit_offline(|txn| title.insert(txn, 0, "Offline "));
    let kept = away.leave();
    there.type_title(8, " online").await;
    there.barrier().await;
    let mut back = fixture.returning(ada, kept).await;
    back.barrier().await;
    there.until_title("Offline Pipettes online").await;
    assert_eq!(back.title(), "Offline Pipettes online");
}

#[tokio::test]
async fn a_server_side_edit_arrives_like_any_other() {
    let mut fixture = TestRooms::open(short_delays()).await;
    let (ada, bo) = (PersonId::new(), PersonId::new());
    let mut writing = fixture.writer(ada).await;
    writing.type_title(8, "!").await;
    let changed: Result<&str, LiveError> = fixture
        .rooms
        .edit(fixture.article, bo, |doc| {
            let title = doc.get_or_insert_text("title");
            title.insert(&mut yrs::Transact::transact_mut(doc), 0, "On ");
            Ok("done")
        })
        .await;
    assert_eq!(changed.unwrap(), "done");
    writing.until_title("On Pipettes!").await;
    drop(writing);
    fixture.event().await;
    let contributors = fixture
        .rooms
        .contributors_since(fixture.article, 0)
        .await
        .unwrap();
    assert_eq!(contributors.len(), 2);
    assert!(contributors.contains(&bo));
}

#[tokio::test]
async fn presence_shows_people_under_their_own_names() {
    let fixture = TestRooms::open(short_delays()).await;
    let mut ada = fixture.writer(PersonId::new()).await;
    let mut bo = fixture.reader(PersonId::new()).await;
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
    let mut late = fixture.reader(PersonId::new()).await;
    late.until_present(2).await;
    drop(bo);
    late.until_present(1).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_misses_nothing_and_stays() {
    let fixture = TestRooms::open(lectern_live::LiveSettings {
        queue_limit: 2_000,
        ..short_delays()
    })
    .await;
    let mut asleep = fixture.writer(PersonId::new()).await;
    let mut ada = fixture.writer(PersonId::new()).await;
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
    assert_eq!(fixture.title().await, title);
}

#[tokio::test]
async fn a_missing_update_is_requested() {
    let fixture = TestRooms::open(short_delays()).await;
    let mut ada = fixture.writer(PersonId::new()).await;
    let title = ada.doc.get_or_insert_text("title");
    ada.edit_offline(|txn| title.insert(txn, 0, "lost "));
    ada.type_title(0, "then ").await;
    ada.barrier().await;
    assert_eq!(fixture.title().await, "then lost Pipettes");
}

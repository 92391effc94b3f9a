//! What an earlier release wrote is read by this one: a data directory, and a pack.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use zip::ZipArchive;

use lectern_base::SystemClock;
use lectern_events::JournalEvent;
use lectern_journal::Journal;

use crate::pack::lectern;
use crate::support::{Client, TestServer};

/// Everybody's password.
const PASSWORD: &str = "correct horse battery staple";
/// The module *Cold chain*.
const MODULE: &str = "01a22ea6-cd31-70aa-b32a-4c5ee8e79918";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// The data directory of release 0.1.0, unpacked.
fn data_of_0_1_0() -> TempDir {
    let data = TempDir::new().unwrap();
    let file = File::open(fixture("data-0.1.0.zip")).unwrap();
    ZipArchive::new(file).unwrap().extract(data.path()).unwrap();
    data
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Signs in with the password of the fixture.
async fn signed_in(server: &TestServer, login: &str) -> Client {
    let client = server.stranger();
    let credentials = json!({"login": login, "password": PASSWORD});
    let reply = client.post("/api/v1/session", credentials).await;
    assert!(reply.status.is_success(), "{}", reply.text);
    client
}

async fn article(client: &Client, title: &str) -> Value {
    let found = client
        .get(&format!("/api/v1/search?q={title}"))
        .await
        .expect(200)
        .json();
    found["hits"][0].clone()
}

#[test]
fn its_data_directory_verifies() {
    let data = data_of_0_1_0();
    let said = lectern(&["verify", "--data", path(data.path())]).done();
    assert!(
        said.contains("54 journal entries: all as written"),
        "{said}"
    );
}

#[tokio::test]
async fn each_of_its_events_is_read_as_a_type_of_this_release() {
    let data = data_of_0_1_0();
    let store = lectern_store::open(data.path()).unwrap();
    let clock = Arc::new(SystemClock);
    let journal = Journal::open(store, clock).await.unwrap();
    let entries = journal.read(0, 1_000).await.unwrap();
    let unread: Vec<_> = entries
        .iter()
        .filter(|entry| JournalEvent::of(entry).is_none())
        .collect();
    assert!(unread.is_empty(), "{unread:?}");
    let kinds: BTreeSet<_> = entries.iter().map(|entry| &entry.deed).collect();
    assert!(kinds.len() >= 19, "{kinds:?}");
}

#[tokio::test]
async fn its_data_directory_is_served() {
    let server = TestServer::start_on_data(data_of_0_1_0()).await;
    let lea = signed_in(&server, "lea").await;

    let shipment = article(&lea, "shipment").await;
    let at = format!("/api/v1/articles/{}", shipment["article"].as_str().unwrap());
    let text = lea
        .get(&format!("{at}/effective?format=markdown"))
        .await
        .expect(200)
        .text;
    assert!(text.contains("**2** and **8 °C**"), "{text}");
    assert!(!text.contains("never frozen"), "rejected: {text}");

    let vaccines = article(&lea, "vaccines").await;
    let page = lea.page("/a/vaccines").await.expect(200).text;
    assert!(page.contains("Rob Sand"), "who signed it: {page}");
    let read = format!(
        "/api/v1/articles/{}/signatures",
        vaccines["article"].as_str().unwrap()
    );
    let signatures = lea.get(&read).await.expect(200).json();
    assert_eq!(signatures["items"][0]["printed_name"], "Rob Sand");

    let ada = signed_in(&server, "ada").await;
    let draft = ada.get(&format!("{at}/draft")).await.expect(200).text;
    assert!(draft.contains("never frozen"), "{draft}");
    let threads = ada.get(&format!("{at}/threads")).await.expect(200).text;
    assert!(threads.contains("For how long?"), "{threads}");
    let read = format!(
        "/api/v1/articles/{}/acknowledgements",
        vaccines["article"].as_str().unwrap()
    );
    let acknowledged = ada.get(&read).await.expect(200).json();
    assert_eq!(acknowledged["items"][0]["printed_name"], "Lea Ost");

    // The journal goes on where it ended, and the chain holds.
    let lead = format!("{at}/draft/sections/lead");
    ada.raw(
        reqwest::Method::PUT,
        &lead,
        "text/markdown",
        "Two hours at most.",
    )
    .await
    .expect(200);
    let request = json!({"change_summary": "For how long.", "kind": "minor"});
    ada.post(&format!("{at}/reviews"), request)
        .await
        .expect(201);
    let data = server.stop().await;
    lectern(&["verify", "--data", path(data.path())]).done();
}

#[tokio::test]
async fn its_articles_are_listed() {
    let server = TestServer::start_on_data(data_of_0_1_0()).await;
    let ada = signed_in(&server, "ada").await;
    let list = ada.get("/api/v1/modules").await.expect(200).json();
    let found = list["items"].as_array().unwrap().iter();
    let found = found.into_iter().find(|module| module["id"] == MODULE);
    let found = found.unwrap().clone();
    assert_eq!(found["articles"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(found["article_count"], 1);
    let home = ada.page("/").await.expect(200).text;
    assert!(home.contains("/a/vaccines"), "newly published: {home}");

    let body = json!({"module": MODULE, "template": "topic-article", "title": "Ice"});
    let ice = ada.post("/api/v1/articles", body).await.expect(201).id();
    let order = format!("/api/v1/modules/{MODULE}/order");
    let moved = json!({"article": ice});
    ada.patch(&order, moved).await.expect(204);
    let path = format!("/api/v1/modules/{MODULE}");
    let now = ada.get(&path).await.expect(200).json();
    assert_eq!(now["articles"], json!([ice, found["articles"][0]]));

    // A second start finds everything listed.
    let server = TestServer::start_on_data(server.stop().await).await;
    let ada = signed_in(&server, "ada").await;
    assert_eq!(ada.get(&path).await.expect(200).json(), now);
}

#[tokio::test]
async fn its_journal_is_indexed_and_its_sessions_end() {
    let server = TestServer::start_on_data(data_of_0_1_0()).await;
    let journal = &server.app.journal;
    journal.build_indexes().await.unwrap();
    let admin = server.person("ivy", &["admin"]).await;
    let shipment = article(&admin, "shipment").await;
    let id = shipment["article"].as_str().unwrap();
    let of_shipment = format!("/api/v1/journal?limit=200&article={id}");
    let found = admin.get(&of_shipment).await.expect(200).json();
    let found: Vec<u64> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["seq"].as_u64().unwrap())
        .collect();
    let mut expected: Vec<u64> = journal
        .read(0, 1_000)
        .await
        .unwrap()
        .iter()
        .filter(|entry| serde_json::to_string(entry).unwrap().contains(id))
        .map(|entry| entry.seq)
        .collect();
    expected.reverse();
    assert!(expected.len() > 3, "{expected:?}");
    assert_eq!(found, expected);

    let lea = signed_in(&server, "lea").await;
    lea.delete("/api/v1/session").await.expect(204);
    lea.get("/api/v1/me").await.expect(401);
    let data = server.stop().await;
    lectern(&["verify", "--data", path(data.path())]).done();
}

#[tokio::test]
async fn a_link_of_its_text_is_bound_to_the_first_article_with_that_title() {
    let server = TestServer::start_on_data(data_of_0_1_0()).await;
    let ada = signed_in(&server, "ada").await;
    let rob = server.person("rob-2", &["reviewer"]).await;
    let tom = server.person("tom", &["trainer"]).await;
    let shipment = article(&ada, "shipment").await;
    let page = format!("/a/{}", shipment["slug"].as_str().unwrap());
    let text = ada.page(&page).await.expect(200).text;
    assert!(text.contains("No article has this title yet"), "{text}");

    let module = shipment["module"].as_str().unwrap();
    let rooms = tom.starts(module, "Cold rooms").await;
    tom.publishes(&rooms, &[&rob]).await;
    let title = format!("/api/v1/articles/{rooms}/draft/title");
    let renamed = json!({"title": "Walk-in cold stores"});
    tom.put(&title, renamed).await.expect(200);
    tom.publishes(&rooms, &[&rob]).await;
    let taker = tom.starts(module, "Cold rooms").await;
    tom.publishes(&taker, &[&rob]).await;
    let text = ada.page(&page).await.expect(200).text;
    assert!(text.contains("href=\"/a/cold-rooms\""), "{text}");
    let data = server.stop().await;
    lectern(&["verify", "--data", path(data.path())]).done();
}

#[tokio::test]
async fn its_pack_is_imported() {
    let data = TempDir::new().unwrap();
    let pack = fixture("pack-0.1.0.zip");
    lectern(&["import", "--data", path(data.path()), path(&pack)]).done();
    lectern(&["verify", "--data", path(data.path())]).done();
    let server = TestServer::start_on_data(data).await;
    let len = server.person_within("len", "learner", MODULE).await;
    let page = len.page("/a/vaccines").await.expect(200).text;
    assert!(page.contains("Rob Sand"), "who signed it: {page}");
}

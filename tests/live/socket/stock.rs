//! Stock y-websocket clients next to other clients.

use serde_json::{Value, json};
use yrs::Text;

use lectern_test_support::Node;

use super::server::{Person, ServerProcess};

async fn open(node: &mut Node, server: &ServerProcess, peer: &str, who: &Person, article: &str) {
    let headers = json!({ "authorization": format!("Bearer {}", who.token) });
    let args = json!({ "url": server.collab(), "room": article, "headers": headers });
    node.run(peer, "open", args).await;
}

#[tokio::test]
async fn stock_and_other_clients_write_one_article() {
    let mut server = ServerProcess::prepare();
    let (ada, bo) = (
        server.add_person("ada", "trainer"),
        server.add_person("bo", "learner"),
    );
    server.start().await;
    let article = server.make_article(&ada).await;
    let mut node = Node::start();
    for (peer, who) in [("stock-ada", &ada), ("stock-bo", &bo)] {
        open(&mut node, &server, peer, who, &article).await;
        node.run(peer, "synced", json!({})).await;
    }
    let mut first = server.peer(&ada, &article).await.synced().await;
    let mut second = server.peer(&bo, &article).await.synced().await;

    for round in 0..10u32 {
        for (peer, text) in [("stock-ada", "Grüße "), ("stock-bo", "実験 ")] {
            let edits = json!([{ "kind": "title", "at": 0, "text": text },
                { "kind": "paragraph", "at": round, "text": text }]);
            node.run(peer, "edit", json!({ "edits": edits })).await;
        }
        first.type_title(0, "one ").await;
        second.type_title(0, "two ").await;
    }
    for _ in 0..2 {
        first.barrier().await;
        second.barrier().await;
        for peer in ["stock-ada", "stock-bo"] {
            node.run(peer, "barrier", json!({})).await;
        }
    }
    first.barrier().await;
    second.barrier().await;
    let title = server.draft_title(&ada, &article).await;
    assert_eq!(title.split_whitespace().count(), 41, "{title}");
    assert_eq!(
        (first.title().trim(), second.title().trim()),
        (title.trim(), title.trim())
    );
    let bodies = [
        node.run("stock-ada", "read", json!({})).await,
        node.run("stock-bo", "read", json!({})).await,
    ];
    assert_eq!(
        bodies[0]["title"].as_str().map(str::trim),
        Some(title.trim())
    );
    assert_eq!(bodies[0]["body"], bodies[1]["body"]);
}

#[tokio::test]
async fn a_stock_client_syncs_offline_changes() {
    let mut server = ServerProcess::prepare();
    let ada = server.add_person("ada", "trainer");
    server.start().await;
    let article = server.make_article(&ada).await;
    let mut node = Node::start();
    open(&mut node, &server, "stock", &ada, &article).await;
    node.run("stock", "synced", json!({})).await;
    node.run("stock", "disconnect", json!({})).await;
    let edits = json!([{ "kind": "title", "at": 0, "text": "Offline " }]);
    node.run("stock", "edit", json!({ "edits": edits })).await;
    let mut there = server.peer(&ada, &article).await.synced().await;
    there.type_title(8, " online").await;
    there.barrier().await;
    node.run("stock", "connect", json!({})).await;
    there.until_title("Offline Pipettes online").await;
    node.run("stock", "contains", json!({ "title": "online" }))
        .await;
}

#[tokio::test]
async fn a_stock_client_shows_people_under_their_own_names() {
    let mut server = ServerProcess::prepare();
    let (ada, bo) = (
        server.add_person("ada", "trainer"),
        server.add_person("bo", "learner"),
    );
    server.start().await;
    let article = server.make_article(&ada).await;
    let mut node = Node::start();
    for (peer, who) in [("one", &ada), ("two", &bo)] {
        open(&mut node, &server, peer, who, &article).await;
        node.run(
            peer,
            "awareness",
            json!({ "state": { "user": { "name": "somebody" } } }),
        )
        .await;
    }
    let seen = node.run("one", "presence", json!({ "people": 2 })).await;
    let names: Vec<&Value> = seen["states"]
        .as_array()
        .unwrap()
        .iter()
        .map(|state| &state["user"]["name"])
        .collect();
    assert!(names.contains(&&json!("bo")), "{names:?}");
    node.run("two", "destroy", json!({})).await;
    node.run("one", "presence", json!({ "people": 1 })).await;
}

#[tokio::test]
async fn a_stock_client_that_writes_as_another_person_is_closed_for_good() {
    let mut server = ServerProcess::prepare();
    let (ada, bo) = (
        server.add_person("ada", "trainer"),
        server.add_person("bo", "learner"),
    );
    server.start().await;
    let article = server.make_article(&ada).await;
    let mut honest = server.peer(&ada, &article).await.synced().await;
    let title = honest.doc.get_or_insert_text("title");
    honest.edit(|txn| title.insert(txn, 0, "A ")).await;
    honest.barrier().await;
    let mut node = Node::start();
    open(&mut node, &server, "thief", &bo, &article).await;
    node.run("thief", "synced", json!({})).await;
    let client = json!({ "client": honest.client() });
    node.run("thief", "become", client).await;
    let edits = json!([{ "kind": "title", "at": 0, "text": "forged " }]);
    node.run("thief", "edit", json!({ "edits": edits })).await;
    let closed = node.run("thief", "closed", json!({})).await;
    assert_eq!(closed["code"], 4403);
    assert_eq!(server.draft_title(&ada, &article).await, "A Pipettes");
}

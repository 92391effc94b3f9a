//! The main story: from a template to what readers get, written live by two people.

use serde_json::{Value, json};
use yrs::{Doc, GetString, ReadTxn, XmlElementPrelim, XmlFragment, XmlTextPrelim};

use lectern_journal as journal;

use crate::support::{Node, Peer, Person, Socket, TestServer, until};

const ROUNDS: u32 = 12;

#[tokio::test]
async fn from_a_template_to_a_published_article_written_live_by_two_people() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let ben = server.person("ben", &["learner"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let sue = server.person("sue", &["reviewer"]).await;
    let lea = server.person("lea", &["lead"]).await;
    let module = ada.creates_module("Procedures").await;
    let article = ada
        .starts_from("sop-module", &module, "Receiving a shipment")
        .await;

    four_clients_write(&server, &ada, &ben, &article).await;
    let draft = ada.reads_draft(&article).await;
    for word in ["stock-ada", "stock-ben", "yrs-ada", "yrs-ben"] {
        let written = draft.to_string().matches(word).count();
        assert_eq!(written, ROUNDS as usize, "{word} in {draft}");
    }
    ada.fills(&article).await;

    let path = format!("/api/v1/articles/{article}/revisions");
    let revision = ada
        .post(&path, json!({"name": "Written together"}))
        .await
        .expect(201)
        .json();
    let mut both = vec![ada.id.to_string(), ben.id.to_string()];
    both.sort();
    let mut named: Vec<String> = serde_json::from_value(revision["contributors"].clone()).unwrap();
    named.sort();
    assert_eq!(named, both);

    let review = ada.requests_review(&article).await.expect(201).json();
    assert_eq!(review["needed"], 2);
    rob.approves(&review).await.expect(201);
    lea.reads(&article, "json").await.problem(404);
    sue.approves(&review).await.expect(201);

    let effective = lea.reads(&article, "json").await.expect(200).json();
    assert_eq!(effective["hash"], review["revision_hash"]);
    let text = lea.reads(&article, "markdown").await.expect(200).text;
    assert!(
        text.contains("stock-ada") && text.contains("yrs-ben"),
        "{text}"
    );
    let hit = until("a reader finds it", || async {
        lea.finds("yrs-ben").await.pop()
    })
    .await;
    assert_eq!(hit["article"], article.as_str());
    assert_eq!(hit["version"], "1.0");

    let report = journal::verify(&server.app.store, None).await.unwrap();
    assert!(report.unwrap().entries > 10);
}

/// Two stock clients and two of another make type into the same sections at once.
async fn four_clients_write(server: &TestServer, ada: &Person, ben: &Person, article: &str) {
    let mut node = Node::start();
    for (name, who) in [("stock-ada", ada), ("stock-ben", ben)] {
        let headers = json!({"authorization": format!("Bearer {}", who.token)});
        let url = format!("ws://{}/collab", server.address());
        node.run(
            name,
            "open",
            json!({"url": url, "room": article, "headers": headers}),
        )
        .await;
        node.run(name, "synced", json!({})).await;
    }
    let mut first = server.peer(ada, article).await.synced().await;
    let mut second = server.peer(ben, article).await.synced().await;

    for round in 0..ROUNDS {
        let section = ["purpose", "steps"][round as usize % 2];
        for name in ["stock-ada", "stock-ben"] {
            let edit = json!({"kind": "paragraph", "at": round, "text": name, "section": section});
            node.run(name, "edit", json!({"edits": [edit]})).await;
        }
        writes(&mut first, section, "yrs-ada").await;
        writes(&mut second, section, "yrs-ben").await;
    }
    // After two rounds of barriers everybody has seen what everybody sent before the first.
    for _ in 0..2 {
        first.barrier().await;
        second.barrier().await;
        for name in ["stock-ada", "stock-ben"] {
            node.run(name, "barrier", json!({})).await;
        }
    }
    first.barrier().await;
    let theirs: Vec<Value> = vec![
        node.run("stock-ada", "read", json!({"section": "steps"}))
            .await["body"]
            .clone(),
        node.run("stock-ben", "read", json!({"section": "steps"}))
            .await["body"]
            .clone(),
    ];
    assert_eq!(theirs[0], theirs[1]);
    assert_eq!(theirs[0].as_str().unwrap(), steps(&first.doc));
    assert_eq!(steps(&first.doc), steps(&second.doc));
}

async fn writes(peer: &mut Peer<Socket>, section: &str, text: &str) {
    let fragment = peer
        .doc
        .get_or_insert_xml_fragment(format!("section:{section}"));
    peer.edit(|txn| {
        let paragraph = XmlElementPrelim::new("paragraph", [XmlTextPrelim::new(text).into()]);
        fragment.push_back(txn, paragraph);
    })
    .await;
}

fn steps(doc: &Doc) -> String {
    use yrs::Transact;
    let txn = doc.transact();
    let fragment = txn.get_xml_fragment("section:steps").unwrap();
    fragment.get_string(&txn)
}

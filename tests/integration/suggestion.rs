//! Suggestions: what somebody who may only suggest can do, by socket and by API.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};
use yrs::{
    Any, Text, TransactionMut, WriteTxn, Xml, XmlElementPrelim, XmlFragment, XmlOut, XmlTextPrelim,
};

use crate::support::{Got, Person, TestServer, until};

impl Person {
    async fn changes(&self, module: &str, body: Value) -> Got {
        let request = self.request(Method::PATCH, &format!("/api/v1/modules/{module}"));
        self.send(request.json(&body)).await
    }
}

fn first_text(txn: &mut TransactionMut<'_>) -> yrs::XmlTextRef {
    let lead = txn.get_or_insert_xml_fragment("section:lead");
    let Some(XmlOut::Element(paragraph)) = lead.get(txn, 0) else {
        panic!("a paragraph")
    };
    let Some(XmlOut::Text(text)) = paragraph.get(txn, 0) else {
        panic!("its text")
    };
    text
}

#[tokio::test]
async fn learners_of_a_module_can_be_limited_to_suggesting() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let bo = server.person("bo", &["learner"]).await;
    let root = server.person("root", &["admin"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let lead = format!("/api/v1/articles/{article}/draft/sections/lead");
    let list = format!("/api/v1/articles/{article}/suggestions");
    ada.raw(Method::PUT, &lead, "text/markdown", "Keep it cold.")
        .await
        .expect(200);

    // It holds at once, also for a draft that is open.
    let mut learner = server.peer(&bo, &article).await.synced().await;
    learner
        .edit(|txn| first_text(txn).insert(txn, 0, "Do. "))
        .await;
    learner.barrier().await;
    bo.changes(&module, json!({"learners": "suggest"}))
        .await
        .problem(403);
    let changed = ada
        .changes(&module, json!({"learners": "suggest"}))
        .await
        .expect(200);
    assert_eq!(changed.json()["learners"], "suggest");

    let tag = format!("s1 {}", bo.id);
    let values = HashMap::from([("tag".to_owned(), Any::from(tag.as_str()))]);
    let marks = [("inserted".into(), Any::Map(values.into()))];
    learner
        .edit(|txn| first_text(txn).insert_with_attributes(txn, 12, " very", marks.into()))
        .await;
    learner
        .edit(|txn| {
            let lead = txn.get_or_insert_xml_fragment("section:lead");
            let words = XmlTextPrelim::new("Ask.");
            let block = XmlElementPrelim::new("paragraph", [words.into()]);
            let block = lead.push_back(txn, block);
            block.insert_attribute(txn, "inserted", tag.as_str());
        })
        .await;
    learner.barrier().await;
    let told = ada.get(&list).await.expect(200).json();
    let said: Vec<_> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["text"])
        .collect();
    assert_eq!(said, [" veryAsk."], "one suggestion goes on");
    assert_eq!(told[0]["person"]["name"], "BO");
    assert_eq!(told[0]["kind"], "insert");
    let draft = ada
        .get(&format!("/api/v1/articles/{article}/draft"))
        .await
        .expect(200)
        .json();
    assert_eq!(draft["sections"][0]["markdown"], "Do. Keep it cold.");

    // Everything else needs somebody else.
    bo.raw(Method::PUT, &lead, "text/markdown", "Mine.")
        .await
        .problem(403);
    let new = json!({"module": module, "template": "topic-article", "title": "Mine"});
    bo.post("/api/v1/articles", new).await.problem(403);
    learner
        .edit(|txn| first_text(txn).remove_range(txn, 0, 4))
        .await;
    let (code, why) = learner.closed().await;
    assert_eq!(
        (code, why.contains("you suggest changes")),
        (4403, true),
        "{why}"
    );
    let draft = ada
        .get(&format!("/api/v1/articles/{article}/draft"))
        .await
        .expect(200)
        .json();
    assert_eq!(draft["sections"][0]["markdown"], "Do. Keep it cold.");
    // What a room refused is written down right after it closed the connection.
    let deeds = until("the journal to tell of the refusal", || async {
        let entries = root.get("/api/v1/journal?limit=200").await.expect(200);
        let entries = entries.json()["items"].as_array().unwrap().clone();
        let deed = |entry: &Value| entry["deed"].as_str().unwrap().to_owned();
        let deeds: Vec<_> = entries.iter().map(deed).collect();
        deeds.contains(&"edit.refused".to_owned()).then_some(deeds)
    })
    .await;
    assert!(deeds.contains(&"module.changed".to_owned()), "{deeds:?}");

    // Somebody with another role in the module writes.
    ada.put(
        &format!("/api/v1/modules/{module}/members/{}", bo.id),
        json!({"role": "trainer"}),
    )
    .await
    .expect(204);
    bo.raw(Method::PUT, &lead, "text/markdown", "Mine.")
        .await
        .expect(200);
}

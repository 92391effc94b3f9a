//! Search: what was approved, for all who may see it; drafts, for those who write.

use std::time::Instant;

use crate::support::{TestServer, until};

#[tokio::test]
async fn a_draft_is_found_by_those_who_write_there() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let lead = server.person("lea", &["lead"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.writes(&article, "lead", "Penguins keep it cold.")
        .await
        .expect(200);
    let path = format!("/api/v1/articles/{article}/revisions");
    ada.post(&path, serde_json::json!({})).await.expect(201);

    let hit = until("Ada finds the draft", || async {
        ada.finds("penguin").await.pop()
    })
    .await;
    assert_eq!(hit["article"], article.as_str());
    assert_eq!(hit["draft"], true);
    assert!(hit["snippet"].as_str().unwrap().contains("<mark>"), "{hit}");
    assert!(
        lead.finds("penguin").await.is_empty(),
        "a draft is not for readers"
    );
}

#[tokio::test]
async fn an_approved_text_is_found_by_all_and_an_unapproved_one_is_not() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let lea = server.person("lea", &["lead"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.writes(&article, "lead", "Keep the penguins cold.")
        .await
        .expect(200);
    ada.publishes(&article, &[&rob]).await;
    let published = Instant::now();
    let hit = until("the reader finds it", || async {
        lea.finds("penguins").await.pop()
    })
    .await;
    println!(
        "found {} ms after its approval",
        published.elapsed().as_millis()
    );
    assert_eq!(
        (hit["draft"].as_bool(), hit["version"].as_str()),
        (Some(false), Some("1.0"))
    );
    assert_eq!(hit["section"], "lead", "{hit}");

    ada.writes(&article, "lead", "Keep the walruses cold.")
        .await
        .expect(200);
    let path = format!("/api/v1/articles/{article}/revisions");
    ada.post(&path, serde_json::json!({})).await.expect(201);
    until("the draft is indexed", || async {
        ada.finds("walruses").await.pop()
    })
    .await;
    assert!(
        lea.finds("walruses").await.is_empty(),
        "it was not approved"
    );
}

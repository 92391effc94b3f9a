//! Search: what was approved, for all who may see it; drafts, for those who write.

use std::time::Instant;

use serde_json::json;

use crate::support::{PASSWORD, TestServer, until};

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
    ada.post(&path, json!({})).await.expect(201);

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
    ada.post(&path, json!({})).await.expect(201);
    until("the draft is indexed", || async {
        ada.finds("walruses").await.pop()
    })
    .await;
    assert!(
        lea.finds("walruses").await.is_empty(),
        "it was not approved"
    );
}

#[tokio::test]
async fn a_suspended_text_is_found_by_nobody() {
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
    until("the reader finds it", || async {
        lea.finds("penguins").await.pop()
    })
    .await;
    let signature = json!({"password": PASSWORD, "meaning": "approved"});
    let suspend = json!({"reason": "Wrong.", "signature": signature});
    rob.post(&format!("/api/v1/articles/{article}/suspend"), suspend)
        .await
        .expect(200);
    until("the reader no longer finds it", || async {
        lea.finds("penguins").await.is_empty().then_some(())
    })
    .await;
    assert!(ada.finds("penguins").await.is_empty(), "not as a draft");
    assert_eq!(ada.finds("vaccines").await.len(), 1, "by its title");
    assert!(lea.finds("vaccines").await.is_empty());
}

#[tokio::test]
async fn the_page_and_the_interface_say_how_words_were_understood() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Blood pressure").await;
    ada.writes(&article, "lead", "How to treat hypertension. #heart")
        .await
        .expect(200);
    ada.publishes(&article, &[&rob]).await;
    until("the approved text is found", || async {
        let hit = ada.finds("hypertension").await.pop()?;
        (hit["draft"] == false).then_some(hit)
    })
    .await;
    let found = ada.get("/api/v1/search?q=hypertenison").await.expect(200);
    let near = &found.json()["near"][0];
    assert_eq!(near["typed"], "hypertenison");
    assert_eq!(near["shown"], json!(["hypertension"]));
    let page = ada.get("/search?q=hypertenison").await.expect(200).text;
    assert!(
        page.contains("Nothing for <em>hypertenison</em>; showing hypertension."),
        "{page}"
    );
    for (typed, count) in [
        ("how to treat module:cold-chain", 1),
        ("treat module:elsewhere", 0),
        ("treat by:ada #heart", 1),
        ("treat by:rob", 0),
        ("treat template:\"topic article\" state:approved", 1),
        ("time: *", 0),
    ] {
        assert_eq!(ada.finds(typed).await.len(), count, "{typed}");
    }

    ada.writes(&article, "lead", "How to treat hypertension today.")
        .await
        .expect(200);
    let path = format!("/api/v1/articles/{article}/revisions");
    ada.post(&path, json!({})).await.expect(201);
    let hit = until("the draft is a line beneath", || async {
        let hit = ada.finds("hypertension").await.pop()?;
        (!hit["draft_match"].is_null()).then_some(hit)
    })
    .await;
    assert_eq!(
        (&hit["draft"], &hit["version"]),
        (&json!(false), &json!("1.0"))
    );
    assert_eq!(rob.finds("hypertension").await.len(), 1);
}

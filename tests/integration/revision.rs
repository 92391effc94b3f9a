//! Revisions: saved by name, at the end of a session, compared, restored.

use serde_json::json;

use crate::support::{TestServer, until};

#[tokio::test]
async fn a_named_revision_is_compared_and_restored() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let ben = server.person("ben", &["learner"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let revisions = format!("/api/v1/articles/{article}/revisions");

    ada.writes(&article, "lead", "Keep it cold.")
        .await
        .expect(200);
    let first = ada
        .post(&revisions, json!({"name": "Before Ben"}))
        .await
        .expect(201);
    assert_eq!(first.json()["contributors"], json!([ada.id.to_string()]));
    ben.writes(&article, "lead", "Keep it very cold.")
        .await
        .expect(200);
    let second = ben.post(&revisions, json!({})).await.expect(201);
    assert_ne!(first.field("hash"), second.field("hash"));

    let path = format!("/api/v1/revisions/{}/diff?from={}", second.id(), first.id());
    let diff = ada.get(&path).await.expect(200).json();
    let lead = &diff["sections"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["key"] == "lead")
        .unwrap();
    let added = lead["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["kind"] == "added");
    assert!(
        added.unwrap()["text"].as_str().unwrap().contains("very"),
        "{diff}"
    );

    ben.post(
        &format!("/api/v1/revisions/{}/restore", first.id()),
        json!({}),
    )
    .await
    .problem(403);
    ada.post(
        &format!("/api/v1/revisions/{}/restore", first.id()),
        json!({}),
    )
    .await
    .expect(201);
    let draft = ada.reads_draft(&article).await;
    assert_eq!(draft["sections"][0]["markdown"], "Keep it cold.");

    let listed = ada
        .get(&format!("{revisions}?limit=2"))
        .await
        .expect(200)
        .json();
    assert_eq!(listed["items"][0]["reason"], "restore");
    let next = listed["next"].as_str().unwrap();
    let rest = ada
        .get(&format!("{revisions}?limit=2&after={next}"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        rest["items"].as_array().unwrap().last().unwrap()["name"],
        "Before Ben"
    );
}

#[tokio::test]
async fn a_revision_that_was_never_there_is_not_found() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    ada.get("/api/v1/revisions/01890000-0000-7000-8000-000000000000")
        .await
        .problem(404);
    ada.get("/api/v1/revisions/nonsense").await.problem(404);
}

#[tokio::test]
async fn what_came_after_the_last_revision_is_one_when_the_server_starts_again() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.writes(&article, "lead", "Keep it cold.")
        .await
        .expect(200);
    let server = server.restart().await;
    let ada = ada.at(&server);
    let path = format!("/api/v1/articles/{article}/revisions");
    let saved = until("the session's end is a revision", || async {
        let list = ada.get(&path).await.expect(200).json();
        list["items"].as_array().unwrap().first().cloned()
    })
    .await;
    assert_eq!(saved["contributors"], json!([ada.id.to_string()]));
}

#[tokio::test]
async fn a_title_typed_without_end_is_cut_and_the_text_is_saved_all_the_same() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let mut peer = server.peer(&ada, &article).await.synced().await;
    peer.type_title(0, &"Endless ".repeat(1_000)).await;
    peer.barrier().await;
    let link = format!("See [[{}]].", "elsewhere ".repeat(500).trim());
    ada.writes(&article, "lead", &link).await.expect(200);
    let revisions = format!("/api/v1/articles/{article}/revisions");
    let saved = ada.post(&revisions, json!({})).await.expect(201).json();
    assert_eq!(saved["title"].as_str().map(str::len), Some(199), "{saved}");
}

#[tokio::test]
async fn who_wrote_restored_text_approves_it_no_more_than_new_text() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let cleo = server.person("cleo", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    let revisions = format!("/api/v1/articles/{article}/revisions");
    rob.writes(&article, "lead", "Rob wrote all of this.")
        .await
        .expect(200);
    let by_rob = rob.post(&revisions, json!({"name": "Rob's"})).await;
    let by_rob = by_rob.expect(201).id();
    ada.writes(&article, "lead", "Ada wrote something else.")
        .await
        .expect(200);
    ada.publishes(&article, &[&cleo]).await;

    let restore = format!("/api/v1/revisions/{by_rob}/restore");
    ada.post(&restore, json!({})).await.expect(201);
    let review = ada.requests_review(&article).await.expect(201).json();
    rob.approves(&review).await.problem(403);
    cleo.approves(&review).await.expect(201);

    // Once it is effective, he may approve what others write after it.
    ada.writes(&article, "lead", "Ada wrote this again.")
        .await
        .expect(200);
    let review = ada.requests_review(&article).await.expect(201).json();
    rob.approves(&review).await.expect(201);
}

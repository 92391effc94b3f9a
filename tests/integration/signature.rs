//! Signatures, and the measures that need one, through the front door.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Person, TestServer};

/// A server with Ada, who writes in a controlled module, and Rob, who reviews.
struct Story {
    server: TestServer,
    ada: Person,
    rob: Person,
    lea: Person,
    article: String,
}

impl Story {
    async fn begin() -> Self {
        let server = TestServer::start().await;
        let ada = server.person("ada", &["trainer"]).await;
        let rob = server.person("rob", &["reviewer"]).await;
        let lea = server.person("lea", &["lead"]).await;
        let body = json!({
            "title": "Cold chain",
            "purpose": "Keep it cold.",
            "visibility": "open",
            "control": "controlled",
        });
        let module = ada.post("/api/v1/modules", body).await.expect(201).id();
        let article = ada.starts(&module, "Vaccines").await;
        ada.fills(&article).await;
        Self {
            server,
            ada,
            rob,
            lea,
            article,
        }
    }

    /// The same, with version 1.0.
    async fn effective() -> Self {
        let story = Self::begin().await;
        let review = story.ada.requests_review(&story.article).await.json();
        story.signs(&review).await.expect(201);
        story
    }

    async fn signs(&self, review: &Value) -> crate::support::Got {
        let checklist = vec![true; review["checklist"].as_array().unwrap().len()];
        let decision = json!({
            "verdict": "approve",
            "checklist": checklist,
            "signature": {"password": PASSWORD, "meaning": "approved"},
        });
        self.rob.decides(review, decision).await
    }

    fn at(&self, what: &str) -> String {
        format!("/api/v1/articles/{}/{what}", self.article)
    }
}

fn by_password(password: &str) -> Value {
    json!({"password": password, "meaning": "approved"})
}

#[tokio::test]
async fn a_controlled_module_asks_for_a_signature_and_shows_it() {
    let story = Story::begin().await;
    let review = story.ada.requests_review(&story.article).await.json();
    assert_eq!(review["signed"], true);
    let unsigned = story.rob.approves(&review).await.problem(422);
    assert_eq!(unsigned["field"], "signature");
    let decided = story.signs(&review).await.expect(201).json();
    assert_eq!(decided["state"], "effective");

    let listed = story.lea.get(&story.at("signatures")).await.expect(200);
    let signature = listed.json()["items"][0].clone();
    assert_eq!(signature["id"], decided["decisions"][0]["signature"]);
    assert_eq!(signature["login"], "rob");
    assert_eq!(signature["meaning"], "approved");
    assert_eq!(signature["content_sha256"], review["revision_hash"]);
    let page = story.lea.page("/a/vaccines").await.expect(200).text;
    let (name, meaning) = (signature["printed_name"].as_str().unwrap(), "approved");
    let year = &signature["signed_at"].as_str().unwrap()[..4];
    for part in [name, meaning, year, "UTC"] {
        assert!(page.contains(part), "{part} is not on the page");
    }
}

#[tokio::test]
async fn a_wrong_password_signs_nothing_and_is_journalled() {
    let story = Story::begin().await;
    let admin = story.server.person("root", &["admin"]).await;
    let review = story.ada.requests_review(&story.article).await.json();
    let checklist = vec![true; review["checklist"].as_array().unwrap().len()];
    for signature in [
        by_password("not my password"),
        json!({"login": "ada", "password": PASSWORD, "meaning": "approved"}),
    ] {
        let decision =
            json!({"verdict": "approve", "checklist": checklist, "signature": signature});
        story.rob.decides(&review, decision).await.problem(401);
    }
    let listed = story.ada.get(&story.at("signatures")).await.json();
    assert_eq!(listed["items"], json!([]));
    let journal = admin.get("/api/v1/journal").await.expect(200).text;
    assert_eq!(journal.matches("signature.refused").count(), 2);
    assert!(!journal.contains("not my password") && !journal.contains(PASSWORD));
}

#[tokio::test]
async fn a_suspended_text_is_gone_from_every_reader_and_its_reason_stands_there() {
    let story = Story::effective().await;
    let words = "Text of lead";
    assert!(
        story
            .lea
            .reads(&story.article, "html")
            .await
            .text
            .contains(words)
    );
    let suspend = json!({"reason": "Step 3 is wrong.", "signature": by_password(PASSWORD)});
    let path = story.at("suspend");
    story.ada.post(&path, suspend.clone()).await.problem(403);
    let silent = json!({"signature": by_password(PASSWORD)});
    story.rob.post(&path, silent).await.problem(422);
    let suspended = story.rob.post(&path, suspend.clone()).await.expect(200);
    assert_eq!(suspended.json()["standing"], "suspended");
    story.rob.post(&path, suspend).await.problem(409);

    story.lea.reads(&story.article, "html").await.problem(404);
    let page = story.lea.page("/a/vaccines").await.expect(200).text;
    assert!(page.contains("Step 3 is wrong.") && !page.contains(words));

    let back = json!({"signature": by_password(PASSWORD)});
    story
        .rob
        .post(&story.at("reinstate"), back)
        .await
        .expect(200);
    assert!(
        story
            .lea
            .reads(&story.article, "html")
            .await
            .text
            .contains(words)
    );
}

#[tokio::test]
async fn owner_and_reviewer_retire_an_article() {
    let story = Story::effective().await;
    let retire = json!({"reason": "Replaced.", "signature": by_password(PASSWORD)});
    let path = story.at("retire");
    story.lea.post(&path, retire.clone()).await.problem(403);
    let first = story.ada.post(&path, retire.clone()).await.expect(200);
    assert_eq!(first.json()["standing"], "effective");
    let second = story.rob.post(&path, retire).await.expect(200);
    assert_eq!(second.json()["standing"], "retired");
    let page = story.lea.page("/a/vaccines").await.expect(200).text;
    assert!(page.contains("Retired") && page.contains("Replaced."));
}

#[tokio::test]
async fn the_text_that_was_read_is_reaffirmed_and_no_other() {
    let story = Story::effective().await;
    let shown = story
        .rob
        .get(&format!("/api/v1/articles/{}", story.article))
        .await
        .json();
    let path = story.at("reaffirm");
    let other = json!({"revision_hash": "0".repeat(64), "signature": by_password(PASSWORD)});
    story.rob.post(&path, other).await.problem(409);
    let hash = shown["effective"]["hash"].clone();
    let same = json!({"revision_hash": hash, "signature": by_password(PASSWORD)});
    let done = story.rob.post(&path, same).await.expect(200).json();
    assert!(done["effective"]["review_due"].as_str() >= shown["effective"]["review_due"].as_str());
}

#[tokio::test]
async fn stages_of_a_module_are_set_by_its_reviewers_and_passed_in_order() {
    let story = Story::begin().await;
    let sue = story.server.person("sue", &["reviewer"]).await;
    let shown = story
        .ada
        .get(&format!("/api/v1/articles/{}", story.article))
        .await
        .json();
    let path = format!(
        "/api/v1/modules/{}/rules",
        shown["module"].as_str().unwrap()
    );
    let rules = json!({
        "groups": {"medical": [story.rob.id], "quality": [sue.id]},
        "stages": [
            {"title": "Medical", "quorum": "any", "group": "medical", "meaning": "reviewed"},
            {"title": "Quality", "quorum": {"n": 1}, "group": "quality"},
        ],
    });
    let change = json!({"rules": rules, "reason": "SOP 12"});
    story.ada.put(&path, change.clone()).await.problem(403);
    let unknown = json!({"rules": {"stages": [{"title": "X", "quorum": "any", "group": "y"}]},
        "reason": "SOP 12"});
    let wrong = story.rob.put(&path, unknown).await.problem(422);
    assert_eq!(wrong["field"], "stages");
    story.rob.put(&path, change).await.expect(200);

    let review = story
        .ada
        .requests_review(&story.article)
        .await
        .expect(201)
        .json();
    assert_eq!(review["stages"][0]["title"], "Medical");
    assert_eq!(review["stages"][0]["approvers"], json!([story.rob.id]));
    let medical = story.signs(&review).await.expect(201).json();
    assert_eq!(medical["state"], "candidate");
    assert_eq!(medical["stages"][0]["passed"], true);
    let out_of_turn = story.signs(&review).await.problem(403);
    assert!(out_of_turn["detail"].as_str().unwrap().contains("Quality"));
}

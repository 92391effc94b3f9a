//! Reviews: from a draft to what readers get.

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn two_reviewers_make_a_version_that_readers_get() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let sue = server.person("sue", &["reviewer"]).await;
    let lea = server.person("lea", &["lead"]).await;
    let module = ada.creates_module("Procedures").await;
    let article = ada
        .starts_from("sop-module", &module, "Receiving a shipment")
        .await;
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    assert_eq!(review["revision_hash"].as_str().unwrap().len(), 64);
    assert_eq!(review["needed"], 2, "{review}");
    let reviewers = [&rob, &sue];

    assert_eq!(waiting(&rob).await, 1);
    for reviewer in reviewers {
        lea.reads(&article, "json").await.problem(404);
        reviewer.approves(&review).await.expect(201);
    }
    let effective = lea.reads(&article, "json").await.expect(200).json();
    assert_eq!(effective["version"], "1.0");
    assert_eq!(effective["hash"], review["revision_hash"]);
    assert_eq!(effective["contributors"], json!([ada.id.to_string()]));
    assert_eq!(waiting(&rob).await, 0);
    for format in ["markdown", "html"] {
        let text = lea.reads(&article, format).await.expect(200).text;
        assert!(text.contains("Receiving a shipment"), "{text}");
    }
}

async fn waiting(person: &crate::support::Person) -> usize {
    let list = person.get("/api/v1/reviews").await.expect(200).json();
    list["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn what_is_written_after_the_request_is_not_published() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let lea = server.person("lea", &["lead"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.writes(&article, "lead", "Approved words.")
        .await
        .expect(200);
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    ada.writes(&article, "lead", "Smuggled words.")
        .await
        .expect(200);
    let title = format!("/api/v1/articles/{article}/draft/title");
    ada.put(&title, json!({"title": "Smuggled title"}))
        .await
        .expect(200);
    rob.approves(&review).await.expect(201);

    for path in [
        format!("/api/v1/articles/{article}"),
        format!("/api/v1/articles/{article}/effective"),
        format!("/api/v1/articles/{article}/effective?format=markdown"),
        format!("/api/v1/articles/{article}/effective?format=html"),
        format!("/api/v1/articles/{article}?format=html"),
    ] {
        let got = lea.get(&path).await.expect(200);
        assert!(!got.text.contains("Smuggled"), "{path}: {}", got.text);
    }
    assert!(
        lea.reads(&article, "markdown")
            .await
            .text
            .contains("Approved words.")
    );
}

#[tokio::test]
async fn nobody_approves_what_they_wrote() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer", "reviewer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let sue = server.person("sue", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    rob.writes(&article, "lead", "A word of Rob.")
        .await
        .expect(200);
    let review = ada.requests_review(&article).await.expect(201).json();
    ada.approves(&review).await.problem(403);
    rob.approves(&review).await.problem(403);
    sue.approves(&review).await.expect(201);
}

#[tokio::test]
async fn a_draft_with_gaps_is_sent_back_with_their_names() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    server.person("rob", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.writes(&article, "lead", "Only a lead.")
        .await
        .expect(200);
    let refused = ada.requests_review(&article).await;
    assert!(refused.status.is_client_error());
    assert!(
        refused.text.to_lowercase().contains("background"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn without_a_reviewer_who_did_not_write_it_the_request_is_refused() {
    let server = TestServer::start().await;
    let rob = server.person("rob", &["reviewer"]).await;
    let module = rob.creates_module("Cold chain").await;
    let article = rob.starts(&module, "Vaccines").await;
    rob.fills(&article).await;
    let refused = rob.requests_review(&article).await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    assert!(refused.text.contains("review"), "{}", refused.text);
}

#[tokio::test]
async fn a_rejection_has_a_reason_and_ends_the_review() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    let silent = rob
        .decides(&review, json!({"verdict": "reject"}))
        .await
        .problem(422);
    assert_eq!(silent["field"], "reason");
    let rejected = rob
        .rejects(&review, "The lead says nothing.")
        .await
        .expect(201)
        .json();
    assert_eq!(rejected["state"], "rejected");
    assert_eq!(rejected["decisions"][0]["reason"], "The lead says nothing.");
    ada.requests_review(&article).await.expect(201);
}

#[tokio::test]
async fn the_checklist_is_answered_in_any_of_its_forms() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    for (number, form) in ["list", "object", "questions"].into_iter().enumerate() {
        let article = ada.starts(&module, &format!("Vaccines {number}")).await;
        ada.fills(&article).await;
        let review = ada.requests_review(&article).await.expect(201).json();
        let questions = review["checklist"].as_array().unwrap().clone();
        assert!(!questions.is_empty(), "the template asks something");
        let open = rob
            .decides(&review, json!({"verdict": "approve"}))
            .await
            .problem(422);
        assert_eq!(open["field"], "checklist");
        let checklist = match form {
            "list" => json!(vec![true; questions.len()]),
            "questions" => json!(questions),
            _ => {
                let named = questions
                    .iter()
                    .map(|question| (question.as_str().unwrap().to_owned(), json!(true)));
                json!(named.collect::<serde_json::Map<_, _>>())
            }
        };
        let decision = json!({"verdict": "approve", "checklist": checklist});
        rob.decides(&review, decision).await.expect(201);
    }
}

#[tokio::test]
async fn an_approval_counts_for_exactly_the_text_that_was_seen() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    let mut other = review.clone();
    other["revision_hash"] = json!("0".repeat(64));
    rob.approves(&other).await.problem(409);
    other["revision_hash"] = json!("no hash");
    let wrong = rob.approves(&other).await.problem(422);
    assert_eq!(wrong["field"], "revision_hash");
}

#[tokio::test]
async fn a_signature_needs_the_password() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    let checklist = vec![true; review["checklist"].as_array().unwrap().len()];
    let signed = |password: &str| {
        let signature = json!({"password": password, "meaning": "approved"});
        json!({"verdict": "approve", "checklist": checklist, "signature": signature})
    };
    rob.decides(&review, signed("not the password"))
        .await
        .problem(401);
    rob.decides(&review, signed(crate::support::PASSWORD))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_review_is_taken_back_or_asked_for_anew() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let ben = server.person("ben", &["learner"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    let first = ada.requests_review(&article).await.expect(201).json();
    ada.requests_review(&article).await.problem(409);
    let path = |review: &serde_json::Value, verb: &str| {
        format!("/api/v1/reviews/{}/{verb}", review["id"].as_str().unwrap())
    };
    ben.post(&path(&first, "withdraw"), json!({}))
        .await
        .problem(403);

    ada.writes(&article, "lead", "A better lead.")
        .await
        .expect(200);
    let change = json!({"change_summary": "A better lead.", "kind": "minor"});
    let second = ada
        .post(&path(&first, "resubmit"), change)
        .await
        .expect(201)
        .json();
    rob.approves(&first).await.problem(409);
    ada.post(&path(&second, "withdraw"), json!({"reason": "Too early."}))
        .await
        .expect(200);
    rob.approves(&second).await.problem(409);
}

//! The reviewer's page: what changed, what was seen, what was said, and what waits next.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Got, Person, TestServer};

const FORM: &str = "application/x-www-form-urlencoded";

impl Person {
    /// Opens the page of a review.
    async fn opens(&self, review: &Value, query: &str) -> String {
        let id = review["id"].as_str().unwrap();
        let got = self.page(&format!("/reviews/{id}{query}")).await;
        got.expect(200).text
    }

    /// Sends a form of that page.
    async fn sends(&self, review: &Value, form: &str, body: &str) -> Got {
        let path = format!("/reviews/{}/{form}", review["id"].as_str().unwrap());
        let request = self.request(Method::POST, &path);
        let request = request.header("accept", "text/html");
        let request = request.header("content-type", FORM).body(body.to_owned());
        self.send(request).await
    }

    async fn asks_the_api(&self, review: &Value, rest: &str) -> Got {
        let id = review["id"].as_str().unwrap();
        self.get(&format!("/api/v1/reviews/{id}/{rest}")).await
    }
}

fn html_of(changes: &Value, key: &str) -> String {
    let sections = changes["sections"].as_array().unwrap();
    let section = sections.iter().find(|section| section["key"] == key);
    section.unwrap()["html"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn changes_are_shown_since_the_version_since_ones_decision_or_in_whole() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let sue = server.person("sue", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let lead = "Keep it at **5 °C**, always.\n\n<script>alert(1)</script> `<b>`";
    ada.writes(&article, "lead", lead).await.expect(200);
    let first = ada.publishes(&article, &[&rob]).await;
    assert!(rob.opens(&first, "").await.contains("The whole text"));

    ada.writes(&article, "lead", "Keep it at **6 °C**, always.")
        .await
        .expect(200);
    let second = ada.requests_review(&article).await.expect(201).json();
    rob.rejects(&second, "Six is wrong.").await.expect(201);
    ada.writes(&article, "lead", "Keep it at **8 °C**, always.")
        .await
        .expect(200);
    let third = ada.requests_review(&article).await.expect(201).json();

    let since = |since: &str| format!("changes?since={since}");
    let mine = rob.asks_the_api(&third, &since("mine")).await.expect(200);
    let mine = html_of(&mine.json(), "lead");
    assert!(
        mine.contains("<del><strong>6</strong></del><ins><strong>8</strong></ins>"),
        "{mine}"
    );
    let effective = rob.asks_the_api(&third, &since("effective")).await;
    let effective = html_of(&effective.expect(200).json(), "lead");
    assert!(
        effective.contains("<del><strong>5</strong></del>"),
        "{effective}"
    );
    assert!(!effective.contains("<script"), "{effective}");
    let nothing = sue.asks_the_api(&third, &since("mine")).await.problem(422);
    assert_eq!(nothing["field"], "since");

    let page = rob.opens(&third, "").await;
    assert!(page.contains("since your decision of"), "{page}");
    assert!(page.contains("<del><strong>6</strong></del>"), "{page}");
    let page = sue.opens(&third, "").await;
    assert!(page.contains("What changed since v1.0"), "{page}");
    assert!(page.contains("<del><strong>5</strong></del>"), "{page}");
    assert!(page.contains("id=\"change-1\""), "{page}");
    let whole = sue.opens(&third, "?since=beginning").await;
    assert!(whole.contains("<strong>8 °C</strong>"), "{whole}");
    assert!(!whole.contains("<del>"), "{whole}");
}

#[tokio::test]
async fn a_tick_is_private_and_needs_no_script() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let sue = server.person("sue", &["reviewer"]).await;
    let lea = server.person("lea", &["lead"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    let sections = rob.opens(&review, "").await.matches("data-seen=").count();
    assert!(sections > 3);

    let sent = rob
        .sends(&review, "seen", "section=lead&seen=yes&since=beginning")
        .await;
    let back = sent.expect(303).header("location");
    assert!(back.ends_with("?since=beginning#section-lead"), "{back}");
    let seen = rob.asks_the_api(&review, "seen").await.expect(200).json();
    assert_eq!(seen["sections"], json!(["lead"]));
    let page = rob.opens(&review, "").await;
    assert!(
        page.contains(&format!("1 of {sections} sections seen")),
        "{page}"
    );
    assert!(
        sue.opens(&review, "")
            .await
            .contains(&format!("0 of {sections} sections seen"))
    );
    let others = sue.asks_the_api(&review, "seen").await.expect(200).json();
    assert_eq!(others["sections"], json!([]));

    let path = format!("/api/v1/reviews/{}/seen", review["id"].as_str().unwrap());
    rob.put(&format!("{path}/evidence"), json!({}))
        .await
        .expect(200);
    rob.put(&format!("{path}/no-such-section"), json!({}))
        .await
        .problem(404);
    let left = rob.delete(&format!("{path}/lead")).await.expect(200).json();
    assert_eq!(left["sections"], json!(["evidence"]));
    lea.get(&path).await.problem(404);
    assert_eq!(
        rob.approves(&review).await.expect(201).json()["state"],
        "effective"
    );
}

#[tokio::test]
async fn a_comment_on_the_candidate_is_found_by_the_writers() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.writes(&article, "lead", "Keep it *cold*.\n\nNever freeze it.")
        .await
        .expect(200);
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    // What the writers do meanwhile is no matter for what the comment quotes.
    ada.writes(&article, "lead", "Something else.")
        .await
        .expect(200);

    let wrong = "section=lead&quote=not+there&text=How+cold%3F";
    let again = rob.sends(&review, "comments", wrong).await.expect(422);
    assert!(
        again.text.contains("do not stand in this section"),
        "{}",
        again.text
    );
    assert!(
        again.text.contains("How cold?</textarea>"),
        "{}",
        again.text
    );
    let silent = rob
        .sends(&review, "comments", "section=lead&quote=it+cold&text=")
        .await;
    assert!(silent.expect(422).text.contains("it cold"));
    let said = "section=lead&quote=it++cold&text=How+cold%3F&since=beginning";
    rob.sends(&review, "comments", said).await.expect(303);
    rob.sends(
        &review,
        "comments",
        "section=lead&quote=&text=And+<b>+who%3F",
    )
    .await
    .expect(303);

    let threads = ada
        .get(&format!("/api/v1/articles/{article}/threads"))
        .await;
    let threads = threads.expect(200).json();
    assert_eq!(threads["items"][0]["anchor"]["quote"], "it cold");
    assert_eq!(threads["items"][0]["comments"][0]["text"], "How cold?");
    assert_eq!(threads["items"][1]["anchor"]["quote"], "Keep it cold.");
    let page = rob.opens(&review, "").await;
    assert!(page.contains("2 open comments on the draft"), "{page}");
    assert!(page.contains("And &#60;b&#62; who?"), "{page}");
    let thread = threads["items"][0]["id"].as_str().unwrap();
    assert!(page.contains(&format!("?thread={thread}")), "{page}");
    let root = server.person("root", &["admin"]).await;
    let journal = root.get("/api/v1/journal?limit=200").await.expect(200).text;
    assert_eq!(journal.matches("\"thread.opened\"").count(), 2, "{journal}");
}

#[tokio::test]
async fn writers_are_told_how_far_the_draft_is_ahead() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    server.person("rob", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    let slug = ada
        .get(&format!("/api/v1/articles/{article}"))
        .await
        .field("slug");
    let review = ada.requests_review(&article).await.expect(201).json();
    let write = format!("/a/{slug}/edit");
    assert!(!ada.page(&write).await.expect(200).text.contains("is ahead"));

    ada.writes(&article, "lead", "Text of lead and two more words.")
        .await
        .expect(200);
    ada.writes(&article, "evidence", "None.").await.expect(200);
    let page = ada.page(&write).await.expect(200).text;
    assert!(page.contains("2 changes in 2 sections"), "{page}");
    assert!(page.contains(&format!(
        "/reviews/{}#resubmit",
        review["id"].as_str().unwrap()
    )));
    assert!(
        ada.opens(&review, "")
            .await
            .contains("2 changes in 2 sections")
    );
    ada.writes(&article, "lead", "Text of lead.")
        .await
        .expect(200);
    ada.writes(&article, "evidence", "Text of evidence.")
        .await
        .expect(200);
    assert!(!ada.page(&write).await.expect(200).text.contains("is ahead"));
}

#[tokio::test]
async fn a_reviewer_goes_from_one_review_to_the_next() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let sue = server.person("sue", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let mut reviews = Vec::new();
    for title in ["Vaccines", "Freezers"] {
        let article = ada.starts(&module, title).await;
        ada.fills(&article).await;
        reviews.push(ada.requests_review(&article).await.expect(201).json());
    }
    let home = rob.page("/").await.expect(200).text;
    assert!(home.contains("First version"), "{home}");
    assert!(home.contains("0 of 1 approvals"), "{home}");
    let page = rob.opens(&reviews[0], "").await;
    assert!(page.contains("Still to decide: ROB and SUE."), "{page}");
    rob.approves(&reviews[0]).await.expect(201);
    let page = rob.opens(&reviews[0], "?done=approved").await;
    assert!(page.contains("Next: Freezers"), "{page}");
    rob.rejects(&reviews[1], "Too short.").await.expect(201);
    assert!(
        rob.opens(&reviews[1], "")
            .await
            .contains("Nothing else waits")
    );
    assert!(
        !sue.opens(&reviews[1], "")
            .await
            .contains("Nothing else waits")
    );
}

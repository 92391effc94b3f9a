//! The inbox: people are told what concerns them, and nothing else.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use lectern_journal::Follower;

use crate::support::{Got, PASSWORD, Person, TestServer, until};

impl Person {
    async fn inbox(&self) -> Value {
        self.get("/api/v1/me/notifications")
            .await
            .expect(200)
            .json()
    }

    /// The kinds of what this person is told, newest first.
    async fn kinds(&self) -> Vec<String> {
        let inbox = self.inbox().await;
        let items = inbox["items"].as_array().unwrap().iter();
        items
            .map(|item| item["kind"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn says(&self, article: &str, text: &str, mentions: &[&Person]) -> String {
        let at = "{\"tname\":\"section:lead\"}";
        let mentions: Vec<_> = mentions.iter().map(|person| person.id).collect();
        let body = json!({
            "anchor": {"section": "lead", "start": at, "end": at, "quote": "rotor"},
            "remark": {"text": text, "mentions": mentions},
        });
        let path = format!("/api/v1/articles/{article}/threads");
        self.post(&path, body).await.expect(201).id()
    }

    async fn has_read(&self, body: Value) -> Got {
        self.post("/api/v1/me/notifications/read", body).await
    }
}

impl TestServer {
    /// Waits until everybody is told of everything that stands in the journal.
    async fn told(&self) {
        until("everybody is told of everything", || async {
            let position = self.app.inbox.position().await.unwrap();
            (position == self.app.journal.head()).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn reviewers_hear_of_a_request_and_writers_of_what_came_of_it() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let bo = server.person("bo", &["learner"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    bo.writes(&article, "lead", "The **rotor** turns.")
        .await
        .expect(200);
    let review = ada.requests_review(&article).await.expect(201).json();
    server.told().await;

    assert_eq!(ada.inbox().await["unread"], 0, "not of her own deeds");
    let asked = &rob.inbox().await["items"][0];
    assert_eq!(asked["kind"], "review_requested");
    assert_eq!(asked["text"], "ADA asks you to review “Vaccines”");
    assert_eq!(asked["excerpt"], "First version.");
    assert_eq!(asked["by"]["name"], "ADA");
    assert_eq!(asked["read"], false);
    let at = format!("/reviews/{}", review["id"].as_str().unwrap());
    assert_eq!(asked["address"], at);

    rob.rejects(&review, "Too short.").await.expect(201);
    server.told().await;
    for writer in [&ada, &bo] {
        let told = &writer.inbox().await["items"][0];
        assert_eq!(told["text"], "ROB rejected “Vaccines”");
        assert_eq!(told["excerpt"], "Too short.");
    }
    ada.publishes(&article, &[&rob]).await;
    server.told().await;
    assert_eq!(bo.kinds().await, ["version_effective", "review_rejected"]);
    let effective = &bo.inbox().await["items"][0];
    assert_eq!(effective["text"], "v1.0 of “Vaccines” is effective");
    assert_eq!(effective["version"], "1.0");

    bo.writes(&article, "lead", "More.").await.expect(200);
    ada.requests_review(&article).await.expect(201);
    bo.writes(&article, "lead", "Even more.").await.expect(200);
    let open = ada.get(&format!("/api/v1/articles/{article}")).await.json();
    let open = open["open_review"].as_str().unwrap().to_owned();
    let again = json!({"change_summary": "Even more.", "kind": "major"});
    bo.post(&format!("/api/v1/reviews/{open}/resubmit"), again)
        .await
        .expect(201);
    server.told().await;
    let kinds = rob.kinds().await;
    assert_eq!(kinds[..2], ["review_resubmitted", "review_requested"]);
    assert_eq!(
        ada.kinds().await,
        ["version_effective", "review_rejected"],
        "what was resubmitted is no withdrawal"
    );
}

#[tokio::test]
async fn who_is_mentioned_answered_or_given_a_role_hears_of_it_once() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let bo = server.person("bo", &["learner"]).await;
    let cy = server.person("cy", &["learner"]).await;
    let root = server.person("root", &["admin"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let thread = ada.says(&article, "Which one, @BO?", &[&bo]).await;
    let comments = format!("/api/v1/threads/{thread}/comments");
    let answer = json!({"text": "The small one, @ADA.", "mentions": [ada.id]});
    bo.post(&comments, answer).await.expect(200);
    cy.post(&comments, json!({"text": "Or the big one."}))
        .await
        .expect(200);
    server.told().await;
    let inbox = bo.inbox().await;
    let told = |at: usize| inbox["items"][at]["text"].as_str().unwrap().to_owned();
    assert_eq!(told(0), "CY answered a comment on “Vaccines”");
    assert_eq!(told(1), "ADA mentioned you in a comment on “Vaccines”");
    assert_eq!(inbox["items"][1]["excerpt"], "Which one, @BO?");
    let address = inbox["items"][1]["address"].as_str().unwrap();
    assert!(address.ends_with(&format!("/edit?thread={thread}")));
    assert_eq!(ada.kinds().await, ["thread_replied", "mentioned"]);

    let first = format!("{comments}/0");
    let corrected = json!({"text": "Which rotor, @BO, @CY?", "mentions": [bo.id, cy.id]});
    ada.put(&first, corrected).await.expect(200);
    let path = format!("/api/v1/threads/{thread}/resolve");
    ada.send(ada.request(Method::POST, &path)).await.expect(200);
    let path = format!("/api/v1/people/{}/roles", bo.id);
    let roles = json!({"roles": [{"role": "learner"}, {"role": "reviewer"}]});
    root.put(&path, roles).await.expect(200);
    server.told().await;
    assert_eq!(cy.kinds().await, ["thread_resolved", "mentioned"]);
    let inbox = bo.inbox().await;
    assert_eq!(inbox["items"][0]["text"], "ROOT gave you the role reviewer");
    assert_eq!(
        bo.kinds().await[1..3],
        ["thread_resolved", "thread_replied"],
        "a correction mentions nobody anew"
    );
    assert_eq!(inbox["items"][3]["excerpt"], "Which rotor, @BO, @CY?");
}

#[tokio::test]
async fn a_suspension_is_told_with_its_reason_while_it_lasts() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let eve = server.person("eve", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.publishes(&article, &[&rob]).await;
    let signature = json!({"password": PASSWORD, "meaning": "approved"});
    let body = json!({"reason": "A wrong dose.", "signature": signature});
    let path = format!("/api/v1/articles/{article}");
    rob.post(&format!("{path}/suspend"), body.clone())
        .await
        .expect(200);
    server.told().await;
    let told = &ada.inbox().await["items"][0];
    assert_eq!(told["text"], "ROB suspended v1.0 of “Vaccines”");
    assert_eq!(told["excerpt"], "A wrong dose.");
    assert_eq!(
        eve.inbox().await["items"],
        json!([]),
        "it is not her module"
    );

    rob.post(
        &format!("{path}/reinstate"),
        json!({"signature": signature}),
    )
    .await
    .expect(200);
    server.told().await;
    let inbox = ada.inbox().await;
    assert_eq!(inbox["items"][0]["kind"], "version_reinstated");
    assert_eq!(inbox["items"][1]["excerpt"], Value::Null);
}

#[tokio::test]
async fn who_loses_a_module_sees_nothing_of_what_it_told_them() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let bo = server.person("bo", &[]).await;
    let module = ada.creates_module_that_is("Secret", "restricted").await;
    let member = format!("/api/v1/modules/{module}/members/{}", bo.id);
    ada.put(&member, json!({"role": "learner"}))
        .await
        .expect(204);
    let article = ada.starts(&module, "Formula").await;
    ada.says(&article, "You too, @BO.", &[&bo]).await;
    server.told().await;
    assert_eq!(bo.kinds().await, ["mentioned", "module_joined"]);
    let number = bo.inbox().await["items"][0]["id"].clone();
    let page = bo.page("/notifications").await.expect(200).text;
    assert!(page.contains("“Formula”") && page.contains("Inbox, 2 unread"));

    ada.delete(&member).await.expect(204);
    let inbox = bo.inbox().await;
    assert_eq!(inbox["items"], json!([]), "at once");
    let gone = bo
        .page(&format!("/notifications/{number}"))
        .await
        .expect(303);
    assert_eq!(
        gone.header("location"),
        "/notifications?done=notification-gone"
    );
    server.told().await;
    assert_eq!(
        bo.inbox().await["unread"],
        0,
        "nor does a number tell of it"
    );
    let page = bo.page("/notifications").await.expect(200).text;
    assert!(!page.contains("Formula") && !page.contains("Secret"));
}

#[tokio::test]
async fn titles_are_those_that_the_reader_may_know_now() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let bo = server.person("bo", &["learner"]).await;
    let root = server.person("root", &["admin"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    bo.writes(&article, "lead", "The rotor.").await.expect(200);
    ada.publishes(&article, &[&rob]).await;
    ada.says(&article, "Well done, @BO.", &[&bo]).await;
    let draft = format!("/api/v1/articles/{article}/draft/title");
    ada.put(&draft, json!({"title": "Secret plans"}))
        .await
        .expect(200);
    let revisions = format!("/api/v1/articles/{article}/revisions");
    ada.post(&revisions, json!({})).await.expect(201);
    server.told().await;
    let told = bo.inbox().await;
    assert_eq!(
        told["items"][1]["text"],
        "v1.0 of “Secret plans” is effective"
    );

    let roles = format!("/api/v1/people/{}/roles", bo.id);
    root.put(&roles, json!({"roles": [{"role": "lead"}]}))
        .await
        .expect(200);
    server.told().await;
    let told = bo.inbox().await;
    assert_eq!(bo.kinds().await, ["role_granted", "version_effective"]);
    assert_eq!(told["items"][1]["text"], "v1.0 of “Vaccines” is effective");
    assert_eq!(told["unread"], 2);
}

#[tokio::test]
async fn reading_is_remembered_one_by_one_or_all_at_once() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let bo = server.person("bo", &["learner"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    for text in ["One.", "Two.", "Three.", "Four."] {
        ada.says(&article, text, &[&bo]).await;
    }
    server.told().await;
    let first = bo.get("/api/v1/me/notifications?limit=3").await.json();
    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    assert_eq!(first["unread"], 4);
    let next = first["next"].as_str().unwrap();
    let path = format!("/api/v1/me/notifications?limit=3&after={next}");
    let second = bo.get(&path).await.json();
    assert_eq!(second["items"][0]["excerpt"], "One.");
    assert_eq!(second["next"], Value::Null);

    let number = first["items"][1]["id"].clone();
    let path = format!("/notifications/{number}");
    let ahead = bo
        .request(Method::GET, &path)
        .header("sec-purpose", "prefetch");
    bo.send(ahead).await.expect(303);
    assert_eq!(
        bo.inbox().await["unread"],
        4,
        "looking ahead is not reading"
    );
    let opened = bo.page(&path).await.expect(303);
    assert!(opened.header("location").contains("/edit?thread="));
    bo.has_read(json!({"ids": [first["items"][0]["id"], 999_999]}))
        .await
        .expect(204);
    let unread = bo.get("/api/v1/me/notifications?unread=true").await.json();
    assert_eq!(unread["unread"], 2);
    assert_eq!(unread["items"][0]["excerpt"], "Two.");
    let head = server.app.journal.head();
    bo.has_read(json!({"all": true})).await.expect(204);
    assert_eq!(bo.inbox().await["unread"], 0);
    assert_eq!(server.app.journal.head(), head, "reading is no deed");
    ada.says(&article, "Five.", &[&bo]).await;
    server.told().await;
    assert_eq!(bo.inbox().await["unread"], 1);

    assert_eq!(bo.has_read(json!({})).await.problem(422)["field"], "ids");
    let both = json!({"ids": [1], "all": true});
    assert_eq!(bo.has_read(both).await.problem(422)["field"], "ids");
    bo.get("/api/v1/me/notifications?unread=perhaps")
        .await
        .problem(422);
    server
        .stranger()
        .get("/api/v1/me/notifications")
        .await
        .problem(401);
    let page = bo.page("/").await.expect(200).text;
    assert!(page.contains("Inbox, 1 unread"));
    let form = bo
        .request(Method::POST, "/notifications/read")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("back=/notifications");
    bo.send(form).await.expect(303);
    let page = bo.page("/notifications").await.expect(200).text;
    assert!(page.contains("aria-label=\"Inbox\""));
}

#[tokio::test]
async fn after_a_restart_and_when_built_anew_nothing_is_missing_or_told_twice() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let bo = server.person("bo", &["learner"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.says(&article, "One.", &[&bo]).await;
    ada.says(&article, "Two.", &[&bo]).await;
    server.told().await;
    let newest = bo.inbox().await["items"][0]["id"].clone();
    bo.has_read(json!({"ids": [newest]})).await.expect(204);

    let server = server.restart().await;
    let (ada, bo) = (ada.at(&server), bo.at(&server));
    ada.says(&article, "Three.", &[&bo]).await;
    server.told().await;
    let before = bo.inbox().await;
    assert_eq!(before["unread"], 2);
    assert_eq!(before["items"].as_array().unwrap().len(), 3);

    server.app.inbox.clear().await.unwrap();
    assert_eq!(bo.inbox().await["items"], json!([]));
    let teller = server.app.notification_follower.clone();
    server.app.journal.catch_up(teller.as_ref()).await.unwrap();
    assert_eq!(bo.inbox().await, before, "what was read is still known");
    let entries = server.app.journal.read(0, 1_000).await.unwrap();
    teller.apply(&entries).await.unwrap();
    assert_eq!(
        bo.inbox().await,
        before,
        "the same entries tell nothing twice"
    );
}

#[tokio::test]
async fn who_stands_in_hears_of_it_and_of_what_is_to_be_decided() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let tom = server.person("tom", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.fills(&article).await;
    let ends = server.app.clock.now().plus(Duration::from_secs(86_400));
    let body = json!({"to": tom.id, "ends": ends});
    let given = rob.post("/api/v1/me/delegations", body).await;
    let given = given.expect(201).id();
    ada.requests_review(&article).await.expect(201);
    server.told().await;
    let inbox = tom.inbox().await;
    assert_eq!(tom.kinds().await, ["review_requested", "delegation_given"]);
    assert_eq!(
        inbox["items"][1]["text"],
        "ROB lets you decide in their place"
    );
    assert_eq!(inbox["items"][1]["until"], json!(ends));
    assert_eq!(inbox["items"][1]["address"], "/me/delegations");

    let path = format!("/api/v1/me/delegations/{given}");
    tom.delete(&path).await.expect(204);
    server.told().await;
    let told = &rob.inbox().await["items"][0];
    assert_eq!(told["text"], "TOM no longer decides in your place");
    assert_eq!(tom.kinds().await.len(), 2, "not of his own deeds");
}

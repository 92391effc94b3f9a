//! Comments on a draft: who may say what, to whom, and what of it stays.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Got, Person, TestServer};

fn about(quote: &str) -> Value {
    json!({
        "section": "lead",
        "start": "{\"tname\":\"section:lead\"}",
        "end": "{\"tname\":\"section:lead\"}",
        "quote": quote,
        "prefix": "The ",
        "suffix": " turns",
    })
}

impl Person {
    async fn asks(&self, article: &str, text: &str) -> Got {
        let body = json!({"anchor": about("rotor"), "remark": {"text": text}});
        self.post(&format!("/api/v1/articles/{article}/threads"), body)
            .await
    }

    async fn replies(&self, thread: &str, text: &str) -> Got {
        let path = format!("/api/v1/threads/{thread}/comments");
        self.post(&path, json!({"text": text})).await
    }

    async fn rewords(&self, thread: &str, number: usize, text: &str) -> Got {
        let path = format!("/api/v1/threads/{thread}/comments/{number}");
        self.put(&path, json!({"text": text})).await
    }

    async fn settles(&self, thread: &str, how: &str) -> Got {
        let request = self.request(Method::POST, &format!("/api/v1/threads/{thread}/{how}"));
        self.send(request).await
    }
}

#[tokio::test]
async fn a_thread_is_opened_answered_corrected_settled_and_opened_again() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let bo = server.person("bo", &["learner"]).await;
    let root = server.person("root", &["admin"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;

    let thread = bo.asks(&article, " Which rotor? ").await.expect(201);
    let id = thread.id();
    assert_eq!(thread.header("location"), format!("/api/v1/threads/{id}"));
    assert_eq!(thread.json()["comments"][0]["text"], "Which rotor?");
    assert_eq!(thread.json()["state"], "open");
    assert_eq!(thread.json()["may_resolve"], true);

    let answered = ada.replies(&id, "The small one.").await.expect(200).json();
    assert_eq!(answered["comments"][1]["by"]["name"], "ADA");
    assert_eq!(answered["comments"][1]["edited_at"], Value::Null);
    let edited = ada.rewords(&id, 1, "The large one.").await.expect(200);
    assert_eq!(edited.json()["comments"][1]["text"], "The large one.");
    assert!(edited.json()["comments"][1]["edited_at"].is_string());

    let settled = ada.settles(&id, "resolve").await.expect(200).json();
    assert_eq!(settled["state"], "resolved");
    assert_eq!(settled["changed_by"]["name"], "ADA");
    // Settling what is settled changes nothing.
    ada.settles(&id, "resolve").await.expect(200);
    bo.replies(&id, "And now?").await.problem(409);
    bo.settles(&id, "reopen").await.expect(200);
    bo.replies(&id, "And now?").await.expect(200);

    let shown = ada
        .get(&format!("/api/v1/threads/{id}"))
        .await
        .expect(200)
        .json();
    assert_eq!(shown["comments"].as_array().unwrap().len(), 3);
    assert_eq!(shown["anchor"]["quote"], "rotor");
    let listed = ada
        .get(&format!("/api/v1/articles/{article}/threads"))
        .await
        .expect(200)
        .json();
    assert_eq!(listed["items"], json!([shown]));

    let journal = root.get("/api/v1/journal").await.expect(200).json();
    let entries = journal["items"].as_array().unwrap();
    let deeds = entries.iter().filter(|entry| entry["subject"]["id"] == id);
    let deeds: Vec<_> = deeds.map(|entry| entry["deed"].as_str().unwrap()).collect();
    assert_eq!(
        deeds,
        [
            "thread.replied",
            "thread.reopened",
            "thread.resolved",
            "comment.edited",
            "thread.replied",
            "thread.opened",
        ]
    );
    let edited = entries
        .iter()
        .find(|entry| entry["deed"] == "comment.edited")
        .unwrap();
    assert_eq!(edited["old"]["text"], "The small one.");
    assert_eq!(edited["new"]["text"], "The large one.");
}

#[tokio::test]
async fn comments_are_for_those_who_may_write() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let bo = server.person("bo", &["learner"]).await;
    let rae = server.person("rae", &["lead"]).await;
    let cleo = server.person("cleo", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let id = ada.asks(&article, "Which rotor?").await.expect(201).id();
    let list = format!("/api/v1/articles/{article}/threads");
    let one = format!("/api/v1/threads/{id}");

    // A draft that was never effective is not known to a reader; nor is what is said about it.
    rae.get(&list).await.problem(404);
    rae.get(&one).await.problem(404);
    rae.replies(&id, "Me too").await.problem(404);
    server.stranger().get(&one).await.problem(401);

    bo.rewords(&id, 0, "Mine").await.problem(403);
    bo.settles(&id, "resolve").await.problem(403);
    let seen = bo.get(&one).await.expect(200).json();
    assert_eq!(seen["may_resolve"], false);
    let seen = cleo.get(&one).await.expect(200).json();
    assert_eq!(seen["may_resolve"], true);
    cleo.settles(&id, "resolve").await.expect(200);

    // In a restricted module, only its members.
    let hidden = ada.creates_module_that_is("Salaries", "restricted").await;
    let secret = ada.starts(&hidden, "Bonuses").await;
    let id = ada.asks(&secret, "How much?").await.expect(201).id();
    bo.get(&format!("/api/v1/threads/{id}")).await.problem(404);
    bo.asks(&secret, "How much?").await.problem(404);

    // Whoever is mentioned can see it.
    let call = |who: &Person| json!({"text": "See here", "mentions": [who.id]});
    let replies = format!("/api/v1/threads/{id}/comments");
    let refused = ada.post(&replies, call(&bo)).await.problem(422);
    assert_eq!(refused["field"], "mentions");
    let told = ada.post(&replies, call(&ada)).await.expect(200).json();
    assert_eq!(told["comments"][1]["mentions"][0]["name"], "ADA");
}

#[tokio::test]
async fn what_is_no_comment_is_refused_in_words() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let path = format!("/api/v1/articles/{article}/threads");
    let open = async |anchor: Value, text: &str| {
        let body = json!({"anchor": anchor, "remark": {"text": text}});
        ada.post(&path, body).await.problem(422)
    };
    assert_eq!(open(about("rotor"), "  ").await["field"], "text");
    assert_eq!(open(about(" "), "Why?").await["field"], "quote");
    let long = "x".repeat(4_001);
    assert_eq!(open(about("rotor"), &long).await["field"], "text");
    let mut nowhere = about("rotor");
    nowhere["section"] = json!("no-such");
    assert_eq!(open(nowhere, "Why?").await["field"], "section");

    let id = ada.asks(&article, "Why?").await.expect(201).id();
    ada.rewords(&id, 7, "Because").await.problem(404);
    ada.replies(&id, "").await.problem(422);
    let missing = "018f0000-0000-7000-8000-000000000000";
    ada.replies(missing, "Hello?").await.problem(404);

    for n in 0..3 {
        ada.asks(&article, &format!("Question {n}"))
            .await
            .expect(201);
    }
    let first = ada.get(&format!("{path}?limit=3")).await.expect(200).json();
    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    let next = first["next"].as_str().unwrap();
    let rest = ada.get(&format!("{path}?limit=3&after={next}")).await;
    assert_eq!(
        rest.expect(200).json()["items"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn two_who_answer_at_once_are_both_heard() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let bo = server.person("bo", &["learner"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let id = ada.asks(&article, "Which rotor?").await.expect(201).id();
    for _ in 0..10 {
        let (one, two) = tokio::join!(ada.replies(&id, "One"), bo.replies(&id, "Two"));
        one.expect(200);
        two.expect(200);
    }
    let seen = ada.get(&format!("/api/v1/threads/{id}")).await.expect(200);
    assert_eq!(seen.json()["comments"].as_array().unwrap().len(), 21);
}

#[tokio::test]
async fn those_at_the_draft_who_asked_hear_of_comments_and_nobody_else() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let bo = server.person("bo", &["learner"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let mut curious = server.peer(&bo, &article).await.synced().await;
    let mut stock = server.peer(&ada, &article).await.synced().await;
    curious.send_raw(vec![103]).await;
    curious.barrier().await;

    ada.asks(&article, "Which rotor?").await.expect(201);
    curious.until(|peer| peer.news == ["threads"]).await;
    stock.barrier().await;
    assert!(stock.news.is_empty());
    // What changes nothing is no news.
    let (page, settled) = (
        ada.get(&format!("/api/v1/articles/{article}/threads"))
            .await,
        "reopen",
    );
    let id = page.json()["items"][0]["id"].as_str().unwrap().to_owned();
    ada.settles(&id, settled).await.expect(200);
    curious.barrier().await;
    assert_eq!(curious.news.len(), 1);
}

#[tokio::test]
async fn an_administrator_reads_no_comments_of_a_restricted_module() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let root = server.person("root", &["admin"]).await;
    let module = ada
        .creates_module_that_is("Secret plans", "restricted")
        .await;
    let bo = server.person_within("bo", "learner", &module).await;
    let article = ada.starts(&module, "Vaccines").await;
    let thread = ada.asks(&article, "Mentioned nowhere else").await;
    let thread = thread.expect(201).id();
    ada.replies(&thread, "Said in reply").await.expect(200);
    ada.rewords(&thread, 1, "Said otherwise").await.expect(200);
    let member = server.person_within("mia", "lead", &module).await;
    for path in [
        "/api/v1/journal?limit=200",
        "/api/v1/journal?format=csv",
        "/admin/journal",
        "/admin/journal?print=1",
    ] {
        let seen = root.page(path).await.expect(200).text;
        for secret in ["nowhere else", "Said in reply", "Said otherwise", "rotor"] {
            assert!(!seen.contains(secret), "{path} shows “{secret}”");
        }
        assert!(seen.contains("only members of the module"), "{path}");
    }
    let page = root.page(&format!("/admin/people/{}", bo.id)).await;
    let page = page.expect(200).text;
    assert!(page.contains("Learner in a restricted module"));
    assert!(!page.contains("Secret plans"));
    member.get("/api/v1/journal").await.problem(403);

    let open = ada.creates_module("Secret plans").await;
    let found = ada.get(&format!("/api/v1/modules/{open}")).await;
    assert_eq!(found.expect(200).field("slug"), "secret-plans");
    let plain = ada.starts(&open, "Vaccines").await;
    let found = ada.get(&format!("/api/v1/articles/{plain}")).await;
    assert_eq!(found.expect(200).field("slug"), "vaccines");
}

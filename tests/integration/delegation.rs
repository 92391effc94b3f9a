//! Somebody decides for a reviewer who is away: dated, on record as both, and never on own work.

use serde_json::{Value, json};

use crate::support::{Got, PASSWORD, Person, TestServer};

/// Ada writes in a controlled module; Rob and Sue review there, Tom does not.
struct Story {
    server: TestServer,
    ada: Person,
    rob: Person,
    sue: Person,
    tom: Person,
    article: String,
}

impl Story {
    async fn begin() -> Self {
        let server = TestServer::start().await;
        let ada = server.person("ada", &["trainer"]).await;
        let body = json!({
            "title": "Cold chain",
            "visibility": "open",
            "control": "controlled",
        });
        let module = ada.post("/api/v1/modules", body).await.expect(201).id();
        let article = ada.starts(&module, "Vaccines").await;
        ada.fills(&article).await;
        Self {
            rob: server.person("rob", &["reviewer"]).await,
            sue: server.person("sue", &["reviewer"]).await,
            tom: server.person("tom", &["trainer"]).await,
            server,
            ada,
            article,
        }
    }

    async fn requested(&self) -> Value {
        self.ada
            .requests_review(&self.article)
            .await
            .expect(201)
            .json()
    }
}

fn in_days(server: &TestServer, days: u64) -> String {
    let day = std::time::Duration::from_secs(86_400);
    let moment = server.app.clock.now();
    moment.plus(day * u32::try_from(days).unwrap()).to_string()
}

impl Person {
    async fn hands_over_to(&self, other: &Person, ends: &str) -> Got {
        let body = json!({"to": other.id, "ends": ends, "reason": "On leave."});
        self.post("/api/v1/me/delegations", body).await
    }

    async fn approves_for(&self, review: &Value, seat: &Person) -> Got {
        let checklist = vec![true; review["checklist"].as_array().unwrap().len()];
        let decision = json!({
            "verdict": "approve",
            "checklist": checklist,
            "on_behalf_of": seat.id,
            "signature": {"password": PASSWORD, "meaning": "approved"},
        });
        self.decides(review, decision).await
    }

    async fn waited_for(&self) -> usize {
        let waiting = self.get("/api/v1/reviews").await.expect(200).json();
        waiting["items"].as_array().unwrap().len()
    }
}

#[tokio::test]
async fn a_delegate_signs_for_the_reviewer_and_both_are_on_record() {
    let story = Story::begin().await;
    let (rob, tom) = (&story.rob, &story.tom);
    let review = story.requested().await;
    tom.approves_for(&review, rob).await.problem(403);
    assert_eq!(tom.waited_for().await, 0);

    let ends = in_days(&story.server, 7);
    let given = rob.hands_over_to(tom, &ends).await.expect(201).json();
    let got = tom.get("/api/v1/me/delegations").await.expect(200).json();
    assert_eq!(got["got"][0], given);
    assert_eq!(tom.waited_for().await, 1);
    let home = tom.page("/").await.expect(200).text;
    assert!(home.contains("you stand in for ROB"), "{home}");
    let page = format!("/reviews/{}", review["id"].as_str().unwrap());
    let page = tom.page(&page).await.expect(200).text;
    assert!(page.contains("You stand in for ROB"), "{page}");

    // The right is Rob's, so it says nothing about Tom's own, and nothing about Sue's.
    tom.approves(&review).await.problem(403);
    tom.approves_for(&review, &story.sue).await.problem(403);
    let decided = tom.approves_for(&review, rob).await.expect(201).json();
    assert_eq!(decided["state"], "effective");
    assert_eq!(decided["decisions"][0]["person"], tom.id.to_string());
    assert_eq!(decided["decisions"][0]["on_behalf_of"], rob.id.to_string());

    let signatures = format!("/api/v1/articles/{}/signatures", story.article);
    let signature = &tom.get(&signatures).await.expect(200).json()["items"][0];
    assert_eq!(signature["printed_name"], "TOM");
    assert_eq!(signature["on_behalf_of"]["printed_name"], "ROB");
    let read = story.ada.page("/a/vaccines").await.expect(200).text;
    assert!(read.contains("approved by TOM for ROB"), "{read}");

    let root = story.server.person("root", &["admin"]).await;
    let entries = root
        .get("/api/v1/journal?limit=200")
        .await
        .expect(200)
        .json();
    let entries = entries["items"].as_array().unwrap().clone();
    let told = |deed: &str| {
        let found = entries.iter().find(|entry| entry["deed"] == deed);
        found.unwrap_or_else(|| panic!("no {deed}")).clone()
    };
    assert_eq!(told("delegation.given")["new"]["to"], tom.id.to_string());
    assert_eq!(told("delegation.given")["reason"], "On leave.");
    let decided = told("review.decided");
    assert_eq!(decided["new"]["on_behalf_of"], rob.id.to_string());
    assert_eq!(decided["new"]["delegation"], given["id"]);
}

#[tokio::test]
async fn four_eyes_hold_for_both_sides() {
    let story = Story::begin().await;
    let (rob, sue, tom) = (&story.rob, &story.sue, &story.tom);
    let ends = in_days(&story.server, 7);
    rob.hands_over_to(tom, &ends).await.expect(201);
    sue.hands_over_to(tom, &ends).await.expect(201);
    rob.writes(&story.article, "lead", "Rob's words.")
        .await
        .expect(200);
    let review = story.requested().await;
    let refused = tom.approves_for(&review, rob).await.problem(403);
    let why = refused["detail"].as_str().unwrap();
    assert!(why.contains("person you stand in for contributed"), "{why}");
    tom.approves_for(&review, sue).await.expect(201);

    tom.writes(&story.article, "lead", "Tom's words.")
        .await
        .expect(200);
    let review = story.requested().await;
    let refused = tom.approves_for(&review, sue).await.problem(403);
    let why = refused["detail"].as_str().unwrap();
    assert!(why.contains("You contributed"), "{why}");
    let page = format!("/reviews/{}", review["id"].as_str().unwrap());
    let page = tom.page(&page).await.expect(200).text;
    assert!(page.contains("You wrote part of this text"), "{page}");
}

#[tokio::test]
async fn it_ends_when_either_says_so_and_with_the_reviewers_own_right() {
    let story = Story::begin().await;
    let (rob, tom) = (&story.rob, &story.tom);
    let review = story.requested().await;
    let ends = in_days(&story.server, 7);
    for by in [rob, tom] {
        let given = rob.hands_over_to(tom, &ends).await.expect(201).id();
        let at = format!("/api/v1/me/delegations/{given}");
        story.sue.delete(&at).await.problem(404);
        by.delete(&at).await.expect(204);
        by.delete(&at).await.problem(404);
        tom.approves_for(&review, rob).await.problem(403);
    }
    rob.hands_over_to(tom, &ends).await.expect(201);
    assert_eq!(tom.waited_for().await, 1);
    let root = story.server.person("root", &["admin"]).await;
    let deactivate = format!("/api/v1/people/{}/deactivate", rob.id);
    root.post(&deactivate, json!({})).await.expect(204);
    assert_eq!(tom.waited_for().await, 0);
    tom.approves_for(&review, rob).await.problem(403);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_says_why() {
    let story = Story::begin().await;
    let (rob, tom) = (&story.rob, &story.tom);
    let ends = in_days(&story.server, 7);
    let refused = tom.hands_over_to(rob, &ends).await.problem(403);
    let why = refused["detail"].as_str().unwrap();
    assert!(why.contains("review, which is what"), "{why}");
    let lea = story.server.person("lea", &["lead"]).await;
    let yesterday = "2020-01-01T00:00:00Z";
    let late = in_days(&story.server, 400);
    for (to, ends, field) in [
        (rob, ends.as_str(), "to"),
        (&lea, ends.as_str(), "to"),
        (tom, yesterday, "ends"),
        (tom, late.as_str(), "ends"),
    ] {
        let refused = rob.hands_over_to(to, ends).await.problem(422);
        assert_eq!(refused["field"], field, "{refused}");
    }
    let body = json!({"to": tom.id, "ends": ends, "from": story.sue.id});
    rob.post("/api/v1/me/delegations", body).await.problem(422);
    let given = rob.get("/api/v1/me/delegations").await.expect(200).json();
    assert_eq!(given["given"], json!([]));
}

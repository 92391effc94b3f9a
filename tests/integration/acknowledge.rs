//! Read and acknowledge, through the front door.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use lectern_base::{Clock, FixedClock, Timestamp};

use crate::support::{Got, PASSWORD, Person, TestServer, until};

const DAY: Duration = Duration::from_secs(86_400);

/// Ada writes in a module whose learners are asked to read; Rob reviews; Len and Liz learn.
struct Story {
    server: TestServer,
    ada: Person,
    rob: Person,
    len: Person,
    liz: Person,
    module: String,
    article: String,
}

impl Story {
    async fn begin(control: &str) -> Self {
        Self::begin_on(TestServer::start().await, control).await
    }

    async fn begin_on(server: TestServer, control: &str) -> Self {
        let ada = server.person("ada", &["trainer"]).await;
        let rob = server.person("rob", &["reviewer"]).await;
        let len = server.person("len", &["learner"]).await;
        let liz = server.person("liz", &["learner"]).await;
        let body = json!({
            "title": "Cold chain",
            "purpose": "Keep it cold.",
            "visibility": "open",
            "control": control,
        });
        let module = ada.post("/api/v1/modules", body).await.expect(201).id();
        let audience = format!("/api/v1/modules/{module}/audience");
        ada.put(&audience, json!({"roles": ["learner"]}))
            .await
            .expect(200);
        let article = ada.starts(&module, "Vaccines").await;
        Self {
            server,
            ada,
            rob,
            len,
            liz,
            module,
            article,
        }
    }

    /// Publishes a version with these words in it.
    async fn publish(&self, kind: &str, words: &str) {
        self.ada.fills(&self.article).await;
        let written = self.ada.writes(&self.article, "lead", words).await;
        written.expect(200);
        let body = json!({"change_summary": "Other words.", "kind": kind});
        let review = self
            .ada
            .post(&self.at("reviews"), body)
            .await
            .expect(201)
            .json();
        let checklist = vec![true; review["checklist"].as_array().unwrap().len()];
        let mut decision = json!({"verdict": "approve", "checklist": checklist});
        if review["signed"] == true {
            decision["signature"] = json!({"password": PASSWORD, "meaning": "approved"});
        }
        self.rob.decides(&review, decision).await.expect(201);
    }

    fn at(&self, what: &str) -> String {
        format!("/api/v1/articles/{}/{what}", self.article)
    }

    /// What somebody is asked to read, as soon as they are asked.
    async fn asked(&self, who: &Person, version: u32) -> Value {
        until(
            &format!("{} is asked to read v{version}.0", who.login),
            || async {
                let mine = who.get("/api/v1/me/reading").await.expect(200).json();
                let asked = mine["items"].as_array().unwrap().first().cloned();
                asked.filter(|asked| asked["version"] == version)
            },
        )
        .await
    }

    /// Acknowledges what was asked.
    async fn acknowledges(&self, who: &Person, asked: &Value) -> Got {
        let body = json!({"version": asked["version"], "revision_hash": asked["revision_hash"]});
        who.post(&self.at("acknowledgements"), body).await
    }

    async fn list(&self) -> Value {
        let list = self.ada.get(&self.at("acknowledgements")).await;
        list.expect(200).json()
    }
}

#[tokio::test]
async fn a_major_version_is_asked_for_read_and_acknowledged_and_the_next_one_again() {
    let story = Story::begin("informal").await;
    story.publish("major", "Keep it at four degrees.").await;
    let asked = story.asked(&story.len, 1).await;
    assert_eq!(
        (&asked["slug"], &asked["reason"]),
        (&json!("vaccines"), &json!("new_version"))
    );
    let home = story.len.page("/").await.expect(200).text;
    assert!(home.contains("To read") && home.contains("read it by"));
    let page = story.len.page("/a/vaccines").await.expect(200).text;
    assert!(page.contains("You have been asked to read this by"));
    assert!(page.contains("I have read and understood “Vaccines”, v1.0."));

    let given = story
        .acknowledges(&story.len, &asked)
        .await
        .expect(201)
        .json();
    assert_eq!(given["printed_name"], "LEN");
    assert!(given["first_opened"].is_string(), "the page was opened");
    assert_eq!(given["meaning"], "read and understood");
    let again = story
        .acknowledges(&story.len, &asked)
        .await
        .expect(200)
        .json();
    assert_eq!(again, given, "once is enough");
    let page = story.len.page("/a/vaccines").await.expect(200).text;
    assert!(page.contains("You acknowledged v1.0 on"));
    let list = story.list().await;
    assert_eq!(list["items"], json!([given]));
    assert_eq!(list["missing"][0]["person"], json!(story.liz.id));

    story.publish("minor", "Keep it at five degrees.").await;
    let page = story.len.page("/a/vaccines").await.expect(200).text;
    assert!(page.contains("You acknowledged v1.0 on") && page.contains("minor changes"));
    let open = story.asked(&story.liz, 2).await;
    assert_eq!(open["due"], list["missing"][0]["due"]);

    story.publish("major", "Keep it at six degrees.").await;
    let next = story.asked(&story.len, 3).await;
    let old = story.acknowledges(&story.len, &asked).await.problem(409);
    assert!(old["detail"].as_str().unwrap().contains("v3.0"), "{old}");
    let page = story.len.page("/a/vaccines").await.expect(200).text;
    assert!(page.contains("What changed since you acknowledged v1.0"));
    let changes = story
        .len
        .page("/a/vaccines/changes?since=1")
        .await
        .expect(200)
        .text;
    assert!(changes.contains("<del>four</del>") && changes.contains("<ins>six</ins>"));
    // Liz has acknowledged nothing, and nobody reads a version that was between.
    for (who, since) in [(&story.liz, 1), (&story.len, 2), (&story.len, 3)] {
        let path = format!("/a/vaccines/changes?since={since}");
        who.page(&path).await.expect(404);
    }
    story.acknowledges(&story.len, &next).await.expect(201);
    assert_eq!(story.list().await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_controlled_module_asks_readers_to_sign() {
    let story = Story::begin("controlled").await;
    story.publish("major", "Keep it cold.").await;
    let asked = story.asked(&story.len, 1).await;
    let unsigned = story.acknowledges(&story.len, &asked).await.problem(422);
    assert_eq!(unsigned["field"], "signature");
    let signed = |password: &str, meaning: Value| {
        json!({
            "version": 1,
            "revision_hash": asked["revision_hash"],
            "signature": {"password": password, "meaning": meaning},
        })
    };
    let path = story.at("acknowledgements");
    let wrong = signed("not my password", Value::Null);
    story.len.post(&path, wrong).await.problem(401);
    let other = signed(PASSWORD, json!("approved"));
    let other = story.len.post(&path, other).await.problem(422);
    assert_eq!(other["field"], "signature.meaning");
    assert_eq!(story.list().await["items"], json!([]));
    let given = story.len.post(&path, signed(PASSWORD, Value::Null)).await;
    let given = given.expect(201).json();
    let signatures = story.len.get(&story.at("signatures")).await.json();
    let signature = signatures["items"].as_array().unwrap().last().unwrap();
    assert_eq!(given["signature"], signature["id"]);
    assert_eq!(signature["content_sha256"], given["content_sha256"]);
    assert_eq!(signature["meaning"], "read and understood");
    // Who has read it is no other reader's business; approvals are.
    let others = story.liz.get(&story.at("signatures")).await.json();
    let meanings: Vec<_> = others["items"].as_array().unwrap().iter().collect();
    assert!(meanings.iter().all(|one| one["meaning"] == "approved") && meanings.len() == 1);
    let page = story.liz.page("/a/vaccines").await.expect(200).text;
    assert!(page.contains("ROB") && !page.contains("LEN"), "{page}");
    let root = story.server.person("root", &["admin"]).await;
    let journal = root.get("/api/v1/journal").await.expect(200).text;
    assert_eq!(journal.matches("signature.refused").count(), 1);
    assert!(!journal.contains("not my password"));
}

#[tokio::test]
async fn the_page_takes_the_acknowledgement_without_scripts_and_says_what_is_wrong() {
    let story = Story::begin("controlled").await;
    story.publish("major", "Keep it cold.").await;
    let asked = story.asked(&story.len, 1).await;
    let hash = asked["revision_hash"].as_str().unwrap();
    let send = |password: &str| {
        let form = format!("version=1&revision_hash={hash}&login=len&password={password}");
        let form = form.replace(' ', "+");
        let kind = "application/x-www-form-urlencoded";
        let path = "/a/vaccines/acknowledge";
        let request = story.len.request(reqwest::Method::POST, path);
        story.len.send(
            request
                .header("content-type", kind)
                .header("accept", "text/html")
                .body(form),
        )
    };
    let wrong = send("wrong").await.expect(401).text;
    assert!(wrong.contains("Keep it cold.") && wrong.contains("role=\"alert\""));
    send(PASSWORD).await.expect(303);
    let page = story.len.page("/a/vaccines").await.expect(200).text;
    assert!(page.contains("You acknowledged v1.0 on"));
}

#[tokio::test]
async fn what_is_suspended_cannot_be_acknowledged_and_comes_back() {
    let story = Story::begin("controlled").await;
    story.publish("major", "Keep it cold.").await;
    let asked = story.asked(&story.len, 1).await;
    let signature = json!({"password": PASSWORD, "meaning": "approved"});
    let suspend = json!({"reason": "Wrong.", "signature": signature});
    story
        .rob
        .post(&story.at("suspend"), suspend)
        .await
        .expect(200);
    let body = json!({
        "version": 1,
        "revision_hash": asked["revision_hash"],
        "signature": {"password": PASSWORD},
    });
    let path = story.at("acknowledgements");
    let refused = story.len.post(&path, body.clone()).await.problem(409);
    assert!(refused["detail"].as_str().unwrap().contains("suspended"));
    let mine = story.len.get("/api/v1/me/reading").await.json();
    assert_eq!(mine["items"], json!([]));
    let back = json!({"signature": signature});
    story
        .rob
        .post(&story.at("reinstate"), back)
        .await
        .expect(200);
    story.asked(&story.len, 1).await;
    story.len.post(&path, body).await.expect(201);
}

#[tokio::test]
async fn a_text_that_was_taken_back_is_not_shown_as_what_changed() {
    let story = Story::begin("informal").await;
    story.publish("major", "Keep it at four degrees.").await;
    let asked = story.asked(&story.len, 1).await;
    story.acknowledges(&story.len, &asked).await.expect(201);
    let signature = json!({"password": PASSWORD, "meaning": "approved"});
    let suspend = json!({"reason": "Wrong.", "signature": signature});
    story
        .rob
        .post(&story.at("suspend"), suspend)
        .await
        .expect(200);
    story.publish("major", "Keep it at six degrees.").await;
    story.asked(&story.len, 2).await;
    let page = story.len.page("/a/vaccines").await.expect(200).text;
    assert!(!page.contains("What changed since"));
    story
        .len
        .page("/a/vaccines/changes?since=1")
        .await
        .expect(404);
}

#[tokio::test]
async fn who_is_late_is_told_once_also_by_a_server_that_started_again() {
    let start: Timestamp = "2026-05-04T09:30:00Z".parse().unwrap();
    let clock = Arc::new(FixedClock::at(start));
    let server = TestServer::start_at(clock.clone()).await;
    let mut story = Story::begin_on(server, "informal").await;
    story.publish("major", "Keep it cold.").await;
    let asked = story.asked(&story.len, 1).await;
    assert_eq!(asked["due"], "2026-05-18T23:59:59.999Z");
    story.asked(&story.liz, 1).await;
    story.acknowledges(&story.len, &asked).await.expect(201);

    clock.advance(DAY * 20);
    let server = story.server.restart().await;
    let root = server.person("root", &["admin"]).await;
    let deeds = |deed: &str| {
        let path = format!("/api/v1/journal?deed={deed}");
        let root = root.clone();
        async move { root.get(&path).await.expect(200).json()["items"].clone() }
    };
    let overdue = until("somebody is late", || async {
        deeds("reading.overdue").await.get(0).cloned()
    })
    .await;
    assert_eq!(overdue["new"]["people"], json!([story.liz.id]));
    assert_eq!(overdue["subject"]["id"], story.article.as_str());
    assert_eq!(overdue["new"]["due"], asked["due"]);
    story.server = server.restart().await;
    let root = root.at(&story.server);
    story.server.app.timers.fire_due().await.unwrap();
    let list = root
        .get("/api/v1/journal?deed=reading.overdue")
        .await
        .json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let assigned = root
        .get("/api/v1/journal?deed=reading.assigned")
        .await
        .json();
    assert_eq!(
        assigned["items"].as_array().unwrap().len(),
        1,
        "nobody is asked twice"
    );

    let liz = story.liz.anew(&story.server).await;
    let mine = liz.get("/api/v1/me/reading").await.json();
    assert_eq!(mine["items"][0]["late"], true);
    let page = liz.page("/a/vaccines").await.text;
    assert!(page.contains("It is overdue."));
    let given = story
        .acknowledges(&liz, &mine["items"][0])
        .await
        .expect(201);
    assert_eq!(given.json()["late"], true);
    assert!(clock.now() > start);

    // Those who were asked heard of it, and whoever looks after the module of who is late.
    let ada = story.ada.anew(&story.server).await;
    for (who, wanted) in [
        (&liz, "reading_assigned"),
        (&liz, "reading_overdue"),
        (&ada, "readers_overdue"),
    ] {
        until(&format!("{} hears of {wanted}", who.login), || async {
            let told = who.get("/api/v1/me/notifications").await.expect(200).json();
            let told = told["items"].as_array().unwrap().clone();
            told.into_iter().find(|notice| notice["kind"] == wanted)
        })
        .await;
    }
}

#[tokio::test]
async fn the_owner_sees_who_is_missing_asks_by_hand_reminds_and_saves_a_table() {
    let story = Story::begin("informal").await;
    // A name that a spreadsheet would take for a formula.
    let mal = story.server.person("=1+1", &["lead"]).await;
    story.publish("major", "Keep it cold.").await;
    let asked = story.asked(&story.len, 1).await;
    story.asked(&story.liz, 1).await;
    story.acknowledges(&story.len, &asked).await.expect(201);
    let hand = json!({"people": [mal.id], "due": "2999-01-01T00:00:00Z"});
    let far = story
        .ada
        .post(&story.at("assignments"), hand)
        .await
        .problem(422);
    assert_eq!(far["field"], "due");
    let soon = (story.server.app.clock.now()).plus(DAY * 3);
    let hand = json!({"people": [mal.id, story.len.id], "due": soon});
    story
        .len
        .post(&story.at("assignments"), hand.clone())
        .await
        .problem(403);
    let done = story
        .ada
        .post(&story.at("assignments"), hand)
        .await
        .expect(201);
    assert_eq!(done.json()["people"], json!([mal.id]), "Len has read it");
    assert_eq!(story.asked(&mal, 1).await["assigner"], json!(story.ada.id));
    let given = story.acknowledges(&mal, &asked).await.expect(201).json();
    assert_eq!(
        (&given["reason"], &given["assigner"]),
        (&json!("assigned"), &json!(story.ada.id))
    );

    let page = story
        .ada
        .page("/m/cold-chain/reading")
        .await
        .expect(200)
        .text;
    assert!(page.contains("2 of 3 have acknowledged v1.0."), "{page}");
    assert!(page.contains("Learners. They get 14 days"));
    let path = "/m/cold-chain/reading?article=vaccines";
    let page = story.ada.page(path).await.expect(200).text;
    assert!(page.contains("To be read by") && page.contains("Asked by ADA"));
    let reminded = story
        .ada
        .post(&story.at("reminders"), json!({}))
        .await
        .expect(200);
    assert_eq!(reminded.json()["people"], json!([story.liz.id]));

    let saved = story
        .ada
        .get("/m/cold-chain/reading?format=csv")
        .await
        .expect(200);
    let lines: Vec<&str> = saved.text.lines().collect();
    assert_eq!(lines.len(), 4, "a head and three people");
    assert!(
        lines[1..]
            .iter()
            .any(|line| line.contains("LIZ") && line.contains(",open,"))
    );
    assert!(saved.text.contains(",'=1+1,") && !saved.text.contains(",=1+1,"));
    let given = story
        .ada
        .get(&(story.at("acknowledgements") + "?format=csv"))
        .await
        .expect(200);
    assert_eq!(
        given.text.lines().count(),
        3,
        "a head and two acknowledgements"
    );
    assert!(
        given
            .text
            .contains("I have read and understood “Vaccines”, v1.0.")
    );

    let own = json!({"everybody": true, "days": 0});
    let path = story.at("audience");
    let wrong = story.ada.put(&path, own).await.problem(422);
    assert_eq!(wrong["field"], "days");
    story
        .ada
        .put(&path, json!({"members": true}))
        .await
        .expect(200);
    let shown = story.ada.get(&path).await.expect(200).json();
    assert_eq!(
        (&shown["own"], &shown["audience"]["members"]),
        (&json!(true), &json!(true))
    );
    story.ada.delete(&path).await.expect(200);
    let shown = story.ada.get(&path).await.expect(200).json();
    assert_eq!(
        (&shown["own"], &shown["audience"]["roles"]),
        (&json!(false), &json!(["learner"]))
    );
    let module = format!("/api/v1/modules/{}/audience", story.module);
    story.len.get(&module).await.problem(403);
}

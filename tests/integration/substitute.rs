//! A reviewer leaves while a review needs them: who hears of it, and who takes their place.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Got, Person, TestServer, until};

const FORM: &str = "application/x-www-form-urlencoded";

/// Ada writes; Rob, Sue and Tim must all approve.
struct Story {
    server: TestServer,
    root: Person,
    ada: Person,
    rob: Person,
    sue: Person,
    tim: Person,
    module: String,
    article: String,
}

impl Story {
    async fn begin(visibility: &str) -> Self {
        let server = TestServer::start().await;
        let ada = server.person("ada", &["trainer"]).await;
        let module = ada.creates_module_that_is("Cold chain", visibility).await;
        let article = ada.starts(&module, "Vaccines").await;
        ada.fills(&article).await;
        let mut reviewers = Vec::new();
        for login in ["rob", "sue", "tim"] {
            reviewers.push(match visibility {
                "open" => server.person(login, &["reviewer"]).await,
                _ => server.person_within(login, "reviewer", &module).await,
            });
        }
        let [rob, sue, tim] = <[Person; 3]>::try_from(reviewers).ok().unwrap();
        let stage = json!({"title": "Review", "quorum": "all", "meaning": "approved"});
        let rules = json!({"rules": {"stages": [stage]}, "reason": "Our SOP."});
        let path = format!("/api/v1/modules/{module}/rules");
        rob.put(&path, rules).await.expect(200);
        Self {
            root: server.person("root", &["admin"]).await,
            server,
            ada,
            rob,
            sue,
            tim,
            module,
            article,
        }
    }

    /// Asks for review, has Rob and Sue approve it, and deactivates Tim.
    async fn without_tim(&self) -> Value {
        let review = self.ada.requests_review(&self.article).await.expect(201);
        let review = review.json();
        for reviewer in [&self.rob, &self.sue] {
            reviewer.approves(&review).await.expect(201);
        }
        let path = format!("/api/v1/people/{}/deactivate", self.tim.id);
        self.root.post(&path, json!({})).await.expect(204);
        until("it is known that Tim is missing", || async {
            let now = self.ada.sees(&review).await;
            (now["missing"] == json!([self.tim.id])).then_some(())
        })
        .await;
        review
    }
}

fn path(review: &Value, rest: &str) -> String {
    format!("/api/v1/reviews/{}{rest}", review["id"].as_str().unwrap())
}

impl Person {
    async fn sees(&self, review: &Value) -> Value {
        self.get(&path(review, "")).await.expect(200).json()
    }

    async fn names(&self, review: &Value, missing: &Person, substitute: &Person) -> Got {
        let body = json!({
            "missing": missing.id,
            "substitute": substitute.id,
            "reason": "Tim has left.",
        });
        self.post(&path(review, "/substitutes"), body).await
    }

    /// The newest notice of this kind, once it has come.
    async fn hears(&self, kind: &str) -> Value {
        until("the notice has come", || async {
            let inbox = self.get("/api/v1/me/notifications").await.expect(200);
            let inbox = inbox.json();
            let items = inbox["items"].as_array().unwrap().iter();
            items.into_iter().find(|item| item["kind"] == kind).cloned()
        })
        .await
    }
}

#[tokio::test]
async fn a_substitute_completes_a_review_whose_reviewer_left() {
    let story = Story::begin("open").await;
    let review = story.without_tim().await;
    let told = story.ada.hears("reviewers_missing").await;
    let text = told["text"].as_str().unwrap();
    assert!(
        text.contains("TIM can no longer decide on “Vaccines”"),
        "{text}"
    );

    let uma = story.server.person("uma", &["reviewer"]).await;
    let address = format!("/reviews/{}", review["id"].as_str().unwrap());
    let page = story.ada.page(&address).await.expect(200).text;
    assert!(page.contains("TIM can no longer decide"), "{page}");
    let option = |person: &Person| format!("<option value=\"{}\"", person.id);
    assert!(page.contains(&option(&uma)), "{page}");
    for other in [&story.ada, &story.rob, &story.tim, &story.root] {
        assert!(!page.contains(&option(other)), "{page}");
    }
    let form = |reason: &str| {
        let request = story
            .ada
            .request(Method::POST, &format!("{address}/substitutes"))
            .header("accept", "text/html")
            .header("content-type", FORM);
        let (missing, substitute) = (&story.tim.id, &uma.id);
        request.body(format!(
            "missing={missing}&substitute={substitute}&substitute_reason={reason}"
        ))
    };
    let silent = story.ada.send(form("")).await.expect(422).text;
    assert!(
        silent.contains("Say why this person decides instead."),
        "{silent}"
    );
    let done = story.ada.send(form("Tim+has+left.")).await;
    assert!(done.status.is_redirection(), "{}", done.text);

    let told = uma.hears("substitute_named").await;
    let text = told["text"].as_str().unwrap();
    assert_eq!(text, "ADA asks you to decide on “Vaccines” in place of TIM");
    assert_eq!(told["excerpt"], "Tim has left.");
    let page = uma.page(&address).await.expect(200).text;
    assert!(page.contains("UMA decides in place of TIM"), "{page}");
    let now = uma.sees(&review).await;
    assert_eq!(now["missing"], json!([]));
    assert_eq!(now["approved_by"].as_array().unwrap().len(), 2, "{now}");
    let done = uma.approves(&review).await.expect(201).json();
    assert_eq!(done["state"], "effective");

    let path = "/api/v1/journal?deed=review.substitute_named";
    let entry = story.root.get(path).await.expect(200).json()["items"][0].clone();
    assert_eq!(entry["reason"], "Tim has left.", "{entry}");
}

#[tokio::test]
async fn only_an_eligible_reviewer_is_named_and_only_by_those_who_may() {
    let story = Story::begin("open").await;
    let review = story.without_tim().await;
    let (root, tim) = (&story.root, &story.tim);
    let uma = story.server.person("uma", &["reviewer"]).await;
    let lea = story.server.person("lea", &["learner"]).await;
    lea.names(&review, tim, &uma).await.problem(403);
    root.names(&review, &story.sue, &uma).await.problem(409);
    root.names(&review, tim, root).await.problem(403);
    uma.names(&review, tim, &uma).await.problem(403);
    for nobody in [&story.ada, &lea, &story.rob] {
        let problem = root.names(&review, tim, nobody).await.problem(422);
        assert_eq!(problem["field"], "substitute");
    }
    let named = root.names(&review, tim, &uma).await.expect(201).json();
    assert_eq!(named["substitute"], json!(uma.id));
    root.names(&review, tim, &uma).await.problem(404);
    story.ada.names(&review, tim, &uma).await.problem(409);
    root.get(&path(&review, "")).await.problem(404);
    root.post(
        &path(&review, "/decisions"),
        json!({
            "verdict": "approve", "revision_hash": review["revision_hash"],
        }),
    )
    .await
    .problem(404);
    let gone = story.ada.post(&path(&review, "/withdraw"), json!({})).await;
    assert_eq!(gone.expect(200).json()["state"], "withdrawn");
}

#[tokio::test]
async fn losing_the_role_counts_and_a_restricted_module_stays_hidden() {
    let story = Story::begin("restricted").await;
    let review = story.ada.requests_review(&story.article).await.expect(201);
    let review = review.json();
    let member = format!("/api/v1/modules/{}/members/{}", story.module, story.tim.id);
    story.ada.delete(&member).await.problem(403);
    let roles = format!("/api/v1/people/{}/roles", story.tim.id);
    let none = json!({"roles": []});
    story.root.put(&roles, none).await.expect(200);
    story.ada.hears("reviewers_missing").await;
    story
        .root
        .names(&review, &story.tim, &story.rob)
        .await
        .problem(404);
    let uma = story
        .server
        .person_within("uma", "reviewer", &story.module)
        .await;
    story.ada.names(&review, &story.tim, &uma).await.expect(201);
}

//! What people of a story do, in their words.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Got, Person};

impl Person {
    /// Creates an open, informal module; returns its id.
    pub async fn creates_module(&self, title: &str) -> String {
        self.creates_module_that_is(title, "open").await
    }

    /// Creates an open or restricted module; returns its id.
    pub async fn creates_module_that_is(&self, title: &str, visibility: &str) -> String {
        let body = json!({
            "title": title,
            "purpose": "Where the tests write.",
            "visibility": visibility,
            "control": "informal",
        });
        self.post("/api/v1/modules", body).await.expect(201).id()
    }

    /// Starts a topic article; returns its id.
    pub async fn starts(&self, module: &str, title: &str) -> String {
        self.starts_from("topic-article", module, title).await
    }

    /// Starts an article from a template; returns its id.
    pub async fn starts_from(&self, template: &str, module: &str, title: &str) -> String {
        let body = json!({"module": module, "template": template, "title": title});
        self.post("/api/v1/articles", body).await.expect(201).id()
    }

    /// Brings a file to an article.
    pub async fn brings(&self, article: &str, name: &str, bytes: Vec<u8>) -> Got {
        let path = format!("/api/v1/articles/{article}/files?name={name}");
        self.send(self.request(Method::POST, &path).body(bytes))
            .await
    }

    /// Writes a section as Markdown.
    pub async fn writes(&self, article: &str, section: &str, markdown: &str) -> Got {
        let path = format!("/api/v1/articles/{article}/draft/sections/{section}");
        self.raw(Method::PUT, &path, "text/markdown", markdown)
            .await
    }

    /// Fills every required section that is still empty.
    pub async fn fills(&self, article: &str) {
        let path = format!("/api/v1/articles/{article}/draft");
        let draft = self.get(&path).await.expect(200).json();
        for key in draft["completeness"]["missing"].as_array().unwrap() {
            let key = key.as_str().unwrap();
            self.writes(article, key, &format!("Text of {key}."))
                .await
                .expect(200);
        }
    }

    /// Reads the draft as JSON.
    pub async fn reads_draft(&self, article: &str) -> Value {
        self.get(&format!("/api/v1/articles/{article}/draft"))
            .await
            .expect(200)
            .json()
    }

    /// Fills the draft, asks for review, and has it approved by these reviewers.
    pub async fn publishes(&self, article: &str, reviewers: &[&Person]) -> Value {
        self.fills(article).await;
        let review = self.requests_review(article).await.expect(201).json();
        for reviewer in reviewers {
            reviewer.approves(&review).await.expect(201);
        }
        review
    }

    /// Asks for review.
    pub async fn requests_review(&self, article: &str) -> Got {
        let body = json!({"change_summary": "First version.", "kind": "major"});
        self.post(&format!("/api/v1/articles/{article}/reviews"), body)
            .await
    }

    /// Approves what the review shows, with every question answered.
    pub async fn approves(&self, review: &Value) -> Got {
        let checklist = vec![true; review["checklist"].as_array().unwrap().len()];
        self.decides(
            review,
            json!({"verdict": "approve", "checklist": checklist}),
        )
        .await
    }

    /// Rejects with a reason.
    pub async fn rejects(&self, review: &Value, reason: &str) -> Got {
        self.decides(review, json!({"verdict": "reject", "reason": reason}))
            .await
    }

    /// Decides on exactly what the review shows.
    pub async fn decides(&self, review: &Value, mut decision: Value) -> Got {
        decision["revision_hash"] = review["revision_hash"].clone();
        let id = review["id"].as_str().unwrap();
        self.post(&format!("/api/v1/reviews/{id}/decisions"), decision)
            .await
    }

    /// Reads the effective version in one of its forms.
    pub async fn reads(&self, article: &str, format: &str) -> Got {
        self.get(&format!(
            "/api/v1/articles/{article}/effective?format={format}"
        ))
        .await
    }

    /// Searches; returns the hits.
    pub async fn finds(&self, words: &str) -> Vec<Value> {
        let words = utf8_percent_encode(words, NON_ALPHANUMERIC);
        let found = self
            .get(&format!("/api/v1/search?q={words}"))
            .await
            .expect(200)
            .json();
        found["hits"].as_array().unwrap().clone()
    }
}

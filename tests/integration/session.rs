//! Signing in and out, tokens, and who is asked what.

use reqwest::Method;
use serde_json::json;

use crate::support::{PASSWORD, TestServer};

#[tokio::test]
async fn a_person_signs_in_reads_and_signs_out() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let browser = server.stranger();

    let body = json!({"login": " ADA ", "password": PASSWORD});
    let signed_in = browser.post("/api/v1/session", body).await.expect(200);
    assert_eq!(signed_in.id(), ada.id.to_string());
    let cookie = signed_in.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert!(!signed_in.text.contains(PASSWORD));

    assert_eq!(
        browser.get("/api/v1/me").await.expect(200).field("login"),
        "ada"
    );
    browser.delete("/api/v1/session").await.expect(204);
    browser.get("/api/v1/me").await.problem(401);
}

#[tokio::test]
async fn a_wrong_password_says_no_more_than_an_unknown_login() {
    let server = TestServer::start().await;
    server.person("ada", &["trainer"]).await;
    let wrong = json!({"login": "ada", "password": "not the password"});
    let unknown = json!({"login": "nobody", "password": "not the password"});
    let stranger = server.stranger();
    let wrong = stranger.post("/api/v1/session", wrong).await.problem(401);
    let unknown = stranger.post("/api/v1/session", unknown).await.problem(401);
    assert_eq!(wrong["detail"], unknown["detail"]);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_says_for_how_long() {
    let server = TestServer::start().await;
    server.person("ada", &["trainer"]).await;
    let stranger = server.stranger();
    let guess = json!({"login": "ada", "password": "guess guess guess"});
    for _ in 0..20 {
        let got = stranger.post("/api/v1/session", guess.clone()).await;
        if got.status == 429 {
            assert!(got.header("retry-after").parse::<u64>().unwrap() >= 1);
            got.problem(429);
            return;
        }
        got.problem(401);
    }
    panic!("twenty guesses were let through");
}

#[tokio::test]
async fn a_token_acts_for_its_owner_until_it_is_revoked() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let made = ada
        .post(
            "/api/v1/tokens",
            json!({"label": "nightly export", "password": PASSWORD}),
        )
        .await
        .expect(201);
    let list = ada.get("/api/v1/tokens").await.expect(200);
    assert!(list.text.contains("nightly export"));
    assert!(
        !list.text.contains(&made.field("token")),
        "a token is shown once"
    );

    let program = server.stranger();
    let me = || {
        program
            .request(Method::GET, "/api/v1/me")
            .bearer_auth(made.field("token"))
    };
    program.send(me()).await.expect(200);
    ada.delete(&format!("/api/v1/tokens/{}", made.id()))
        .await
        .expect(204);
    program.send(me()).await.problem(401);
}

#[tokio::test]
async fn nobody_revokes_the_token_of_another() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let ben = server.person("ben", &["admin"]).await;
    let made = ada
        .post(
            "/api/v1/tokens",
            json!({"label": "mine", "password": PASSWORD}),
        )
        .await
        .expect(201);
    ben.delete(&format!("/api/v1/tokens/{}", made.id()))
        .await
        .problem(404);
}

#[tokio::test]
async fn another_site_cannot_use_a_session() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let browser = ada.in_a_browser(&server).await;
    let module = json!({"title": "M", "visibility": "open", "control": "informal"});

    let post = || {
        browser
            .request(Method::POST, "/api/v1/modules")
            .json(&module)
    };
    browser
        .send(post().header("sec-fetch-site", "cross-site"))
        .await
        .problem(403);
    browser
        .send(post().header("origin", "https://evil.example"))
        .await
        .problem(403);
    browser
        .send(post().header("sec-fetch-site", "same-origin"))
        .await
        .expect(201);
    browser
        .send(post().header("origin", server.url("")))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_token_that_reads_changes_nothing() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let asked = json!({"label": "reads", "scope": "read", "password": PASSWORD});
    let made = ada.post("/api/v1/tokens", asked).await.expect(201);
    let program = crate::support::Client::new(server.url(""), Some(made.field("token")));
    let draft = format!("/api/v1/articles/{article}/draft");
    program.get(&draft).await.expect(200);
    let lead = format!("{draft}/sections/lead");
    let refused = program.put(&lead, json!({"markdown": "No."})).await;
    refused.problem(403);
    for (path, body) in [
        ("/api/v1/modules", json!({"title": "M"})),
        (
            "/api/v1/tokens",
            json!({"label": "more", "password": PASSWORD}),
        ),
        ("/api/v1/me/delegations", json!({})),
    ] {
        program.post(path, body).await.problem(403);
    }
    let bearer = format!("Bearer {}", made.field("token"));
    let mut peer = server.knock(&article, &[("authorization", bearer)]).await;
    assert_eq!(peer.closed().await.0, 4403);

    let wrong = json!({"label": "x", "password": "not my password"});
    ada.post("/api/v1/tokens", wrong).await.problem(401);
}

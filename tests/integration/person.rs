//! People: added, given roles, sent away.

use serde_json::json;

use crate::support::{Got, PASSWORD, TestServer};

#[tokio::test]
async fn an_administrator_adds_somebody_who_then_signs_in() {
    let server = TestServer::start().await;
    let admin = server.person("root", &["admin"]).await;
    let body = json!({"login": "Zoë", "name": "Zoë Quist", "roles": [{"role": "learner"}]});
    let added = admin.post("/api/v1/people", body.clone()).await.expect(201);
    admin.post("/api/v1/people", body).await.problem(409);
    let zoe = server.stranger();
    let chosen = json!({"code": code_of(&added), "password": PASSWORD});
    zoe.post("/api/v1/password", chosen).await.expect(204);
    zoe.post(
        "/api/v1/session",
        json!({"login": "zoë", "password": PASSWORD}),
    )
    .await
    .expect(200);
    assert_eq!(zoe.get("/api/v1/me").await.expect(200).id(), added.id());
}

/// The code in the link with which a new person chooses a password.
fn code_of(added: &Got) -> String {
    let reply = added.json();
    let link = reply["password_link"]["link"].as_str().unwrap();
    link.split_once("code=").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_short_password_is_refused_by_name() {
    let server = TestServer::start().await;
    let admin = server.person("root", &["admin"]).await;
    let body = json!({"login": "zoe", "name": "Zoë", "roles": []});
    let added = admin.post("/api/v1/people", body).await.expect(201);
    let chosen = json!({"code": code_of(&added), "password": "short"});
    let browser = server.stranger();
    let refused = browser.post("/api/v1/password", chosen).await.problem(422);
    assert_eq!(refused["field"], "password");
    assert!(
        refused["detail"].as_str().unwrap().contains("12"),
        "{refused}"
    );
}

#[tokio::test]
async fn roles_hold_from_the_next_request() {
    let server = TestServer::start().await;
    let admin = server.person("root", &["admin"]).await;
    let ben = server.person("ben", &["learner"]).await;
    let module = json!({"title": "M", "visibility": "open", "control": "informal"});
    ben.post("/api/v1/modules", module.clone())
        .await
        .problem(403);
    let roles = json!({"roles": [{"role": "trainer"}]});
    admin
        .put(&format!("/api/v1/people/{}/roles", ben.id), roles)
        .await
        .expect(200);
    ben.post("/api/v1/modules", module).await.expect(201);
}

#[tokio::test]
async fn who_is_sent_away_is_out_at_once() {
    let server = TestServer::start().await;
    let admin = server.person("root", &["admin"]).await;
    let ben = server.person("ben", &["trainer"]).await;
    let browser = ben.in_a_browser(&server).await;
    admin
        .post(&format!("/api/v1/people/{}/deactivate", ben.id), json!({}))
        .await
        .expect(204);
    ben.get("/api/v1/me").await.problem(401);
    browser.get("/api/v1/me").await.problem(401);
    let again = json!({"login": "ben", "password": PASSWORD});
    server
        .stranger()
        .post("/api/v1/session", again)
        .await
        .problem(401);
}

#[tokio::test]
async fn somebody_administers_always() {
    let server = TestServer::start().await;
    let admin = server.person("root", &["admin"]).await;
    let roles = json!({"roles": [{"role": "trainer"}]});
    admin
        .put(&format!("/api/v1/people/{}/roles", admin.id), roles)
        .await
        .problem(409);
    admin
        .post(
            &format!("/api/v1/people/{}/deactivate", admin.id),
            json!({}),
        )
        .await
        .problem(409);
}

#[tokio::test]
async fn others_learn_the_name_and_no_more() {
    let server = TestServer::start().await;
    let admin = server.person("root", &["admin"]).await;
    let ben = server.person("ben", &["trainer"]).await;
    let seen = ben
        .get(&format!("/api/v1/people/{}", admin.id))
        .await
        .expect(200)
        .json();
    assert_eq!(seen["name"], "ROOT");
    assert!(
        seen.get("login").is_none() && seen.get("roles").is_none(),
        "{seen}"
    );
    ben.get("/api/v1/people").await.problem(403);
}

#[tokio::test]
async fn a_login_is_never_given_to_another_person_however_it_is_written() {
    let server = TestServer::start().await;
    let admin = server.person("root", &["admin"]).await;
    let zoe = server.person("zoë.quist", &["trainer"]).await;
    admin
        .post(&format!("/api/v1/people/{}/deactivate", zoe.id), json!({}))
        .await
        .expect(204);
    let add = |login: &str| {
        let body = json!({"login": login, "name": "Somebody else"});
        admin.post("/api/v1/people", body)
    };
    let full_width = "\u{ff3a}\u{ff2f}\u{cb}.\u{ff31}uist";
    for same in ["zoë.quist", " ZOË.Quist ", "zoe\u{308}.quist", full_width] {
        let refused = add(same).await.problem(409);
        assert_eq!(refused["field"], "login", "{same}");
    }
    let unseen = add("zo\u{200d}ë.quist").await.problem(422);
    assert_eq!(unseen["field"], "login");
    add("zoë.quist2").await.expect(201);
}

#[tokio::test]
async fn tokens_of_whoever_was_sent_away_do_not_come_back_with_them() {
    let server = TestServer::start().await;
    let admin = server.person("root", &["admin"]).await;
    let ben = server.person("ben", &["trainer"]).await;
    let browser = ben.in_a_browser(&server).await;
    for deed in ["deactivate", "reactivate"] {
        admin
            .post(&format!("/api/v1/people/{}/{deed}", ben.id), json!({}))
            .await
            .expect(204);
    }
    ben.get("/api/v1/me").await.problem(401);
    browser.get("/api/v1/me").await.problem(401);
    ben.in_a_browser(&server).await;
}

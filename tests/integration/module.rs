//! Modules: who sees them, who writes there, in what order.

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn a_restricted_module_does_not_exist_for_others() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let admin = server.person("root", &["admin", "reviewer", "lead"]).await;
    let module = ada
        .creates_module_that_is("Secret product", "restricted")
        .await;
    let article = ada.starts(&module, "What it does").await;

    for path in [
        format!("/api/v1/modules/{module}"),
        format!("/api/v1/articles/{article}"),
        format!("/api/v1/articles/{article}/draft"),
        format!("/api/v1/articles/{article}/effective"),
        format!("/api/v1/articles/{article}/revisions"),
    ] {
        let hidden = admin.get(&path).await.problem(404);
        assert!(!hidden.to_string().contains("Secret"), "{hidden}");
    }
    let listed = admin.get("/api/v1/modules").await.expect(200);
    assert!(!listed.text.contains("Secret"));
    let body = json!({"module": module, "template": "topic-article", "title": "Mine"});
    admin.post("/api/v1/articles", body).await.problem(404);
}

#[tokio::test]
async fn a_member_comes_in_and_goes_again() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let ben = server.person("ben", &[]).await;
    let module = ada
        .creates_module_that_is("Secret product", "restricted")
        .await;
    let path = format!("/api/v1/modules/{module}");
    let member = format!("{path}/members/{}", ben.id);

    ben.get(&path).await.problem(404);
    ada.put(&member, json!({"role": "learner"}))
        .await
        .expect(204);
    ben.get(&path).await.expect(200);
    ben.starts(&module, "A note of a member").await;
    ben.put(&member, json!({"role": "trainer"}))
        .await
        .problem(403);
    ada.delete(&member).await.expect(204);
    ben.get(&path).await.problem(404);
}

#[tokio::test]
async fn articles_stand_in_the_order_their_trainer_chose() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let one = ada.starts(&module, "One").await;
    let two = ada.starts(&module, "Two").await;
    let path = format!("/api/v1/modules/{module}");
    assert_eq!(ada.get(&path).await.json()["articles"], json!([one, two]));

    ada.put(&format!("{path}/order"), json!({"articles": [two, one]}))
        .await
        .expect(204);
    assert_eq!(ada.get(&path).await.json()["articles"], json!([two, one]));
    let wrong = ada
        .put(&format!("{path}/order"), json!({"articles": [two]}))
        .await
        .problem(422);
    assert_eq!(wrong["field"], "articles");
}

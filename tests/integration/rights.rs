//! Rights that change while somebody writes: their connections end, those of others do not.

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn who_is_deactivated_stops_writing_at_once() {
    let server = TestServer::start().await;
    let admin = server.person("root", &["admin"]).await;
    let ada = server.person("ada", &["trainer"]).await;
    let ben = server.person("ben", &["learner"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let mut first = server.peer(&ben, &article).await.synced().await;
    let mut second = server.peer(&ben, &article).await.synced().await;
    let mut other = server.peer(&ada, &article).await.synced().await;
    first.type_title(0, "Kept ").await;
    first.barrier().await;
    admin
        .post(&format!("/api/v1/people/{}/deactivate", ben.id), json!({}))
        .await
        .expect(204);
    for peer in [&mut first, &mut second] {
        let (code, reason) = peer.closed().await;
        assert_eq!(code, 4401, "{reason}");
    }
    other.until_title("Kept Vaccines").await;
    other.type_title(0, "Still ").await;
    other.barrier().await;
    assert_eq!(
        ada.reads_draft(&article).await["title"],
        "Still Kept Vaccines"
    );
}

#[tokio::test]
async fn who_loses_the_role_hears_it_and_what_was_saved_stays() {
    let server = TestServer::start().await;
    let admin = server.person("root", &["admin"]).await;
    let ada = server.person("ada", &["trainer"]).await;
    let ben = server.person("ben", &["learner"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let mut peer = server.peer(&ben, &article).await.synced().await;
    peer.type_title(0, "Kept ").await;
    peer.barrier().await;
    let roles = format!("/api/v1/people/{}/roles", ben.id);
    admin.put(&roles, json!({ "roles": [] })).await.expect(200);
    let (code, reason) = peer.closed().await;
    assert_eq!(code, 4403);
    assert!(reason.contains("no longer"), "{reason}");
    let (code, _) = server.peer(&ben, &article).await.closed().await;
    assert_eq!(code, 4404, "and of a draft they know nothing any more");

    let learner = json!({ "roles": [{ "role": "learner" }] });
    admin.put(&roles, learner).await.expect(200);
    let back = server.peer(&ben, &article).await.synced().await;
    assert_eq!(back.title(), "Kept Vaccines");
}

#[tokio::test]
async fn who_is_taken_out_of_a_restricted_module_leaves_its_articles_only() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let ben = server.person("ben", &["learner"]).await;
    let secret = ada
        .creates_module_that_is("Secret product", "restricted")
        .await;
    let open = ada.creates_module("Cold chain").await;
    let member = format!("/api/v1/modules/{secret}/members/{}", ben.id);
    ada.put(&member, json!({ "role": "learner" }))
        .await
        .expect(204);
    let hidden = ada.starts(&secret, "Formula").await;
    let shown = ada.starts(&open, "Vaccines").await;
    let mut inside = server.peer(&ben, &hidden).await.synced().await;
    let mut outside = server.peer(&ben, &shown).await.synced().await;
    ada.delete(&member).await.expect(204);
    let (code, _) = inside.closed().await;
    assert_eq!(code, 4403);
    let (code, _) = server.peer(&ben, &hidden).await.closed().await;
    assert_eq!(code, 4404, "for them it is not there any more");
    outside.type_title(0, "New ").await;
    outside.barrier().await;
    assert_eq!(ada.reads_draft(&shown).await["title"], "New Vaccines");
}

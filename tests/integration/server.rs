//! What every request meets: health, headers, the description of the interface, the start.

use serde_json::Value;

use crate::support::TestServer;

#[tokio::test]
async fn the_server_says_that_it_lives_and_what_it_does() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    assert_eq!(stranger.get("/healthz").await.expect(200).text, "ok\n");
    stranger.get("/readyz").await.expect(200);
    let metrics = server.metrics().await;
    assert!(metrics.contains("lectern_http_requests_total"), "{metrics}");
}

#[tokio::test]
async fn the_figures_say_what_goes_on() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let mut peer = server.peer(&ada, &article).await.synced().await;
    let mut other = server.peer(&ada, &article).await.synced().await;
    peer.type_title(0, "x").await;
    peer.barrier().await;
    other.barrier().await;
    server.stranger().get("/readyz").await.expect(200);
    let metrics = server.metrics().await;
    for figure in [
        "lectern_live_rooms",
        "lectern_live_connections",
        "lectern_live_group_size_bucket",
        "lectern_live_turn_size_bucket",
        "lectern_live_queue_bytes_bucket",
        "lectern_live_log_bytes",
        "lectern_store_queue",
        "lectern_store_group_size_bucket",
        "lectern_store_commit_seconds_bucket",
        "lectern_store_free_bytes",
        "lectern_store_disk_bytes",
    ] {
        let line = metrics.lines().find(|line| line.starts_with(figure));
        assert!(line.is_some(), "{figure} is missing: {metrics}");
    }
    let bytes = metrics
        .lines()
        .find_map(|line| line.strip_prefix("lectern_live_log_bytes "));
    assert!(bytes.unwrap().parse::<f64>().unwrap() > 0.0, "{metrics}");
}

#[tokio::test]
async fn the_description_names_the_front_door() {
    let server = TestServer::start().await;
    let described: Value = server
        .stranger()
        .get("/api/openapi.json")
        .await
        .expect(200)
        .json();
    assert!(described["openapi"].as_str().unwrap().starts_with("3.1"));
    for path in [
        "/api/v1/articles",
        "/api/v1/reviews/{id}/decisions",
        "/api/v1/search",
    ] {
        assert!(described["paths"][path].is_object(), "{path} is missing");
    }
}

#[tokio::test]
async fn replies_carry_a_strict_content_policy() {
    let server = TestServer::start().await;
    let got = server.stranger().page("/sign-in").await;
    let policy = got.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(
        policy.contains(&format!("ws://{}", server.address())),
        "{policy}"
    );
    assert_eq!(got.header("x-content-type-options"), "nosniff");
    assert!(!got.header("x-request-id").is_empty());
    assert!(got.header("cache-control").contains("no-store"));
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Shipping vaccines").await;
    ada.writes(&article, "lead", "Keep it *cold*.")
        .await
        .expect(200);

    let server = server.restart().await;
    let ada = ada.at(&server);
    let draft = ada.reads_draft(&article).await;
    assert_eq!(draft["sections"][0]["markdown"], "Keep it *cold*.");
    assert_eq!(draft["title"], "Shipping vaccines");
}

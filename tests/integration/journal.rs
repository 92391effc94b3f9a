//! The journal: everything that was done, in an order that cannot be changed unseen.

use lectern::journal;

use crate::support::TestServer;

#[tokio::test]
async fn everything_that_was_done_is_written_down_and_holds_together() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let admin = server.person("root", &["admin"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.publishes(&article, &[&rob]).await;

    let page = admin
        .get("/api/v1/journal?limit=200")
        .await
        .expect(200)
        .json();
    let entries = page["items"].as_array().unwrap();
    let deeds: Vec<_> = entries
        .iter()
        .map(|entry| entry["deed"].as_str().unwrap())
        .collect();
    for deed in [
        "person.added",
        "token.created",
        "module.created",
        "article.created",
    ] {
        assert!(deeds.contains(&deed), "{deed} is missing in {deeds:?}");
    }
    assert!(
        deeds.iter().any(|deed| deed.starts_with("review.")),
        "{deeds:?}"
    );
    assert!(!page.to_string().contains(crate::support::PASSWORD));
    assert!(!page.to_string().contains("lct_"));

    let report = journal::verify(&server.app.store, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(report.entries, entries.len() as u64);
}

#[tokio::test]
async fn the_journal_is_read_page_by_page_by_administrators_alone() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer", "reviewer", "lead"]).await;
    let admin = server.person("root", &["admin"]).await;
    let refused = ada.get("/api/v1/journal").await.problem(403);
    assert!(
        refused["detail"].as_str().unwrap().contains("administer"),
        "{refused}"
    );

    let mut path = "/api/v1/journal?limit=1".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = admin.get(&path).await.expect(200).json();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|e| e["seq"].as_u64().unwrap()),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/journal?limit=1&after={next}"),
            None => break,
        }
    }
    let newest = seen[0];
    assert_eq!(seen, (1..=newest).rev().collect::<Vec<_>>());
}

//! What bad input gets: one test for each row of the product's table. Scripts in Markdown and HTML
//! have theirs in `article.rs`.

use std::fs;
use std::io::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;

use lectern_app::App;
use lectern_document::new_doc;
use lectern_store::Faults;

use crate::support::{Peer, Person, Socket, TestServer, config_for, until};

const NOBODYS: &str = "0192d4e0-7f1c-7000-8000-000000000000";

async fn served() -> (TestServer, Person, String) {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    (server, ada, article)
}

#[tokio::test]
async fn what_is_not_there_is_404_and_the_page_offers_search() {
    let (server, ada, article) = served().await;
    for path in [
        "/api/v1/no/such/path".to_owned(),
        format!("/api/v1/articles/{NOBODYS}"),
        format!("/api/v1/revisions/{NOBODYS}"),
        format!("/api/v1/reviews/{NOBODYS}"),
        format!("/api/v1/articles/{article}/effective"),
        "/api/v1/articles/no-id".to_owned(),
    ] {
        ada.get(&path).await.problem(404);
    }
    for path in ["/no/such/page", "/a/no-such-article", "/m/no-such-module"] {
        let page = ada.page(path).await.expect(404);
        assert!(page.text.contains(r#"action="/search""#), "{}", page.text);
    }
    server.stranger().page("/no/such/page").await.expect(404);
}

#[tokio::test]
async fn who_is_not_signed_in_is_asked_to_and_comes_back() {
    let (server, _, article) = served().await;
    let page = server.stranger().page("/a/vaccines/edit").await.expect(303);
    assert_eq!(
        page.header("location"),
        "/sign-in?next=%2Fa%2Fvaccines%2Fedit"
    );
    let path = format!("/api/v1/articles/{article}/draft");
    server.stranger().get(&path).await.problem(401);
    let (code, reason) = server.knock(&article, &[]).await.closed().await;
    assert_eq!(code, 4401);
    assert!(reason.contains("Sign in"), "{reason}");
}

#[tokio::test]
async fn a_missing_right_is_named_and_what_is_restricted_does_not_exist() {
    let (server, ada, article) = served().await;
    let lea = server.person("lea", &["lead"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    ada.publishes(&article, &[&rob]).await;
    let tom = server.person("tom", &["learner"]).await;
    let path = format!("/api/v1/articles/{article}/draft");
    let refused = lea.get(&path).await.problem(403);
    assert!(
        refused["detail"].as_str().unwrap().contains("right"),
        "{refused}"
    );
    let (code, reason) = server.peer(&lea, &article).await.closed().await;
    assert_eq!(code, 4403);
    assert!(reason.contains("right"), "{reason}");

    let hidden = ada.creates_module_that_is("Mergers", "restricted").await;
    let secret = ada.starts(&hidden, "Project Heron").await;
    for path in [
        format!("/api/v1/modules/{hidden}"),
        format!("/api/v1/articles/{secret}"),
        format!("/api/v1/articles/{secret}/draft"),
    ] {
        let reply = tom.get(&path).await;
        assert!(!reply.text.contains("Heron"), "{}", reply.text);
        reply.problem(404);
    }
    let unknown = tom.page("/a/no-such-article").await.expect(404);
    let restricted = tom.page("/a/project-heron").await.expect(404);
    let known = |page: &str, slug: &str| page.replace(slug, "");
    assert_eq!(
        known(&restricted.text, "project-heron"),
        known(&unknown.text, "no-such-article")
    );
    assert_eq!(server.peer(&tom, &secret).await.closed().await.0, 4404);
}

#[tokio::test]
async fn what_cannot_be_read_is_422_and_names_the_field() {
    let (_server, ada, _) = served().await;
    let good = json!({
        "title": "T", "purpose": "P", "visibility": "open", "control": "informal",
    });
    let send = |body: String| {
        let ada = &ada;
        async move {
            let kind = "application/json";
            ada.raw(Method::POST, "/api/v1/modules", kind, &body)
                .await
                .problem(422)
        }
    };
    let malformed = send("{\"title\": ".to_owned()).await;
    assert!(!malformed["detail"].as_str().unwrap().is_empty());
    let mut typed = good.clone();
    typed["title"] = json!(7);
    assert_eq!(send(typed.to_string()).await["field"], "title");
    let mut unknown = good.clone();
    unknown["colour"] = json!("red");
    assert_eq!(send(unknown.to_string()).await["field"], "colour");
    let mut lacking = good.clone();
    lacking.as_object_mut().unwrap().remove("title");
    assert_eq!(send(lacking.to_string()).await["field"], "title");
    let mut outside = good;
    outside["visibility"] = json!("secret");
    assert_eq!(send(outside.to_string()).await["field"], "visibility");
}

#[tokio::test]
async fn what_is_too_large_is_refused_with_the_limit() {
    let server = TestServer::start_with(|config| {
        config.http.body_limit = 4_096;
        config.live.frame_limit = Some(2_048);
    })
    .await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let long = "x".repeat(5_000);
    let refused = ada.writes(&article, "lead", &long).await.problem(413);
    assert_eq!(refused["limit"], 4_096);
    assert!(
        refused["detail"].as_str().unwrap().contains("4"),
        "{refused}"
    );

    let mut peer = server.peer(&ada, &article).await.synced().await;
    peer.type_title(0, &long).await;
    let (code, reason) = peer.closed().await;
    assert_eq!(code, 1009);
    assert!(reason.contains("2048"), "{reason}");
    assert_eq!(ada.reads_draft(&article).await["title"], "Vaccines");
}

#[tokio::test]
async fn bytes_that_are_no_message_close_the_socket_and_are_counted() {
    let (server, ada, article) = served().await;
    let malformed = [
        ("no message", vec![0xff; 100]),
        ("cut short", vec![0, 2, 200]),
        ("an update that does not decode", vec![0, 2, 3, 1, 2, 3]),
    ];
    for (what, frame) in malformed {
        let mut peer = server.peer(&ada, &article).await.synced().await;
        peer.send_raw(frame).await;
        let (code, reason) = peer.closed().await;
        assert_eq!(code, 1003, "{what}");
        assert!(!reason.is_empty(), "{what}");
    }
    assert_eq!(ada.reads_draft(&article).await["title"], "Vaccines");
    let metrics = server.metrics().await;
    assert!(metrics.contains("lectern_live_refused_total{"), "{metrics}");
}

#[tokio::test]
async fn writing_as_somebody_elses_client_is_refused_and_journalled() {
    let (server, ada, article) = served().await;
    let mallory = server.person("mallory", &["learner"]).await;
    let root = server.person("root", &["admin"]).await;
    let mut honest = server.peer(&ada, &article).await.synced().await;
    honest.type_title(0, "A").await;
    honest.barrier().await;

    let address = format!("ws://{}/collab/{article}", server.address());
    let bearer = [("authorization", format!("Bearer {}", mallory.token))];
    let socket = Socket::connect(&address, &bearer).await.unwrap();
    let stolen = new_doc(Some(honest.client()));
    let mut thief = Peer::reconnect(socket, stolen).await.synced().await;
    thief.type_title(0, "forged ").await;
    assert_eq!(thief.closed().await.0, 4403);
    assert_eq!(ada.reads_draft(&article).await["title"], "AVaccines");
    until("the journal to tell of it", || async {
        let entries = root.get("/api/v1/journal").await.expect(200).text;
        (entries.contains("refused") && entries.contains(&mallory.id.to_string())).then_some(())
    })
    .await;
}

#[tokio::test]
async fn of_two_decisions_in_one_moment_the_later_hears_what_the_first_was() {
    let (server, ada, article) = served().await;
    let rob = server.person("rob", &["reviewer"]).await;
    let sue = server.person("sue", &["reviewer"]).await;
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    let (first, second) = tokio::join!(
        rob.approves(&review),
        sue.rejects(&review, "The lead is wrong.")
    );
    let (won, lost) = match first.status.as_u16() {
        201 => (first, second),
        _ => (second, first),
    };
    won.expect(201);
    let told = lost.problem(409);
    let detail = told["detail"].as_str().unwrap();
    assert!(
        detail.contains("approved") || detail.contains("rejected"),
        "{detail}"
    );
}

#[tokio::test]
async fn a_template_that_does_not_fit_stops_the_start_with_file_line_and_rule() {
    let data = TempDir::new().unwrap();
    let folder = data.path().join("templates/house-rules");
    fs::create_dir_all(&folder).unwrap();
    let good = include_str!("../../templates/topic-article/1.toml");
    let bad = good
        .replace("id = \"topic-article\"", "id = \"house-rules\"")
        .replace("quorum = \"any\"", "quorum = \"some\"");
    let line = 1 + bad.lines().position(|line| line.contains("some")).unwrap();
    fs::write(folder.join("1.toml"), bad).unwrap();
    let refused = App::start(config_for(data.path())).await.err().unwrap();
    let said = refused.to_string();
    assert!(said.contains("1.toml"), "{said}");
    assert!(said.contains(&format!("line {line}")), "{said}");
    assert!(said.contains("quorum"), "{said}");
}

#[tokio::test]
async fn a_damaged_data_directory_is_refused_and_left_as_it_is() {
    let (server, _, _) = served().await;
    let data = server.stop().await;
    let store = data.path().join("store/db");
    let mut bytes = fs::read(&store).unwrap();
    let middle = bytes.len() / 4;
    for byte in &mut bytes[middle..middle + 4_096] {
        *byte ^= 0x5a;
    }
    fs::write(&store, &bytes).unwrap();
    let refused = App::start(config_for(data.path())).await.err().unwrap();
    let said = refused.to_string();
    assert!(said.contains("damaged") || said.contains("read"), "{said}");
    assert!(said.contains("restore"), "{said}");
    assert_eq!(
        fs::read(&store).unwrap(),
        bytes,
        "nothing is written over it"
    );
    assert!(Path::new(&store).exists());
}

#[tokio::test]
async fn a_full_disk_says_so_keeps_what_was_acknowledged_and_heals() {
    let full = Arc::new(AtomicBool::new(false));
    let seen = full.clone();
    let server = TestServer::start_on(Faults::at(move |_| {
        if seen.load(Ordering::SeqCst) {
            return Err(Error::from(std::io::ErrorKind::StorageFull));
        }
        Ok(())
    }))
    .await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let mut peer = server.peer(&ada, &article).await.synced().await;
    peer.type_title(0, "Saved ").await;
    peer.barrier().await;

    let stranger = server.stranger();
    stranger.get("/readyz").await.expect(200);
    full.store(true, Ordering::SeqCst);
    let refused = ada.writes(&article, "lead", "Lost?").await.problem(503);
    assert!(!refused["detail"].as_str().unwrap().is_empty());
    peer.type_title(0, "Not ").await;
    let (code, reason) = peer.closed().await;
    assert_eq!(code, 1013);
    assert!(reason.contains("Not saved"), "{reason}");
    let unready = stranger.get("/readyz").await.problem(503);
    assert!(
        unready["detail"].as_str().unwrap().contains("disk"),
        "{unready}"
    );

    full.store(false, Ordering::SeqCst);
    let draft = until("the store to take writes again", || async {
        let written = ada.writes(&article, "lead", "Kept.").await;
        written.status.is_success().then_some(())
    });
    draft.await;
    stranger.get("/readyz").await.expect(200);
    assert_eq!(ada.reads_draft(&article).await["title"], "Saved Vaccines");

    let address = format!("ws://{}/collab/{article}", server.address());
    let bearer = [("authorization", format!("Bearer {}", ada.token))];
    let socket = Socket::connect(&address, &bearer).await.unwrap();
    let mut back = Peer::reconnect(socket, peer.leave()).await.synced().await;
    back.barrier().await;
    assert_eq!(
        ada.reads_draft(&article).await["title"],
        "Not Saved Vaccines",
        "the page kept what the disk had refused"
    );
}

#[tokio::test]
async fn a_page_of_hits_beyond_all_others_is_empty() {
    let (_server, ada, article) = served().await;
    ada.writes(&article, "lead", "Keep it cold.")
        .await
        .expect(200);
    until("the draft is indexed", || async {
        ada.finds("cold").await.pop()
    })
    .await;
    for offset in ["1000000000000", "18446744073709551615"] {
        let path = format!("/api/v1/search?q=cold&offset={offset}");
        let found = ada.get(&path).await.expect(200).json();
        assert_eq!(found["hits"], json!([]), "{offset}");
        assert_eq!(found["total"], 1, "{offset}");
        let path = format!("/search?q=cold&from={offset}");
        ada.page(&path).await.expect(200);
    }
}

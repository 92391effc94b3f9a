//! A pack in an empty instance: read, verified, and handed out again with the same hashes.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use lectern_base::Hash;
use lectern_store::{self as store, Batch, Range};

use super::house::{House, Pack, lectern, path};
use crate::support::{PASSWORD, TestServer, until};

/// The hashes of all versions and attachments that a pack holds.
fn hashes(pack: &Pack) -> Vec<(String, String)> {
    let sums = pack.text("SHA256SUMS");
    let wanted = |name: &str| {
        (name.contains("/versions/") && name.ends_with("/content.json"))
            || name.contains("/attachments/")
    };
    sums.lines()
        .map(|line| (line[..64].to_owned(), line[66..].to_owned()))
        .filter(|(_, name)| wanted(name))
        .collect()
}

fn imported(pack: &Pack) -> TempDir {
    let data = TempDir::new().unwrap();
    let said = lectern(&["import", "--data", path(data.path()), path(&pack.file())]).done();
    let manifest = Hash::of(pack.text("SHA256SUMS").as_bytes()).to_string();
    assert_eq!(said.lines().last(), Some(manifest.as_str()));
    data
}

#[tokio::test]
async fn a_pack_unpacks_on_windows_whatever_its_articles_are_called() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let module = ada.creates_module("Aux").await;
    for title in ["Con", "Λόγος", "λογοσ", "Com1?"] {
        let article = ada.starts(&module, title).await;
        let text = "See [[Con]].";
        ada.writes(&article, "lead", text).await.expect(200);
        ada.fills(&article).await;
        ada.publishes(&article, &[&rob]).await;
    }
    let pack = Pack::made(&rob, &format!("/api/v1/modules/{module}/pack")).await;
    let folders = [
        "articles/_con",
        "articles/λογος",
        "articles/λογοσ-2",
        "articles/_com1",
    ];
    for folder in folders {
        let page = pack.text(&format!("{folder}/versions/1.0/article.html"));
        assert!(page.contains("/_con/versions/1.0/article.html"), "{page}");
    }
    assert!(pack.has("modules/_aux/module.json"));

    let server = TestServer::start_on_data(imported(&pack)).await;
    let lea = server.person("lea", &["learner"]).await;
    for slug in ["con", "λογος", "λογοσ", "com1"] {
        lea.page(&format!("/a/{slug}")).await.expect(200);
    }
}

#[tokio::test]
async fn links_lead_to_the_same_articles_after_an_import() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let secret = ada.creates_module_that_is("Secret", "restricted").await;
    ada.starts(&secret, "Hidden").await;
    let module = ada.creates_module("Cold chain").await;
    let target = ada.starts(&module, "Old name").await;
    ada.publishes(&target, &[&rob]).await;
    let source = ada.starts(&module, "Source").await;
    let text = "See [[Old name]], [[Hidden]] and [[Wanted]].";
    ada.writes(&source, "lead", text).await.expect(200);
    ada.publishes(&source, &[&rob]).await;
    let title = format!("/api/v1/articles/{target}/draft/title");
    ada.put(&title, json!({"title": "New name"}))
        .await
        .expect(200);
    ada.publishes(&target, &[&rob]).await;
    let taker = ada.starts(&module, "Old name").await;
    ada.publishes(&taker, &[&rob]).await;

    let pack = Pack::made(&rob, &format!("/api/v1/modules/{module}/pack")).await;
    let folder = "articles/source/versions/1.0";
    let links = json!({"old name": target, "hidden": null, "wanted": null});
    assert_eq!(pack.json(&format!("{folder}/links.json")), links);
    let page = pack.text(&format!("{folder}/article.html"));
    assert!(
        page.contains("/articles/old-name/versions/2.0/article.html"),
        "{page}"
    );

    let server = TestServer::start_on_data(imported(&pack)).await;
    let lea = server.person("lea", &["learner"]).await;
    let page = lea.page("/a/source").await.expect(200);
    assert!(page.article().contains("href=\"/a/old-name\""), "{page:?}");
    let cites = |page: &str| page.contains("href=\"/a/source\"");
    assert!(cites(lea.page("/a/old-name").await.expect(200).backlinks()));
    assert!(!cites(
        lea.page("/a/old-name-2").await.expect(200).backlinks()
    ));
    let again = server.person("tom", &["trainer"]).await;
    let again = Pack::made(&again, &format!("/api/v1/articles/{source}/pack")).await;
    assert_eq!(again.json(&format!("{folder}/links.json")), links);
}

#[tokio::test]
async fn what_is_taken_in_is_read_verified_and_handed_out_with_the_same_hashes() {
    let house = House::build().await;
    let packs = [
        house.pack_by(&house.rob).await,
        Pack::made(
            &house.rob,
            &format!("/api/v1/modules/{}/pack", house.module),
        )
        .await,
    ];
    for pack in &packs {
        let data = imported(pack);
        lectern(&["verify", "--data", path(data.path())]).done();
        let server = TestServer::start_on_data(data).await;
        let root = server.person("root", &["admin"]).await;
        let lea = server.person("lea", &["learner"]).await;
        let text = lea.reads(&house.article, "markdown").await.expect(200).text;
        assert!(text.contains("5 °C"), "{text}");
        let file = format!("/files/{}/doses.csv", house.file);
        assert_eq!(lea.get(&file).await.expect(200).text, "a,b\n1,2\n");
        let page = lea.page("/a/vaccines").await.expect(200).text;
        assert!(page.contains("ROB") && page.contains("approved"));
        until("it is found", || async {
            (lea.finds("vaccines").await.len() == 1).then_some(())
        })
        .await;
        let tried = json!({"login": "rob", "password": "anything at all"});
        server
            .stranger()
            .post("/api/v1/session", tried)
            .await
            .problem(401);
        let first = root.get("/api/v1/journal?deed=pack.imported").await.json();
        assert_eq!(first["items"][0]["seq"], 1);

        let tom = server.person("tom", &["trainer"]).await;
        let again = Pack::made(&tom, &format!("/api/v1/articles/{}/pack", house.article)).await;
        assert_eq!(hashes(&again), hashes(pack));
        let read = format!("/api/v1/articles/{}/acknowledgements", house.article);
        let read = tom.get(&read).await.expect(200).json();
        assert_eq!(read["items"][0]["printed_name"], "LEN");
        assert_eq!(read["items"][0]["content_sha256"], house.hashes[1]);
        assert_eq!(hashes(&again).len(), 3);
        tom.writes(&house.article, "lead", "Tom's words.")
            .await
            .expect(200);
        let rev = server.person("rev", &["reviewer"]).await;
        let review = tom.requests_review(&house.article).await.expect(201).json();
        let writers = review["contributors"].as_array().unwrap();
        assert_eq!(writers, &[json!(tom.id)]);
        let checklist = vec![true; review["checklist"].as_array().unwrap().len()];
        let signed = json!({"verdict": "approve", "checklist": checklist,
            "signature": {"password": PASSWORD, "meaning": "approved"}});
        rev.decides(&review, signed).await.expect(201);
        let third = Pack::made(&tom, &format!("/api/v1/articles/{}/pack", house.article)).await;
        let data = server.stop().await;
        lectern(&["verify", "--data", path(data.path())]).done();

        let data = imported(&third);
        assert_eq!(hashes(&third).len(), 4);
        lectern(&["verify", "--data", path(data.path())]).done();
    }
}

#[tokio::test]
async fn a_pack_without_drafts_is_taken_in_with_what_it_holds() {
    let house = House::build().await;
    let root = house.server.person("root", &["admin"]).await;
    let data = imported(&house.pack_by(&root).await);
    lectern(&["verify", "--data", path(data.path())]).done();
}

#[tokio::test]
async fn an_instance_that_holds_something_takes_nothing_in() {
    let house = House::build().await;
    let pack = house.pack_by(&house.rob).await;
    let data = house.server.stop().await;
    let import =
        |data: &std::path::Path| lectern(&["import", "--data", path(data), path(&pack.file())]);
    import(data.path()).refused("modules: 1, articles: 1, journal entries:");
    lectern(&["verify", "--data", path(data.path())]).done();
    let other = TempDir::new().unwrap();
    fs::write(other.path().join("letter.txt"), "Dear").unwrap();
    import(other.path()).refused("is not empty (letter.txt)");
}

type Change = fn(&mut Value);

/// Changes the first record of a table, or takes it away.
async fn tamper(data: &TempDir, table: &'static str, change: Option<Change>) {
    let store = store::open(data.path()).unwrap();
    let (key, raw) = store.scan(table, Range::all()).await.unwrap().remove(0);
    let mut batch = Batch::new();
    match change {
        Some(change) => {
            let mut record: Value = serde_json::from_slice(&raw).unwrap();
            change(&mut record["r"]);
            batch.put(table, &key, record.to_string());
        }
        None => {
            batch.delete(table, &key);
        }
    }
    store.commit(batch).await.unwrap();
}

#[tokio::test]
async fn what_was_taken_in_is_held_against_the_journal_it_came_with() {
    let house = House::build().await;
    let pack = house.pack_by(&house.rob).await;
    let cases: [(&'static str, Option<Change>, &str); 7] = [
        (
            "acknowledgements",
            None,
            "of the journal that came with its pack speaks of it",
        ),
        (
            "signatures",
            Some(|signature| signature["printed_name"] = json!("Somebody")),
            "it is not as the journal has it",
        ),
        (
            "signatures",
            None,
            "of the journal that came with its pack speaks of it",
        ),
        (
            "versions",
            None,
            "of the journal that came with its pack speaks of it",
        ),
        ("revisions", None, "does not agree with it"),
        (
            "reviews",
            Some(|review| review["decisions"][0]["reason"] = json!("never said")),
            "of the journal that came with its pack says otherwise",
        ),
        (
            "versions",
            Some(|version| version["approved_by"] = json!([])),
            "names other approvers",
        ),
    ];
    for (table, change, said) in cases {
        let data = imported(&pack);
        tamper(&data, table, change).await;
        lectern(&["verify", "--data", path(data.path())]).refused(said);
    }
    let data = imported(&pack);
    let extract = pack.text("articles/vaccines/journal.jsonl");
    let digits = Hash::of(extract.as_bytes()).to_string();
    let blob = data
        .path()
        .join("blobs")
        .join(&digits[..2])
        .join(&digits[2..]);
    fs::write(&blob, extract.replacen("ada", "eve", 1) + " ").unwrap();
    lectern(&["verify", "--data", path(data.path())]).refused("of the pack");
}

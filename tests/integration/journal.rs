//! The journal: everything that was done, in an order that cannot be changed unseen.

use lectern_identity::NewPerson;
use lectern_journal as journal;

use crate::support::{PASSWORD, TestServer};

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

/// The deeds of a page, newest first.
fn deeds(page: &serde_json::Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    let deeds = items.iter().map(|entry| entry["deed"].as_str().unwrap());
    deeds.collect()
}

#[tokio::test]
async fn entries_are_filtered_by_person_article_deed_module_and_time() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let admin = server.person("root", &["admin"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let other = ada.starts(&module, "Freezers").await;
    let start = server.app.clock.now();
    ada.publishes(&article, &[&rob]).await;
    let found = async |query: &str| {
        let path = format!("/api/v1/journal?limit=200&{query}");
        admin.get(&path).await.expect(200).json()
    };

    let page = found(&format!("article={article}")).await;
    let about = deeds(&page);
    for deed in [
        "article.created",
        "revision.saved",
        "review.decided",
        "version.effective",
    ] {
        assert!(about.contains(&deed), "{deed} is missing in {about:?}");
    }
    assert!(!page.to_string().contains(&other), "{page}");

    let page = found(&format!("person={}&deed=review", rob.id)).await;
    assert_eq!(deeds(&page), ["review.approved", "review.decided"]);
    let page = found(&format!("deed=article.created&module={module}")).await;
    assert_eq!(deeds(&page), ["article.created", "article.created"]);
    let page = found(&format!("before={start}&deed=review")).await;
    assert!(deeds(&page).is_empty());
    let page = found(&format!("from={start}&deed=review.requested")).await;
    assert_eq!(deeds(&page), ["review.requested"]);

    let first = admin
        .get(&format!("/api/v1/journal?article={article}&limit=1"))
        .await
        .expect(200)
        .json();
    let next = first["next"].as_str().unwrap();
    let second = found(&format!("article={article}&after={next}")).await;
    let seqs = |page: &serde_json::Value| page["items"][0]["seq"].as_u64().unwrap();
    assert!(seqs(&second) < seqs(&first));

    for (wrong, field) in [
        ("from=yesterday", "from"),
        ("person=ada", "person"),
        ("colour=1", "colour"),
    ] {
        let refused = admin.get(&format!("/api/v1/journal?{wrong}")).await;
        assert_eq!(refused.problem(422)["field"], field);
    }
}

#[tokio::test]
async fn the_trail_is_saved_as_a_table_that_a_spreadsheet_cannot_run() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let admin = server.person("root", &["admin"]).await;
    ada.creates_module("=HYPERLINK(\"http://evil\")").await;
    for number in 0..3 {
        ada.creates_module(&format!("Module {number}, “quoted”"))
            .await;
    }
    let got = admin
        .get("/api/v1/journal?format=csv&limit=1")
        .await
        .expect(200);
    assert_eq!(
        got.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    assert!(
        got.header("content-disposition")
            .starts_with("attachment; filename=\"audit-trail-")
    );
    let mut table = csv::Reader::from_reader(got.text.trim_start_matches('\u{feff}').as_bytes());
    let column = |name: &str| {
        table
            .headers()
            .unwrap()
            .iter()
            .position(|head| head == name)
            .unwrap()
    };
    let [number, time, person, module, new] =
        ["number", "time_utc", "person", "module", "new_json"].map(column);
    let rows: Vec<_> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len() as u64, server.app.journal.head(), "all of it");
    assert_eq!(&rows[0][number], server.app.journal.head().to_string());
    let named = rows
        .iter()
        .find(|row| row[module].contains("HYPERLINK"))
        .unwrap();
    assert!(named[module].starts_with("'=HYPERLINK"), "{named:?}");
    assert_eq!(&named[person], "ADA (ada)");
    assert!(named[time].ends_with('Z'));
    let told: serde_json::Value = serde_json::from_str(&named[new]).unwrap();
    assert!(told.is_object());

    let some = admin
        .get(&format!("/api/v1/journal?format=csv&person={}", ada.id))
        .await;
    let lines = some.expect(200).text.matches("\r\n").count();
    assert!(lines > 4 && lines < rows.len() + 1, "{lines}");
    ada.get("/api/v1/journal?format=csv").await.problem(403);
}

#[tokio::test]
async fn the_page_names_things_and_tells_what_changed() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let root = server.person("root", &["admin"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.publishes(&article, &[&rob]).await;
    let roles = serde_json::json!({"roles": [{"role": "reviewer"}, {"role": "lead"}]});
    let path = format!("/api/v1/people/{}/roles", rob.id);
    root.put(&path, roles).await.expect(200);
    let admin = root.in_a_browser(&server).await;

    let page = admin.page("/admin/journal").await.expect(200).text;
    for words in [
        "Version became effective",
        "<a href=\"/a/vaccines\">“Vaccines”</a>",
        "<a href=\"/m/cold-chain\">Cold chain</a>",
        "ROB (rob)",
        "<del>Reviewer</del>",
        "<ins>Reviewer, Lead</ins>",
    ] {
        assert!(page.contains(words), "{words} is missing");
    }
    assert!(
        !page.contains("{&quot;") && !page.contains("{\""),
        "no braces"
    );

    let path = format!(
        "/admin/journal?article=Vaccines&person={}&deed=review",
        rob.id
    );
    let page = admin.page(&path).await.expect(200).text;
    assert!(page.contains("2 entries"), "{page}");
    assert!(page.contains("by or about ROB (rob) · article “vaccines” · Reviews"));
    let same = format!(
        "/api/v1/journal?person={}&#38;article={article}&#38;deed=review",
        rob.id
    );
    assert!(page.contains(&same), "{page}");

    let page = admin
        .page("/admin/journal?deed=session.throttled")
        .await
        .expect(200)
        .text;
    assert!(page.contains("No entry fits this filter."));
    let page = admin
        .page("/admin/journal?article=Nothing")
        .await
        .expect(422)
        .text;
    assert!(page.contains("There is no such article."));
    let page = admin
        .page("/admin/journal?from=yesterday")
        .await
        .expect(422)
        .text;
    assert!(page.contains("A time is written like"));
    let page = admin.page("/admin/journal?print=1").await.expect(200).text;
    assert!(page.contains("Printed by</dt><dd>ROOT (root)"), "{page}");
    let ada = ada.in_a_browser(&server).await;
    ada.page("/admin/journal").await.expect(403);
}

#[tokio::test]
async fn many_people_are_looked_up_by_login() {
    let server = TestServer::start().await;
    let root = server.person("root", &["admin"]).await;
    for number in 0..200 {
        let person = NewPerson {
            login: format!("p{number}"),
            name: format!("Person {number}"),
            password: PASSWORD.to_owned(),
            roles: Vec::new(),
        };
        let added = server.app.identity.add_person_as_operator(person).await;
        added.unwrap();
    }
    let admin = root.in_a_browser(&server).await;
    let page = admin.page("/admin/journal").await.expect(200).text;
    assert!(!page.contains("Person 7 (p7)</option>"), "{page}");
    let page = admin
        .page("/admin/journal?person=P7")
        .await
        .expect(200)
        .text;
    assert!(page.contains("by or about Person 7 (p7)"), "{page}");
    assert!(page.contains("1 entry"), "{page}");
    let page = admin.page("/admin/journal?person=nobody").await;
    let page = page.expect(422).text;
    assert!(page.contains("Nobody has this login."), "{page}");
}

#[tokio::test]
async fn what_a_restricted_module_holds_is_not_named_to_an_admin_outside() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let root = server.person("root", &["admin"]).await;
    let module = ada.creates_module_that_is("Secret", "restricted").await;
    let article = ada.starts(&module, "Started so").await;
    let path = format!("/api/v1/articles/{article}/draft/title");
    let title = serde_json::json!({"title": "Called so later"});
    ada.put(&path, title).await.expect(200);
    let path = format!("/api/v1/articles/{article}/revisions");
    ada.post(&path, serde_json::json!({})).await.expect(201);
    let admin = root.in_a_browser(&server).await;
    let page = admin
        .page("/admin/journal?deed=revision")
        .await
        .expect(200)
        .text;
    assert!(
        page.contains("Revision 1 of an article that only members of its module know"),
        "{page}"
    );
    assert!(!page.contains("Called so later"));
    assert!(!page.contains("href=\"/a/"), "no way in");
}

#[tokio::test]
async fn a_checkpoint_is_signed_for_administrators_alone() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let root = server.person("root", &["admin"]).await;
    let path = "/api/v1/journal/checkpoints";
    ada.post(path, serde_json::json!({})).await.problem(403);
    let made = root.post(path, serde_json::json!({})).await.expect(201);
    let made: journal::SignedCheckpoint = serde_json::from_str(&made.text).unwrap();
    let said = made.prove(Some(&made.public_key)).unwrap();
    assert_eq!(said.seq, server.app.journal.head());
    let last = server
        .app
        .journal
        .read(said.seq - 1, 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (last.hash, last.deed.as_str()),
        (said.hash, "checkpoint.key_made")
    );
    assert_eq!(
        last.actor,
        journal::Actor::Person(root.id),
        "who asked first made the key"
    );

    let browser = root.in_a_browser(&server).await;
    let got = browser
        .raw(reqwest::Method::POST, "/admin/journal/checkpoint", "", "")
        .await;
    let got = got.expect(200);
    assert!(
        got.header("content-disposition")
            .starts_with("attachment; filename=\"lectern-checkpoint-")
    );
    let again: journal::SignedCheckpoint = serde_json::from_str(&got.text).unwrap();
    assert_eq!(again.public_key, made.public_key);
    assert!(again.seq > made.seq, "signing in was noted meanwhile");
}

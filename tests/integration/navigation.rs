//! Finding one's way: the tree of modules, favourites, the articles opened last.

use serde_json::json;

use crate::support::{Client, TestServer};

/// Returns the sidebar of a page.
async fn sidebar(client: &Client, path: &str) -> String {
    let page = client.page(path).await.expect(200).text;
    let start = page.find("id=\"sidebar\"").unwrap();
    let end = page.find("<div class=\"content\">").unwrap();
    page[start..end].to_owned()
}

#[tokio::test]
async fn the_tree_shows_what_one_may_see_and_marks_where_one_is() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let len = server.person("len", &[]).await;
    let open = ada.creates_module("Cold chain").await;
    let secret = ada
        .creates_module_that_is("Secret product", "restricted")
        .await;
    let secret = ada.get(&format!("/api/v1/modules/{secret}")).await.json();
    let secret = format!("/m/{}/branch", secret["slug"].as_str().unwrap());
    let first = ada.starts(&open, "Fridges").await;
    ada.starts(&open, "Freezers").await;
    ada.publishes(&first, &[&rob]).await;

    let mine = sidebar(&ada, "/").await;
    assert!(mine.contains("Cold chain") && mine.contains("Secret product"));
    assert!(!mine.contains("Fridges"), "a closed branch costs nothing");
    let mine = sidebar(&ada, "/m/cold-chain").await;
    assert!(mine.contains("href=\"/a/fridges\"") && mine.contains("Effective"));
    let draft = "href=\"/a/freezers/edit\"";
    assert!(mine.contains(draft) && mine.contains("Draft"));
    let here = sidebar(&ada, "/a/fridges").await;
    assert!(here.contains("href=\"/a/fridges\" aria-current=\"page\""));
    assert!(here.contains("data-order="), "a trainer puts them in order");

    let theirs = sidebar(&len, "/a/fridges").await;
    assert!(theirs.contains("Fridges"));
    for hidden in ["Secret", "Freezers", "freezers", "data-order"] {
        assert!(!theirs.contains(hidden), "{hidden}");
    }
    let branch = len.page("/m/cold-chain/branch").await.expect(200).text;
    assert!(branch.contains("Fridges") && !branch.contains("Freezers"));
    ada.page(&secret).await.expect(200);
    len.page(&secret).await.expect(404);
}

#[tokio::test]
async fn a_long_module_shows_the_articles_around_the_current_one() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    for number in 0..120 {
        ada.starts(&module, &format!("Step {number:03}")).await;
    }
    let here = sidebar(&ada, "/a/step-060/edit").await;
    let shows = |title: &str| here.contains(title);
    assert!(shows("Step 020") && shows("Step 060") && shows("Step 100"));
    assert!(!shows("Step 019") && !shows("Step 101"));
    assert!(shows("Earlier articles") && shows("More articles"));
    let first = sidebar(&ada, "/m/cold-chain").await;
    assert!(first.contains("Step 000") && first.contains("Step 079"));
    assert!(!first.contains("Step 080") && !first.contains("Earlier articles"));
}

#[tokio::test]
async fn favourites_are_ones_own_and_bounded() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let len = server.person("len", &[]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Fridges").await;
    let own = "/api/v1/me/favourites";

    ada.put(&format!("{own}/{article}"), json!(null))
        .await
        .expect(204);
    let listed = ada.get(own).await.expect(200).json();
    assert_eq!(listed["items"][0]["title"], "Fridges");
    assert!(sidebar(&ada, "/").await.contains("Favourites"));
    assert!(!sidebar(&len, "/").await.contains("Favourites"));

    let form = [("favourite", "false"), ("back", "/a/fridges/edit")];
    let done = ada.form("/a/fridges/favourite", &form).await.expect(303);
    assert_eq!(done.headers["location"], "/a/fridges/edit");
    assert_eq!(ada.get(own).await.json()["items"], json!([]));

    for number in 0..100 {
        let article = ada.starts(&module, &format!("Step {number}")).await;
        let path = format!("{own}/{article}");
        ada.put(&path, json!(null)).await.expect(204);
    }
    let refused = ada.put(&format!("{own}/{article}"), json!(null)).await;
    let refused = refused.problem(409).to_string();
    assert!(refused.contains("100 favourites"), "{refused}");
}

#[tokio::test]
async fn a_favourite_that_one_may_no_longer_see_is_not_shown() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let len = server.person("len", &[]).await;
    let module = ada
        .creates_module_that_is("Secret product", "restricted")
        .await;
    let article = ada.starts(&module, "What it does").await;
    let favourite = format!("/api/v1/me/favourites/{article}");
    len.put(&favourite, json!(null)).await.problem(404);
    let member = format!("/api/v1/modules/{module}/members/{}", len.id);
    ada.put(&member, json!({"role": "learner"}))
        .await
        .expect(204);
    len.put(&favourite, json!(null)).await.expect(204);
    let slug = ada.get(&format!("/api/v1/articles/{article}")).await;
    let draft = format!("/a/{}/edit", slug.json()["slug"].as_str().unwrap());
    len.page(&draft).await.expect(200);
    let before = sidebar(&len, "/").await;
    assert!(before.contains("What it does"));
    ada.delete(&member).await.expect(204);
    let after = sidebar(&len, "/").await;
    assert!(!after.contains("What it does") && !after.contains("Secret"));
    for list in ["favourites", "recent"] {
        let left = len.get(&format!("/api/v1/me/{list}")).await.json();
        assert_eq!(left["items"], json!([]), "{list}");
    }
}

#[tokio::test]
async fn what_was_opened_last_comes_first_and_survives_a_restart() {
    let mut server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    for title in ["One", "Two", "Three"] {
        ada.starts(&module, title).await;
    }
    for slug in ["one", "two", "three", "one"] {
        ada.page(&format!("/a/{slug}/edit")).await.expect(200);
    }
    server = server.restart().await;
    let ada = ada.at(&server);
    let recent = ada.get("/api/v1/me/recent").await.expect(200).json();
    let items = recent["items"].as_array().unwrap().iter();
    let titles: Vec<&str> = items.map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["One", "Three", "Two"]);
    let home = ada.page("/").await.expect(200).text;
    assert!(home.contains("Recently viewed"));
}

#[tokio::test]
async fn a_page_that_went_wrong_keeps_the_account_and_the_way_out() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    ada.creates_module("Cold chain").await;
    for (path, status) in [
        ("/a/nothing", 404),
        ("/nowhere", 404),
        ("/admin/people", 403),
    ] {
        let page = ada.page(path).await.expect(status).text;
        assert!(page.contains("Signed in as ADA"), "{path}");
        assert!(page.contains("Cold chain"), "{path}");
    }
    let stranger = server.stranger();
    let page = stranger.page("/nowhere").await.expect(404).text;
    assert!(!page.contains("Signed in as") && !page.contains("Cold chain"));
}

#[tokio::test]
async fn the_sidebar_stays_collapsed_in_this_browser() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let browser = ada.in_a_browser(&server).await;
    assert!(
        !browser
            .page("/")
            .await
            .text
            .contains("with-sidebar collapsed")
    );
    let form = [("sidebar", "collapsed"), ("back", "//elsewhere.example/")];
    let done = browser.form("/sidebar", &form).await.expect(303);
    assert_eq!(done.headers["location"], "/");
    assert!(
        browser
            .page("/")
            .await
            .text
            .contains("with-sidebar collapsed")
    );
    let form = [("sidebar", "open"), ("back", "/")];
    browser.form("/sidebar", &form).await.expect(303);
    assert!(
        !browser
            .page("/")
            .await
            .text
            .contains("with-sidebar collapsed")
    );
}

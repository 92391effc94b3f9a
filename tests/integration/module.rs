//! Modules: who sees them, who writes there, in what order.

use reqwest::Method;
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
    let moved = json!({"article": one, "after": null});
    ada.patch(&format!("{path}/order"), moved).await.expect(204);
    assert_eq!(ada.get(&path).await.json()["articles"], json!([one, two]));
    let elsewhere = ada.creates_module("Hot chain").await;
    let stranger = ada.starts(&elsewhere, "Three").await;
    for body in [
        json!({"article": stranger}),
        json!({"article": one, "after": stranger}),
    ] {
        ada.patch(&format!("{path}/order"), body).await.problem(404);
    }
    let wrong = ada
        .put(&format!("{path}/order"), json!({"articles": [two]}))
        .await
        .problem(422);
    assert_eq!(wrong["field"], "articles");
}

#[tokio::test]
async fn long_lists_come_a_page_at_a_time() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let lea = server.person("lea", &["lead"]).await;
    let module = ada.creates_module("Cold chain").await;
    let mut articles = Vec::new();
    for title in ["One", "Two", "Three", "Four"] {
        articles.push(ada.starts(&module, title).await);
    }
    ada.publishes(&articles[1], &[&rob]).await;
    ada.publishes(&articles[3], &[&rob]).await;
    let path = format!("/api/v1/modules/{module}");
    let first = ada.get(&format!("{path}?limit=3")).await.json();
    assert_eq!(first["articles"], json!(articles[..3]));
    assert_eq!(first["article_count"], 4);
    let next = first["articles_next"].as_str().unwrap();
    let rest = ada
        .get(&format!("{path}?limit=3&after={next}"))
        .await
        .json();
    assert_eq!(rest["articles"], json!(articles[3..]));
    assert_eq!(rest["articles_next"], json!(null));

    // Readers learn nothing of drafts: not by the pages, the cursors or the count.
    let first = lea.get(&format!("{path}?limit=1")).await.json();
    assert_eq!(first["articles"], json!(articles[1..2]));
    assert_eq!(first["article_count"], 2);
    let next = first["articles_next"].as_str().unwrap();
    let rest = lea
        .get(&format!("{path}?limit=1&after={next}"))
        .await
        .json();
    assert_eq!(rest["articles"], json!(articles[3..]));
    assert_eq!(rest["articles_next"], json!(null));
    let draft = &articles[2];
    let nothing = lea
        .get(&format!("{path}?limit=1&after={draft}"))
        .await
        .json();
    assert_eq!(nothing, first);

    for title in ["Ants", "Bees"] {
        ada.creates_module(title).await;
        ada.creates_module_that_is(&format!("Secret {title}"), "restricted")
            .await;
    }
    let mut titles = Vec::new();
    let mut after = String::new();
    loop {
        let page = lea.get(&format!("/api/v1/modules?limit=1{after}")).await;
        let page = page.json();
        titles.push(page["items"][0]["title"].as_str().unwrap().to_owned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(titles, ["Ants", "Bees", "Cold chain"]);
    let home = lea.page("/").await.expect(200).text;
    assert!(home.contains("2 articles"), "{home}");
    assert!(!home.contains("Secret"), "{home}");
}

#[tokio::test]
async fn a_long_module_has_a_link_to_the_next_page_and_is_ordered_across_pages() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let mut articles = Vec::new();
    for number in 0..52 {
        articles.push(ada.starts(&module, &format!("Article {number:02}")).await);
    }
    let first = ada
        .page("/m/cold-chain")
        .await
        .expect(200)
        .main()
        .to_owned();
    assert!(first.contains("Article 49"), "{first}");
    assert!(!first.contains("Article 50"), "{first}");
    let after = &articles[49];
    let link = format!("/m/cold-chain?after={after}");
    assert!(first.contains(&link), "{first}");
    let rest = ada.page(&link).await.expect(200).main().to_owned();
    assert!(rest.contains("Article 50") && rest.contains("Article 51"));
    assert!(!rest.contains("More articles"), "{rest}");

    let form = format!("article={}&move=up", articles[50]);
    let kind = "application/x-www-form-urlencoded";
    let path = "/m/cold-chain/order";
    let moved = ada.raw(Method::POST, path, kind, &form).await;
    assert!(moved.status.is_redirection(), "{}", moved.text);
    let first = ada
        .page("/m/cold-chain")
        .await
        .expect(200)
        .main()
        .to_owned();
    assert!(first.contains("Article 50"), "{first}");
    assert!(!first.contains("Article 49"), "{first}");
}

//! Articles: started from a template, written, read.

use std::collections::BTreeSet;

use serde_json::json;
use yrs::Map;

use lectern_base::PersonId;
use lectern_module::ArticleScope;

use crate::support::TestServer;

#[tokio::test]
async fn an_article_starts_with_the_sections_of_its_template() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["learner"]).await;
    let trainer = server.person("tom", &["trainer"]).await;
    let module = trainer.creates_module("Cold chain").await;
    let body = json!({"module": module, "template": "topic-article", "title": "Vaccines"});
    let made = ada.post("/api/v1/articles", body).await.expect(201);
    assert_eq!(
        made.header("location"),
        format!("/api/v1/articles/{}", made.id())
    );
    assert_eq!(made.field("slug"), "vaccines");

    let draft = ada.reads_draft(&made.id()).await;
    let template = ada
        .get("/api/v1/templates/topic-article")
        .await
        .expect(200)
        .json();
    let keys = |json: &serde_json::Value| {
        let sections = json["sections"].as_array().unwrap().clone();
        sections
            .iter()
            .map(|section| section["key"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&draft), keys(&template));
    assert_eq!(draft["title"], "Vaccines");
    assert_eq!(draft["completeness"]["filled"], 0);
}

/// How many people start an article at the same time.
const CLASS: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_starts_an_article_at_once_gets_one() {
    let server = TestServer::start().await;
    let tom = server.person("tom", &["trainer"]).await;
    let module = tom.creates_module("Cold chain").await;
    let start = |number: usize| {
        let (tom, module) = (tom.clone(), module.clone());
        // Half of them have the same title in mind.
        let title = format!("Vaccines {}", number % (CLASS / 2));
        let body = json!({"module": module, "template": "topic-article", "title": title});
        let made = async move { tom.post("/api/v1/articles", body).await.expect(201) };
        tokio::spawn(async move {
            let made = made.await;
            (made.id(), made.field("slug"))
        })
    };
    let started: Vec<_> = (0..CLASS).map(start).collect();
    let mut made = Vec::new();
    for article in started {
        made.push(article.await.unwrap());
    }
    let slugs: BTreeSet<_> = made.iter().map(|(_, slug)| slug).collect();
    assert_eq!(slugs.len(), CLASS);
    // None is lost from the order of the module, where another may have been added meanwhile.
    let id = module.parse().unwrap();
    let modules = &server.app.modules;
    let order = modules.articles_in_order(id, ArticleScope::All).await;
    let order = order.unwrap();
    let order: BTreeSet<_> = order.iter().map(ToString::to_string).collect();
    assert_eq!(order, made.into_iter().map(|(id, _)| id).collect());
}

#[tokio::test]
async fn a_section_is_written_as_markdown_or_json_and_counts() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;

    let written = ada
        .writes(&article, "lead", "Keep **cold**, not frozen.")
        .await
        .expect(200);
    assert_eq!(written.field("markdown"), "Keep **cold**, not frozen.");
    assert_eq!(written.json().get("lost"), None);
    let path = format!("/api/v1/articles/{article}/draft/sections/background");
    let table =
        "<table><tr><th>Strength</th><th>Tablets</th></tr><tr><td>5</td><td>10</td></tr></table>";
    let mixed = "- [x] Done\n- Plain";
    let html = ada
        .put(&path, json!({"markdown": format!("{table}\n\n{mixed}")}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        html["markdown"],
        "|Strength|Tablets|\n|--------|-------|\n|5|10|\n\n- [x] Done\n\n* Plain"
    );
    assert_eq!(
        html["lost"],
        json!(["1 list of tasks and other items was split."])
    );
    ada.put(&path, json!({"markdown": "1. one\n2. two"}))
        .await
        .expect(200);

    let draft = ada.reads_draft(&article).await;
    assert_eq!(draft["completeness"]["filled"], 2);
    let markdown = ada
        .get(&format!("/api/v1/articles/{article}/draft?format=markdown"))
        .await;
    assert!(
        markdown
            .text
            .starts_with("# Vaccines\n\n## Lead\n\nKeep **cold**, not frozen.\n")
    );
    let html = ada
        .get(&format!("/api/v1/articles/{article}/draft?format=html"))
        .await;
    assert!(
        html.text.contains("Keep <strong>cold</strong>"),
        "{}",
        html.text
    );
}

#[tokio::test]
async fn a_section_may_be_said_not_to_apply() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let path = format!("/api/v1/articles/{article}/draft/fields/not_applicable:evidence");
    let draft = ada
        .put(&path, json!({"value": "Nothing is claimed."}))
        .await
        .expect(200)
        .json();
    assert_eq!(draft["completeness"]["filled"], 1);
    let missing = draft["completeness"]["missing"].to_string();
    assert!(!missing.contains("evidence"), "{missing}");
}

#[tokio::test]
async fn a_fact_is_what_its_field_asks_for() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    server.person("cleo", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada
        .starts_from("clinical-scenario", &module, "A case")
        .await;
    let put = async |key: &str, value: &str| {
        let path = format!("/api/v1/articles/{article}/draft/fields/{key}");
        ada.put(&path, json!({"value": value})).await
    };
    put("effective_date", "2026-11-30").await.expect(200);
    let refused = put("effective_date", "soon").await.problem(422);
    assert_eq!(refused["field"], "value");
    put("control", "secret").await.problem(422);
    put("fictional", "false").await.problem(422);

    // A client that writes into the document itself gets no further than the review.
    ada.fills(&article).await;
    let mut peer = server.peer(&ada, &article).await.synced().await;
    let fields = peer.doc.get_or_insert_map("fields");
    peer.edit(|txn| {
        fields.insert(txn, "effective_date", "soon");
    })
    .await;
    peer.barrier().await;
    let refused = ada.requests_review(&article).await.problem(422);
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("Effective date (this is a day"), "{detail}");
    put("effective_date", "2026-12-01").await.expect(200);
    ada.requests_review(&article).await.expect(201);
}

#[tokio::test]
async fn a_section_that_the_template_has_not_is_not_found() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    ada.writes(&article, "smuggled", "x").await.problem(404);
}

#[tokio::test]
async fn scripts_are_stripped_on_the_way_in_and_out() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let hostile = "<script>alert(1)</script>\n\n\
        [a](javascript:alert(2)) <img src=x onerror=alert(3)> ![b](javascript:alert(4))\n\n\
        <a href=\"javascript:alert(5)\" onclick=\"alert(6)\">c</a>";
    ada.writes(&article, "lead", hostile).await.expect(200);
    for format in ["markdown", "html"] {
        let path = format!("/api/v1/articles/{article}/draft?format={format}");
        let text = ada.get(&path).await.expect(200).text;
        for bad in [
            "<script",
            "javascript:",
            "<img src=x",
            " onerror=\"",
            " onclick=\"",
        ] {
            assert!(!text.contains(bad), "{bad} in {text}");
        }
    }
}

#[tokio::test]
async fn a_draft_is_for_those_who_write() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let lead = server.person("lea", &["lead"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    lead.get(&format!("/api/v1/articles/{article}/draft"))
        .await
        .problem(404);
    lead.get(&format!("/api/v1/articles/{article}"))
        .await
        .problem(404);
    let listed = lead
        .get(&format!("/api/v1/modules/{module}"))
        .await
        .expect(200)
        .json();
    assert_eq!(listed["articles"], json!([]));
}

#[tokio::test]
async fn every_word_keeps_its_author() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let ben = server.person("ben", &["learner"]).await;
    let lea = server.person("lea", &["lead"]).await;
    let module = ada.creates_module("Procedures").await;
    let article = ada.starts(&module, "Pipettes").await;
    ada.writes(&article, "lead", "A pipette moves volumes.\n\n- one")
        .await
        .expect(200);
    ben.writes(&article, "lead", "A pipette moves small volumes.\n\n- one")
        .await
        .expect(200);

    let path = format!("/api/v1/articles/{article}/draft/attribution");
    let words = |told: &serde_json::Value| -> Vec<(String, String)> {
        let line = told["sections"][0]["lines"][0].as_array().unwrap();
        let text = |run: &serde_json::Value, field: &str| run[field].as_str().unwrap().to_owned();
        line.iter()
            .map(|run| (text(run, "person"), text(run, "text")))
            .collect()
    };
    let told = ada.get(&path).await.expect(200).json();
    assert_eq!(told["sections"][0]["key"], "lead");
    assert_eq!(told["sections"][0]["lines"][1][0]["text"], "one", "{told}");
    let found = words(&told);
    let of = |person: PersonId| -> String {
        let theirs = found
            .iter()
            .filter(|(author, _)| *author == person.to_string());
        theirs.map(|(_, text)| text.as_str()).collect()
    };
    assert_eq!(of(ben.id).trim(), "small", "{found:?}");
    assert_eq!(of(ada.id).split_whitespace().count(), 4, "{found:?}");
    lea.get(&path).await.problem(404);

    let server = server.restart().await;
    let again = ada.at(&server).get(&path).await.expect(200).json();
    assert_eq!(words(&again), found);
}

#[tokio::test]
async fn whoever_may_write_can_be_mentioned() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    server.person("bo", &["learner"]).await;
    let lead = server.person("lena", &["lead"]).await;
    let names = |reply: serde_json::Value| {
        let people = reply.as_array().unwrap().clone();
        let name = |person: &serde_json::Value| person["name"].as_str().unwrap().to_lowercase();
        people.iter().map(name).collect::<Vec<_>>()
    };

    let path = format!("/api/v1/articles/{article}/writers");
    let everybody = names(ada.get(&path).await.expect(200).json());
    assert_eq!(everybody, ["ada", "bo"]);
    let asked = names(ada.get(&format!("{path}?q=B")).await.expect(200).json());
    assert_eq!(asked, ["bo"]);
    lead.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_formula_is_set_or_says_what_is_wrong() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let set = ada.post("/api/v1/formulas", json!({"latex": "a^2"})).await;
    assert!(set.expect(200).field("mathml").contains("<msup>"));
    let wrong = ada
        .post("/api/v1/formulas", json!({"latex": "\\frac{a"}))
        .await
        .expect(422);
    assert!(wrong.text.contains("cannot be set"), "{}", wrong.text);
}

#[tokio::test]
async fn markdown_is_read_as_the_document_of_a_section() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let body = json!({"markdown": "# Steps\n\nSee [[Balances]]. <script>alert(1)</script>"});
    let read = ada.post("/api/v1/markdown", body).await.expect(200).json();
    let wanted = json!({"type": "doc", "content": [
        {"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": "Steps"}]},
        {"type": "paragraph", "content": [
            {"type": "text", "text": "See "},
            {"type": "wikiLink", "attrs": {"title": "Balances"}},
            {"type": "text", "text": "."},
        ]},
    ]});
    assert_eq!(read, wanted);
}

#[tokio::test]
async fn the_address_of_an_approved_article_holds_approved_words() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let lea = server.person("lea", &["lead"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Recall of lot 17").await;
    let title = format!("/api/v1/articles/{article}/draft/title");
    ada.put(&title, json!({"title": "Vaccines"}))
        .await
        .expect(200);
    ada.publishes(&article, &[&rob]).await;

    let seen = lea.get(&format!("/api/v1/articles/{article}")).await;
    assert_eq!(seen.expect(200).field("slug"), "vaccines");
    let page = lea.page("/a/vaccines").await.expect(200);
    assert!(!page.text.contains("recall"), "{}", page.text);
    lea.page("/a/recall-of-lot-17").await.expect(200);

    ada.put(&title, json!({"title": "Vaccines and serums"}))
        .await
        .expect(200);
    ada.publishes(&article, &[&rob]).await;
    let seen = lea.get(&format!("/api/v1/articles/{article}")).await;
    assert_eq!(seen.expect(200).field("slug"), "vaccines", "links stay");
}

#[tokio::test]
async fn a_link_in_an_approved_text_leads_to_its_article_whatever_that_is_called_later() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rob = server.person("rob", &["reviewer"]).await;
    let lea = server.person("lea", &["learner"]).await;
    let module = ada.creates_module("Cold chain").await;
    let target = ada.starts(&module, "Old name").await;
    ada.publishes(&target, &[&rob]).await;
    let source = ada.starts(&module, "Source").await;
    let text = "See [[Old name]] and [[Wanted]].";
    ada.writes(&source, "lead", text).await.expect(200);
    ada.publishes(&source, &[&rob]).await;
    let hash = ada.reads(&source, "json").await.json()["hash"].clone();

    let title = format!("/api/v1/articles/{target}/draft/title");
    let renamed = json!({"title": "New name"});
    ada.put(&title, renamed).await.expect(200);
    ada.publishes(&target, &[&rob]).await;
    let taker = ada.starts(&module, "Old name").await;
    ada.publishes(&taker, &[&rob]).await;

    let link = "href=\"/a/old-name\"";
    for html in [
        lea.page("/a/source").await.expect(200).article(),
        &lea.reads(&source, "html").await.expect(200).text,
        ada.page("/a/source/edit").await.expect(200).main(),
    ] {
        assert!(html.contains(link), "{html}");
        assert!(!html.contains("href=\"/a/old-name-2\""), "{html}");
        assert!(html.contains("No article has this title yet"), "{html}");
    }
    let cites = |page: &str| page.contains("href=\"/a/source\"");
    assert!(cites(lea.page("/a/old-name").await.expect(200).backlinks()));
    assert!(!cites(
        lea.page("/a/old-name-2").await.expect(200).backlinks()
    ));
    assert_eq!(ada.reads(&source, "json").await.json()["hash"], hash);

    let wanted = ada.starts(&module, "Wanted").await;
    ada.publishes(&wanted, &[&rob]).await;
    let page = lea.page("/a/source").await.expect(200);
    assert!(page.article().contains("href=\"/a/wanted\""), "{page:?}");
}

//! How articles are created and link to each other.

use lectern_article::links::TextKind;
use lectern_article::{ArticleError, NewArticle, Standing};
use lectern_base::{ErrorKind, Seek};
use lectern_module::ArticleScope;

use super::house::house;

#[tokio::test]
async fn an_article_starts_with_the_sections_of_its_template() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let article = house.article(&ada, "sop-module", "  Cold   Chain ").await;
    assert_eq!(
        (article.title.as_str(), article.slug.as_str()),
        ("Cold Chain", "cold-chain")
    );
    assert_eq!(article.standing, Standing::Draft);

    let draft = house.rooms.read(article.id).await.unwrap();
    assert_eq!(draft.title, "Cold Chain");
    let keys: Vec<_> = draft.sections.iter().map(|s| s.key.as_str()).collect();
    let template = house.templates.latest("sop-module").unwrap();
    let wanted: Vec<_> = template.sections.iter().map(|s| s.key.as_str()).collect();
    assert_eq!(keys, wanted);
    let statement = draft
        .sections
        .iter()
        .find(|s| s.key == "acknowledge")
        .unwrap();
    assert!(statement.markdown.contains("read and understood"));
    let written = house.rooms.contributors_since(article.id, 0).await.unwrap();
    assert!(written.is_empty(), "nobody has written anything yet");
}

#[tokio::test]
async fn articles_with_the_same_title_get_different_slugs() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let module = house.module(&ada).await;
    let mut slugs = Vec::new();
    for _ in 0..3 {
        let article = house
            .article_in(&ada, &module, "topic-article", "Cold Chain")
            .await;
        let found = house.articles.by_slug(&article.slug).await.unwrap();
        assert_eq!(found.map(|found| found.id), Some(article.id));
        slugs.push(article.slug);
    }
    assert_eq!(slugs, ["cold-chain", "cold-chain-2", "cold-chain-3"]);
    let order = house
        .modules
        .articles_in_order(module.id, ArticleScope::All);
    assert_eq!(order.await.unwrap().len(), 3);
    assert_eq!(house.articles.in_module(module.id).await.unwrap().len(), 3);
    assert_eq!(
        house
            .articles
            .of_person(ada.id(), &Seek::default())
            .await
            .unwrap()
            .items
            .len(),
        3
    );
}

#[tokio::test]
async fn articles_created_simultaneously_are_all_listed() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let module = house.module(&ada).await;
    let start = || house.article_in(&ada, &module, "topic-article", "Cold Chain");
    let (a, b, c) = tokio::join!(start(), start(), start());
    let order = house
        .modules
        .articles_in_order(module.id, ArticleScope::All);
    let mut order = order.await.unwrap();
    order.sort();
    let mut ids = vec![a.id, b.id, c.id];
    ids.sort();
    assert_eq!(order, ids);
}

#[tokio::test]
async fn an_article_needs_a_title_of_reasonable_length() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let module = house.module(&ada).await;
    let author = ada.author(&module.place()).unwrap();
    let template = house.templates.latest("topic-article").unwrap();
    for (title, field) in [(" \t", "title"), (&"x".repeat(201), "title")] {
        let new = NewArticle {
            title: title.to_owned(),
        };
        let error = house
            .articles
            .create(&author, template, new)
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::Invalid, Some(field))
        );
    }
    assert!(matches!(
        house
            .articles
            .create(
                &author,
                template,
                NewArticle {
                    title: String::new()
                }
            )
            .await,
        Err(ArticleError::NoTitle)
    ));
}

#[tokio::test]
async fn saving_a_revision_updates_links() {
    let house = house().await;
    let ada = house.trainer("Ada").await;
    let module = house.module(&ada).await;
    let target = house
        .article_in(&ada, &module, "topic-article", "Cold Chain")
        .await;
    let source = house
        .article_in(&ada, &module, "topic-article", "Fridges")
        .await;
    house
        .write(&ada, &source, "lead", "See [[cold chain]].")
        .await;
    let editor = ada.editor(&module.place()).unwrap();
    house
        .revisions
        .save_named(&editor, &source, None)
        .await
        .unwrap();
    let linking = house
        .articles
        .backlinks(&target, TextKind::Draft)
        .await
        .unwrap();
    assert_eq!(linking, [source.id]);
    let shown = house
        .articles
        .backlinks(&target, TextKind::Effective)
        .await
        .unwrap();
    assert_eq!(shown, [], "readers see no trace of a draft");
}

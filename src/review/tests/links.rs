//! Where the links of approved texts lead once titles change.

use lectern_article::Article;
use lectern_article::links::{LinkBindings, TextKind};
use lectern_base::ArticleId;
use lectern_document as document;
use lectern_identity::{Caller, Role};
use lectern_live::LiveError;
use lectern_module::{Control, Module, NewModule, Visibility};
use lectern_store::{Batch, Range};

use super::house::{House, house};
use crate::VersionAction;

/// A house with a writer, a reviewer and a module.
struct Scene {
    house: House,
    ada: Caller,
    rev: Caller,
    module: Module,
}

impl Scene {
    async fn new() -> Self {
        let house = house().await;
        let (ada, rev) = (house.trainer("Ada").await, house.reviewer("Rev").await);
        let module = house.module(&ada).await;
        Self {
            house,
            ada,
            rev,
            module,
        }
    }

    /// Publishes an article in a module, with `lead` as the text of its lead.
    async fn published_in(&self, module: &Module, title: &str, lead: &str) -> Article {
        let house = &self.house;
        let article = house
            .article_in(&self.ada, module, "topic-article", title)
            .await;
        house.fill(&self.ada, &article).await;
        self.revised(&article, lead).await
    }

    async fn published(&self, title: &str, lead: &str) -> Article {
        self.published_in(&self.module, title, lead).await
    }

    /// Publishes another lead.
    async fn revised(&self, article: &Article, lead: &str) -> Article {
        self.house.write(&self.ada, article, "lead", lead).await;
        self.approved(article).await
    }

    /// Publishes another title.
    async fn renamed(&self, article: &Article, title: &str) -> Article {
        let title = title.to_owned();
        let change = move |doc: &_| {
            document::set_title(doc, &title);
            Ok::<_, LiveError>(())
        };
        let rooms = &self.house.rooms;
        rooms.edit(article.id, self.ada.id(), change).await.unwrap();
        self.approved(article).await
    }

    async fn approved(&self, article: &Article) -> Article {
        let article = self.house.now(article).await;
        let review = self.house.request(&self.ada, &article).await.unwrap();
        self.house.approve(&self.rev, &review).await.unwrap();
        self.house.now(&article).await
    }

    async fn links(&self, article: &Article) -> LinkBindings {
        let article = self.house.now(article).await;
        self.house.reviews.links_of(&article, None).await.unwrap()
    }

    async fn backlinks(&self, article: &Article) -> Vec<ArticleId> {
        let found = self.house.articles.backlinks(article, TextKind::Effective);
        found.await.unwrap()
    }

    /// Deletes what releases before links were bound did not write.
    async fn as_of_an_earlier_release(&self) {
        let mut batch = Batch::new();
        for table in ["version_links", "article_former_titles"] {
            let found = self.house.store.scan(table, Range::all()).await.unwrap();
            assert!(!found.is_empty(), "{table}");
            for (key, _) in found {
                batch.delete(table, &key);
            }
        }
        self.house.store.commit(batch).await.unwrap();
    }
}

#[tokio::test]
async fn a_link_leads_to_its_article_under_every_later_title() {
    let scene = Scene::new().await;
    let target = scene.published("Old name", "Text.").await;
    let source = scene.published("Source", "See [[old  NAME]].").await;
    let hash = source.effective.as_ref().map(|now| now.hash);
    scene.renamed(&target, "New name").await;
    assert_eq!(
        scene.links(&source).await.article("Old name"),
        Some(target.id)
    );
    assert_eq!(scene.backlinks(&target).await, [source.id]);

    let taker = scene.published("Old name", "Text.").await;
    assert_eq!(
        scene.links(&source).await.article("Old name"),
        Some(target.id)
    );
    assert_eq!(scene.backlinks(&target).await, [source.id]);
    assert_eq!(scene.backlinks(&taker).await, []);
    let now = scene.house.now(&source).await.effective;
    assert_eq!(now.map(|now| now.hash), hash, "the text is as it was");
}

#[tokio::test]
async fn a_link_that_a_new_version_keeps_leads_where_it_led() {
    let scene = Scene::new().await;
    let target = scene.published("Old name", "Text.").await;
    let source = scene.published("Source", "See [[Old name]].").await;
    scene.renamed(&target, "New name").await;
    let taker = scene.published("Old name", "Text.").await;
    let source = scene.revised(&source, "Now see [[Old name]].").await;
    assert_eq!(
        scene.links(&source).await.article("Old name"),
        Some(target.id)
    );
    assert_eq!(scene.backlinks(&taker).await, []);

    scene.revised(&source, "See nothing.").await;
    assert_eq!(scene.backlinks(&target).await, []);
}

#[tokio::test]
async fn a_draft_finds_an_article_by_its_former_title_until_another_has_it() {
    let scene = Scene::new().await;
    let target = scene.published("Old name", "Text.").await;
    scene.renamed(&target, "New name").await;
    let articles = &scene.house.articles;
    assert_eq!(
        articles.by_title("Old name").await.unwrap(),
        Some(target.id)
    );
    let late = scene.published("Late", "See [[Old name]].").await;
    assert_eq!(
        scene.links(&late).await.article("Old name"),
        Some(target.id)
    );
    let taker = scene.published("Old name", "Text.").await;
    assert_eq!(articles.by_title("Old name").await.unwrap(), Some(taker.id));
}

#[tokio::test]
async fn a_wanted_link_is_bound_to_the_first_article_approved_under_its_title() {
    let scene = Scene::new().await;
    let source = scene.published("Source", "See [[Wanted]].").await;
    assert_eq!(scene.links(&source).await.article("Wanted"), None);
    let found = scene.published("Wanted", "Text.").await;
    assert_eq!(scene.links(&source).await.article("Wanted"), Some(found.id));
    scene.renamed(&found, "Found").await;
    let taker = scene.published("Wanted", "Text.").await;
    assert_eq!(scene.links(&source).await.article("Wanted"), Some(found.id));
    assert_eq!(scene.backlinks(&found).await, [source.id]);
    assert_eq!(scene.backlinks(&taker).await, []);
}

#[tokio::test]
async fn a_wanted_link_is_not_bound_to_an_article_that_its_readers_may_not_know_of() {
    let mut scene = Scene::new().await;
    let source = scene.published("Source", "See [[Wanted]].").await;
    let secret = NewModule {
        title: "Secret".into(),
        purpose: "Kept apart.".into(),
        visibility: Visibility::Restricted,
        control: Control::Informal,
        learners: Default::default(),
    };
    let founder = scene.rev.founder().unwrap();
    let secret = scene.house.modules.create(&founder, secret).await.unwrap();
    scene.rev = scene.house.anew(&scene.rev).await;
    let steward = scene.rev.steward(&secret.place()).unwrap();
    let granted = scene
        .house
        .identity
        .grant_module(&steward, scene.ada.id(), Role::Trainer);
    granted.await.unwrap();
    scene.ada = scene.house.anew(&scene.ada).await;
    scene.published_in(&secret, "Wanted", "Text.").await;
    assert_eq!(scene.links(&source).await.article("Wanted"), None);
    let within = scene
        .published_in(&secret, "Within", "See [[Hidden]].")
        .await;
    let hidden = scene.published_in(&secret, "Hidden", "Text.").await;
    assert_eq!(
        scene.links(&within).await.article("Hidden"),
        Some(hidden.id)
    );
}

#[tokio::test]
async fn a_reinstated_version_has_its_links_again() {
    let scene = Scene::new().await;
    let target = scene.published("Old name", "Text.").await;
    let source = scene.published("Source", "See [[Old name]].").await;
    scene.renamed(&target, "New name").await;
    scene.published("Old name", "Text.").await;
    let house = &scene.house;
    let suspend = VersionAction::Suspend;
    let suspended = house.take(&scene.rev, &source, suspend, Some("Wrong."));
    suspended.await.unwrap();
    assert_eq!(scene.backlinks(&target).await, []);
    let reinstated = house.take(&scene.rev, &source, VersionAction::Reinstate, None);
    reinstated.await.unwrap();
    assert_eq!(scene.backlinks(&target).await, [source.id]);
}

#[tokio::test]
async fn links_of_an_earlier_release_are_bound_to_what_they_lead_to_and_broken_ones_are_mended() {
    let scene = Scene::new().await;
    let target = scene.published("Cold chain", "Text.").await;
    let renamed = scene.published("Old name", "Text.").await;
    let text = "See [[Cold chain]], [[Old name]] and [[Wanted]].";
    let source = scene.published("Source", text).await;
    let source = scene.revised(&source, &format!("{text} Again.")).await;
    scene.renamed(&renamed, "New name").await;
    scene.as_of_an_earlier_release().await;
    let reviews = &scene.house.reviews;
    assert_eq!(scene.links(&source).await, LinkBindings::default());

    assert_eq!(reviews.bind_earlier_versions().await.unwrap(), 5);
    scene.renamed(&target, "Other name").await;
    scene.published("Cold chain", "Text.").await;
    scene.published("Old name", "Text.").await;
    for version in [1, 2] {
        let links = reviews.version_links(source.id, version).await.unwrap();
        assert_eq!(links.article("Cold chain"), Some(target.id), "{version}");
        assert_eq!(links.article("Old name"), Some(renamed.id), "{version}");
        assert_eq!(links.article("Wanted"), None, "{version}");
    }
    assert_eq!(scene.backlinks(&target).await, [source.id]);
    assert_eq!(scene.backlinks(&renamed).await, [source.id]);
    assert_eq!(
        reviews.bind_earlier_versions().await.unwrap(),
        0,
        "it is done once"
    );
}

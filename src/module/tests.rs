//! Tests on a real store.

use std::sync::Arc;

use lectern_base::{ArticleId, ErrorKind, FixedClock, Seek, Timestamp};
use lectern_identity::{Caller, Grant, Identity, IdentitySettings, NewPerson, Role};
use lectern_journal::Journal;
use lectern_store::{self as store, Batch, Store};

use super::*;

const PASSWORD: &str = "correct horse battery";

struct Fixture {
    identity: Arc<Identity>,
    modules: Modules,
    journal: Arc<Journal>,
    store: Store,
    _dir: tempfile::TempDir,
}

async fn fixture() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let store = store::open(dir.path()).unwrap();
    let clock = Arc::new(FixedClock::at(Timestamp::from_millis(1_777_000_000_000)));
    let journal = Arc::new(Journal::open(store.clone(), clock.clone()).await.unwrap());
    let settings = IdentitySettings {
        argon2_memory_kib: 8,
        ..IdentitySettings::default()
    };
    let identity = Arc::new(Identity::new(
        store.clone(),
        journal.clone(),
        clock.clone(),
        settings,
    ));
    let modules = Modules::new(store.clone(), journal.clone(), identity.clone(), clock);
    Fixture {
        identity,
        modules,
        journal,
        store,
        _dir: dir,
    }
}

impl Fixture {
    async fn somebody(&self, login: &str, roles: &[Role]) -> Caller {
        let new = NewPerson {
            login: login.into(),
            name: login.to_uppercase(),
            password: PASSWORD.into(),
            roles: roles.iter().copied().map(Grant::everywhere).collect(),
        };
        self.identity.add_person_as_operator(new).await.unwrap();
        self.again(login).await
    }

    /// Signs the person in again: their permissions may have changed.
    async fn again(&self, login: &str) -> Caller {
        let opened = self
            .identity
            .sign_in(login, PASSWORD, "127.0.0.1")
            .await
            .unwrap();
        self.identity
            .caller_by_session(&opened.secret)
            .await
            .unwrap()
    }

    async fn module(&self, by: &Caller, title: &str, visibility: Visibility) -> Module {
        let founder = by.founder().unwrap();
        let control = Control::Informal;
        let new = NewModule {
            title: title.into(),
            purpose: "For all.".into(),
            visibility,
            control,
            learners: Default::default(),
        };
        self.modules.create(&founder, new).await.unwrap()
    }

    async fn add_article(&self, module: &Module) -> ArticleId {
        let article = ArticleId::new();
        let mut batch = Batch::new();
        self.modules
            .put_in_order(&mut batch, module.id, article)
            .await
            .unwrap();
        self.store.commit(batch).await.unwrap();
        article
    }
}

#[tokio::test]
async fn the_founder_of_a_restricted_module_is_its_first_member() {
    let fixture = fixture().await;
    let ada = fixture.somebody("ada", &[Role::Trainer]).await;
    let ben = fixture.somebody("ben", &[Role::Trainer, Role::Admin]).await;
    let module = fixture
        .module(&ada, "Cold chain", Visibility::Restricted)
        .await;

    let ada = fixture.again("ada").await;
    assert_eq!(
        fixture.modules.visible_to(&ada).await.unwrap(),
        std::slice::from_ref(&module)
    );
    assert!(ada.steward(&module.place()).is_ok());
    assert!(fixture.modules.visible_to(&ben).await.unwrap().is_empty());

    let steward = ada.steward(&module.place()).unwrap();
    fixture
        .modules
        .add_member(&steward, ben.id(), Role::Learner)
        .await
        .unwrap();
    let ben = fixture.again("ben").await;
    assert!(ben.editor(&module.place()).is_ok());
    fixture
        .modules
        .remove_member(&steward, ben.id())
        .await
        .unwrap();
    assert!(fixture.again("ben").await.reader(&module.place()).is_err());
}

#[tokio::test]
async fn modules_with_the_same_title_get_different_slugs() {
    let fixture = fixture().await;
    let ada = fixture.somebody("ada", &[Role::Trainer]).await;
    let first = fixture
        .module(&ada, "Größe & Gewicht", Visibility::Open)
        .await;
    let second = fixture
        .module(&ada, "Größe & Gewicht", Visibility::Open)
        .await;
    assert_eq!(first.slug, "große-gewicht");
    assert_eq!(second.slug, "große-gewicht-2");
    let found = fixture.modules.by_slug("große-gewicht-2").await.unwrap();
    assert_eq!(found, Some(second));
}

#[tokio::test]
async fn an_empty_or_overlong_title_is_refused() {
    let fixture = fixture().await;
    let founder = fixture
        .somebody("ada", &[Role::Reviewer])
        .await
        .founder()
        .unwrap();
    for title in [String::new(), "  ".into(), "x".repeat(121)] {
        let new = NewModule {
            title,
            purpose: String::new(),
            visibility: Visibility::Open,
            control: Control::Controlled,
            learners: Default::default(),
        };
        let refused = fixture.modules.create(&founder, new).await.unwrap_err();
        assert_eq!(refused.field(), Some("title"));
    }
    assert!(fixture.modules.all().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_new_order_must_name_each_article_once() {
    let fixture = fixture().await;
    let ada = fixture.somebody("ada", &[Role::Trainer]).await;
    let module = fixture.module(&ada, "Cold chain", Visibility::Open).await;
    let (one, two) = (
        fixture.add_article(&module).await,
        fixture.add_article(&module).await,
    );
    let steward = ada.steward(&module.place()).unwrap();

    fixture
        .modules
        .reorder(&steward, vec![two, one])
        .await
        .unwrap();
    let now = fixture
        .modules
        .articles_in_order(module.id, ArticleScope::All)
        .await
        .unwrap();
    assert_eq!(now, [two, one]);
    for wrong in [vec![two], vec![two, two], vec![two, one, ArticleId::new()]] {
        let refused = fixture.modules.reorder(&steward, wrong).await.unwrap_err();
        assert!(matches!(refused, ModuleError::OtherArticles));
    }
}

#[tokio::test]
async fn articles_keep_the_order_of_any_number_of_moves() {
    let fixture = fixture().await;
    let ada = fixture.somebody("ada", &[Role::Trainer]).await;
    let module = fixture.module(&ada, "Cold chain", Visibility::Open).await;
    let steward = ada.steward(&module.place()).unwrap();
    let mut expected = Vec::new();
    for _ in 0..30 {
        expected.push(fixture.add_article(&module).await);
    }
    // Two articles that change places again and again use up the ranks between their neighbours.
    for round in 0..120 {
        let (from, to) = match round % 4 {
            0 => (11, 10),
            1 => (20, 0),
            2 => (12, 10),
            _ => (0, 29),
        };
        let article = expected.remove(from);
        expected.insert(to, article);
        let after = to.checked_sub(1).map(|at| expected[at]);
        let moved = fixture.modules.move_after(&steward, article, after);
        moved.await.unwrap();
    }
    let now = fixture
        .modules
        .articles_in_order(module.id, ArticleScope::All)
        .await
        .unwrap();
    assert_eq!(now, expected);
}

#[tokio::test]
async fn two_articles_change_places_until_no_rank_is_left_between_their_neighbours() {
    let fixture = fixture().await;
    let ada = fixture.somebody("ada", &[Role::Trainer]).await;
    let module = fixture.module(&ada, "Cold chain", Visibility::Open).await;
    let steward = ada.steward(&module.place()).unwrap();
    let mut articles = Vec::new();
    for _ in 0..40 {
        articles.push(fixture.add_article(&module).await);
    }
    for round in 0..80 {
        let (mover, first) = (articles[20 + round % 2], articles[19]);
        let moved = fixture.modules.move_after(&steward, mover, Some(first));
        moved.await.unwrap();
    }
    articles.swap(20, 21);
    let now = fixture
        .modules
        .articles_in_order(module.id, ArticleScope::All)
        .await
        .unwrap();
    assert_eq!(now, articles);
    let stranger = fixture
        .modules
        .move_after(&steward, ArticleId::new(), None)
        .await;
    assert!(matches!(stranger, Err(ModuleError::NoArticle)));
}

#[tokio::test]
async fn pages_for_readers_tell_nothing_of_unpublished_articles() {
    let fixture = fixture().await;
    let ada = fixture.somebody("ada", &[Role::Trainer]).await;
    let module = fixture.module(&ada, "Cold chain", Visibility::Open).await;
    let mut articles = Vec::new();
    for _ in 0..5 {
        articles.push(fixture.add_article(&module).await);
    }
    for at in [1, 4] {
        let mut batch = Batch::new();
        let published = fixture
            .modules
            .set_published(&mut batch, articles[at], true);
        published.await.unwrap();
        fixture.store.commit(batch).await.unwrap();
    }
    let page = async |scope, after: Option<ArticleId>| {
        let seek = Seek {
            after: after.map(|article| article.to_string()),
            limit: Some(1),
        };
        let modules = &fixture.modules;
        let page = modules.article_page(module.id, scope, &seek).await.unwrap();
        (page.items[0], page.next.is_some())
    };
    let readers = ArticleScope::Published;
    assert_eq!(page(readers, None).await, (articles[1], true));
    assert_eq!(page(readers, Some(articles[1])).await, (articles[4], false));
    // A draft as the cursor is as good as none.
    assert_eq!(page(readers, Some(articles[3])).await, (articles[1], true));
    let writers = ArticleScope::All;
    assert_eq!(page(writers, Some(articles[3])).await, (articles[4], false));
    let count = async |scope| {
        fixture
            .modules
            .article_count(module.id, scope)
            .await
            .unwrap()
    };
    assert_eq!((count(readers).await, count(writers).await), (2, 5));
}

#[tokio::test]
async fn modules_are_listed_by_title_a_page_at_a_time() {
    let fixture = fixture().await;
    let ada = fixture.somebody("ada", &[Role::Trainer]).await;
    let ben = fixture.somebody("ben", &[Role::Learner]).await;
    for (title, visibility) in [
        ("bees", Visibility::Open),
        ("Ants", Visibility::Restricted),
        ("Cicadas", Visibility::Restricted),
        ("Dragonflies", Visibility::Open),
    ] {
        fixture.module(&ada, title, visibility).await;
    }
    let ada = fixture.again("ada").await;
    let titles = async |caller: &Caller, limit| {
        let mut seek = Seek::first(limit);
        let mut titles = Vec::new();
        loop {
            let page = fixture.modules.visible_page(caller, &seek).await.unwrap();
            assert!(!page.items.is_empty());
            titles.extend(page.items.into_iter().map(|module| module.title));
            match page.next {
                Some(next) => seek.after = Some(next),
                None => return titles,
            }
        }
    };
    let all = ["Ants", "bees", "Cicadas", "Dragonflies"];
    assert_eq!(titles(&ada, 1).await, all);
    assert_eq!(titles(&ada, 3).await, all);
    assert_eq!(titles(&ben, 1).await, ["bees", "Dragonflies"]);
    let modules = fixture.modules.all().await.unwrap();
    let hidden = modules.iter().find(|one| one.title == "Cicadas").unwrap();
    let seek = Seek {
        after: Some(hidden.id.to_string()),
        limit: Some(1),
    };
    let page = fixture.modules.visible_page(&ben, &seek).await.unwrap();
    assert_eq!(page.items[0].title, "bees");
}

#[tokio::test]
async fn a_change_is_recorded_with_the_old_and_new_state() {
    let fixture = fixture().await;
    let ada = fixture.somebody("ada", &[Role::Trainer]).await;
    let module = fixture.module(&ada, "Cold chain", Visibility::Open).await;
    let steward = ada.steward(&module.place()).unwrap();
    let change = ModuleChange {
        title: Some("Cool chain".into()),
        ..ModuleChange::default()
    };
    let changed = fixture.modules.update(&steward, change).await.unwrap();
    assert_eq!(
        (changed.title.as_str(), changed.slug.as_str()),
        ("Cool chain", "cold-chain")
    );

    let entries = fixture.journal.read(0, 100).await.unwrap();
    let entry = entries
        .iter()
        .find(|entry| entry.deed == "module.changed")
        .unwrap();
    assert_eq!(entry.old.as_ref().unwrap()["title"], "Cold chain");
    assert_eq!(entry.new.as_ref().unwrap()["title"], "Cool chain");
    assert_eq!(entry.module, Some(module.id));
}

#[tokio::test]
async fn only_a_reviewer_with_a_reason_can_make_a_controlled_module_informal() {
    let fixture = fixture().await;
    let ada = fixture.somebody("ada", &[Role::Trainer]).await;
    let rob = fixture.somebody("rob", &[Role::Reviewer]).await;
    let module = fixture.module(&ada, "Cold chain", Visibility::Open).await;
    let (ada, rob) = (ada.steward(&module.place()), rob.steward(&module.place()));
    let (ada, rob) = (ada.unwrap(), rob.unwrap());
    let to = |control, reason: &str| ModuleChange {
        control: Some(control),
        reason: Some(reason.to_owned()),
        ..ModuleChange::default()
    };
    let stricter = to(Control::Controlled, "");
    fixture.modules.update(&ada, stricter).await.unwrap();
    let why = "Moved to the training archive.";
    let refused = fixture
        .modules
        .update(&ada, to(Control::Informal, why))
        .await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Forbidden);
    let silent = fixture
        .modules
        .update(&rob, to(Control::Informal, " "))
        .await;
    assert!(matches!(silent, Err(ModuleError::NoReason)));
    let changed = fixture
        .modules
        .update(&rob, to(Control::Informal, why))
        .await;
    assert_eq!(changed.unwrap().control, Control::Informal);
    let entries = fixture.journal.read(0, 100).await.unwrap();
    assert_eq!(entries.last().unwrap().reason.as_deref(), Some(why));
}

#[tokio::test]
async fn only_the_sample_can_be_removed() {
    let fixture = fixture().await;
    let ada = fixture.somebody("ada", &[Role::Trainer, Role::Admin]).await;
    let admin = ada.admin().unwrap();
    let kept = fixture.module(&ada, "Cold chain", Visibility::Open).await;
    assert!(matches!(
        fixture.modules.remove_sample(&admin).await,
        Err(ModuleError::NoSample)
    ));
    let new = NewModule {
        title: "Sample".into(),
        purpose: String::new(),
        visibility: Visibility::Open,
        control: Control::Informal,
        learners: Default::default(),
    };
    fixture
        .modules
        .create_sample(&ada.founder().unwrap(), new)
        .await
        .unwrap();
    fixture.modules.remove_sample(&admin).await.unwrap();
    assert_eq!(fixture.modules.all().await.unwrap(), [kept]);
    assert_eq!(fixture.modules.by_slug("sample").await.unwrap(), None);
}

//! Tests on a real store.

use std::sync::Arc;

use lectern_base::{ArticleId, ErrorKind, FixedClock, Timestamp};
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
    let now = fixture.modules.get(module.id).await.unwrap().unwrap();
    assert_eq!(now.order, [two, one]);
    for wrong in [vec![two], vec![two, two], vec![two, one, ArticleId::new()]] {
        let refused = fixture.modules.reorder(&steward, wrong).await.unwrap_err();
        assert!(matches!(refused, ModuleError::OtherArticles));
    }
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
    let ada = fixture.somebody("ada", &[Role::Trainer]).await;
    let kept = fixture.module(&ada, "Cold chain", Visibility::Open).await;
    let steward = ada.steward(&kept.place()).unwrap();
    assert!(matches!(
        fixture.modules.remove_sample(&steward).await,
        Err(ModuleError::NoSample)
    ));
    let new = NewModule {
        title: "Sample".into(),
        purpose: String::new(),
        visibility: Visibility::Open,
        control: Control::Informal,
        learners: Default::default(),
    };
    let sample = fixture
        .modules
        .create_sample(&ada.founder().unwrap(), new)
        .await
        .unwrap();
    let steward = ada.steward(&sample.place()).unwrap();
    fixture.modules.remove_sample(&steward).await.unwrap();
    assert_eq!(fixture.modules.all().await.unwrap(), [kept]);
    assert_eq!(fixture.modules.by_slug("sample").await.unwrap(), None);
}

//! Stories about modules on a real store.

use std::sync::Arc;

use lectern_base::{ArticleId, ErrorKind, FixedClock, Timestamp};
use lectern_identity::{Caller, Grant, Identity, IdentitySettings, NewPerson, Role};
use lectern_journal::Journal;
use lectern_store::{self as store, Batch, Store};

use super::*;

const PASSWORD: &str = "correct horse battery";

struct House {
    identity: Arc<Identity>,
    modules: Modules,
    journal: Arc<Journal>,
    store: Store,
    _dir: tempfile::TempDir,
}

async fn house() -> House {
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
    House {
        identity,
        modules,
        journal,
        store,
        _dir: dir,
    }
}

impl House {
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

    /// The person as they are now: rights may have changed.
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
    let house = house().await;
    let ada = house.somebody("ada", &[Role::Trainer]).await;
    let ben = house.somebody("ben", &[Role::Trainer, Role::Admin]).await;
    let module = house
        .module(&ada, "Cold chain", Visibility::Restricted)
        .await;

    let ada = house.again("ada").await;
    assert_eq!(
        house.modules.visible_to(&ada).await.unwrap(),
        std::slice::from_ref(&module)
    );
    assert!(ada.steward(&module.place()).is_ok());
    assert!(house.modules.visible_to(&ben).await.unwrap().is_empty());

    let steward = ada.steward(&module.place()).unwrap();
    house
        .modules
        .add_member(&steward, ben.id(), Role::Learner)
        .await
        .unwrap();
    let ben = house.again("ben").await;
    assert!(ben.editor(&module.place()).is_ok());
    house
        .modules
        .remove_member(&steward, ben.id())
        .await
        .unwrap();
    assert!(house.again("ben").await.reader(&module.place()).is_err());
}

#[tokio::test]
async fn modules_of_one_title_have_addresses_of_their_own() {
    let house = house().await;
    let ada = house.somebody("ada", &[Role::Trainer]).await;
    let first = house
        .module(&ada, "Größe & Gewicht", Visibility::Open)
        .await;
    let second = house
        .module(&ada, "Größe & Gewicht", Visibility::Open)
        .await;
    assert_eq!(first.slug, "große-gewicht");
    assert_eq!(second.slug, "große-gewicht-2");
    let found = house.modules.by_slug("große-gewicht-2").await.unwrap();
    assert_eq!(found, Some(second));
}

#[tokio::test]
async fn a_title_has_letters_and_an_end() {
    let house = house().await;
    let founder = house
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
        let refused = house.modules.create(&founder, new).await.unwrap_err();
        assert_eq!(refused.field(), Some("title"));
    }
    assert!(house.modules.all().await.unwrap().is_empty());
}

#[tokio::test]
async fn articles_are_put_in_an_order_that_names_each_once() {
    let house = house().await;
    let ada = house.somebody("ada", &[Role::Trainer]).await;
    let module = house.module(&ada, "Cold chain", Visibility::Open).await;
    let (one, two) = (
        house.add_article(&module).await,
        house.add_article(&module).await,
    );
    let steward = ada.steward(&module.place()).unwrap();

    house
        .modules
        .reorder(&steward, vec![two, one])
        .await
        .unwrap();
    let now = house.modules.get(module.id).await.unwrap().unwrap();
    assert_eq!(now.order, [two, one]);
    for wrong in [vec![two], vec![two, two], vec![two, one, ArticleId::new()]] {
        let refused = house.modules.reorder(&steward, wrong).await.unwrap_err();
        assert!(matches!(refused, ModuleError::OtherArticles));
    }
}

#[tokio::test]
async fn a_change_tells_the_journal_old_and_new() {
    let house = house().await;
    let ada = house.somebody("ada", &[Role::Trainer]).await;
    let module = house.module(&ada, "Cold chain", Visibility::Open).await;
    let steward = ada.steward(&module.place()).unwrap();
    let change = ModuleChange {
        title: Some("Cool chain".into()),
        ..ModuleChange::default()
    };
    let changed = house.modules.update(&steward, change).await.unwrap();
    assert_eq!(
        (changed.title.as_str(), changed.slug.as_str()),
        ("Cool chain", "cold-chain")
    );

    let entries = house.journal.read(0, 100).await.unwrap();
    let entry = entries
        .iter()
        .find(|entry| entry.deed == "module.changed")
        .unwrap();
    assert_eq!(entry.old.as_ref().unwrap()["title"], "Cold chain");
    assert_eq!(entry.new.as_ref().unwrap()["title"], "Cool chain");
    assert_eq!(entry.module, Some(module.id));
}

#[tokio::test]
async fn only_a_reviewer_with_a_reason_makes_a_controlled_module_informal() {
    let house = house().await;
    let ada = house.somebody("ada", &[Role::Trainer]).await;
    let rob = house.somebody("rob", &[Role::Reviewer]).await;
    let module = house.module(&ada, "Cold chain", Visibility::Open).await;
    let (ada, rob) = (ada.steward(&module.place()), rob.steward(&module.place()));
    let (ada, rob) = (ada.unwrap(), rob.unwrap());
    let to = |control, reason: &str| ModuleChange {
        control: Some(control),
        reason: Some(reason.to_owned()),
        ..ModuleChange::default()
    };
    let stricter = to(Control::Controlled, "");
    house.modules.update(&ada, stricter).await.unwrap();
    let why = "Moved to the training archive.";
    let refused = house.modules.update(&ada, to(Control::Informal, why)).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Forbidden);
    let silent = house.modules.update(&rob, to(Control::Informal, " ")).await;
    assert!(matches!(silent, Err(ModuleError::NoReason)));
    let changed = house.modules.update(&rob, to(Control::Informal, why)).await;
    assert_eq!(changed.unwrap().control, Control::Informal);
    let entries = house.journal.read(0, 100).await.unwrap();
    assert_eq!(entries.last().unwrap().reason.as_deref(), Some(why));
}

#[tokio::test]
async fn only_the_sample_can_be_removed() {
    let house = house().await;
    let ada = house.somebody("ada", &[Role::Trainer]).await;
    let kept = house.module(&ada, "Cold chain", Visibility::Open).await;
    let steward = ada.steward(&kept.place()).unwrap();
    assert!(matches!(
        house.modules.remove_sample(&steward).await,
        Err(ModuleError::NoSample)
    ));
    let new = NewModule {
        title: "Sample".into(),
        purpose: String::new(),
        visibility: Visibility::Open,
        control: Control::Informal,
        learners: Default::default(),
    };
    let sample = house
        .modules
        .create_sample(&ada.founder().unwrap(), new)
        .await
        .unwrap();
    let steward = ada.steward(&sample.place()).unwrap();
    house.modules.remove_sample(&steward).await.unwrap();
    assert_eq!(house.modules.all().await.unwrap(), [kept]);
    assert_eq!(house.modules.by_slug("sample").await.unwrap(), None);
}

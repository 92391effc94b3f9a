//! Stories about people on a real store.

use std::sync::Arc;
use std::time::Duration;

use lectern_base::{FixedClock, ModuleId, PersonId, Timestamp};
use lectern_journal::Journal;
use lectern_store as store;

use super::*;

pub(super) const PASSWORD: &str = "correct horse battery";

pub(super) struct House {
    pub(super) identity: Identity,
    pub(super) journal: Arc<Journal>,
    pub(super) clock: Arc<FixedClock>,
    _dir: tempfile::TempDir,
}

pub(super) async fn house() -> House {
    house_with(IdentitySettings::default()).await
}

pub(super) async fn house_with(settings: IdentitySettings) -> House {
    let dir = tempfile::tempdir().unwrap();
    let store = store::open(dir.path()).unwrap();
    let clock = Arc::new(FixedClock::at(Timestamp::from_millis(1_777_000_000_000)));
    let journal = Arc::new(Journal::open(store.clone(), clock.clone()).await.unwrap());
    let settings = IdentitySettings {
        argon2_memory_kib: 8,
        ..settings
    };
    let identity = Identity::new(store, journal.clone(), clock.clone(), settings);
    House {
        identity,
        journal,
        clock,
        _dir: dir,
    }
}

impl House {
    pub(super) async fn person(&self, login: &str, roles: &[Grant]) -> Person {
        let new = NewPerson {
            login: login.into(),
            name: login.to_uppercase(),
            password: PASSWORD.into(),
            roles: roles.to_vec(),
        };
        self.identity.add_person_as_operator(new).await.unwrap()
    }

    pub(super) async fn sign_in(&self, login: &str) -> Caller {
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

    pub(super) async fn deeds(&self) -> Vec<String> {
        let entries = self.journal.read(0, 1_000).await.unwrap();
        entries.into_iter().map(|entry| entry.deed).collect()
    }
}

fn caller(roles: &[Grant]) -> Caller {
    let person = Person {
        id: PersonId::new(),
        login: "x".into(),
        name: "X".into(),
        roles: roles.to_vec(),
        active: true,
        created_at: Timestamp::from_millis(0),
        must_change_password: false,
        password_since: None,
    };
    Caller::new(person, Via::Token(lectern_base::TokenId::new()))
}

/// What a role held organisation-wide may do in an open module:
/// read, edit, review, manage it, create modules, administer.
const MAY: [(Role, [bool; 6]); 5] = [
    (Role::Learner, [true, true, false, false, false, false]),
    (Role::Trainer, [true, true, false, true, true, false]),
    (Role::Reviewer, [true, true, true, true, true, false]),
    (Role::Lead, [true, false, false, false, false, false]),
    (Role::Admin, [true, false, false, false, false, true]),
];

fn rights(caller: &Caller, place: &Place) -> [bool; 6] {
    [
        caller.reader(place).is_ok(),
        caller.editor(place).is_ok(),
        caller.reviewer(place).is_ok(),
        caller.steward(place).is_ok(),
        caller.founder().is_ok(),
        caller.admin().is_ok(),
    ]
}

#[test]
fn roles_give_exactly_what_the_table_says() {
    let module = ModuleId::new();
    let open = Place {
        module,
        open: true,
        suggest: false,
    };
    let restricted = Place {
        module,
        open: false,
        suggest: false,
    };
    for (role, may) in MAY {
        let everywhere = caller(&[Grant::everywhere(role)]);
        assert_eq!(rights(&everywhere, &open), may, "{role} in an open module");
        let elsewhere = [false, false, false, false, may[4], may[5]];
        assert_eq!(
            rights(&everywhere, &restricted),
            elsewhere,
            "{role}, no member"
        );
        assert!(matches!(
            everywhere.reader(&restricted),
            Err(Denied::Hidden)
        ));
        let member = caller(&[Grant::within(role, module)]);
        let within = [may[0], may[1], may[2], may[3], false, false];
        assert_eq!(rights(&member, &restricted), within, "{role} of the module");
        let both = caller(&[Grant::everywhere(role), Grant::within(Role::Lead, module)]);
        assert_eq!(
            rights(&both, &restricted),
            may,
            "{role} everywhere, and a member"
        );
    }
    let nobody = caller(&[]);
    assert_eq!(
        rights(&nobody, &open),
        [true, false, false, false, false, false]
    );
    assert_eq!(rights(&nobody, &restricted), [false; 6]);
}

#[test]
fn who_manages_a_module_or_audits_hands_out_as_much_of_it_as_they_see() {
    let module = ModuleId::new();
    let place = |open| Place {
        module,
        open,
        suggest: false,
    };
    let may = |grants: &[Grant], open| {
        let archivist = caller(grants).archivist(&place(open)).ok();
        archivist.map(|one| (one.sees_drafts(), one.audits()))
    };
    let admin = Grant::everywhere(Role::Admin);
    let of_module = |role| Grant::within(role, module);
    for role in [Role::Trainer, Role::Reviewer] {
        assert_eq!(may(&[Grant::everywhere(role)], true), Some((true, false)));
        assert_eq!(may(&[of_module(role)], false), Some((true, false)));
        assert_eq!(may(&[Grant::everywhere(role)], false), None);
    }
    for role in [Role::Learner, Role::Lead] {
        assert_eq!(may(&[of_module(role)], true), None, "{role}");
    }
    assert_eq!(may(&[admin], true), Some((false, true)));
    assert_eq!(
        may(&[admin, of_module(Role::Lead)], false),
        Some((false, true))
    );
    assert_eq!(
        may(&[admin, of_module(Role::Trainer)], false),
        Some((true, true))
    );
    let hidden = caller(&[admin]).archivist(&place(false));
    assert!(matches!(hidden, Err(Denied::Hidden)));
}

#[test]
fn a_refusal_names_the_missing_right() {
    let place = Place {
        module: ModuleId::new(),
        open: true,
        suggest: false,
    };
    let refused = caller(&[]).editor(&place).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "this needs the right to write in this module"
    );
}

#[tokio::test]
async fn the_first_person_sets_the_house_up_once() {
    let house = house().await;
    let code = house.identity.setup_code().await.unwrap().unwrap();
    let first = || NewPerson {
        login: "ada".into(),
        name: "Ada".into(),
        password: PASSWORD.into(),
        roles: vec![],
    };
    let wrong = house
        .identity
        .set_up("guess", "Acme", first(), "-")
        .await
        .unwrap_err();
    assert!(matches!(wrong, IdentityError::WrongSetupCode));
    let opened = house
        .identity
        .set_up(&code, "Acme", first(), "-")
        .await
        .unwrap();
    let ada = house
        .identity
        .caller_by_session(&opened.secret)
        .await
        .unwrap();
    assert!(ada.admin().is_ok() && ada.founder().is_ok());
    assert_eq!(house.identity.organisation().await.unwrap(), "Acme");
    assert_eq!(house.identity.setup_code().await.unwrap(), None);
    let again = house
        .identity
        .set_up(&code, "Acme", first(), "-")
        .await
        .unwrap_err();
    assert!(matches!(again, IdentityError::AlreadySetUp));
}

#[tokio::test]
async fn a_login_is_never_given_twice_whatever_its_spelling() {
    let house = house().await;
    house.person("ada", &[]).await;
    let new = NewPerson {
        login: "ＡDA".into(),
        name: "Other".into(),
        password: PASSWORD.into(),
        roles: vec![],
    };
    let refused = house
        .identity
        .add_person_as_operator(new)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, IdentityError::LoginTaken { .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn a_short_password_is_refused_and_nobody_is_added() {
    let house = house().await;
    let new = NewPerson {
        login: "ada".into(),
        name: "Ada".into(),
        password: "short".into(),
        roles: vec![],
    };
    let refused = house
        .identity
        .add_person_as_operator(new)
        .await
        .unwrap_err();
    assert_eq!(refused.field(), Some("password"));
    assert!(house.identity.everybody().await.unwrap().is_empty());
}

#[tokio::test]
async fn failures_slow_sign_in_down_also_for_the_right_password() {
    let house = house().await;
    house.person("ada", &[]).await;
    for _ in 0..5 {
        let wrong = house
            .identity
            .sign_in("ada", "wrong", "10.0.0.1")
            .await
            .unwrap_err();
        assert!(matches!(wrong, IdentityError::WrongPassword));
    }
    let held = house
        .identity
        .sign_in("ada", PASSWORD, "10.0.0.1")
        .await
        .unwrap_err();
    let IdentityError::Throttled { retry_after } = held else {
        panic!("{held}")
    };
    assert!(
        house
            .deeds()
            .await
            .contains(&"session.throttled".to_owned())
    );
    house
        .identity
        .sign_in("ada", PASSWORD, "10.0.0.2")
        .await
        .unwrap();
    house.clock.advance(retry_after);
    house
        .identity
        .sign_in("ada", PASSWORD, "10.0.0.1")
        .await
        .unwrap();
}

#[tokio::test]
async fn sessions_end_by_idleness_by_age_and_by_signing_out() {
    let house = house().await;
    house.person("ada", &[]).await;
    let open = async || {
        house
            .identity
            .sign_in("ada", PASSWORD, "-")
            .await
            .unwrap()
            .secret
    };
    let secret = open().await;
    house.clock.advance(Duration::from_secs(12 * 3_600));
    assert!(
        house.identity.caller_by_session(&secret).await.is_none(),
        "idle for 12 hours"
    );
    let secret = open().await;
    for _ in 0..27 {
        house.clock.advance(Duration::from_secs(6 * 3_600));
        assert!(
            house.identity.caller_by_session(&secret).await.is_some(),
            "used every 6 hours"
        );
    }
    house.clock.advance(Duration::from_secs(6 * 3_600));
    assert!(
        house.identity.caller_by_session(&secret).await.is_none(),
        "7 days old"
    );
    let secret = open().await;
    let ada = house.identity.caller_by_session(&secret).await.unwrap();
    house.identity.sign_out(&ada).await.unwrap();
    assert!(
        house.identity.caller_by_session(&secret).await.is_none(),
        "signed out"
    );
}

#[tokio::test]
async fn tokens_expire_can_be_revoked_and_are_kept_as_hashes() {
    let house = house().await;
    house.person("ada", &[]).await;
    let ada = house.sign_in("ada").await;
    let day = Duration::from_secs(86_400);
    let (_, short) = house
        .identity
        .create_token(&ada, "short", day)
        .await
        .unwrap();
    let (id, long) = house
        .identity
        .create_token(&ada, "long", day * 90)
        .await
        .unwrap();
    assert_eq!(
        house.identity.caller_by_token(&short).await.unwrap().id(),
        ada.id()
    );
    house.clock.advance(day);
    assert!(
        house.identity.caller_by_token(&short).await.is_none(),
        "expired"
    );
    assert_eq!(house.identity.tokens(&ada).await.unwrap().len(), 1);
    house.identity.revoke_token(&ada, id).await.unwrap();
    assert!(
        house.identity.caller_by_token(&long).await.is_none(),
        "revoked"
    );
    let told = serde_json::to_string(&house.journal.read(0, 100).await.unwrap()).unwrap();
    assert!(!told.contains(&long) && !told.contains(PASSWORD));
}

#[tokio::test]
async fn nobody_revokes_the_token_of_another() {
    let house = house().await;
    house.person("ada", &[]).await;
    house.person("bob", &[]).await;
    let (ada, bob) = (house.sign_in("ada").await, house.sign_in("bob").await);
    let (id, token) = house
        .identity
        .create_token(&ada, "t", Duration::from_secs(60))
        .await
        .unwrap();
    house.identity.revoke_token(&bob, id).await.unwrap_err();
    assert!(house.identity.caller_by_token(&token).await.is_some());
}

#[tokio::test]
async fn a_ticket_works_once_and_for_a_minute() {
    let house = house().await;
    house.person("ada", &[]).await;
    let ada = house.sign_in("ada").await;
    let article = lectern_base::ArticleId::new();
    let ticket = house
        .identity
        .make_ticket(&ada, article)
        .await
        .unwrap()
        .ticket;
    let (caller, named) = house.identity.redeem_ticket(&ticket).await.unwrap();
    assert_eq!((caller.id(), named), (ada.id(), article));
    assert!(house.identity.redeem_ticket(&ticket).await.is_none());
    let late = house
        .identity
        .make_ticket(&ada, article)
        .await
        .unwrap()
        .ticket;
    house.clock.advance(Duration::from_secs(60));
    assert!(house.identity.redeem_ticket(&late).await.is_none());
}

#[tokio::test]
async fn deactivation_ends_everything_at_once_and_is_told() {
    let house = house().await;
    let admin = house
        .person("root", &[Grant::everywhere(Role::Admin)])
        .await;
    let bob = house.person("bob", &[]).await;
    let secret = house
        .identity
        .sign_in("bob", PASSWORD, "-")
        .await
        .unwrap()
        .secret;
    let root = house.sign_in("root").await.admin().unwrap();
    let mut changes = house.identity.changes();
    house.identity.deactivate(&root, bob.id).await.unwrap();
    assert_eq!(changes.recv().await.unwrap(), bob.id);
    assert!(house.identity.caller_by_session(&secret).await.is_none());
    assert!(house.identity.sign_in("bob", PASSWORD, "-").await.is_err());
    let last = house
        .identity
        .deactivate(&root, admin.id)
        .await
        .unwrap_err();
    assert!(matches!(last, IdentityError::LastAdmin));
    let last = house
        .identity
        .set_roles(&root, admin.id, vec![])
        .await
        .unwrap_err();
    assert!(matches!(last, IdentityError::LastAdmin));
    house.identity.reactivate(&root, bob.id).await.unwrap();
    assert!(house.identity.sign_in("bob", PASSWORD, "-").await.is_ok());
}

#[tokio::test]
async fn a_steward_makes_members_but_gives_nothing_they_do_not_hold() {
    let house = house().await;
    let module = ModuleId::new();
    let place = Place {
        module,
        open: false,
        suggest: false,
    };
    house
        .person("tina", &[Grant::within(Role::Trainer, module)])
        .await;
    let bob = house
        .person("bob", &[Grant::everywhere(Role::Reviewer)])
        .await;
    let tina = house.sign_in("tina").await.steward(&place).unwrap();
    for role in [Role::Reviewer, Role::Admin] {
        let refused = house
            .identity
            .grant_module(&tina, bob.id, role)
            .await
            .unwrap_err();
        assert!(matches!(refused, IdentityError::Denied(_)), "{role}");
    }
    assert!(
        house
            .identity
            .reviewers_of(&place)
            .await
            .unwrap()
            .is_empty()
    );
    house
        .identity
        .grant_module(&tina, bob.id, Role::Learner)
        .await
        .unwrap();
    let reviewers = house.identity.reviewers_of(&place).await.unwrap();
    assert_eq!(reviewers.iter().map(|p| p.id).collect::<Vec<_>>(), [bob.id]);
    house.identity.revoke_module(&tina, bob.id).await.unwrap();
    assert!(
        house
            .identity
            .reviewers_of(&place)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn passwords_change_only_with_the_old_one_and_a_reset_asks_for_a_new_one() {
    let house = house().await;
    house
        .person("root", &[Grant::everywhere(Role::Admin)])
        .await;
    let bob = house.person("bob", &[]).await;
    let caller = house.sign_in("bob").await;
    let other = "another long password";
    house
        .identity
        .change_password(&caller, "wrong", other)
        .await
        .unwrap_err();
    house
        .identity
        .change_password(&caller, PASSWORD, other)
        .await
        .unwrap();
    assert!(house.identity.sign_in("bob", PASSWORD, "-").await.is_err());
    house.identity.sign_in("bob", other, "-").await.unwrap();
    let root = house.sign_in("root").await.admin().unwrap();
    house
        .identity
        .reset_password(&root, bob.id, PASSWORD)
        .await
        .unwrap();
    assert!(
        house
            .identity
            .person(bob.id)
            .await
            .unwrap()
            .unwrap()
            .must_change_password
    );
}

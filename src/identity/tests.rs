//! Tests on a real store.

use std::sync::Arc;
use std::time::Duration;

use lectern_base::{FixedClock, ModuleId, PersonId, Timestamp};
use lectern_journal::Journal;
use lectern_store as store;

use super::*;

pub(super) const PASSWORD: &str = "correct horse battery";

pub(super) fn terms(label: &str, lasts: Duration) -> TokenTerms {
    TokenTerms {
        label: label.to_owned(),
        lasts,
        scope: TokenScope::Write,
    }
}

pub(super) struct Fixture {
    pub(super) identity: Arc<Identity>,
    pub(super) journal: Arc<Journal>,
    pub(super) clock: Arc<FixedClock>,
    _dir: tempfile::TempDir,
}

pub(super) async fn fixture() -> Fixture {
    fixture_with(IdentitySettings::default()).await
}

pub(super) async fn fixture_with(settings: IdentitySettings) -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let store = store::open(dir.path()).unwrap();
    let clock = Arc::new(FixedClock::at(Timestamp::from_millis(1_777_000_000_000)));
    let journal = Arc::new(Journal::open(store.clone(), clock.clone()).await.unwrap());
    let settings = IdentitySettings {
        argon2_memory_kib: 8,
        ..settings
    };
    let identity = Arc::new(Identity::new(
        store,
        journal.clone(),
        clock.clone(),
        settings,
    ));
    Fixture {
        identity,
        journal,
        clock,
        _dir: dir,
    }
}

impl Fixture {
    /// The same data after the process has started again.
    pub(super) fn restart(self) -> Self {
        let settings = self.identity.settings.clone();
        let (store, journal) = (self.identity.store.clone(), self.journal.clone());
        let identity = Identity::new(store, journal, self.clock.clone(), settings);
        Self {
            identity: Arc::new(identity),
            ..self
        }
    }

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

    pub(super) async fn events(&self) -> Vec<String> {
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
        self_granted: Vec::new(),
    };
    Caller::new(person, Via::Token(lectern_base::TokenId::new()))
}

/// What an organisation-wide role allows in an open module:
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
        controlled: false,
    };
    let restricted = Place {
        module,
        open: false,
        suggest: false,
        controlled: false,
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
fn managers_and_admins_export_as_much_of_a_module_as_they_can_see() {
    let module = ModuleId::new();
    let place = |open| Place {
        module,
        open,
        suggest: false,
        controlled: false,
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
        controlled: false,
    };
    let refused = caller(&[]).editor(&place).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "this needs the right to write in this module"
    );
}

#[tokio::test]
async fn the_first_person_sets_up_the_instance_once() {
    let fixture = fixture().await;
    let code = fixture.identity.setup_code().await.unwrap().unwrap();
    let first = || NewPerson {
        login: "ada".into(),
        name: "Ada".into(),
        password: PASSWORD.into(),
        roles: vec![],
    };
    let wrong = fixture
        .identity
        .set_up("guess", "Acme", first(), "-")
        .await
        .unwrap_err();
    assert!(matches!(wrong, IdentityError::WrongSetupCode));
    let opened = fixture
        .identity
        .set_up(&code, "Acme", first(), "-")
        .await
        .unwrap();
    let ada = fixture
        .identity
        .caller_by_session(&opened.secret)
        .await
        .unwrap();
    assert!(ada.admin().is_ok() && ada.founder().is_ok());
    assert_eq!(fixture.identity.organisation().await.unwrap(), "Acme");
    assert_eq!(fixture.identity.setup_code().await.unwrap(), None);
    let again = fixture
        .identity
        .set_up(&code, "Acme", first(), "-")
        .await
        .unwrap_err();
    assert!(matches!(again, IdentityError::AlreadySetUp));
}

#[tokio::test]
async fn a_login_is_unique_whatever_its_spelling() {
    let fixture = fixture().await;
    fixture.person("ada", &[]).await;
    let new = NewPerson {
        login: "ＡDA".into(),
        name: "Other".into(),
        password: PASSWORD.into(),
        roles: vec![],
    };
    let refused = fixture
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
async fn a_short_password_is_refused_and_adds_no_person() {
    let fixture = fixture().await;
    let new = NewPerson {
        login: "ada".into(),
        name: "Ada".into(),
        password: "short".into(),
        roles: vec![],
    };
    let refused = fixture
        .identity
        .add_person_as_operator(new)
        .await
        .unwrap_err();
    assert_eq!(refused.field(), Some("password"));
    assert!(fixture.identity.everybody().await.unwrap().is_empty());
}

#[tokio::test]
async fn failed_sign_ins_throttle_even_the_right_password() {
    let fixture = fixture().await;
    fixture.person("ada", &[]).await;
    for _ in 0..5 {
        let wrong = fixture
            .identity
            .sign_in("ada", "wrong", "10.0.0.1")
            .await
            .unwrap_err();
        assert!(matches!(wrong, IdentityError::WrongPassword));
    }
    let held = fixture
        .identity
        .sign_in("ada", PASSWORD, "10.0.0.1")
        .await
        .unwrap_err();
    let IdentityError::Throttled { retry_after } = held else {
        panic!("{held}")
    };
    assert!(
        fixture
            .events()
            .await
            .contains(&"session.throttled".to_owned())
    );
    fixture
        .identity
        .sign_in("ada", PASSWORD, "10.0.0.2")
        .await
        .unwrap();
    fixture.clock.advance(retry_after);
    fixture
        .identity
        .sign_in("ada", PASSWORD, "10.0.0.1")
        .await
        .unwrap();
}

#[tokio::test]
async fn sessions_end_when_idle_when_too_old_and_on_sign_out() {
    let fixture = fixture().await;
    fixture.person("ada", &[]).await;
    let open = async || {
        fixture
            .identity
            .sign_in("ada", PASSWORD, "-")
            .await
            .unwrap()
            .secret
    };
    let secret = open().await;
    fixture.clock.advance(Duration::from_secs(12 * 3_600));
    assert!(
        fixture.identity.caller_by_session(&secret).await.is_none(),
        "idle for 12 hours"
    );
    let secret = open().await;
    for _ in 0..27 {
        fixture.clock.advance(Duration::from_secs(6 * 3_600));
        assert!(
            fixture.identity.caller_by_session(&secret).await.is_some(),
            "used every 6 hours"
        );
    }
    fixture.clock.advance(Duration::from_secs(6 * 3_600));
    assert!(
        fixture.identity.caller_by_session(&secret).await.is_none(),
        "7 days old"
    );
    let secret = open().await;
    let ada = fixture.identity.caller_by_session(&secret).await.unwrap();
    fixture.identity.sign_out(&ada).await.unwrap();
    assert!(
        fixture.identity.caller_by_session(&secret).await.is_none(),
        "signed out"
    );
}

#[tokio::test]
async fn tokens_expire_can_be_revoked_and_are_stored_as_hashes() {
    let fixture = fixture().await;
    fixture.person("ada", &[]).await;
    let ada = fixture.sign_in("ada").await;
    let day = Duration::from_secs(86_400);
    let (_, short) = fixture
        .identity
        .create_token(&ada, terms("short", day), PASSWORD, None)
        .await
        .unwrap();
    let (id, long) = fixture
        .identity
        .create_token(&ada, terms("long", day * 90), PASSWORD, None)
        .await
        .unwrap();
    assert_eq!(
        fixture.identity.caller_by_token(&short).await.unwrap().id(),
        ada.id()
    );
    fixture.clock.advance(day);
    assert!(
        fixture.identity.caller_by_token(&short).await.is_none(),
        "expired"
    );
    assert_eq!(fixture.identity.tokens(&ada).await.unwrap().len(), 1);
    fixture.identity.revoke_token(&ada, id).await.unwrap();
    assert!(
        fixture.identity.caller_by_token(&long).await.is_none(),
        "revoked"
    );
    let text = serde_json::to_string(&fixture.journal.read(0, 100).await.unwrap()).unwrap();
    assert!(!text.contains(&long) && !text.contains(PASSWORD));
}

#[tokio::test]
async fn a_person_cannot_revoke_another_persons_token() {
    let fixture = fixture().await;
    fixture.person("ada", &[]).await;
    fixture.person("bob", &[]).await;
    let (ada, bob) = (fixture.sign_in("ada").await, fixture.sign_in("bob").await);
    let (id, token) = fixture
        .identity
        .create_token(&ada, terms("t", Duration::from_secs(60)), PASSWORD, None)
        .await
        .unwrap();
    fixture.identity.revoke_token(&bob, id).await.unwrap_err();
    assert!(fixture.identity.caller_by_token(&token).await.is_some());
}

#[tokio::test]
async fn a_ticket_works_once_within_a_minute() {
    let fixture = fixture().await;
    fixture.person("ada", &[]).await;
    let ada = fixture.sign_in("ada").await;
    let article = lectern_base::ArticleId::new();
    let ticket = fixture
        .identity
        .make_ticket(&ada, article)
        .await
        .unwrap()
        .ticket;
    let (caller, named) = fixture.identity.redeem_ticket(&ticket).await.unwrap();
    assert_eq!((caller.id(), named), (ada.id(), article));
    assert!(fixture.identity.redeem_ticket(&ticket).await.is_none());
    let late = fixture
        .identity
        .make_ticket(&ada, article)
        .await
        .unwrap()
        .ticket;
    fixture.clock.advance(Duration::from_secs(60));
    assert!(fixture.identity.redeem_ticket(&late).await.is_none());
}

#[tokio::test]
async fn deactivation_ends_all_access_and_notifies_subscribers() {
    let fixture = fixture().await;
    let admin = fixture
        .person("root", &[Grant::everywhere(Role::Admin)])
        .await;
    let bob = fixture.person("bob", &[]).await;
    let secret = fixture
        .identity
        .sign_in("bob", PASSWORD, "-")
        .await
        .unwrap()
        .secret;
    let root = fixture.sign_in("root").await.admin().unwrap();
    let mut changes = fixture.identity.changes();
    fixture.identity.deactivate(&root, bob.id).await.unwrap();
    assert_eq!(changes.recv().await.unwrap(), bob.id);
    assert!(fixture.identity.caller_by_session(&secret).await.is_none());
    assert!(
        fixture
            .identity
            .sign_in("bob", PASSWORD, "-")
            .await
            .is_err()
    );
    let last = fixture
        .identity
        .deactivate(&root, admin.id)
        .await
        .unwrap_err();
    assert!(matches!(last, IdentityError::LastAdmin));
    let last = fixture
        .identity
        .set_roles(&root, admin.id, vec![])
        .await
        .unwrap_err();
    assert!(matches!(last, IdentityError::LastAdmin));
    fixture.identity.reactivate(&root, bob.id).await.unwrap();
    assert!(fixture.identity.sign_in("bob", PASSWORD, "-").await.is_ok());
}

#[tokio::test]
async fn a_steward_adds_members_but_cannot_grant_roles_they_lack() {
    let fixture = fixture().await;
    let module = ModuleId::new();
    let place = Place {
        module,
        open: false,
        suggest: false,
        controlled: false,
    };
    fixture
        .person("tina", &[Grant::within(Role::Trainer, module)])
        .await;
    let bob = fixture
        .person("bob", &[Grant::everywhere(Role::Reviewer)])
        .await;
    let tina = fixture.sign_in("tina").await.steward(&place).unwrap();
    for role in [Role::Reviewer, Role::Admin] {
        let refused = fixture
            .identity
            .grant_module(&tina, bob.id, role)
            .await
            .unwrap_err();
        assert!(matches!(refused, IdentityError::Denied(_)), "{role}");
    }
    assert!(
        fixture
            .identity
            .reviewers_of(&place)
            .await
            .unwrap()
            .is_empty()
    );
    fixture
        .identity
        .grant_module(&tina, bob.id, Role::Learner)
        .await
        .unwrap();
    let reviewers = fixture.identity.reviewers_of(&place).await.unwrap();
    assert_eq!(reviewers.iter().map(|p| p.id).collect::<Vec<_>>(), [bob.id]);
    fixture.identity.revoke_module(&tina, bob.id).await.unwrap();
    assert!(
        fixture
            .identity
            .reviewers_of(&place)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn changing_a_password_requires_the_old_one_and_a_link_requires_a_new_one() {
    let fixture = fixture().await;
    fixture
        .person("root", &[Grant::everywhere(Role::Admin)])
        .await;
    let bob = fixture.person("bob", &[]).await;
    let caller = fixture.sign_in("bob").await;
    let other = "another long password";
    fixture
        .identity
        .change_password(&caller, "wrong", other)
        .await
        .unwrap_err();
    fixture
        .identity
        .change_password(&caller, PASSWORD, other)
        .await
        .unwrap();
    assert!(
        fixture
            .identity
            .sign_in("bob", PASSWORD, "-")
            .await
            .is_err()
    );
    fixture.identity.sign_in("bob", other, "-").await.unwrap();
    let root = fixture.sign_in("root").await.admin().unwrap();
    fixture
        .identity
        .make_password_link(&root, bob.id)
        .await
        .unwrap();
    assert!(
        fixture
            .identity
            .person(bob.id)
            .await
            .unwrap()
            .unwrap()
            .must_change_password
    );
}

#[tokio::test]
async fn a_token_is_made_with_the_password_and_never_decides_signs_delegates_or_makes_tokens() {
    let fixture = fixture().await;
    let identity = &fixture.identity;
    let reviewer = Grant::everywhere(Role::Reviewer);
    fixture.person("rob", &[reviewer]).await;
    let tom = fixture.person("tom", &[reviewer]).await;
    let rob = fixture.sign_in("rob").await;
    let day = Duration::from_secs(86_400);
    let wrong = identity
        .create_token(&rob, terms("t", day), "not my password", None)
        .await;
    assert!(matches!(wrong, Err(IdentityError::WrongPassword)));
    let read = TokenTerms {
        scope: TokenScope::Read,
        ..terms("reads", day)
    };
    for (made, writes) in [(terms("writes", day), true), (read, false)] {
        let made = identity.create_token(&rob, made, PASSWORD, None).await;
        let robot = identity.caller_by_token(&made.unwrap().1).await.unwrap();
        assert_eq!(robot.writes().is_ok(), writes);
        let place = Place {
            module: ModuleId::new(),
            open: true,
            suggest: false,
            controlled: false,
        };
        let credentials = Credentials {
            login: None,
            password: PASSWORD.into(),
            code: None,
        };
        let what = lectern_base::Subject::module(place.module);
        let now = identity.now();
        let delegation = NewDelegation {
            to: tom.id,
            module: None,
            starts: now,
            ends: now.plus(day),
            reason: None,
        };
        let refusals = [
            identity.approver(&robot, &place, None).await.err(),
            identity.signer(&robot, credentials, what, None).await.err(),
            identity.delegate(&robot, delegation).await.err(),
            identity
                .create_token(&robot, terms("more", day), PASSWORD, None)
                .await
                .err(),
        ];
        for refused in refusals {
            let refused = refused.expect("no token may");
            assert!(refused.to_string().contains("no token"), "{refused}");
        }
        robot.reviewer(&place).unwrap();
    }
    let root = fixture
        .person("root", &[Grant::everywhere(Role::Admin)])
        .await;
    let root = fixture.sign_in(&root.login).await.admin().unwrap();
    identity.deactivate(&root, rob.id()).await.unwrap();
    identity.reactivate(&root, rob.id()).await.unwrap();
    assert!(identity.tokens(&rob).await.unwrap().is_empty());
}

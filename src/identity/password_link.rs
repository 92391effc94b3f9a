//! One-time links with which people choose a password: new people, and those who lost theirs.
//!
//! Nobody else ever knows a password: an administrator passes a link on, and the person who opens it
//! chooses the password. A link works once, expires, and is stored only as a hash. What is signed
//! soon after a link was used raises an alert, because an administrator could have used it.

use serde::{Deserialize, Serialize};

use lectern_base::{Hash, ModuleId, PersonId, Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent, JournalError};
use lectern_store::{Batch, Table, Versioned};

use super::event::{IdentityEvent, SignatureAfterReset};
use super::identity::PASSWORDS;
use super::password_change::{NewPassword, PasswordChange};
use super::{Admin, AlertKind, Identity, IdentityError, Person, secret};

/// One link per person; a new one replaces the one before.
static LINKS: Table<PersonId, StoredLink> = Table::new("password_links");
/// The last use of a link, by person.
static USES: Table<PersonId, LinkUse> = Table::new("password_link_uses");

/// Separates the person from the secret in a code.
const SEPARATOR: char = '.';

/// A newly made link.
#[derive(Debug, Clone)]
pub struct PasswordLink {
    /// The code that the link carries; it cannot be retrieved again.
    pub code: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredLink {
    secret: Hash,
    expires_at: Timestamp,
    /// The administrator who made it; `None` for the operator.
    made_by: Option<PersonId>,
    /// Whether it sets the person's first password.
    first: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct LinkUse {
    at: Timestamp,
    made_by: Option<PersonId>,
    first: bool,
    /// Whether a signature since then has raised an alert.
    alerted: bool,
}

impl Identity {
    /// Makes a link with which a person chooses a new password. Their password, sessions, tokens
    /// and sockets end at once, and so does a link that was made before.
    ///
    /// # Errors
    /// [`IdentityError::OwnPasswordLink`] for oneself, [`IdentityError::Unknown`] for an inactive
    /// person.
    pub async fn make_password_link(
        &self,
        by: &Admin,
        id: PersonId,
    ) -> Result<PasswordLink, IdentityError> {
        if by.person().id == id {
            return Err(IdentityError::OwnPasswordLink);
        }
        let made_by = Some(by.person().id);
        let link = self.replace_by_link(id, made_by, false).await?;
        self.changed(id);
        Ok(link)
    }

    /// Makes a link for a person on behalf of the operator; also unlocks the account, and removes
    /// the second factor.
    pub async fn recover_by_link_as_operator(
        &self,
        login: &str,
    ) -> Result<PasswordLink, IdentityError> {
        let found = self.find_by_login(login).await?;
        let person = found.ok_or(IdentityError::Unknown { what: "person" })?;
        self.replace_by_link(person.id, None, true).await
    }

    async fn replace_by_link(
        &self,
        id: PersonId,
        made_by: Option<PersonId>,
        clears: bool,
    ) -> Result<PasswordLink, IdentityError> {
        let person = self.person(id).await?.filter(|person| person.active);
        person.ok_or(IdentityError::Unknown { what: "person" })?;
        let mut batch = Batch::new();
        let before = LINKS.get(&self.store, &id).await?;
        let has_password = PASSWORDS.contains(&self.store, &id).await?;
        let first = !has_password && before.is_some_and(|link| link.first);
        let link = self.prepare_link(&mut batch, id, made_by, first);
        let change = PasswordChange {
            by: made_by.map_or(Actor::System, Actor::Person),
            password: NewPassword::ByLink,
            keeps: None,
            clears,
            revokes: true,
            event: match clears {
                true => IdentityEvent::PersonRecovered,
                false => IdentityEvent::PasswordLinkMade,
            },
        };
        self.replace_password(batch, id, change).await?;
        Ok(link)
    }

    /// Adds a new link for a person to `batch`.
    pub(super) fn prepare_link(
        &self,
        batch: &mut Batch,
        person: PersonId,
        made_by: Option<PersonId>,
        first: bool,
    ) -> PasswordLink {
        let secret = secret::generate("");
        let expires_at = self.now().plus(self.settings.password_link_lasts);
        let link = StoredLink {
            secret: secret::hash(&secret),
            expires_at,
            made_by,
            first,
        };
        LINKS.put(batch, &person, &link);
        PasswordLink {
            code: format!("{person}{SEPARATOR}{secret}"),
            expires_at,
        }
    }

    /// Adds the end of a person's link to `batch`.
    pub(super) fn prepare_ending_link(&self, batch: &mut Batch, person: PersonId) {
        LINKS.delete(batch, &person);
    }

    /// Returns whose password a link sets; `None` if it does not work.
    pub async fn password_link_owner(&self, code: &str) -> Result<Option<Person>, IdentityError> {
        let found = self.find_link(code).await?;
        Ok(found.map(|(person, _)| person))
    }

    /// Sets the password that somebody chose with a link. Nobody is signed in by it, so that a
    /// second factor is still asked for.
    ///
    /// # Errors
    /// [`IdentityError::WrongPasswordLink`] if the link was used before, has expired or never was
    /// one; [`IdentityError::Invalid`] if the password is not accepted, which leaves the link as it
    /// was.
    pub async fn use_password_link(&self, code: &str, new: &str) -> Result<(), IdentityError> {
        let found = self.find_link(code).await?;
        let (person, found) = found.ok_or(IdentityError::WrongPasswordLink)?;
        let hash = self.accept_password(&person, new, "password").await?;
        self.refuse_former(person.id, new, "password").await?;
        let mut batch = Batch::new();
        LINKS.delete_expecting(&mut batch, &person.id, &found);
        let used = LinkUse {
            at: self.now(),
            made_by: found.value.made_by,
            first: found.value.first,
            alerted: false,
        };
        USES.put(&mut batch, &person.id, &used);
        let change = PasswordChange {
            by: Actor::Person(person.id),
            password: NewPassword::Own(hash),
            keeps: None,
            clears: false,
            revokes: false,
            event: IdentityEvent::PasswordLinkUsed,
        };
        match self.replace_password(batch, person.id, change).await {
            Err(IdentityError::Journal(JournalError::Conflict { .. })) => {
                Err(IdentityError::WrongPasswordLink)
            }
            done => done,
        }
    }

    async fn find_link(
        &self,
        code: &str,
    ) -> Result<Option<(Person, Versioned<StoredLink>)>, IdentityError> {
        let parts = code.trim().split_once(SEPARATOR);
        let id = parts.and_then(|(id, secret)| Some((id.parse::<PersonId>().ok()?, secret)));
        let Some((id, secret)) = id else {
            return Ok(None);
        };
        let Some(found) = LINKS.get_versioned(&self.store, &id).await? else {
            return Ok(None);
        };
        let works = found.value.secret == secret::hash(secret);
        if !works || found.value.expires_at <= self.now() {
            return Ok(None);
        }
        let person = self.person(id).await?.filter(|person| person.active);
        Ok(person.map(|person| (person, found)))
    }

    /// Raises an alert for the first signature that a person gives soon after a link set their
    /// password. A first password counts for reviewers only: everybody else signs what they read
    /// on their first day.
    pub(super) async fn alert_of_signature(
        &self,
        person: &Person,
        what: &Subject,
        module: Option<ModuleId>,
    ) -> Result<(), IdentityError> {
        let Some(watched) = self.settings.reset_watch else {
            return Ok(());
        };
        let Some(found) = USES.get_versioned(&self.store, &person.id).await? else {
            return Ok(());
        };
        let used = &found.value;
        let harmless = used.first && !person.reviews_anywhere();
        if used.alerted || harmless || self.now().since(used.at) >= watched {
            return Ok(());
        }
        let mut batch = Batch::new();
        let alerted = LinkUse {
            alerted: true,
            ..used.clone()
        };
        USES.put_expecting(&mut batch, &person.id, &alerted, &found);
        let kind = AlertKind::SignedAfterReset;
        self.raise(&mut batch, kind, Some(person.id), None);
        let signed = IdentityEvent::SignedAfterReset {
            new: SignatureAfterReset {
                what: what.clone(),
                reset_at: used.at,
                made_by: used.made_by,
            },
        };
        let mut event = AuditEvent::new(Actor::System, signed, Subject::person(person.id));
        event.module = module;
        match self.journal.record(batch, vec![event]).await {
            // Another signature of the same moment has raised it.
            Ok(_) | Err(JournalError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::tests::{Fixture, PASSWORD, fixture};
    use crate::{Caller, Credentials, Grant, Invitation, Role, TokenScope};
    use lectern_base::ReviewId;

    const OWN: &str = "chosen by its owner";
    const HOUR: Duration = Duration::from_secs(3_600);

    impl Fixture {
        async fn root(&self) -> Admin {
            let admin = Grant::everywhere(Role::Admin);
            self.person("root", &[admin]).await;
            self.sign_in("root").await.admin().unwrap()
        }

        async fn comes(&self, login: &str, password: &str) -> Result<Caller, IdentityError> {
            let opened = self.identity.sign_in(login, password, "-").await?;
            Ok(self
                .identity
                .caller_by_session(&opened.secret)
                .await
                .unwrap())
        }

        async fn signs_a_review(&self, caller: &Caller, password: &str) {
            let credentials = Credentials {
                login: None,
                password: password.into(),
                code: None,
            };
            let what = Subject::review(ReviewId::new());
            let signer = self.identity.signer(caller, credentials, what, None).await;
            signer.unwrap();
        }
    }

    #[tokio::test]
    async fn a_link_sets_a_password_once_and_ends_everything_before() {
        let fixture = fixture().await;
        let identity = &fixture.identity;
        let root = fixture.root().await;
        let ada = fixture.person("ada", &[]).await;
        let open = fixture.sign_in("ada").await;
        let lasts = Duration::from_secs(60);
        let (_, token) = identity
            .create_token_as_operator("ada", "tool", lasts, TokenScope::Write)
            .await
            .unwrap();
        let mut changed = identity.changes();
        let older = identity.make_password_link(&root, ada.id).await.unwrap();
        assert_eq!(changed.recv().await.unwrap(), ada.id, "sockets recheck");
        let link = identity.make_password_link(&root, ada.id).await.unwrap();
        assert!(identity.caller_by_token(&token).await.is_none());
        assert!(identity.tokens(&open).await.unwrap().is_empty());
        let before = fixture.comes("ada", PASSWORD).await;
        assert!(matches!(before, Err(IdentityError::WrongPassword)));

        let refuses = async |code: &str, password: &str| {
            let refused = identity.use_password_link(code, password).await;
            refused.unwrap_err()
        };
        for wrong in [
            older.code.as_str(),
            "",
            ".",
            &ada.id.to_string(),
            &format!("{}.guess", ada.id),
        ] {
            let refused = refuses(wrong, OWN).await;
            assert!(
                matches!(refused, IdentityError::WrongPasswordLink),
                "{wrong}"
            );
        }
        let short = refuses(&link.code, "short").await;
        assert_eq!(short.field(), Some("password"));
        let former = refuses(&link.code, PASSWORD).await;
        assert_eq!(former.field(), Some("password"));
        identity.use_password_link(&link.code, OWN).await.unwrap();
        let again = refuses(&link.code, "another of its owner").await;
        assert!(matches!(again, IdentityError::WrongPasswordLink));
        let ada = fixture.comes("ada", OWN).await.unwrap();
        assert!(ada.is_ready(), "it is the owner's own");
        let events = fixture.events().await;
        for event in [
            "person.password_link_made",
            "token.revoked",
            "person.password_link_used",
        ] {
            assert!(events.iter().any(|known| known == event), "{event}");
        }
    }

    #[tokio::test]
    async fn a_link_is_used_once_by_two_at_the_same_moment() {
        let fixture = fixture().await;
        let root = fixture.root().await;
        let ada = fixture.person("ada", &[]).await;
        let made = fixture.identity.make_password_link(&root, ada.id);
        let code = made.await.unwrap().code;
        let uses = (0..8).map(|number| {
            let (identity, code) = (fixture.identity.clone(), code.clone());
            tokio::spawn(async move {
                let password = format!("chosen by number {number}");
                identity.use_password_link(&code, &password).await.is_ok()
            })
        });
        let done = futures_util::future::join_all(uses).await;
        let won = done.into_iter().filter(|done| *done.as_ref().unwrap());
        assert_eq!(won.count(), 1);
    }

    #[tokio::test]
    async fn a_link_expires_and_ends_with_its_owner() {
        let fixture = fixture().await;
        let identity = &fixture.identity;
        let root = fixture.root().await;
        let ada = fixture.person("ada", &[]).await;
        let link = identity.make_password_link(&root, ada.id).await.unwrap();
        fixture.clock.advance(HOUR * 71);
        let owner = identity.password_link_owner(&link.code).await.unwrap();
        assert_eq!(owner.unwrap().id, ada.id);
        fixture.clock.advance(HOUR);
        let owner = identity.password_link_owner(&link.code).await.unwrap();
        assert!(owner.is_none());
        let link = identity.make_password_link(&root, ada.id).await.unwrap();
        identity.deactivate(&root, ada.id).await.unwrap();
        identity.reactivate(&root, ada.id).await.unwrap();
        let late = identity.use_password_link(&link.code, OWN).await;
        assert!(matches!(late, Err(IdentityError::WrongPasswordLink)));
        let own = identity.make_password_link(&root, root.person().id).await;
        assert!(matches!(own, Err(IdentityError::OwnPasswordLink)));
    }

    #[tokio::test]
    async fn a_new_person_chooses_the_first_password() {
        let fixture = fixture().await;
        let root = fixture.root().await;
        let new = Invitation {
            login: "bob".into(),
            name: "Bob".into(),
            roles: vec![],
        };
        let (bob, link) = fixture.identity.invite(&root, new).await.unwrap();
        for guess in ["", "bob", PASSWORD] {
            fixture.comes("bob", guess).await.unwrap_err();
        }
        let used = fixture.identity.use_password_link(&link.code, OWN);
        used.await.unwrap();
        assert_eq!(fixture.comes("bob", OWN).await.unwrap().id(), bob.id);
    }

    #[tokio::test]
    async fn the_first_signature_soon_after_a_reset_raises_an_alert() {
        let fixture = fixture().await;
        let root = fixture.root().await;
        let reviewer = Grant::everywhere(Role::Reviewer);
        let rob = fixture.person("rob", &[reviewer]).await;
        let kinds = async || {
            let open = fixture.identity.open_alerts(&root).await.unwrap();
            Vec::from_iter(open.into_iter().map(|alert| alert.kind))
        };
        let caller = fixture.sign_in("rob").await;
        fixture.signs_a_review(&caller, PASSWORD).await;
        assert_eq!(kinds().await, []);
        for (number, (wait, expected)) in [(HOUR * 23, 1), (HOUR * 24, 1)].into_iter().enumerate() {
            let link = fixture.identity.make_password_link(&root, rob.id);
            let password = format!("chosen as number {number}");
            let code = link.await.unwrap().code;
            let used = fixture.identity.use_password_link(&code, &password);
            used.await.unwrap();
            fixture.clock.advance(wait);
            let caller = fixture.comes("rob", &password).await.unwrap();
            fixture.signs_a_review(&caller, &password).await;
            fixture.signs_a_review(&caller, &password).await;
            assert_eq!(kinds().await, vec![AlertKind::SignedAfterReset; expected]);
        }
        let events = fixture.events().await;
        let told = events.iter().filter(|e| *e == "signature.after_reset");
        assert_eq!(told.count(), 1);
    }

    #[tokio::test]
    async fn a_first_password_is_watched_for_reviewers_only() {
        let fixture = fixture().await;
        let root = fixture.root().await;
        for (login, roles, alerts) in [
            ("lea", vec![Grant::everywhere(Role::Learner)], 0),
            ("rob", vec![Grant::everywhere(Role::Reviewer)], 1),
        ] {
            let new = Invitation {
                login: login.into(),
                name: login.to_uppercase(),
                roles,
            };
            let (_, link) = fixture.identity.invite(&root, new).await.unwrap();
            let used = fixture.identity.use_password_link(&link.code, OWN);
            used.await.unwrap();
            let caller = fixture.comes(login, OWN).await.unwrap();
            fixture.signs_a_review(&caller, OWN).await;
            let open = fixture.identity.open_alerts(&root).await.unwrap();
            assert_eq!(open.len(), alerts, "{login}");
        }
    }
}

//! Changing passwords: by their owner, by an admin, or by the operator; and password expiry
//! (21 CFR 11.300(b)).

use lectern_base::{PersonId, Subject};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::{Batch, Table};

use super::event::IdentityEvent;
use super::identity::{PASSWORDS, PEOPLE};
use super::second_factor::SECOND_FACTORS;
use super::{Caller, Identity, IdentityError, Person, Via};

/// Hashes of a person's previous passwords, newest first.
static FORMER: Table<PersonId, Vec<String>> = Table::new("former_passwords");

/// What takes the place of a password.
pub(super) enum NewPassword {
    /// The hash of one that the person chose.
    Own(String),
    /// The hash of one that somebody else knows, so the person must replace it.
    Given(String),
    /// None, until the person chooses one with a link.
    ByLink,
}

/// A change of a password.
pub(super) struct PasswordChange {
    pub by: Actor,
    pub password: NewPassword,
    /// The session that stays open.
    pub keeps: Option<Via>,
    /// Whether the account is also unlocked and its second factor removed.
    pub clears: bool,
    /// Whether the person's tokens and tickets end.
    pub revokes: bool,
    pub event: IdentityEvent,
}

impl Identity {
    /// Returns whether a person must choose a new password before anything else.
    pub fn must_change(&self, person: &Person) -> bool {
        let since = person.password_since.unwrap_or(person.created_at);
        let old = |lasts| self.now().since(since) >= lasts;
        person.must_change_password || self.settings.password_lasts.is_some_and(old)
    }

    /// Changes the caller's own password and ends their other sessions.
    ///
    /// # Errors
    /// [`IdentityError::WrongPassword`]; [`IdentityError::Invalid`] if the new password is too
    /// short or was used recently.
    pub async fn change_password(
        &self,
        caller: &Caller,
        old: &str,
        new: &str,
    ) -> Result<(), IdentityError> {
        self.confirm_password(caller, old).await?;
        let hash = self.accept_password(caller.person(), new, "new").await?;
        self.refuse_former(caller.id(), new, "new").await?;
        let change = PasswordChange {
            by: Actor::Person(caller.id()),
            password: NewPassword::Own(hash),
            keeps: Some(caller.via()),
            clears: false,
            revokes: false,
            event: IdentityEvent::PasswordChanged,
        };
        self.replace_password(Batch::new(), caller.id(), change)
            .await
    }

    /// Restores a person's access on behalf of the operator: sets a password that they must
    /// replace, unlocks the account, and removes the second factor.
    pub async fn recover_as_operator(&self, login: &str, new: &str) -> Result<(), IdentityError> {
        let found = self.find_by_login(login).await?;
        let person = found.ok_or(IdentityError::Unknown { what: "person" })?;
        let hash = self.accept_password(&person, new, "password").await?;
        let change = PasswordChange {
            by: Actor::System,
            password: NewPassword::Given(hash),
            keeps: None,
            clears: true,
            revokes: true,
            event: IdentityEvent::PersonRecovered,
        };
        self.replace_password(Batch::new(), person.id, change).await
    }

    /// Checks a new password of `person` and returns its hash.
    pub(super) async fn accept_password(
        &self,
        person: &Person,
        new: &str,
        field: &'static str,
    ) -> Result<String, IdentityError> {
        let names = [person.login.as_str(), person.name.as_str()];
        self.passwords.accept(new, field, names).await
    }

    pub(super) async fn refuse_former(
        &self,
        id: PersonId,
        new: &str,
        field: &'static str,
    ) -> Result<(), IdentityError> {
        let history = self.settings.password_history;
        let present = PASSWORDS.get(&self.store, &id).await?;
        let former = FORMER.get(&self.store, &id).await?.unwrap_or_default();
        for kept in present.iter().chain(&former).take(history) {
            if self.passwords.matches(new, Some(kept)).await? {
                let why = match history {
                    1 => "this is the password you have; choose another".to_owned(),
                    _ => format!("choose another password: your last {history} are not taken"),
                };
                return Err(IdentityError::invalid(field, why));
            }
        }
        Ok(())
    }

    /// Makes a change together with what `batch` holds.
    pub(super) async fn replace_password(
        &self,
        mut batch: Batch,
        id: PersonId,
        change: PasswordChange,
    ) -> Result<(), IdentityError> {
        let found = self.versioned(id).await?;
        let mut person = found.value.clone();
        person.must_change_password = !matches!(change.password, NewPassword::Own(_));
        person.password_since = Some(self.now());
        let present = PASSWORDS.get(&self.store, &id).await?;
        let former = FORMER.get(&self.store, &id).await?.unwrap_or_default();
        let kept = self.settings.password_history.saturating_sub(1);
        let former: Vec<_> = present.into_iter().chain(former).take(kept).collect();
        FORMER.put(&mut batch, &id, &former);
        match &change.password {
            NewPassword::Own(hash) | NewPassword::Given(hash) => {
                PASSWORDS.put(&mut batch, &id, hash);
            }
            NewPassword::ByLink => PASSWORDS.delete(&mut batch, &id),
        }
        if matches!(change.password, NewPassword::Given(_)) {
            self.prepare_ending_link(&mut batch, id);
        }
        PEOPLE.put_expecting(&mut batch, &id, &person, &found);
        let subject = Subject::person(id);
        let mut events = vec![AuditEvent::new(change.by, change.event, subject)];
        if change.clears {
            self.prepare_unlocking(&mut batch, &person).await?;
            SECOND_FACTORS.delete(&mut batch, &id);
        }
        let ended = self.prepare_ending(&mut batch, id, |session| {
            change.keeps != Some(Via::Session(session.id))
        });
        events.extend(ended.await?);
        if change.revokes {
            let revoked = self.prepare_revoking(&mut batch, change.by, id).await?;
            events.extend(revoked);
            self.tickets.remove_person(id);
        }
        self.journal.record(batch, events).await?;
        self.pending_sign_ins.remove_person(id);
        self.end_leases(id).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::tests::{Fixture, PASSWORD, fixture, fixture_with};
    use crate::{Credentials, IdentitySettings};
    use lectern_base::{ReviewId, Subject};

    const DAY: Duration = Duration::from_secs(86_400);

    async fn changes(fixture: &Fixture, old: &str, new: &str) -> Result<(), IdentityError> {
        let opened = fixture.identity.sign_in("bob", old, "-").await.unwrap();
        let caller = fixture.identity.caller_by_session(&opened.secret).await;
        fixture
            .identity
            .change_password(&caller.unwrap(), old, new)
            .await
    }

    #[tokio::test]
    async fn the_last_five_passwords_cannot_be_reused() {
        let fixture = fixture().await;
        fixture.person("bob", &[]).await;
        let same = changes(&fixture, PASSWORD, PASSWORD).await.unwrap_err();
        assert_eq!(same.field(), Some("new"));
        let names: Vec<String> = (1..=5).map(|n| format!("password number {n}")).collect();
        let mut present = PASSWORD.to_owned();
        for next in &names {
            let first = changes(&fixture, &present, PASSWORD).await;
            assert!(first.is_err(), "{present} came after the first");
            changes(&fixture, &present, next).await.unwrap();
            present = next.clone();
        }
        changes(&fixture, &present, PASSWORD).await.unwrap();
        assert!(changes(&fixture, PASSWORD, &names[1]).await.is_err());
        changes(&fixture, PASSWORD, &names[0]).await.unwrap();
    }

    #[tokio::test]
    async fn an_expired_password_allows_nothing_but_changing_it() {
        let settings = IdentitySettings {
            password_lasts: Some(DAY * 90),
            session_idle: DAY * 365,
            session_longest: DAY * 365,
            ..IdentitySettings::default()
        };
        let fixture = fixture_with(settings).await;
        fixture.person("bob", &[]).await;
        let opened = fixture
            .identity
            .sign_in("bob", PASSWORD, "-")
            .await
            .unwrap();
        let caller = async || {
            fixture
                .identity
                .caller_by_session(&opened.secret)
                .await
                .unwrap()
        };
        fixture.clock.advance(DAY * 89);
        caller().await.ready().unwrap();
        fixture.clock.advance(DAY);
        let expired = caller().await;
        assert!(matches!(
            expired.clone().ready(),
            Err(IdentityError::MustChangePassword)
        ));
        let credentials = Credentials {
            login: None,
            password: PASSWORD.into(),
            code: None,
        };
        let what = Subject::review(ReviewId::new());
        let signed = fixture.identity.signer(&expired, credentials, what, None);
        assert!(matches!(
            signed.await,
            Err(IdentityError::MustChangePassword)
        ));
        fixture
            .identity
            .change_password(&expired, PASSWORD, "a password of today")
            .await
            .unwrap();
        fixture.clock.advance(DAY * 89);
        caller().await.ready().unwrap();
    }

    #[tokio::test]
    async fn the_operator_restores_a_locked_out_persons_access() {
        let fixture = fixture_with(IdentitySettings {
            lock_lasts: None,
            ..IdentitySettings::default()
        })
        .await;
        let bob = fixture.person("bob", &[]).await;
        for number in 0..10 {
            let from = format!("10.0.0.{number}");
            let guess = fixture
                .identity
                .sign_in("bob", "guess guess", from.as_str());
            guess.await.unwrap_err();
        }
        assert!(fixture.identity.is_locked(bob.id).await.unwrap());
        let nobody = fixture
            .identity
            .recover_as_operator("nobody", "a new password");
        assert!(matches!(nobody.await, Err(IdentityError::Unknown { .. })));
        let bob = fixture
            .identity
            .recover_as_operator("BOB", "a new password");
        bob.await.unwrap();
        let opened = fixture.identity.sign_in("bob", "a new password", "-").await;
        assert!(opened.unwrap().must_change_password);
        let events = fixture.events().await;
        assert!(events.contains(&"person.recovered".to_owned()));
    }

    #[tokio::test]
    async fn changing_a_password_ends_the_other_sessions() {
        let fixture = fixture().await;
        fixture.person("bob", &[]).await;
        let other = fixture
            .identity
            .sign_in("bob", PASSWORD, "-")
            .await
            .unwrap();
        let own = fixture
            .identity
            .sign_in("bob", PASSWORD, "-")
            .await
            .unwrap();
        let caller = fixture
            .identity
            .caller_by_session(&own.secret)
            .await
            .unwrap();
        fixture
            .identity
            .change_password(&caller, PASSWORD, "another long password")
            .await
            .unwrap();
        let lives = async |secret: &str| fixture.identity.caller_by_session(secret).await.is_some();
        assert!(lives(&own.secret).await && !lives(&other.secret).await);
    }
}

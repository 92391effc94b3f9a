//! Lockout: too many consecutive wrong passwords or codes lock an account (21 CFR 11.300(d)).
//!
//! Unlike the throttle, failures are stored, and counted regardless of where they came from. A lock
//! prevents signing in and signing but does not end open sessions, so that locking a colleague's
//! account on purpose costs them no more than their next sign-in.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use lectern_base::{PersonId, Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::{Batch, Table};

use super::attempt::{Attempt, CodeCheck};
use super::event::{IdentityEvent, LockedAccount};
use super::identity::PASSWORDS;
use super::{Admin, AlertKind, Identity, IdentityError, Person, SigningMethod};

pub(super) static LOCKOUTS: Table<PersonId, Lockout> = Table::new("guards");

/// The stored state of an account's lockout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lockout {
    /// Number of consecutive failures.
    failures: u32,
    /// When the account was locked, if it is.
    locked_at: Option<Timestamp>,
}

impl Lockout {
    /// Returns the state at `now`: an expired lock is reset along with the failures.
    fn at(self, lasts: Option<Duration>, now: Timestamp) -> Self {
        let over = |since| lasts.is_some_and(|lasts| now.since(since) >= lasts);
        match self.locked_at.is_some_and(over) {
            true => Self::default(),
            false => self,
        }
    }

    /// Counts a failure and locks at `limit`; a limit of 0 never locks.
    fn failed(self, limit: u32, now: Timestamp) -> Self {
        let failures = self.failures.saturating_add(1);
        let locks = limit > 0 && failures >= limit;
        Self {
            failures,
            locked_at: self.locked_at.or(locks.then_some(now)),
        }
    }
}

impl Identity {
    /// Checks an attempt. Every failure counts, and every attempt fails while the account is
    /// locked.
    pub(super) async fn verify_attempt(
        &self,
        person: &Person,
        attempt: &Attempt<'_>,
    ) -> Result<SigningMethod, IdentityError> {
        let _turn = self.attempt_lock.lock(person.id).await;
        let kept = LOCKOUTS.get(&self.store, &person.id).await?;
        let kept = kept.unwrap_or_default();
        let guard = kept.at(self.settings.lock_lasts, self.now());
        if guard.locked_at.is_some() {
            // Take as long as for an unknown login.
            self.passwords
                .matches(attempt.password.unwrap_or_default(), None)
                .await?;
            return Err(self.locked());
        }
        let proven = match (self.is_password_right(person, attempt).await?, attempt.code) {
            (false, _) => Err(IdentityError::WrongPassword),
            (true, CodeCheck::Skip) => Ok(SigningMethod::Password),
            (true, CodeCheck::IfEnrolled(code)) => self.check_code(person, code).await,
        };
        match proven {
            Ok(_) if kept != Lockout::default() => {
                let mut batch = Batch::new();
                LOCKOUTS.delete(&mut batch, &person.id);
                self.store.commit(batch).await?;
            }
            Err(IdentityError::WrongPassword | IdentityError::WrongCode) => {
                let guard = guard.failed(self.settings.lock_after, self.now());
                self.count_failure(person, guard, attempt.from).await?;
                if guard.locked_at.is_some() {
                    return Err(self.locked());
                }
            }
            _ => {}
        }
        proven
    }

    async fn is_password_right(
        &self,
        person: &Person,
        attempt: &Attempt<'_>,
    ) -> Result<bool, IdentityError> {
        let Some(password) = attempt.password else {
            return Ok(attempt.login_matches);
        };
        let kept = PASSWORDS.get(&self.store, &person.id).await?;
        let right = self.passwords.matches(password, kept.as_deref()).await?;
        Ok(right && attempt.login_matches)
    }

    async fn count_failure(
        &self,
        person: &Person,
        guard: Lockout,
        from: Option<&str>,
    ) -> Result<(), IdentityError> {
        let mut batch = Batch::new();
        LOCKOUTS.put(&mut batch, &person.id, &guard);
        if guard.locked_at.is_none() {
            self.store.commit(batch).await?;
            return Ok(());
        }
        self.raise(&mut batch, AlertKind::AccountLocked, Some(person.id), from);
        let subject = Subject::person(person.id);
        let locked = IdentityEvent::AccountLocked {
            new: LockedAccount {
                failures: guard.failures,
                from: from.map(str::to_owned),
            },
        };
        let event = AuditEvent::new(Actor::System, locked, subject);
        self.journal.record(batch, vec![event]).await?;
        Ok(())
    }

    /// Counts a failure with a login that does not exist, indistinguishably from one that does.
    pub(super) async fn count_unknown_login(
        &self,
        login: &str,
    ) -> Result<IdentityError, IdentityError> {
        let failures = self.unknown_logins.failed(login, self.now());
        let nobody = PersonId::from_bytes(&[0; 16]).expect("sixteen bytes are an identifier");
        let mut batch = Batch::new();
        let locked_at = None;
        LOCKOUTS.put(
            &mut batch,
            &nobody,
            &Lockout {
                failures,
                locked_at,
            },
        );
        self.store.commit(batch).await?;
        let limit = self.settings.lock_after;
        Ok(match limit > 0 && failures >= limit {
            true => self.locked(),
            false => IdentityError::WrongPassword,
        })
    }

    /// Returns whether an account is locked.
    pub async fn is_locked(&self, id: PersonId) -> Result<bool, IdentityError> {
        let kept = LOCKOUTS.get(&self.store, &id).await?.unwrap_or_default();
        let guard = kept.at(self.settings.lock_lasts, self.now());
        Ok(guard.locked_at.is_some())
    }

    /// Unlocks an account.
    ///
    /// # Errors
    /// [`IdentityError::NotLocked`] when there is nothing to unlock.
    pub async fn unlock(&self, by: &Admin, id: PersonId) -> Result<(), IdentityError> {
        let _turn = self.attempt_lock.lock(id).await;
        if !self.is_locked(id).await? {
            return Err(IdentityError::NotLocked);
        }
        let mut batch = Batch::new();
        LOCKOUTS.delete(&mut batch, &id);
        let unlocked = IdentityEvent::AccountUnlocked;
        let event = AuditEvent::new(by.person().id, unlocked, Subject::person(id));
        self.journal.record(batch, vec![event]).await?;
        Ok(())
    }

    pub(super) fn locked(&self) -> IdentityError {
        let minutes = self.settings.lock_lasts.map(|lasts| lasts.as_secs() / 60);
        IdentityError::Locked { minutes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{Fixture, PASSWORD, fixture};
    use crate::{Grant, Role};

    const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);

    #[test]
    fn the_limit_of_failures_locks_and_only_time_unlocks() {
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        let lasts = Some(HALF_AN_HOUR);
        let mut guard = Lockout::default();
        for _ in 0..9 {
            guard = guard.failed(10, at(0));
            assert_eq!(guard.locked_at, None);
        }
        guard = guard.failed(10, at(1));
        assert_eq!(guard.locked_at, Some(at(1)));
        assert_eq!(guard.failed(10, at(9)).locked_at, Some(at(1)), "no longer");
        assert_eq!(guard.at(lasts, at(30)), guard);
        assert_eq!(guard.at(lasts, at(31)), Lockout::default());
        assert_eq!(guard.at(None, at(1_000_000)), guard);
        assert_eq!(guard.failed(0, at(1)).failures, 11);
        assert_eq!(Lockout::default().failed(0, at(1)).locked_at, None);
    }

    /// Fails to sign in `times` times, each time from another address; returns the last error.
    async fn guess(fixture: &Fixture, login: &str, times: usize) -> IdentityError {
        let mut last = None;
        for number in 0..times {
            let from = format!("10.0.0.{number}");
            let tried = fixture
                .identity
                .sign_in(login, "guess guess", from.as_str());
            last = tried.await.err();
        }
        last.expect("a guess is refused")
    }

    #[tokio::test]
    async fn a_locked_account_refuses_the_right_password_until_the_lock_expires() {
        let fixture = fixture().await;
        let ada = fixture.person("ada", &[]).await;
        let open = fixture.sign_in("ada").await;
        assert!(matches!(
            guess(&fixture, "ada", 9).await,
            IdentityError::WrongPassword
        ));
        assert!(matches!(
            guess(&fixture, "ada", 1).await,
            IdentityError::Locked { minutes: Some(30) }
        ));
        assert!(fixture.identity.is_locked(ada.id).await.unwrap());
        let refused = fixture.identity.sign_in("ada", PASSWORD, "elsewhere").await;
        assert!(matches!(refused, Err(IdentityError::Locked { .. })));
        let confirmed = fixture.identity.confirm_password(&open, PASSWORD).await;
        assert!(matches!(confirmed, Err(IdentityError::Locked { .. })));
        fixture.clock.advance(HALF_AN_HOUR);
        fixture.sign_in("ada").await;
        let events = fixture.events().await;
        let locked = events.iter().filter(|event| *event == "account.locked");
        assert_eq!(locked.count(), 1);
    }

    #[tokio::test]
    async fn a_success_resets_the_count_of_failures() {
        let fixture = fixture().await;
        let ada = fixture.person("ada", &[]).await;
        for _ in 0..3 {
            guess(&fixture, "ada", 9).await;
            fixture.sign_in("ada").await;
            fixture.clock.advance(Duration::from_secs(7_200));
        }
        assert!(!fixture.identity.is_locked(ada.id).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_login_appears_to_lock_like_a_known_one() {
        let fixture = fixture().await;
        fixture.person("ada", &[]).await;
        for login in ["ada", "nobody"] {
            let ninth = guess(&fixture, login, 9).await;
            assert!(matches!(ninth, IdentityError::WrongPassword), "{login}");
            let tenth = guess(&fixture, login, 1).await;
            assert!(matches!(tenth, IdentityError::Locked { .. }), "{login}");
            let more = guess(&fixture, login, 1).await;
            assert!(matches!(more, IdentityError::Locked { .. }), "{login}");
        }
    }

    #[tokio::test]
    async fn concurrent_guesses_are_all_counted() {
        let fixture = fixture().await;
        fixture.person("ada", &[]).await;
        let guesses = (0..30).map(|number| {
            let from = format!("10.0.0.{number}");
            let fixture = &fixture;
            async move {
                fixture
                    .identity
                    .sign_in("ada", "guess guess", from.as_str())
                    .await
            }
        });
        let refused = futures_util::future::join_all(guesses).await;
        let wrong = refused
            .iter()
            .filter(|tried| matches!(tried, Err(IdentityError::WrongPassword)));
        assert_eq!(wrong.count(), 9);
    }

    #[tokio::test]
    async fn an_admin_unlocks_an_account_and_closes_its_alert_once() {
        let fixture = fixture().await;
        fixture
            .person("root", &[Grant::everywhere(Role::Admin)])
            .await;
        let ada = fixture.person("ada", &[]).await;
        let root = fixture.sign_in("root").await.admin().unwrap();
        let too_early = fixture.identity.unlock(&root, ada.id).await;
        assert!(matches!(too_early, Err(IdentityError::NotLocked)));
        guess(&fixture, "ada", 10).await;

        let alerts = fixture.identity.open_alerts(&root).await.unwrap();
        assert_eq!(alerts.len(), 1);
        assert_eq!(alerts[0].kind, AlertKind::AccountLocked);
        assert_eq!(alerts[0].person, Some(ada.id));
        assert_eq!(alerts[0].from.as_deref(), Some("10.0.0.9"));

        fixture.identity.unlock(&root, ada.id).await.unwrap();
        fixture.sign_in("ada").await;
        let settle = || {
            fixture
                .identity
                .settle_alert(&root, alerts[0].id, Some("Asked Ada.".into()))
        };
        settle().await.unwrap();
        assert!(matches!(settle().await, Err(IdentityError::Settled)));
        assert!(
            fixture
                .identity
                .open_alerts(&root)
                .await
                .unwrap()
                .is_empty()
        );
    }
}

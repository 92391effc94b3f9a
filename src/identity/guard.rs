//! Lockout: so many wrong passwords or codes in a row close an account (21 CFR 11.300(d)).
//!
//! What is counted here is kept, unlike the throttle's waits, and does not care where an attempt
//! came from. Locking closes the way in and the way to sign; it ends nothing that is open, so that
//! whoever locks a colleague out takes nothing but the next sign-in from them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard};

use lectern_base::{PersonId, Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::{Batch, Table};

use super::alert::AlertKind;
use super::service::PASSWORDS;
use super::{Admin, Identity, IdentityError, Person, SigningMethod};

pub(super) static GUARDS: Table<PersonId, Guard> = Table::new("guards");

/// How many people's attempts are looked at side by side, at most.
const TURNS: usize = 64;

/// What stands between an account and guessing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Guard {
    /// Failures in a row.
    failures: u32,
    /// Since when it is locked.
    locked_at: Option<Timestamp>,
}

impl Guard {
    /// Returns what holds at `now`: a lock that has lasted its time is gone with its failures.
    fn at(self, lasts: Option<Duration>, now: Timestamp) -> Self {
        let over = |since| lasts.is_some_and(|lasts| now.since(since) >= lasts);
        match self.locked_at.is_some_and(over) {
            true => Self::default(),
            false => self,
        }
    }

    /// Counts a failure; the one that makes `limit` locks. A limit of 0 never does.
    fn failed(self, limit: u32, now: Timestamp) -> Self {
        let failures = self.failures.saturating_add(1);
        let locks = limit > 0 && failures >= limit;
        Self {
            failures,
            locked_at: self.locked_at.or(locks.then_some(now)),
        }
    }
}

/// The turns in which attempts on one account are looked at: one after the other, so that many at
/// the same moment are counted like many in a row.
#[derive(Debug)]
pub struct Turns([Mutex<()>; TURNS]);

impl Default for Turns {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Turns {
    async fn wait(&self, id: PersonId) -> MutexGuard<'_, ()> {
        // The last byte of an identifier is chance.
        let [.., last] = id.as_bytes();
        self.0[usize::from(*last) % TURNS].lock().await
    }
}

/// Whether a code of the second factor is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Code<'g> {
    /// The password is enough.
    NotAsked,
    /// Where a second factor is set.
    Asked(Option<&'g str>),
}

/// What somebody gave to prove who they are.
pub(super) struct Given<'g> {
    /// The password; none where it was right a moment ago.
    pub password: Option<&'g str>,
    /// The code of the second factor.
    pub code: Code<'g>,
    /// False when something beside them was wrong already.
    pub holds: bool,
    /// Where it came from, for those who are alerted.
    pub from: Option<&'g str>,
}

impl Identity {
    /// Checks what was given; every failure counts, and no success does while it is locked.
    pub(super) async fn prove(
        &self,
        person: &Person,
        given: &Given<'_>,
    ) -> Result<SigningMethod, IdentityError> {
        let _turn = self.turns.wait(person.id).await;
        let kept = GUARDS.get(&self.store, &person.id).await?;
        let kept = kept.unwrap_or_default();
        let guard = kept.at(self.settings.lock_lasts, self.now());
        if guard.locked_at.is_some() {
            // As long as for a login that nobody has.
            self.passwords
                .matches(given.password.unwrap_or_default(), None)
                .await?;
            return Err(self.locked());
        }
        let proven = match (self.is_password_right(person, given).await?, given.code) {
            (false, _) => Err(IdentityError::WrongPassword),
            (true, Code::NotAsked) => Ok(SigningMethod::Password),
            (true, Code::Asked(code)) => self.check_code(person, code).await,
        };
        match proven {
            Ok(_) if kept != Guard::default() => {
                let mut batch = Batch::new();
                GUARDS.delete(&mut batch, &person.id);
                self.store.commit(batch).await?;
            }
            Err(IdentityError::WrongPassword | IdentityError::WrongCode) => {
                let guard = guard.failed(self.settings.lock_after, self.now());
                self.count_failure(person, guard, given.from).await?;
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
        given: &Given<'_>,
    ) -> Result<bool, IdentityError> {
        let Some(password) = given.password else {
            return Ok(given.holds);
        };
        let kept = PASSWORDS.get(&self.store, &person.id).await?;
        let right = self.passwords.matches(password, kept.as_deref()).await?;
        Ok(right && given.holds)
    }

    async fn count_failure(
        &self,
        person: &Person,
        guard: Guard,
        from: Option<&str>,
    ) -> Result<(), IdentityError> {
        let mut batch = Batch::new();
        GUARDS.put(&mut batch, &person.id, &guard);
        if guard.locked_at.is_none() {
            self.store.commit(batch).await?;
            return Ok(());
        }
        self.raise(&mut batch, AlertKind::AccountLocked, Some(person.id), from);
        let subject = Subject::person(person.id);
        let deed = AuditEvent::new(Actor::System, "account.locked", subject)
            .to(json!({"failures": guard.failures, "from": from}));
        self.journal.record(batch, vec![deed]).await?;
        Ok(())
    }

    /// Does for a login that nobody has what a failure does for one that somebody has.
    pub(super) async fn count_stranger(&self, login: &str) -> Result<IdentityError, IdentityError> {
        let failures = self.strangers.failed(login, self.now());
        let nobody = PersonId::from_bytes(&[0; 16]).expect("sixteen bytes are an identifier");
        let mut batch = Batch::new();
        let locked_at = None;
        GUARDS.put(
            &mut batch,
            &nobody,
            &Guard {
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

    /// Tells whether an account is locked now.
    pub async fn is_locked(&self, id: PersonId) -> Result<bool, IdentityError> {
        let kept = GUARDS.get(&self.store, &id).await?.unwrap_or_default();
        let guard = kept.at(self.settings.lock_lasts, self.now());
        Ok(guard.locked_at.is_some())
    }

    /// Unlocks an account.
    ///
    /// # Errors
    /// [`IdentityError::NotLocked`] when there is nothing to unlock.
    pub async fn unlock(&self, by: &Admin, id: PersonId) -> Result<(), IdentityError> {
        let _turn = self.turns.wait(id).await;
        if !self.is_locked(id).await? {
            return Err(IdentityError::NotLocked);
        }
        let mut batch = Batch::new();
        GUARDS.delete(&mut batch, &id);
        let deed = AuditEvent::new(by.person().id, "account.unlocked", Subject::person(id));
        self.journal.record(batch, vec![deed]).await?;
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
    use crate::tests::{House, PASSWORD, house};
    use crate::{Grant, Role};

    const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);

    #[test]
    fn the_last_of_so_many_failures_locks_and_time_or_nothing_unlocks() {
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        let lasts = Some(HALF_AN_HOUR);
        let mut guard = Guard::default();
        for _ in 0..9 {
            guard = guard.failed(10, at(0));
            assert_eq!(guard.locked_at, None);
        }
        guard = guard.failed(10, at(1));
        assert_eq!(guard.locked_at, Some(at(1)));
        assert_eq!(guard.failed(10, at(9)).locked_at, Some(at(1)), "no longer");
        assert_eq!(guard.at(lasts, at(30)), guard);
        assert_eq!(guard.at(lasts, at(31)), Guard::default());
        assert_eq!(guard.at(None, at(1_000_000)), guard);
        assert_eq!(guard.failed(0, at(1)).failures, 11);
        assert_eq!(Guard::default().failed(0, at(1)).locked_at, None);
    }

    /// Fails at signing in so often that the account is locked, from as many addresses.
    async fn guess(house: &House, login: &str, times: usize) -> IdentityError {
        let mut last = None;
        for number in 0..times {
            let from = format!("10.0.0.{number}");
            let tried = house.identity.sign_in(login, "guess guess", from.as_str());
            last = tried.await.err();
        }
        last.expect("a guess is refused")
    }

    #[tokio::test]
    async fn a_locked_account_refuses_the_right_password_until_the_time_is_over() {
        let house = house().await;
        let ada = house.person("ada", &[]).await;
        let open = house.sign_in("ada").await;
        assert!(matches!(
            guess(&house, "ada", 9).await,
            IdentityError::WrongPassword
        ));
        assert!(matches!(
            guess(&house, "ada", 1).await,
            IdentityError::Locked { minutes: Some(30) }
        ));
        assert!(house.identity.is_locked(ada.id).await.unwrap());
        let refused = house.identity.sign_in("ada", PASSWORD, "elsewhere").await;
        assert!(matches!(refused, Err(IdentityError::Locked { .. })));
        let confirmed = house.identity.confirm_password(&open, PASSWORD).await;
        assert!(matches!(confirmed, Err(IdentityError::Locked { .. })));
        house.clock.advance(HALF_AN_HOUR);
        house.sign_in("ada").await;
        let deeds = house.deeds().await;
        let locked = deeds.iter().filter(|deed| *deed == "account.locked");
        assert_eq!(locked.count(), 1);
    }

    #[tokio::test]
    async fn a_success_between_failures_begins_the_count_anew() {
        let house = house().await;
        let ada = house.person("ada", &[]).await;
        for _ in 0..3 {
            guess(&house, "ada", 9).await;
            house.sign_in("ada").await;
            house.clock.advance(Duration::from_secs(7_200));
        }
        assert!(!house.identity.is_locked(ada.id).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_login_seems_to_lock_like_a_known_one() {
        let house = house().await;
        house.person("ada", &[]).await;
        for login in ["ada", "nobody"] {
            let ninth = guess(&house, login, 9).await;
            assert!(matches!(ninth, IdentityError::WrongPassword), "{login}");
            let tenth = guess(&house, login, 1).await;
            assert!(matches!(tenth, IdentityError::Locked { .. }), "{login}");
            let more = guess(&house, login, 1).await;
            assert!(matches!(more, IdentityError::Locked { .. }), "{login}");
        }
    }

    #[tokio::test]
    async fn guesses_at_the_same_moment_are_counted_one_by_one() {
        let house = house().await;
        house.person("ada", &[]).await;
        let guesses = (0..30).map(|number| {
            let from = format!("10.0.0.{number}");
            let house = &house;
            async move {
                house
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
    async fn an_admin_unlocks_and_settles_the_alert_once() {
        let house = house().await;
        house
            .person("root", &[Grant::everywhere(Role::Admin)])
            .await;
        let ada = house.person("ada", &[]).await;
        let root = house.sign_in("root").await.admin().unwrap();
        let too_early = house.identity.unlock(&root, ada.id).await;
        assert!(matches!(too_early, Err(IdentityError::NotLocked)));
        guess(&house, "ada", 10).await;

        let alerts = house.identity.open_alerts(&root).await.unwrap();
        assert_eq!(alerts.len(), 1);
        assert_eq!(alerts[0].kind, AlertKind::AccountLocked);
        assert_eq!(alerts[0].person, Some(ada.id));
        assert_eq!(alerts[0].from.as_deref(), Some("10.0.0.9"));

        house.identity.unlock(&root, ada.id).await.unwrap();
        house.sign_in("ada").await;
        let settle = || {
            house
                .identity
                .settle_alert(&root, alerts[0].id, Some("Asked Ada.".into()))
        };
        settle().await.unwrap();
        assert!(matches!(settle().await, Err(IdentityError::Settled)));
        assert!(house.identity.open_alerts(&root).await.unwrap().is_empty());
    }
}

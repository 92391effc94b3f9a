//! Lockout: too many wrong passwords or codes lock an account (21 CFR 11.300(d)).
//!
//! Unlike the throttle, failures are stored. They are counted by login and place – a known device, a
//! network – and a lock closes the account to that place only. So one stranger cannot lock anybody
//! out, and somebody with very many networks closes it to unknown places only. A login that nobody
//! has is counted by the same code in the same table, so that it answers like one that somebody has.
//! Wrong passwords in an open session, at a signature for instance, lock the whole account.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use lectern_base::{Hash, PersonId, Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::{Batch, Table};

use super::attempt::{Attempt, CodeCheck, SignInPlace};
use super::event::{IdentityEvent, LockedAccount};
use super::identity::PASSWORDS;
use super::{Admin, AlertKind, Identity, IdentityError, Person, SigningMethod};

/// Failures in open sessions.
pub(super) static LOCKOUTS: Table<PersonId, Lockout> = Table::new("guards");
/// Failures to sign in, by the hashes of the login and of the place.
static FAILURES: Table<(Hash, Hash), Lockout> = Table::new("sign_in_failures");

/// How many times more failures from all unknown networks together lock an account than from one
/// network: 100 with the default settings, the most that NIST SP 800-63B allows.
const ALL_UNKNOWN: u32 = 10;
/// How long failures are remembered while no lock ends by itself.
const REMEMBERED: Duration = Duration::from_secs(24 * 3_600);
/// How long failures are remembered at least.
const REMEMBERED_AT_LEAST: Duration = Duration::from_secs(3_600);

/// The stored state of a lockout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lockout {
    /// Number of consecutive failures.
    failures: u32,
    /// When the account was locked, if it is.
    locked_at: Option<Timestamp>,
    /// When the last failure was.
    #[serde(default)]
    last_at: Option<Timestamp>,
}

impl Lockout {
    /// Returns the state at `now`: an expired lock is reset along with the failures, and old
    /// failures are forgotten.
    fn at(self, lasts: Option<Duration>, now: Timestamp) -> Self {
        let remembered = lasts.map_or(REMEMBERED, |lasts| lasts.max(REMEMBERED_AT_LEAST));
        let over = match (self.locked_at, self.last_at) {
            (Some(since), _) => lasts.is_some_and(|lasts| now.since(since) >= lasts),
            (None, Some(last)) => now.since(last) >= remembered,
            (None, None) => false,
        };
        match over {
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
            last_at: Some(now),
        }
    }
}

/// One count that a failed sign-in raises.
struct PlaceCount {
    key: (Hash, Hash),
    state: Lockout,
    limit: u32,
}

impl Identity {
    /// Checks an attempt to sign in with `login`, which `person` has if anybody does. Every failure
    /// counts, and every attempt fails while the account is locked to the place.
    pub(super) async fn verify_sign_in(
        &self,
        login: &str,
        person: Option<&Person>,
        place: SignInPlace,
        attempt: &Attempt<'_>,
    ) -> Result<SigningMethod, IdentityError> {
        let login = Hash::of(login.as_bytes());
        let _turn = self.attempt_lock.lock(login.as_bytes()).await;
        let counts = self.counts(login, place).await?;
        let inside = match person {
            Some(person) => self.lockout_of(person.id).await?.locked_at,
            None => None,
        };
        if counts.iter().any(|count| count.state.locked_at.is_some()) {
            // Take as long as without a lock.
            self.passwords
                .matches(attempt.password.unwrap_or_default(), None)
                .await?;
            return Err(self.locked());
        }
        let proven = match person {
            // Only the right password learns of a lock that an open session caused.
            Some(person) if inside.is_some() => {
                match self.is_password_right(person, attempt).await? {
                    true => Err(self.locked()),
                    false => Err(IdentityError::WrongPassword),
                }
            }
            Some(person) => self.prove(person, attempt).await,
            None => {
                let password = attempt.password.unwrap_or_default();
                self.passwords.matches(password, None).await?;
                Err(IdentityError::WrongPassword)
            }
        };
        let is_wrong = matches!(
            proven,
            Err(IdentityError::WrongPassword | IdentityError::WrongCode)
        );
        if is_wrong && self.count_failures(person, counts, attempt.from).await? {
            return Err(self.locked());
        }
        // Only a known device starts again: whoever shares a network with the owner of a login must
        // not see when they sign in.
        if proven.is_ok() && matches!(place, SignInPlace::KnownDevice(_)) {
            let mut batch = Batch::new();
            FAILURES.delete(&mut batch, &(login, place.key()));
            self.store.commit(batch).await?;
        }
        proven
    }

    /// Checks an attempt in an open session of `person`.
    pub(super) async fn verify_inside(
        &self,
        person: &Person,
        attempt: &Attempt<'_>,
    ) -> Result<SigningMethod, IdentityError> {
        let _turn = self.attempt_lock.lock(person.id.as_bytes()).await;
        let guard = self.lockout_of(person.id).await?;
        if guard.locked_at.is_some() {
            return Err(self.locked());
        }
        let proven = self.prove(person, attempt).await;
        match &proven {
            Ok(_) if guard != Lockout::default() => {
                let mut batch = Batch::new();
                LOCKOUTS.delete(&mut batch, &person.id);
                self.store.commit(batch).await?;
            }
            Err(IdentityError::WrongPassword | IdentityError::WrongCode) => {
                let guard = guard.failed(self.settings.lock_after, self.now());
                let mut batch = Batch::new();
                LOCKOUTS.put(&mut batch, &person.id, &guard);
                if guard.locked_at.is_some() {
                    self.record_lock(batch, person.id, guard.failures, attempt.from)
                        .await?;
                    return Err(self.locked());
                }
                self.store.commit(batch).await?;
            }
            _ => {}
        }
        proven
    }

    async fn prove(
        &self,
        person: &Person,
        attempt: &Attempt<'_>,
    ) -> Result<SigningMethod, IdentityError> {
        match (self.is_password_right(person, attempt).await?, attempt.code) {
            (false, _) => Err(IdentityError::WrongPassword),
            (true, CodeCheck::Skip) => Ok(SigningMethod::Password),
            (true, CodeCheck::IfEnrolled(code)) => self.check_code(person, code).await,
        }
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

    async fn lockout_of(&self, id: PersonId) -> Result<Lockout, IdentityError> {
        let kept = LOCKOUTS.get(&self.store, &id).await?.unwrap_or_default();
        Ok(kept.at(self.settings.lock_lasts, self.now()))
    }

    /// Returns what a failure at `place` counts towards: the place, and all unknown ones.
    async fn counts(
        &self,
        login: Hash,
        place: SignInPlace,
    ) -> Result<Vec<PlaceCount>, IdentityError> {
        let limit = self.settings.lock_after;
        let mut places = vec![(place.key(), limit)];
        if matches!(place, SignInPlace::Unknown(_)) {
            let all = Hash::of(b"unknown networks");
            places.push((all, limit.saturating_mul(ALL_UNKNOWN)));
        }
        let mut counts = Vec::with_capacity(places.len());
        for (place, limit) in places {
            let key = (login, place);
            let kept = FAILURES.get(&self.store, &key).await?.unwrap_or_default();
            let state = kept.at(self.settings.lock_lasts, self.now());
            counts.push(PlaceCount { key, state, limit });
        }
        Ok(counts)
    }

    /// Counts a failure; returns whether it locked the account to the place.
    async fn count_failures(
        &self,
        person: Option<&Person>,
        counts: Vec<PlaceCount>,
        from: Option<&str>,
    ) -> Result<bool, IdentityError> {
        let (mut batch, mut locked) = (Batch::new(), None);
        for PlaceCount { key, state, limit } in counts {
            let state = state.failed(limit, self.now());
            FAILURES.put(&mut batch, &key, &state);
            if state.locked_at.is_some() {
                locked = Some(state.failures);
            }
        }
        match (person, locked) {
            (Some(person), Some(failures)) => {
                self.record_lock(batch, person.id, failures, from).await?;
            }
            _ => {
                self.store.commit(batch).await?;
            }
        }
        Ok(locked.is_some())
    }

    async fn record_lock(
        &self,
        mut batch: Batch,
        person: PersonId,
        failures: u32,
        from: Option<&str>,
    ) -> Result<(), IdentityError> {
        self.raise(&mut batch, AlertKind::AccountLocked, Some(person), from);
        let locked = IdentityEvent::AccountLocked {
            new: LockedAccount {
                failures,
                from: from.map(str::to_owned),
            },
        };
        let event = AuditEvent::new(Actor::System, locked, Subject::person(person));
        self.journal.record(batch, vec![event]).await?;
        Ok(())
    }

    /// Returns whether an account is locked, to any place.
    pub async fn is_locked(&self, id: PersonId) -> Result<bool, IdentityError> {
        if self.lockout_of(id).await?.locked_at.is_some() {
            return Ok(true);
        }
        let Some(person) = self.person(id).await? else {
            return Ok(false);
        };
        let (lasts, now) = (self.settings.lock_lasts, self.now());
        let places = FAILURES
            .scan_under(&self.store, &Hash::of(person.login.as_bytes()))
            .await?;
        let mut places = places.into_iter().map(|(_, state)| state.at(lasts, now));
        Ok(places.any(|state| state.locked_at.is_some()))
    }

    /// Unlocks an account everywhere.
    ///
    /// # Errors
    /// [`IdentityError::NotLocked`] when there is nothing to unlock.
    pub async fn unlock(&self, by: &Admin, id: PersonId) -> Result<(), IdentityError> {
        if !self.is_locked(id).await? {
            return Err(IdentityError::NotLocked);
        }
        let person = self.versioned(id).await?.value;
        let mut batch = Batch::new();
        self.prepare_unlocking(&mut batch, &person).await?;
        let unlocked = IdentityEvent::AccountUnlocked;
        let event = AuditEvent::new(by.person().id, unlocked, Subject::person(id));
        self.journal.record(batch, vec![event]).await?;
        Ok(())
    }

    /// Adds the end of every lock of an account to `batch`.
    pub(super) async fn prepare_unlocking(
        &self,
        batch: &mut Batch,
        person: &Person,
    ) -> Result<(), IdentityError> {
        LOCKOUTS.delete(batch, &person.id);
        let login = Hash::of(person.login.as_bytes());
        for (key, _) in FAILURES.scan_under(&self.store, &login).await? {
            FAILURES.delete(batch, &key);
        }
        Ok(())
    }

    /// Deletes counts that no longer matter, most of them of logins that nobody has.
    pub async fn forget_old_failures(&self) -> Result<usize, IdentityError> {
        let (lasts, now) = (self.settings.lock_lasts, self.now());
        let mut forgotten = 0;
        let old = FAILURES.all(&self.store).await?.into_iter();
        let old = old.filter(|(_, state)| state.at(lasts, now) == Lockout::default());
        let keys: Vec<_> = old.map(|(key, _)| key).collect();
        for some in keys.chunks(1_000) {
            let mut batch = Batch::new();
            for key in some {
                FAILURES.delete(&mut batch, key);
            }
            self.store.commit(batch).await?;
            forgotten += some.len();
        }
        Ok(forgotten)
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
    use crate::{Grant, Origin, Role};

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
        let few = Lockout::default().failed(10, at(0));
        assert_eq!(few.at(lasts, at(59)), few);
        assert_eq!(few.at(lasts, at(60)), Lockout::default());
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
        let refused = fixture
            .identity
            .sign_in("ada", PASSWORD, "10.0.0.200")
            .await;
        assert!(matches!(refused, Err(IdentityError::Locked { .. })));
        let confirmed = fixture.identity.confirm_password(&open, PASSWORD).await;
        confirmed.expect("a stranger keeps nobody from signing");
        fixture.clock.advance(HALF_AN_HOUR);
        let opened = fixture
            .identity
            .sign_in("ada", PASSWORD, "10.0.0.200")
            .await;
        opened.unwrap();
        let events = fixture.events().await;
        let locked = events.iter().filter(|event| *event == "account.locked");
        assert_eq!(locked.count(), 1);
    }

    #[tokio::test]
    async fn a_stranger_with_many_networks_locks_nobody_out_of_known_places() {
        let fixture = fixture().await;
        let opened = {
            fixture.person("ada", &[]).await;
            let home = fixture.identity.sign_in("ada", PASSWORD, "192.0.2.7");
            home.await.unwrap()
        };
        let mut answers = Vec::new();
        for number in 0..300 {
            let from = format!("10.{}.{}.1", number / 20, number % 20);
            let tried = fixture
                .identity
                .sign_in("ada", "guess guess", from.as_str())
                .await;
            answers.push(tried.unwrap_err());
        }
        let wrong = |error: &&IdentityError| matches!(error, IdentityError::WrongPassword);
        assert_eq!(answers.iter().filter(wrong).count(), 99, "100 lock");
        let comes = async |address: &str, device: Option<&str>| {
            let from = Origin {
                address: address.into(),
                agent: None,
                device: device.map(str::to_owned),
            };
            fixture.identity.sign_in("ada", PASSWORD, from).await
        };
        let refused = comes("198.51.100.1", None).await;
        assert!(matches!(refused, Err(IdentityError::Locked { .. })));
        comes("192.0.2.99", None).await.expect("a known network");
        comes("203.0.113.1", Some(&opened.device))
            .await
            .expect("a known device");
        let forged = comes("198.51.100.2", Some("forged")).await;
        assert!(matches!(forged, Err(IdentityError::Locked { .. })));
    }

    #[tokio::test]
    async fn a_stolen_device_has_no_more_guesses_than_a_stranger() {
        let fixture = fixture().await;
        fixture.person("ada", &[]).await;
        let opened = fixture.identity.sign_in("ada", PASSWORD, "192.0.2.7");
        let device = opened.await.unwrap().device;
        let tries = async |password: &str| {
            let from = Origin {
                address: "192.0.2.7".into(),
                agent: None,
                device: Some(device.clone()),
            };
            fixture.identity.sign_in("ada", password, from).await
        };
        let mut locked = 0;
        for _ in 0..40 {
            fixture.clock.advance(Duration::from_secs(30));
            let refused = tries("guess guess").await.unwrap_err();
            locked += usize::from(matches!(refused, IdentityError::Locked { .. }));
        }
        assert!(locked > 0, "the device is locked");
        let refused = tries(PASSWORD).await;
        assert!(refused.is_err());
    }

    #[tokio::test]
    async fn a_success_resets_the_count_of_a_known_device() {
        let fixture = fixture().await;
        let ada = fixture.person("ada", &[]).await;
        let opened = fixture.identity.sign_in("ada", PASSWORD, "192.0.2.7");
        let device = opened.await.unwrap().device;
        for _ in 0..6 {
            for password in ["typo typo", "typo typo", "typo typo", PASSWORD] {
                let from = Origin {
                    address: "192.0.2.7".into(),
                    agent: None,
                    device: Some(device.clone()),
                };
                let tried = fixture.identity.sign_in("ada", password, from).await;
                assert_eq!(tried.is_ok(), password == PASSWORD);
            }
        }
        assert!(!fixture.identity.is_locked(ada.id).await.unwrap());
    }

    /// The answer to an attempt, as a stranger sees it.
    fn seen<T>(tried: Result<T, IdentityError>) -> String {
        tried.err().expect("a guess is refused").to_string()
    }

    #[tokio::test]
    async fn real_and_invented_logins_answer_alike_at_every_moment() {
        let mut fixture = fixture().await;
        fixture.person("ada", &[]).await;
        let home = fixture.identity.sign_in("ada", PASSWORD, "192.0.2.7");
        let device = home.await.unwrap().device;
        for round in 0..60 {
            let from = format!("198.51.{}.1", round / 25);
            let mut answers = Vec::new();
            for login in ["ada", "nobody"] {
                let tried = fixture.identity.sign_in(login, "guess", from.as_str());
                answers.push(seen(tried.await));
            }
            assert_eq!(answers[0], answers[1], "round {round}");
            match round % 7 {
                // The owner comes in between, at home and with a known device elsewhere.
                0 => {
                    let from = Origin {
                        address: "192.0.2.7".into(),
                        agent: None,
                        device: Some(device.clone()),
                    };
                    let own = fixture.identity.sign_in("ada", PASSWORD, from);
                    own.await.unwrap();
                }
                3 => fixture = fixture.restart(),
                5 => fixture.clock.advance(Duration::from_secs(10 * 60)),
                _ => fixture.clock.advance(Duration::from_secs(5)),
            }
            if round == 40 {
                fixture.clock.advance(HALF_AN_HOUR);
            }
        }
    }

    #[tokio::test]
    async fn counts_of_invented_logins_are_forgotten() {
        let fixture = fixture().await;
        for number in 0..5 {
            let login = format!("nobody{number}");
            let tried = fixture.identity.sign_in(&login, "guess", "10.0.0.1");
            tried.await.unwrap_err();
        }
        let identity = &fixture.identity;
        assert_eq!(identity.forget_old_failures().await.unwrap(), 0);
        fixture.clock.advance(Duration::from_secs(3_600));
        assert_eq!(identity.forget_old_failures().await.unwrap(), 10);
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

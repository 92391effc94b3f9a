//! The second factor: codes by time (RFC 6238), and recovery codes for whoever lost the device.
//!
//! SHA-1, six digits and thirty seconds, because that is what every authenticator app can do. A
//! code works once: the step that it belongs to is kept, and nothing at or before it is taken
//! again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};

use lectern_base::{Hash, PersonId, Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent, JournalError};
use lectern_store::{Batch, Table};

use super::alert::AlertKind;
use super::guard::{Code, Given};
use super::{Admin, Caller, Identity, IdentityError, Person, SigningMethod, secret};

pub(super) static SECONDS: Table<PersonId, SecondFactor> = Table::new("second_factors");

/// Recovery codes that are given at once.
const RECOVERY_CODES: usize = 10;
/// Bytes of a recovery code: so many that its hash tells nothing.
const RECOVERY_BYTES: usize = 10;
/// How long a secret waits for its first code.
const BEGUN_LASTS: Duration = Duration::from_secs(15 * 60);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SecondFactor {
    /// In base 32, as authenticator apps write it.
    secret: String,
    since: Timestamp,
    /// The step of the newest code that was taken.
    step: u64,
    /// The hashes of the recovery codes that were not used.
    recovery: Vec<Hash>,
}

/// What a person has for a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactorInfo {
    /// Since when it is asked for.
    pub since: Timestamp,
    /// How many recovery codes are left.
    pub recovery_left: usize,
}

/// A secret that waits until its first code shows that it has arrived in an app.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The same as an address, to be scanned.
    pub address: String,
}

/// The secrets that wait; they live as long as the process.
#[derive(Debug, Default)]
pub struct Begun(Mutex<HashMap<PersonId, (String, Timestamp)>>);

impl Begun {
    fn lock(&self, now: Timestamp) -> MutexGuard<'_, HashMap<PersonId, (String, Timestamp)>> {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        begun.retain(|_, (_, at)| now.since(*at) < BEGUN_LASTS);
        begun
    }
}

impl Identity {
    /// Returns what a person has for a second factor.
    pub async fn second_factor(
        &self,
        id: PersonId,
    ) -> Result<Option<SecondFactorInfo>, IdentityError> {
        let found = SECONDS.get(&self.store, &id).await?;
        Ok(found.map(|second| SecondFactorInfo {
            since: second.since,
            recovery_left: second.recovery.len(),
        }))
    }

    /// Makes a secret for the caller's app, or returns the one that waits already.
    ///
    /// # Errors
    /// [`IdentityError::SecondFactorSet`] when there is one.
    pub async fn begin_second_factor(&self, caller: &Caller) -> Result<Enrolment, IdentityError> {
        if SECONDS.contains(&self.store, &caller.id()).await? {
            return Err(IdentityError::SecondFactorSet);
        }
        let now = self.now();
        let secret = {
            let mut begun = self.begun.lock(now);
            let fresh = || (new_secret(), now);
            begun.entry(caller.id()).or_insert_with(fresh).0.clone()
        };
        let organisation = self.organisation().await?;
        let address = address(&secret, &caller.person().login, &organisation);
        Ok(Enrolment { secret, address })
    }

    /// Sets the caller's second factor and returns the recovery codes, which are shown this once.
    ///
    /// # Errors
    /// [`IdentityError::EnrolmentOver`] when no secret waits; [`IdentityError::WrongPassword`];
    /// [`IdentityError::Invalid`] when the code is not of that secret.
    pub async fn confirm_second_factor(
        &self,
        caller: &Caller,
        password: &str,
        code: &str,
    ) -> Result<Vec<String>, IdentityError> {
        let now = self.now();
        let waits = self.begun.lock(now).get(&caller.id()).cloned();
        let (secret, _) = waits.ok_or(IdentityError::EnrolmentOver)?;
        self.confirm_password(caller, password).await?;
        let step = check(&secret, code, now).ok_or_else(|| {
            let why = "this is not the code that the app shows now; check the clock of its device";
            IdentityError::invalid("code", why)
        })?;
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| new_recovery_code()).collect();
        let second = SecondFactor {
            secret,
            since: now,
            step,
            recovery: codes.iter().map(|code| kept_code(code)).collect(),
        };
        let mut batch = Batch::new();
        SECONDS.insert(&mut batch, &caller.id(), &second);
        let subject = Subject::person(caller.id());
        let deed = AuditEvent::new(caller.id(), "second_factor.set", subject);
        match self.journal.record(batch, vec![deed]).await {
            Err(JournalError::Conflict { .. }) => return Err(IdentityError::SecondFactorSet),
            done => done?,
        };
        self.begun.lock(now).remove(&caller.id());
        Ok(codes)
    }

    /// Takes the caller's own second factor away, for which it is asked one last time.
    pub async fn drop_second_factor(
        &self,
        caller: &Caller,
        password: &str,
        code: &str,
    ) -> Result<(), IdentityError> {
        let given = Given {
            password: Some(password),
            code: Code::Asked(Some(code)),
            holds: true,
            from: None,
        };
        self.confirm(caller.person(), &given).await?;
        self.remove_second(Actor::Person(caller.id()), caller.id(), false)
            .await
    }

    /// Takes somebody's second factor away, for whoever lost it; all admins are alerted.
    ///
    /// # Errors
    /// [`IdentityError::NoSecondFactor`].
    pub async fn remove_second_factor(
        &self,
        by: &Admin,
        id: PersonId,
    ) -> Result<(), IdentityError> {
        let own = by.person().id == id;
        self.remove_second(Actor::Person(by.person().id), id, !own)
            .await
    }

    async fn remove_second(
        &self,
        by: Actor,
        id: PersonId,
        alerts: bool,
    ) -> Result<(), IdentityError> {
        let found = SECONDS.get_versioned(&self.store, &id).await?;
        let found = found.ok_or(IdentityError::NoSecondFactor)?;
        let mut batch = Batch::new();
        SECONDS.delete_expecting(&mut batch, &id, &found);
        if alerts {
            self.raise(&mut batch, AlertKind::SecondFactorRemoved, Some(id), None);
        }
        let deed = AuditEvent::new(by, "second_factor.removed", Subject::person(id));
        self.journal.record(batch, vec![deed]).await?;
        Ok(())
    }

    /// Checks a code of whoever has a second factor, and makes sure that it never works again.
    ///
    /// # Errors
    /// [`IdentityError::CodeNeeded`] when none was given, [`IdentityError::WrongCode`].
    pub(super) async fn check_code(
        &self,
        person: &Person,
        code: Option<&str>,
    ) -> Result<SigningMethod, IdentityError> {
        let Some(found) = SECONDS.get_versioned(&self.store, &person.id).await? else {
            return Ok(SigningMethod::Password);
        };
        let code = code.map(str::trim).filter(|code| !code.is_empty());
        let code = code.ok_or(IdentityError::CodeNeeded)?;
        let mut second = found.value.clone();
        let mut batch = Batch::new();
        if let Some(step) = check(&second.secret, code, self.now()) {
            if step <= second.step {
                return Err(IdentityError::WrongCode);
            }
            second.step = step;
            SECONDS.put_expecting(&mut batch, &person.id, &second, &found);
            self.store.commit(batch).await?;
            return Ok(SigningMethod::PasswordAndCode);
        }
        let given = kept_code(code);
        let known = second.recovery.iter().position(|kept| *kept == given);
        second
            .recovery
            .remove(known.ok_or(IdentityError::WrongCode)?);
        SECONDS.put_expecting(&mut batch, &person.id, &second, &found);
        let subject = Subject::person(person.id);
        let deed = AuditEvent::new(person.id, "second_factor.recovery_code_used", subject)
            .to(serde_json::json!({"left": second.recovery.len()}));
        self.journal.record(batch, vec![deed]).await?;
        Ok(SigningMethod::PasswordAndCode)
    }
}

fn new_secret() -> String {
    Secret::from(rand::random::<[u8; 20]>()).to_base32()
}

/// 16 letters of base 32 in groups of four.
fn new_recovery_code() -> String {
    let letters = Secret::from(rand::random::<[u8; RECOVERY_BYTES]>()).to_base32();
    let letters = letters.to_lowercase().into_bytes();
    let groups = letters.chunks(4).map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join("-")
}

/// What is kept of a recovery code; hyphens, spaces and capitals do not matter.
fn kept_code(code: &str) -> Hash {
    let letters = code.chars().filter(|letter| letter.is_ascii_alphanumeric());
    let plain: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    secret::kept(&plain)
}

/// Returns the step that a code belongs to: the present one, the one before or the one after.
fn check(secret: &str, code: &str, now: Timestamp) -> Option<u64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.millis() / 1_000).ok()?;
    totp(secret, "-", "-")?.check(&digits, seconds)
}

fn address(secret: &str, login: &str, organisation: &str) -> String {
    let totp = totp(secret, login, organisation);
    totp.and_then(|totp| totp.to_url().ok()).unwrap_or_default()
}

fn totp(secret: &str, login: &str, organisation: &str) -> Option<Totp> {
    // A colon ends the issuer in the address of a secret.
    let plain = |text: &str| text.replace(':', " ");
    Builder::new()
        .with_secret(Secret::try_from_base32(secret).ok()?)
        .with_account_name(plain(login))
        .with_issuer(Some(format!("Lectern {}", plain(organisation))))
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{House, PASSWORD, house};
    use crate::{Credentials, Grant, Role, Signer, Step};
    use lectern_base::ReviewId;

    /// The secret of RFC 6238, appendix B: "12345678901234567890".
    const RFC: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp::from_millis(seconds * 1_000);
            let step = u64::try_from(seconds / 30).unwrap();
            assert_eq!(check(RFC, code, now), Some(step), "{seconds}");
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off_and_no_more() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
        for (seconds, holds) in [
            (1_234_567_859, false),
            (1_234_567_860, true),
            (1_234_567_949, true),
            (1_234_567_950, false),
        ] {
            let found = check(RFC, " 005 924 ", at(seconds));
            assert_eq!(found.is_some(), holds, "{seconds}");
        }
        for odd in ["", "5924", "0059245", "+05924", "00592x"] {
            assert_eq!(check(RFC, odd, at(1_234_567_890)), None, "{odd}");
        }
    }

    #[test]
    fn recovery_codes_are_read_as_people_type_them() {
        let code = new_recovery_code();
        assert_eq!(code.len(), 16 + 3, "{code}");
        let typed = format!(" {} ", code.replace('-', " ").to_uppercase());
        assert_eq!(kept_code(&typed), kept_code(&code));
        assert_ne!(kept_code(&new_recovery_code()), kept_code(&code));
    }

    impl House {
        /// Sets a second factor; returns its secret and the recovery codes.
        async fn sets_second(&self, caller: &Caller) -> (String, Vec<String>) {
            let begun = self.identity.begin_second_factor(caller).await.unwrap();
            let again = self.identity.begin_second_factor(caller).await.unwrap();
            assert_eq!(again.secret, begun.secret, "reloading the page keeps it");
            let code = self.code(&begun.secret);
            let set = self.identity.confirm_second_factor(caller, PASSWORD, &code);
            (begun.secret, set.await.unwrap())
        }

        fn code(&self, secret: &str) -> String {
            let seconds = u64::try_from(self.identity.now().millis() / 1_000).unwrap();
            totp(secret, "-", "-")
                .unwrap()
                .generate(seconds)
                .to_string()
        }

        async fn signs_with(
            &self,
            caller: &Caller,
            code: Option<&str>,
        ) -> Result<Signer, IdentityError> {
            let credentials = Credentials {
                login: None,
                password: PASSWORD.into(),
                code: code.map(str::to_owned),
            };
            let what = Subject::review(ReviewId::new());
            self.identity.signer(caller, credentials, what, None).await
        }
    }

    const STEP: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_code_works_once_at_signing_in_and_at_signing() {
        let house = house().await;
        house.person("ada", &[]).await;
        let ada = house.sign_in("ada").await;
        let (secret, _) = house.sets_second(&ada).await;
        let used = house.code(&secret);
        let enters = async |code: &str| {
            let entered = house
                .identity
                .sign_in_with("ada", PASSWORD, Some(code), "-");
            entered.await.map(drop)
        };
        assert!(matches!(enters(&used).await, Err(IdentityError::WrongCode)));
        house.clock.advance(STEP);
        let code = house.code(&secret);
        enters(&code).await.unwrap();
        let replayed = house.signs_with(&ada, Some(&code)).await;
        assert!(matches!(replayed, Err(IdentityError::WrongCode)));
        let bare = house.signs_with(&ada, None).await;
        assert!(matches!(bare, Err(IdentityError::CodeNeeded)));
        house.clock.advance(STEP);
        let code = house.code(&secret);
        let signer = house.signs_with(&ada, Some(&code)).await.unwrap();
        assert_eq!(signer.method(), SigningMethod::PasswordAndCode);
        let deeds = house.deeds().await;
        let refused = deeds.iter().filter(|deed| *deed == "signature.refused");
        assert_eq!(refused.count(), 1, "to forget the code is no misuse");
    }

    #[tokio::test]
    async fn wrong_codes_lock_like_wrong_passwords() {
        let house = house().await;
        let ada = house.person("ada", &[]).await;
        let caller = house.sign_in("ada").await;
        let (secret, _) = house.sets_second(&caller).await;
        house.clock.advance(STEP);
        let ticket = house.identity.begin_sign_in("ada", PASSWORD, "-").await;
        let Step::Code(ticket) = ticket.unwrap() else {
            panic!("a code is asked for");
        };
        for number in 0..10 {
            let from = format!("10.0.0.{number}");
            let wrong = house.identity.finish_sign_in(&ticket, "x", from.as_str());
            wrong.await.unwrap_err();
        }
        assert!(house.identity.is_locked(ada.id).await.unwrap());
        let code = house.code(&secret);
        let right = house.identity.finish_sign_in(&ticket, &code, "-").await;
        assert!(matches!(right, Err(IdentityError::Locked { .. })));
    }

    #[tokio::test]
    async fn the_password_alone_does_not_clear_the_count_of_wrong_codes() {
        let house = house().await;
        let ada = house.person("ada", &[]).await;
        let caller = house.sign_in("ada").await;
        house.sets_second(&caller).await;
        for number in 0..10 {
            let from = format!("10.0.0.{number}");
            let bare = house.identity.sign_in("ada", PASSWORD, from.as_str()).await;
            assert!(matches!(bare, Err(IdentityError::CodeNeeded)));
            let wrong =
                house
                    .identity
                    .sign_in_with("ada", PASSWORD, Some("000000x"), from.as_str());
            wrong.await.unwrap_err();
        }
        assert!(house.identity.is_locked(ada.id).await.unwrap());
    }

    #[tokio::test]
    async fn a_ticket_for_the_code_ends_with_time_use_or_a_new_password() {
        let house = house().await;
        house
            .person("root", &[Grant::everywhere(Role::Admin)])
            .await;
        let ada = house.person("ada", &[]).await;
        let caller = house.sign_in("ada").await;
        let (_, recovery) = house.sets_second(&caller).await;
        let begins = async || match house.identity.begin_sign_in("ada", PASSWORD, "-").await {
            Ok(Step::Code(ticket)) => ticket,
            other => panic!("{other:?}"),
        };
        let finishes = async |ticket: &str, code: &str| {
            let done = house.identity.finish_sign_in(ticket, code, "-").await;
            done.map(|opened| opened.person.id)
        };
        let used = begins().await;
        assert_eq!(finishes(&used, &recovery[0]).await.unwrap(), ada.id);
        let late = begins().await;
        house.clock.advance(CODE_PATIENCE);
        let reset = begins().await;
        let root = house.sign_in("root").await.admin().unwrap();
        let given = house
            .identity
            .reset_password(&root, ada.id, "another password");
        given.await.unwrap();
        for ticket in [used, late, reset, String::new()] {
            let refused = finishes(&ticket, &recovery[1]).await;
            assert!(matches!(refused, Err(IdentityError::SignInOver)));
        }
    }

    const CODE_PATIENCE: Duration = Duration::from_secs(5 * 60);

    #[tokio::test]
    async fn a_recovery_code_works_once_and_removing_takes_password_and_code() {
        let house = house().await;
        let ada = house.person("ada", &[]).await;
        let caller = house.sign_in("ada").await;
        let (_, recovery) = house.sets_second(&caller).await;
        house.signs_with(&caller, Some(&recovery[3])).await.unwrap();
        let again = house.signs_with(&caller, Some(&recovery[3])).await;
        assert!(matches!(again, Err(IdentityError::WrongCode)));
        let left = house.identity.second_factor(ada.id).await.unwrap().unwrap();
        assert_eq!(left.recovery_left, 9);
        let twice = house.identity.begin_second_factor(&caller).await;
        assert!(matches!(twice, Err(IdentityError::SecondFactorSet)));
        let wrong = house
            .identity
            .drop_second_factor(&caller, "not it", &recovery[4]);
        wrong.await.unwrap_err();
        let right = house
            .identity
            .drop_second_factor(&caller, PASSWORD, &recovery[4]);
        right.await.unwrap();
        house.sign_in("ada").await;
    }

    #[tokio::test]
    async fn a_secret_that_was_not_confirmed_asks_for_nothing() {
        let house = house().await;
        house.person("ada", &[]).await;
        let ada = house.sign_in("ada").await;
        let begun = house.identity.begin_second_factor(&ada).await.unwrap();
        let code = house.code(&begun.secret);
        let guess = house
            .identity
            .confirm_second_factor(&ada, "not it", &code)
            .await;
        assert!(matches!(guess, Err(IdentityError::WrongPassword)));
        house.clock.advance(BEGUN_LASTS);
        let late = house
            .identity
            .confirm_second_factor(&ada, PASSWORD, &code)
            .await;
        assert!(matches!(late, Err(IdentityError::EnrolmentOver)));
        house.sign_in("ada").await;
    }
}

//! The second factor: time-based codes (TOTP, RFC 6238), and recovery codes in case the device is
//! lost.
//!
//! SHA-1, six digits and 30 seconds, because every authenticator app supports them. A code works
//! once: the time step of the last accepted code is stored, and codes of that step or an earlier
//! one are rejected.

use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};

use lectern_base::{Hash, PersonId, Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent, JournalError};
use lectern_store::{Batch, Table};

use super::attempt::{Attempt, CodeCheck};
use super::event::{IdentityEvent, RecoveryCodesLeft};
use super::{Admin, AlertKind, Caller, Identity, IdentityError, Person, SigningMethod, secret};

pub(super) static SECOND_FACTORS: Table<PersonId, SecondFactor> = Table::new("second_factors");

/// Number of recovery codes per person.
const RECOVERY_CODES: usize = 10;
/// Random bytes in a recovery code: enough that its hash cannot be reversed by guessing.
const RECOVERY_BYTES: usize = 10;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SecondFactor {
    /// The secret in base32, the format of authenticator apps.
    secret: String,
    since: Timestamp,
    /// The time step of the last accepted code.
    step: u64,
    /// The hashes of the unused recovery codes.
    recovery: Vec<Hash>,
}

/// The state of a person's second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactorInfo {
    /// When it was set up.
    pub since: Timestamp,
    /// Number of unused recovery codes.
    pub recovery_left: usize,
}

/// A new secret, to be confirmed with a first code from the person's app.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The secret in base32, to type.
    pub secret: String,
    /// The secret as an `otpauth:` URL, to scan.
    pub address: String,
}

impl Identity {
    /// Returns the state of a person's second factor, if they have one.
    pub async fn second_factor(
        &self,
        id: PersonId,
    ) -> Result<Option<SecondFactorInfo>, IdentityError> {
        let found = SECOND_FACTORS.get(&self.store, &id).await?;
        Ok(found.map(|second| SecondFactorInfo {
            since: second.since,
            recovery_left: second.recovery.len(),
        }))
    }

    /// Generates a secret for the caller's app, or returns the unconfirmed one.
    ///
    /// # Errors
    /// [`IdentityError::SecondFactorSet`] if the caller already has a second factor.
    pub async fn begin_second_factor(&self, caller: &Caller) -> Result<Enrolment, IdentityError> {
        if SECOND_FACTORS.contains(&self.store, &caller.id()).await? {
            return Err(IdentityError::SecondFactorSet);
        }
        let now = self.now();
        let secret = self
            .pending_enrolments
            .get_or_insert(caller.id(), now, new_secret);
        let organisation = self.organisation().await?;
        let address = address(&secret, &caller.person().login, &organisation);
        Ok(Enrolment { secret, address })
    }

    /// Sets up the caller's second factor and returns the recovery codes, which cannot be retrieved
    /// again.
    ///
    /// # Errors
    /// [`IdentityError::EnrolmentOver`] if there is no unconfirmed secret;
    /// [`IdentityError::WrongPassword`]; [`IdentityError::Invalid`] if the code is wrong.
    pub async fn confirm_second_factor(
        &self,
        caller: &Caller,
        password: &str,
        code: &str,
    ) -> Result<Vec<String>, IdentityError> {
        let now = self.now();
        let waits = self.pending_enrolments.get(caller.id(), now);
        let secret = waits.ok_or(IdentityError::EnrolmentOver)?;
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
            recovery: codes.iter().map(|code| hash_recovery_code(code)).collect(),
        };
        let mut batch = Batch::new();
        SECOND_FACTORS.insert(&mut batch, &caller.id(), &second);
        let subject = Subject::person(caller.id());
        let event = AuditEvent::new(caller.id(), IdentityEvent::SecondFactorSet, subject);
        match self.journal.record(batch, vec![event]).await {
            Err(JournalError::Conflict { .. }) => return Err(IdentityError::SecondFactorSet),
            done => done?,
        };
        self.pending_enrolments.remove(caller.id());
        Ok(codes)
    }

    /// Removes the caller's own second factor, which requires one last code.
    pub async fn drop_second_factor(
        &self,
        caller: &Caller,
        password: &str,
        code: &str,
    ) -> Result<(), IdentityError> {
        let attempt = Attempt {
            password: Some(password),
            code: CodeCheck::IfEnrolled(Some(code)),
            login_matches: true,
            from: None,
        };
        self.confirm(caller.person(), &attempt).await?;
        self.remove_second(Actor::Person(caller.id()), caller.id(), false)
            .await
    }

    /// Removes the second factor of a person who has lost it, and alerts all admins.
    ///
    /// # Errors
    /// [`IdentityError::NoSecondFactor`] if the person has none.
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
        let found = SECOND_FACTORS.get_versioned(&self.store, &id).await?;
        let found = found.ok_or(IdentityError::NoSecondFactor)?;
        let mut batch = Batch::new();
        SECOND_FACTORS.delete_expecting(&mut batch, &id, &found);
        if alerts {
            self.raise(&mut batch, AlertKind::SecondFactorRemoved, Some(id), None);
        }
        let removed = IdentityEvent::SecondFactorRemoved;
        let event = AuditEvent::new(by, removed, Subject::person(id));
        self.journal.record(batch, vec![event]).await?;
        Ok(())
    }

    /// Checks and uses up a code, if the person has a second factor.
    ///
    /// # Errors
    /// [`IdentityError::CodeNeeded`] if no code was given, [`IdentityError::WrongCode`].
    pub(super) async fn check_code(
        &self,
        person: &Person,
        code: Option<&str>,
    ) -> Result<SigningMethod, IdentityError> {
        let Some(found) = SECOND_FACTORS
            .get_versioned(&self.store, &person.id)
            .await?
        else {
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
            SECOND_FACTORS.put_expecting(&mut batch, &person.id, &second, &found);
            self.store.commit(batch).await?;
            return Ok(SigningMethod::PasswordAndCode);
        }
        let given = hash_recovery_code(code);
        let known = second.recovery.iter().position(|kept| *kept == given);
        second
            .recovery
            .remove(known.ok_or(IdentityError::WrongCode)?);
        SECOND_FACTORS.put_expecting(&mut batch, &person.id, &second, &found);
        let subject = Subject::person(person.id);
        let used = IdentityEvent::RecoveryCodeUsed {
            new: RecoveryCodesLeft {
                left: second.recovery.len(),
            },
        };
        let event = AuditEvent::new(person.id, used, subject);
        self.journal.record(batch, vec![event]).await?;
        Ok(SigningMethod::PasswordAndCode)
    }
}

fn new_secret() -> String {
    Secret::from(rand::random::<[u8; 20]>()).to_base32()
}

/// Generates 16 base32 characters in groups of four.
fn new_recovery_code() -> String {
    let letters = Secret::from(rand::random::<[u8; RECOVERY_BYTES]>()).to_base32();
    let letters = letters.to_lowercase().into_bytes();
    let groups = letters.chunks(4).map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join("-")
}

/// Hashes a recovery code; hyphens, spaces and case do not matter.
fn hash_recovery_code(code: &str) -> Hash {
    let letters = code.chars().filter(|letter| letter.is_ascii_alphanumeric());
    let plain: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    secret::hash(&plain)
}

/// Returns the time step of a valid code: the current one, the one before or the one after.
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
    // In the URL, a colon separates issuer and account.
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
    use std::time::Duration;

    use super::*;
    use crate::pending_enrolments::LIFETIME;
    use crate::tests::{Fixture, PASSWORD, fixture};
    use crate::{Credentials, Grant, Role, SignInStep, Signer};
    use lectern_base::ReviewId;

    /// The secret of RFC 6238, appendix B: "12345678901234567890".
    const RFC: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_match_the_test_vectors_of_the_standard() {
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
    fn a_code_is_accepted_one_step_early_or_late() {
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
    fn recovery_codes_ignore_case_spaces_and_hyphens() {
        let code = new_recovery_code();
        assert_eq!(code.len(), 16 + 3, "{code}");
        let typed = format!(" {} ", code.replace('-', " ").to_uppercase());
        assert_eq!(hash_recovery_code(&typed), hash_recovery_code(&code));
        assert_ne!(
            hash_recovery_code(&new_recovery_code()),
            hash_recovery_code(&code)
        );
    }

    impl Fixture {
        /// Sets up a second factor; returns its secret and the recovery codes.
        async fn enrols(&self, caller: &Caller) -> (String, Vec<String>) {
            let begun = self.identity.begin_second_factor(caller).await.unwrap();
            let again = self.identity.begin_second_factor(caller).await.unwrap();
            assert_eq!(
                again.secret, begun.secret,
                "reloading the page keeps the secret"
            );
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

        async fn signs_with_code(
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
    async fn a_code_works_once_for_sign_in_and_for_signing() {
        let fixture = fixture().await;
        fixture.person("ada", &[]).await;
        let ada = fixture.sign_in("ada").await;
        let (secret, _) = fixture.enrols(&ada).await;
        let used = fixture.code(&secret);
        let enters = async |code: &str| {
            let entered = fixture
                .identity
                .sign_in_with("ada", PASSWORD, Some(code), "-");
            entered.await.map(drop)
        };
        assert!(matches!(enters(&used).await, Err(IdentityError::WrongCode)));
        fixture.clock.advance(STEP);
        let code = fixture.code(&secret);
        enters(&code).await.unwrap();
        let replayed = fixture.signs_with_code(&ada, Some(&code)).await;
        assert!(matches!(replayed, Err(IdentityError::WrongCode)));
        let bare = fixture.signs_with_code(&ada, None).await;
        assert!(matches!(bare, Err(IdentityError::CodeNeeded)));
        fixture.clock.advance(STEP);
        let code = fixture.code(&secret);
        let signer = fixture.signs_with_code(&ada, Some(&code)).await.unwrap();
        assert_eq!(signer.method(), SigningMethod::PasswordAndCode);
        let events = fixture.events().await;
        let refused = events.iter().filter(|event| *event == "signature.refused");
        assert_eq!(
            refused.count(),
            1,
            "a missing code is not a refused signature"
        );
    }

    #[tokio::test]
    async fn wrong_codes_lock_the_account_like_wrong_passwords() {
        let fixture = fixture().await;
        let ada = fixture.person("ada", &[]).await;
        let caller = fixture.sign_in("ada").await;
        let (secret, _) = fixture.enrols(&caller).await;
        fixture.clock.advance(STEP);
        let ticket = fixture.identity.begin_sign_in("ada", PASSWORD, "-").await;
        let SignInStep::CodeRequired(ticket) = ticket.unwrap() else {
            panic!("a code is required");
        };
        for number in 0..10 {
            let from = format!("10.0.0.{number}");
            let wrong = fixture.identity.finish_sign_in(&ticket, "x", from.as_str());
            wrong.await.unwrap_err();
        }
        assert!(fixture.identity.is_locked(ada.id).await.unwrap());
        let code = fixture.code(&secret);
        let right = fixture
            .identity
            .finish_sign_in(&ticket, &code, "10.0.0.200")
            .await;
        assert!(matches!(right, Err(IdentityError::Locked { .. })));
    }

    #[tokio::test]
    async fn a_password_without_code_does_not_reset_the_count_of_failures() {
        let fixture = fixture().await;
        let ada = fixture.person("ada", &[]).await;
        let caller = fixture.sign_in("ada").await;
        fixture.enrols(&caller).await;
        for number in 0..10 {
            let from = format!("10.0.0.{number}");
            let bare = fixture
                .identity
                .sign_in("ada", PASSWORD, from.as_str())
                .await;
            assert!(matches!(bare, Err(IdentityError::CodeNeeded)));
            let wrong =
                fixture
                    .identity
                    .sign_in_with("ada", PASSWORD, Some("000000x"), from.as_str());
            wrong.await.unwrap_err();
        }
        assert!(fixture.identity.is_locked(ada.id).await.unwrap());
    }

    #[tokio::test]
    async fn a_pending_sign_in_ends_with_time_use_or_a_password_reset() {
        let fixture = fixture().await;
        fixture
            .person("root", &[Grant::everywhere(Role::Admin)])
            .await;
        let ada = fixture.person("ada", &[]).await;
        let caller = fixture.sign_in("ada").await;
        let (_, recovery) = fixture.enrols(&caller).await;
        let begins = async || match fixture.identity.begin_sign_in("ada", PASSWORD, "-").await {
            Ok(SignInStep::CodeRequired(ticket)) => ticket,
            other => panic!("{other:?}"),
        };
        let finishes = async |ticket: &str, code: &str| {
            let done = fixture.identity.finish_sign_in(ticket, code, "-").await;
            done.map(|opened| opened.person.id)
        };
        let used = begins().await;
        assert_eq!(finishes(&used, &recovery[0]).await.unwrap(), ada.id);
        let late = begins().await;
        fixture.clock.advance(CODE_PATIENCE);
        let reset = begins().await;
        let root = fixture.sign_in("root").await.admin().unwrap();
        let link = fixture.identity.make_password_link(&root, ada.id);
        link.await.unwrap();
        for ticket in [used, late, reset, String::new()] {
            let refused = finishes(&ticket, &recovery[1]).await;
            assert!(matches!(refused, Err(IdentityError::SignInOver)));
        }
    }

    const CODE_PATIENCE: Duration = Duration::from_secs(5 * 60);

    #[tokio::test]
    async fn a_recovery_code_works_once_and_removal_requires_password_and_code() {
        let fixture = fixture().await;
        let ada = fixture.person("ada", &[]).await;
        let caller = fixture.sign_in("ada").await;
        let (_, recovery) = fixture.enrols(&caller).await;
        fixture
            .signs_with_code(&caller, Some(&recovery[3]))
            .await
            .unwrap();
        let again = fixture.signs_with_code(&caller, Some(&recovery[3])).await;
        assert!(matches!(again, Err(IdentityError::WrongCode)));
        let left = fixture
            .identity
            .second_factor(ada.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(left.recovery_left, 9);
        let twice = fixture.identity.begin_second_factor(&caller).await;
        assert!(matches!(twice, Err(IdentityError::SecondFactorSet)));
        let wrong = fixture
            .identity
            .drop_second_factor(&caller, "not it", &recovery[4]);
        wrong.await.unwrap_err();
        let right = fixture
            .identity
            .drop_second_factor(&caller, PASSWORD, &recovery[4]);
        right.await.unwrap();
        fixture.sign_in("ada").await;
    }

    #[tokio::test]
    async fn an_unconfirmed_secret_has_no_effect() {
        let fixture = fixture().await;
        fixture.person("ada", &[]).await;
        let ada = fixture.sign_in("ada").await;
        let begun = fixture.identity.begin_second_factor(&ada).await.unwrap();
        let code = fixture.code(&begun.secret);
        let guess = fixture
            .identity
            .confirm_second_factor(&ada, "not it", &code)
            .await;
        assert!(matches!(guess, Err(IdentityError::WrongPassword)));
        fixture.clock.advance(LIFETIME);
        let late = fixture
            .identity
            .confirm_second_factor(&ada, PASSWORD, &code)
            .await;
        assert!(matches!(late, Err(IdentityError::EnrolmentOver)));
        fixture.sign_in("ada").await;
    }
}

//! Sign-in: password, and code if the person has a second factor.

use lectern_base::Subject;
use lectern_journal::{Actor, AuditEvent};
use lectern_store::Batch;

use super::add_person::LONGEST_LOGIN;
use super::alert_kind::AlertKind;
use super::attempt::{Attempt, CodeCheck, SignInPlace};
use super::event::{IdentityEvent, ThrottledSignIn};
use super::{
    Identity, IdentityError, OpenedSession, Origin, Person, SigningMethod, fold_login, network,
};

/// How many times more failures an address is allowed than a login: people share addresses.
const ATTEMPTS_OF_AN_ADDRESS: u32 = 10;

/// The most entries in an hour about addresses from which passwords are guessed.
const ADDRESS_ENTRIES: u32 = 10;
/// What failures with logins that do not exist are counted for.
const STRANGERS: &str = "";
/// What failures by address are counted for; no login has a space in it.
const ADDRESSES: &str = "all addresses";

/// The state of a sign-in after a correct password.
#[derive(Debug)]
pub enum SignInStep {
    /// The session is open.
    Done(Box<OpenedSession>),
    /// A code is required; the ticket identifies the pending sign-in.
    CodeRequired(String),
}

impl Identity {
    /// Opens a session with a password only.
    ///
    /// # Errors
    /// [`IdentityError::WrongPassword`]; neither the error nor its timing reveals whether the login
    /// exists. [`IdentityError::Throttled`] after too many failures from one address,
    /// [`IdentityError::Locked`] after too many from anywhere, [`IdentityError::CodeNeeded`] if the
    /// person has a second factor.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        from: impl Into<Origin>,
    ) -> Result<OpenedSession, IdentityError> {
        self.sign_in_with(login, password, None, from).await
    }

    /// Opens a session with a password and, if the person has a second factor, a code.
    ///
    /// # Errors
    /// Like [`Identity::sign_in`], and [`IdentityError::WrongCode`].
    pub async fn sign_in_with(
        &self,
        login: &str,
        password: &str,
        code: Option<&str>,
        from: impl Into<Origin>,
    ) -> Result<OpenedSession, IdentityError> {
        let from = from.into();
        let (person, method) = self.check_login(login, password, code, &from).await?;
        let method = method.ok_or(IdentityError::CodeNeeded)?;
        self.open_session(person, method, &from).await
    }

    /// Checks the password; opens a session unless a code is required.
    ///
    /// # Errors
    /// Like [`Identity::sign_in`], but never [`IdentityError::CodeNeeded`].
    pub async fn begin_sign_in(
        &self,
        login: &str,
        password: &str,
        from: impl Into<Origin>,
    ) -> Result<SignInStep, IdentityError> {
        let from = from.into();
        let (person, method) = self.check_login(login, password, None, &from).await?;
        Ok(match method {
            Some(method) => {
                let opened = self.open_session(person, method, &from).await?;
                SignInStep::Done(Box::new(opened))
            }
            None => SignInStep::CodeRequired(self.pending_sign_ins.add(person.id, self.now())?),
        })
    }

    /// Completes a pending sign-in with a code.
    ///
    /// # Errors
    /// [`IdentityError::SignInOver`] if the ticket is invalid or expired;
    /// [`IdentityError::WrongCode`], which counts like a wrong password.
    pub async fn finish_sign_in(
        &self,
        ticket: &str,
        code: &str,
        from: impl Into<Origin>,
    ) -> Result<OpenedSession, IdentityError> {
        let from = from.into();
        let known = self.pending_sign_ins.find(ticket, self.now());
        let id = known.ok_or(IdentityError::SignInOver)?;
        let person = self.person(id).await?.filter(|person| person.active);
        let person = person.ok_or(IdentityError::SignInOver)?;
        let place = self.place_of(Some(&person), &from).await?;
        let names = ThrottleNames::of(&person.login, &from, place);
        if let Some(wait) = self.wait(&names) {
            return Err(wait);
        }
        let attempt = Attempt {
            password: None,
            code: CodeCheck::IfEnrolled(Some(code)),
            login_matches: true,
            from: Some(&from.address),
        };
        let proven = self
            .verify_sign_in(&person.login, Some(&person), place, &attempt)
            .await;
        let method = match proven {
            // The second factor was removed in the meantime.
            Ok(SigningMethod::Password) => return Err(IdentityError::SignInOver),
            proven => {
                self.record_outcome(proven, (person.login.as_str(), true), &from, &names)
                    .await?
            }
        };
        self.pending_sign_ins.remove_person(id);
        self.open_session(person, method, &from).await
    }

    /// Checks login and password, and the code if given; returns no method if the password is right
    /// and a code is still required.
    async fn check_login(
        &self,
        login: &str,
        password: &str,
        code: Option<&str>,
        from: &Origin,
    ) -> Result<(Person, Option<SigningMethod>), IdentityError> {
        let login = bounded_login(login);
        let known = self.find_by_login(&login).await?;
        let known = known.filter(|person| person.active);
        let place = self.place_of(known.as_ref(), from).await?;
        let names = ThrottleNames::of(&login, from, place);
        if let Some(wait) = self.throttled(&names.login, 1) {
            return Err(wait);
        }
        // Others at this address have failed too often. Somebody who is known there passes with the
        // right password; everybody else gets the same answer after the same time.
        let crowded = self.wait(&names);
        let attempt = Attempt {
            password: Some(password),
            code: CodeCheck::IfEnrolled(code),
            login_matches: true,
            from: Some(&from.address),
        };
        let proven = match (&crowded, place) {
            (Some(_), SignInPlace::Unknown(_)) => {
                self.verify_sign_in(&login, None, place, &attempt).await
            }
            _ => {
                self.verify_sign_in(&login, known.as_ref(), place, &attempt)
                    .await
            }
        };
        if let Some(wait) = crowded
            && matches!(
                proven,
                Err(IdentityError::WrongPassword | IdentityError::Locked { .. })
            )
        {
            return Err(wait);
        }
        match (known, proven) {
            (Some(person), Err(IdentityError::CodeNeeded)) => Ok((person, None)),
            (Some(person), proven) => {
                let method = self
                    .record_outcome(proven, (login.as_str(), true), from, &names)
                    .await?;
                Ok((person, Some(method)))
            }
            (None, proven) => {
                self.record_outcome(proven, (login.as_str(), false), from, &names)
                    .await?;
                Err(IdentityError::WrongPassword)
            }
        }
    }

    /// Returns why an attempt has to wait, if it does. A known device waits for nobody else.
    fn wait(&self, names: &ThrottleNames) -> Option<IdentityError> {
        let by_login = self.throttled(&names.login, 1);
        by_login.or_else(|| self.throttled(names.address.as_ref()?, ATTEMPTS_OF_AN_ADDRESS))
    }

    fn throttled(&self, name: &str, times: u32) -> Option<IdentityError> {
        let free = self.settings.free_attempts.saturating_mul(times);
        let retry_after = self.throttle.wait(name, free, self.now())?;
        Some(IdentityError::Throttled { retry_after })
    }

    /// Updates the throttle with the outcome of an attempt with a login, of which it says whether
    /// somebody has it.
    async fn record_outcome(
        &self,
        proven: Result<SigningMethod, IdentityError>,
        login: (&str, bool),
        from: &Origin,
        names: &ThrottleNames,
    ) -> Result<SigningMethod, IdentityError> {
        match &proven {
            Ok(_) => match &names.address {
                // Others share the address, and must not see that somebody signed in.
                Some(address) => self.throttle.lower(address),
                None => self.throttle.succeeded(&names.login),
            },
            Err(
                IdentityError::WrongPassword
                | IdentityError::WrongCode
                | IdentityError::Locked { .. },
            ) => self.record_failure(login, from, names).await?,
            Err(_) => {}
        }
        proven
    }

    /// Counts a failure. The first in an hour that lead to a wait are recorded: for each account, for
    /// all strangers together, and for a few addresses.
    async fn record_failure(
        &self,
        (login, exists): (&str, bool),
        from: &Origin,
        names: &ThrottleNames,
    ) -> Result<(), IdentityError> {
        metrics::counter!("lectern_identity_refused_total").increment(1);
        let free = self.settings.free_attempts;
        let by_login = self.throttle.failed(&names.login, self.now());
        let by_address = match &names.address {
            Some(address) => self.throttle.failed(address, self.now()),
            None => 0,
        };
        let (mut batch, mut events) = (Batch::new(), Vec::new());
        let now = self.now();
        let counted_for = if exists { login } else { STRANGERS };
        self.failures.count(counted_for, now);
        let due = (by_login == free).then(|| self.failures.due(counted_for, 1, now));
        if let Some(attempts) = due.flatten() {
            let throttled = IdentityEvent::SignInThrottled {
                new: ThrottledSignIn {
                    attempts: attempts.max(by_login),
                    from: Some(from.address.clone()),
                },
            };
            let subject = Subject::new("login", login);
            events.push(AuditEvent::new(Actor::System, throttled, subject));
        }
        self.failures.count(ADDRESSES, now);
        let guesses = by_address == free.saturating_mul(ATTEMPTS_OF_AN_ADDRESS);
        if guesses && self.failures.due(ADDRESSES, ADDRESS_ENTRIES, now).is_some() {
            let from = &from.address;
            self.raise(&mut batch, AlertKind::AddressGuessing, None, Some(from));
            let subject = Subject::new("address", from);
            let throttled = IdentityEvent::SignInThrottled {
                new: ThrottledSignIn {
                    attempts: by_address,
                    from: None,
                },
            };
            events.push(AuditEvent::new(Actor::System, throttled, subject));
        }
        if !events.is_empty() {
            self.journal.record(batch, events).await?;
        }
        Ok(())
    }
}

/// Returns a login as it is compared, cut behind the longest that anybody can have: what is no login
/// is neither remembered nor recorded at any length.
fn bounded_login(login: &str) -> String {
    let longest = LONGEST_LOGIN + 1;
    let begin: String = login.trim().chars().take(longest).collect();
    fold_login(&begin).chars().take(longest).collect()
}

/// The names under which the throttle counts an attempt.
struct ThrottleNames {
    /// The login at this device or address.
    login: String,
    /// The address, unless the device is known.
    address: Option<String>,
}

impl ThrottleNames {
    fn of(login: &str, from: &Origin, place: SignInPlace) -> Self {
        match place {
            SignInPlace::KnownDevice(device) => Self {
                login: format!("{login} device {device}"),
                address: None,
            },
            _ => {
                let client = network::client(&from.address);
                Self {
                    login: format!("{login} {client}"),
                    address: Some(client),
                }
            }
        }
    }
}

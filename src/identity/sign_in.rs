//! Signing in: a password, and a code where there is a second factor.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;

use lectern_base::{Hash, PersonId, Subject, Timestamp};
use lectern_journal::{Actor, AuditEvent};
use lectern_store::Batch;

use super::alert::AlertKind;
use super::guard::{Code, Given};
use super::{Identity, IdentityError, Opened, Origin, Person, SigningMethod, fold_login, secret};

/// An address may fail so many times more than a login: people share addresses.
const ATTEMPTS_OF_AN_ADDRESS: u32 = 10;
/// How long somebody may look for their code after the password.
const CODE_PATIENCE: Duration = Duration::from_secs(5 * 60);
/// People who look for their code at the same time; more are asked to try again.
const MOST_PENDING: usize = 10_000;

/// Where a sign-in stands after the password was right.
#[derive(Debug)]
pub enum Step {
    /// It is done.
    Open(Box<Opened>),
    /// A code is asked for; the ticket says whose password was right.
    Code(String),
}

/// The people whose password was right and who look for their code.
#[derive(Debug, Default)]
pub struct Pending(Mutex<HashMap<Hash, (PersonId, Timestamp)>>);

impl Pending {
    fn add(&self, person: PersonId, now: Timestamp) -> Result<String, IdentityError> {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|_, (_, until)| *until > now);
        if pending.len() >= MOST_PENDING {
            let retry_after = CODE_PATIENCE;
            return Err(IdentityError::Throttled { retry_after });
        }
        let ticket = secret::make("");
        pending.insert(secret::kept(&ticket), (person, now.plus(CODE_PATIENCE)));
        Ok(ticket)
    }

    fn find(&self, ticket: &str, now: Timestamp) -> Option<PersonId> {
        let pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (person, until) = pending.get(&secret::kept(ticket))?;
        (*until > now).then_some(*person)
    }

    /// Forgets everybody for whom `which` holds.
    pub(super) fn forget(&self, which: impl Fn(PersonId) -> bool) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|_, (person, _)| !which(*person));
    }
}

impl Identity {
    /// Opens a session with a password alone; `from` is who asks.
    ///
    /// # Errors
    /// [`IdentityError::WrongPassword`] does not tell whether the login exists, nor does the time it
    /// takes; [`IdentityError::Throttled`] after too many failures from one address,
    /// [`IdentityError::Locked`] after too many from anywhere; [`IdentityError::CodeNeeded`].
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        from: impl Into<Origin>,
    ) -> Result<Opened, IdentityError> {
        self.sign_in_with(login, password, None, from).await
    }

    /// Opens a session with a password and the code of a second factor, where there is one.
    ///
    /// # Errors
    /// Like [`Identity::sign_in`], and [`IdentityError::WrongCode`].
    pub async fn sign_in_with(
        &self,
        login: &str,
        password: &str,
        code: Option<&str>,
        from: impl Into<Origin>,
    ) -> Result<Opened, IdentityError> {
        let from = from.into();
        let (person, method) = self.enter(login, password, code, &from).await?;
        let method = method.ok_or(IdentityError::CodeNeeded)?;
        self.open_session(person, method, &from).await
    }

    /// Takes the password, and says whether a code is needed as well.
    pub async fn begin_sign_in(
        &self,
        login: &str,
        password: &str,
        from: impl Into<Origin>,
    ) -> Result<Step, IdentityError> {
        let from = from.into();
        let (person, method) = self.enter(login, password, None, &from).await?;
        Ok(match method {
            Some(method) => {
                let opened = self.open_session(person, method, &from).await?;
                Step::Open(Box::new(opened))
            }
            None => Step::Code(self.pending.add(person.id, self.now())?),
        })
    }

    /// Opens a session for whoever holds the ticket and a code.
    ///
    /// # Errors
    /// [`IdentityError::SignInOver`] when the ticket is not, or no longer, good;
    /// [`IdentityError::WrongCode`], which counts like a wrong password.
    pub async fn finish_sign_in(
        &self,
        ticket: &str,
        code: &str,
        from: impl Into<Origin>,
    ) -> Result<Opened, IdentityError> {
        let from = from.into();
        let known = self.pending.find(ticket, self.now());
        let id = known.ok_or(IdentityError::SignInOver)?;
        let person = self.person(id).await?.filter(|person| person.active);
        let person = person.ok_or(IdentityError::SignInOver)?;
        let names = names(&person.login, &from.address);
        self.wait_turn(&names)?;
        let given = Given {
            password: None,
            code: Code::Asked(Some(code)),
            holds: true,
            from: Some(&from.address),
        };
        let method = match self.prove(&person, &given).await {
            // The second factor was taken away meanwhile.
            Ok(SigningMethod::Password) => return Err(IdentityError::SignInOver),
            proven => self.heard(proven, &person.login, &from, &names).await?,
        };
        self.pending.forget(|person| person == id);
        self.open_session(person, method, &from).await
    }

    /// Checks a login; no method when the password is right and a code is still needed.
    async fn enter(
        &self,
        login: &str,
        password: &str,
        code: Option<&str>,
        from: &Origin,
    ) -> Result<(Person, Option<SigningMethod>), IdentityError> {
        let login = fold_login(login);
        let names = names(&login, &from.address);
        self.wait_turn(&names)?;
        let known = self.find_by_login(&login).await?;
        let known = known.filter(|person| person.active);
        let proven = match &known {
            Some(person) => {
                let given = Given {
                    password: Some(password),
                    code: Code::Asked(code),
                    holds: true,
                    from: Some(&from.address),
                };
                self.prove(person, &given).await
            }
            None => {
                self.passwords.matches(password, None).await?;
                Err(self.count_stranger(&login).await?)
            }
        };
        match (known, proven) {
            (Some(person), Err(IdentityError::CodeNeeded)) => Ok((person, None)),
            (Some(person), proven) => {
                let method = self.heard(proven, &login, from, &names).await?;
                Ok((person, Some(method)))
            }
            (None, proven) => {
                self.heard(proven, &login, from, &names).await?;
                Err(IdentityError::WrongPassword)
            }
        }
    }

    fn wait_turn(&self, names: &[(String, u32); 2]) -> Result<(), IdentityError> {
        let now = self.now();
        for (name, times) in names {
            let free = self.settings.free_attempts.saturating_mul(*times);
            if let Some(retry_after) = self.throttle.wait(name, free, now) {
                return Err(IdentityError::Throttled { retry_after });
            }
        }
        Ok(())
    }

    /// Slows down whoever failed, and writes down who fails often.
    async fn heard(
        &self,
        proven: Result<SigningMethod, IdentityError>,
        login: &str,
        from: &Origin,
        names: &[(String, u32); 2],
    ) -> Result<SigningMethod, IdentityError> {
        match &proven {
            Ok(_) => self.throttle.succeeded(&names[0].0),
            Err(
                IdentityError::WrongPassword
                | IdentityError::WrongCode
                | IdentityError::Locked { .. },
            ) => self.slow_down(login, from, names).await?,
            Err(_) => {}
        }
        proven
    }

    async fn slow_down(
        &self,
        login: &str,
        from: &Origin,
        names: &[(String, u32); 2],
    ) -> Result<(), IdentityError> {
        metrics::counter!("lectern_identity_refused_total").increment(1);
        let free = self.settings.free_attempts;
        let by_login = self.throttle.failed(&names[0].0, self.now());
        let by_address = self.throttle.failed(&names[1].0, self.now());
        let (mut batch, mut deeds) = (Batch::new(), Vec::new());
        if by_login == free {
            let deed = AuditEvent::new(
                Actor::System,
                "session.throttled",
                Subject::new("login", login),
            );
            deeds.push(deed.to(json!({"attempts": by_login, "from": from.address})));
        }
        if by_address == free.saturating_mul(ATTEMPTS_OF_AN_ADDRESS) {
            let from = &from.address;
            self.raise(&mut batch, AlertKind::AddressGuessing, None, Some(from));
            let subject = Subject::new("address", from);
            let deed = AuditEvent::new(Actor::System, "session.throttled", subject);
            deeds.push(deed.to(json!({"attempts": by_address})));
        }
        if !deeds.is_empty() {
            self.journal.record(batch, deeds).await?;
        }
        Ok(())
    }
}

/// What failures are counted by: the login at this address, and the address alone.
fn names(login: &str, address: &str) -> [(String, u32); 2] {
    [
        (format!("{login} {address}"), 1),
        (address.to_owned(), ATTEMPTS_OF_AN_ADDRESS),
    ]
}

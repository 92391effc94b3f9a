//! Sessions: who signed in with a browser.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::service::PASSWORDS;
use super::{Caller, Identity, IdentityError, Person, Via, secret};
use crate::base::{Hash, PersonId, SessionId, Subject, Timestamp};
use crate::journal::{Actor, Deed};
use crate::store::{Batch, Table};

static SESSIONS: Table<Hash, Session> = Table::new("sessions");

/// How much later a request must be before the session's record is written again.
const SEEN_STEP: std::time::Duration = std::time::Duration::from_secs(300);
/// An address may fail so many times more than a login: people share addresses.
const ATTEMPTS_OF_AN_ADDRESS: u32 = 10;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Session {
    id: SessionId,
    person: PersonId,
    opened_at: Timestamp,
    seen_at: Timestamp,
}

/// A session just opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Who signed in.
    pub person: Person,
    /// The secret for the cookie; shown this one time.
    pub secret: String,
    /// When the session ends at the latest.
    pub expires_at: Timestamp,
}

impl Identity {
    /// Opens a session; `from` is the address that asks.
    ///
    /// # Errors
    /// [`IdentityError::WrongPassword`] does not tell whether the login exists, nor does the time it
    /// takes; [`IdentityError::Throttled`] after too many failures.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        from: &str,
    ) -> Result<Opened, IdentityError> {
        let login = super::fold_login(login);
        let names = [
            (format!("{login} {from}"), 1),
            (from.to_owned(), ATTEMPTS_OF_AN_ADDRESS),
        ];
        let now = self.now();
        for (name, times) in &names {
            let free = self.settings.free_attempts.saturating_mul(*times);
            if let Some(retry_after) = self.throttle.wait(name, free, now) {
                return Err(IdentityError::Throttled { retry_after });
            }
        }
        let person = self
            .find_by_login(&login)
            .await?
            .filter(|person| person.active);
        let kept = match &person {
            Some(person) => PASSWORDS.get(&self.store, &person.id).await?,
            None => None,
        };
        let right = self.passwords.matches(password, kept.as_deref()).await?;
        let Some(person) = person.filter(|_| right) else {
            self.refuse(&login, from, &names).await?;
            return Err(IdentityError::WrongPassword);
        };
        self.throttle.succeeded(&names[0].0);
        self.open_session(person).await
    }

    async fn refuse(
        &self,
        login: &str,
        from: &str,
        names: &[(String, u32); 2],
    ) -> Result<(), IdentityError> {
        let count = self.throttle.failed(&names[0].0, self.now());
        self.throttle.failed(&names[1].0, self.now());
        if count == self.settings.free_attempts {
            let deed = Deed::new(
                Actor::System,
                "session.throttled",
                Subject::new("login", login),
            )
            .to(json!({"attempts": count, "from": from}));
            self.journal.record(Batch::new(), vec![deed]).await?;
        }
        Ok(())
    }

    pub(super) async fn open_session(&self, person: Person) -> Result<Opened, IdentityError> {
        let mut batch = Batch::new();
        let (opened, deed) = self.prepare_session(&mut batch, person);
        self.journal.record(batch, vec![deed]).await?;
        Ok(opened)
    }

    /// Puts a new session into `batch`.
    pub(super) fn prepare_session(&self, batch: &mut Batch, person: Person) -> (Opened, Deed) {
        let (id, now, secret) = (SessionId::new(), self.now(), secret::make(""));
        let session = Session {
            id,
            person: person.id,
            opened_at: now,
            seen_at: now,
        };
        SESSIONS.insert(batch, &secret::kept(&secret), &session);
        let deed = Deed::new(person.id, "session.opened", Subject::new("session", id));
        let expires_at = now.plus(self.settings.session_longest);
        (
            Opened {
                person,
                secret,
                expires_at,
            },
            deed,
        )
    }

    /// Returns whose session a cookie's secret opens.
    pub async fn caller_by_session(&self, secret: &str) -> Option<Caller> {
        let key = secret::kept(secret);
        let mut session = SESSIONS.get(&self.store, &key).await.ok().flatten()?;
        let now = self.now();
        let idle = now.since(session.seen_at);
        let ended = idle >= self.settings.session_idle
            || now.since(session.opened_at) >= self.settings.session_longest;
        if ended {
            let mut batch = Batch::new();
            SESSIONS.delete(&mut batch, &key);
            let _ = self.store.commit(batch).await;
            return None;
        }
        if idle >= SEEN_STEP {
            session.seen_at = now;
            let mut batch = Batch::new();
            SESSIONS.put(&mut batch, &key, &session);
            if let Err(error) = self.store.commit(batch).await {
                tracing::warn!(%error, "A session's last use could not be noted.");
            }
        }
        self.admitted(session.person, Via::Session(session.id))
            .await
    }

    /// Ends the caller's session.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), IdentityError> {
        let Via::Session(id) = caller.via() else {
            return Ok(());
        };
        self.end(|session| session.id == id).await
    }

    /// Ends all sessions of a person.
    pub(super) async fn end_sessions(&self, person: PersonId) -> Result<(), IdentityError> {
        self.end(|session| session.person == person).await
    }

    async fn end(&self, which: impl Fn(&Session) -> bool) -> Result<(), IdentityError> {
        let (mut batch, mut deeds) = (Batch::new(), Vec::new());
        for (key, session) in SESSIONS.all(&self.store).await? {
            if which(&session) {
                SESSIONS.delete(&mut batch, &key);
                let subject = Subject::new("session", session.id);
                deeds.push(Deed::new(session.person, "session.closed", subject));
            }
        }
        if !deeds.is_empty() {
            self.journal.record(batch, deeds).await?;
        }
        Ok(())
    }
}

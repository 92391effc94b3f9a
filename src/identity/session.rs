//! Browser sessions.

use serde::{Deserialize, Serialize};

use lectern_base::{Hash, PersonId, SessionId, Subject, Timestamp};
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Table};

use super::event::{IdentityEvent, NewSession};
use super::proof::Credential;
use super::{Caller, Identity, IdentityError, Origin, Person, SigningMethod, Via, secret};

static SESSIONS: Table<Hash, Session> = Table::new("sessions");

/// Minimum time between two updates of a session's last use.
pub(super) const SEEN_STEP: std::time::Duration = std::time::Duration::from_secs(300);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    pub id: SessionId,
    pub person: PersonId,
    opened_at: Timestamp,
    seen_at: Timestamp,
}

/// A newly opened session.
#[derive(Debug, Clone)]
pub struct OpenedSession {
    /// Who signed in.
    pub person: Person,
    /// The secret for the cookie; it cannot be retrieved again.
    pub secret: String,
    /// When the session expires at the latest.
    pub expires_at: Timestamp,
    /// The secrets that identify the device next time, to this person and to those who share it.
    pub device: String,
    /// Whether the person must choose a new password before anything else.
    pub must_change_password: bool,
}

impl Identity {
    pub(super) async fn open_session(
        &self,
        person: Person,
        method: SigningMethod,
        from: &Origin,
    ) -> Result<OpenedSession, IdentityError> {
        let mut batch = Batch::new();
        let (opened, event) = self
            .prepare_session(&mut batch, person, method, from)
            .await?;
        self.journal.record(batch, vec![event]).await?;
        Ok(opened)
    }

    /// Adds a new session to `batch`.
    pub(super) async fn prepare_session(
        &self,
        batch: &mut Batch,
        person: Person,
        method: SigningMethod,
        from: &Origin,
    ) -> Result<(OpenedSession, AuditEvent), IdentityError> {
        let (id, now, secret) = (SessionId::new(), self.now(), secret::generate(""));
        let session = Session {
            id,
            person: person.id,
            opened_at: now,
            seen_at: now,
        };
        SESSIONS.insert(batch, &secret::hash(&secret), &session);
        let (device, new_device) = self
            .note_sign_in(batch, person.id, id, method, from)
            .await?;
        let signed_in = IdentityEvent::SessionOpened {
            new: NewSession { method, new_device },
        };
        let event = AuditEvent::new(person.id, signed_in, Subject::new("session", id));
        let opened = OpenedSession {
            must_change_password: self.must_change(&person),
            person,
            secret,
            expires_at: now.plus(self.settings.session_longest),
            device,
        };
        Ok((opened, event))
    }

    /// Returns the caller that a session cookie's secret authenticates.
    pub async fn caller_by_session(&self, secret: &str) -> Option<Caller> {
        let key = secret::hash(secret);
        let found = SESSIONS.get_versioned(&self.store, &key).await;
        let found = found.ok().flatten()?;
        let mut session = found.value.clone();
        let now = self.now();
        let idle = now.since(session.seen_at);
        if self.end_of(&session) <= now {
            let mut batch = Batch::new();
            SESSIONS.delete(&mut batch, &key);
            let _ = self.store.commit(batch).await;
            self.end_leases(session.person).await;
            return None;
        }
        if idle >= SEEN_STEP {
            session.seen_at = now;
            let mut batch = Batch::new();
            // With a precondition: a session that has ended in the meantime must not come back.
            SESSIONS.put_expecting(&mut batch, &key, &session, &found);
            if let Err(error) = self.store.commit(batch).await {
                tracing::warn!(%error, "The last use of a session could not be stored.");
            }
        }
        let caller = self
            .active_caller(session.person, Via::Session(session.id))
            .await?;
        Some(caller.with_credential(Credential::Session(key)))
    }

    /// Returns when a session ends; `None` if it has been ended.
    pub(super) async fn session_ends(
        &self,
        key: &Hash,
    ) -> Result<Option<Timestamp>, IdentityError> {
        let session = SESSIONS.get(&self.store, key).await?;
        Ok(session.map(|session| self.end_of(&session)))
    }

    /// Records that a session is in use, unless it has ended.
    pub(super) async fn touch_session(&self, key: &Hash) {
        let found = SESSIONS.get_versioned(&self.store, key).await;
        let Some(found) = found.ok().flatten() else {
            return;
        };
        let (mut session, now) = (found.value.clone(), self.now());
        if self.end_of(&session) <= now {
            return;
        }
        session.seen_at = now;
        let mut batch = Batch::new();
        SESSIONS.put_expecting(&mut batch, key, &session, &found);
        if let Err(error) = self.store.commit(batch).await {
            tracing::warn!(%error, "The last use of a session could not be stored.");
        }
    }

    /// Returns when a session ends unless it is used again.
    fn end_of(&self, session: &Session) -> Timestamp {
        let idle = session.seen_at.plus(self.settings.session_idle);
        idle.min(session.opened_at.plus(self.settings.session_longest))
    }

    /// Ends the caller's session.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), IdentityError> {
        let Via::Session(id) = caller.via() else {
            return Ok(());
        };
        self.end(|session| session.id == id).await?;
        self.end_leases(caller.id()).await;
        Ok(())
    }

    async fn end(&self, which: impl Fn(&Session) -> bool) -> Result<(), IdentityError> {
        let mut batch = Batch::new();
        let events = self.prepare_ending(&mut batch, which).await?;
        if !events.is_empty() {
            self.journal.record(batch, events).await?;
        }
        Ok(())
    }

    /// Adds the end of the matching sessions to `batch`.
    pub(super) async fn prepare_ending(
        &self,
        batch: &mut Batch,
        which: impl Fn(&Session) -> bool,
    ) -> Result<Vec<AuditEvent>, IdentityError> {
        let mut events = Vec::new();
        for (key, session) in SESSIONS.all(&self.store).await? {
            if which(&session) {
                SESSIONS.delete(batch, &key);
                let subject = Subject::new("session", session.id);
                let closed = IdentityEvent::SessionClosed;
                events.push(AuditEvent::new(session.person, closed, subject));
            }
        }
        Ok(events)
    }
}

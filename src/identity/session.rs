//! Browser sessions.

use serde::{Deserialize, Serialize};

use lectern_base::{Hash, PersonId, SessionId, Subject, Timestamp};
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Key as _, Range, Table};

use super::event::{IdentityEvent, NewSession};
use super::proof::Credential;
use super::{Caller, Identity, IdentityError, Origin, Person, SigningMethod, Via, secret};

pub(super) static SESSIONS: Table<Hash, Session> = Table::new("sessions");
/// The sessions of each person, the oldest first.
pub(super) static BY_PERSON: Table<(PersonId, Timestamp, Hash), ()> =
    Table::new("sessions_by_person");

/// Number of a person's oldest sessions that are removed when they sign in, if they have expired.
const REMOVED_AT_ONCE: usize = 50;

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
        self.remove_expired(batch, person.id).await?;
        let key = secret::hash(&secret);
        SESSIONS.insert(batch, &key, &session);
        list(batch, &key, &session);
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
            delete(&mut batch, &key, &session);
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
    pub(super) fn end_of(&self, session: &Session) -> Timestamp {
        let idle = session.seen_at.plus(self.settings.session_idle);
        idle.min(session.opened_at.plus(self.settings.session_longest))
    }

    /// Ends the caller's session.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), IdentityError> {
        let Via::Session(id) = caller.via() else {
            return Ok(());
        };
        let mut batch = Batch::new();
        let ending = self.prepare_ending(&mut batch, caller.id(), |session| session.id == id);
        let events = ending.await?;
        if !events.is_empty() {
            self.journal.record(batch, events).await?;
        }
        self.end_leases(caller.id()).await;
        Ok(())
    }

    /// Adds the end of the matching sessions of a person to `batch`.
    pub(super) async fn prepare_ending(
        &self,
        batch: &mut Batch,
        person: PersonId,
        which: impl Fn(&Session) -> bool,
    ) -> Result<Vec<AuditEvent>, IdentityError> {
        let mut events = Vec::new();
        for (key, session) in self.sessions_of(person).await? {
            if which(&session) {
                delete(batch, &key, &session);
                let subject = Subject::new("session", session.id);
                let closed = IdentityEvent::SessionClosed;
                events.push(AuditEvent::new(session.person, closed, subject));
            }
        }
        Ok(events)
    }

    /// Adds the removal of expired sessions of a person to `batch`.
    async fn remove_expired(
        &self,
        batch: &mut Batch,
        person: PersonId,
    ) -> Result<(), IdentityError> {
        let range = Range::prefix(&person.encode()).limit(REMOVED_AT_ONCE);
        let now = self.now();
        for (key, session) in self.sessions_in(range).await? {
            if self.end_of(&session) <= now {
                delete(batch, &key, &session);
            }
        }
        Ok(())
    }

    /// Returns the sessions of a person, the oldest first.
    pub(super) async fn sessions_of(
        &self,
        person: PersonId,
    ) -> Result<Vec<(Hash, Session)>, IdentityError> {
        self.sessions_in(Range::prefix(&person.encode())).await
    }

    async fn sessions_in(&self, range: Range) -> Result<Vec<(Hash, Session)>, IdentityError> {
        self.index_by_person().await?;
        let mut sessions = Vec::new();
        for ((_, _, key), ()) in BY_PERSON.scan(&self.store, range).await? {
            let session = SESSIONS.get(&self.store, &key).await?;
            sessions.extend(session.map(|session| (key, session)));
        }
        Ok(sessions)
    }
}

/// Lists a session under its person.
pub(super) fn list(batch: &mut Batch, key: &Hash, session: &Session) {
    BY_PERSON.put(batch, &(session.person, session.opened_at, *key), &());
}

/// Adds the removal of a session to `batch`.
pub(super) fn delete(batch: &mut Batch, key: &Hash, session: &Session) {
    SESSIONS.delete(batch, key);
    BY_PERSON.delete(batch, &(session.person, session.opened_at, *key));
}

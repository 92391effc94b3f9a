//! Sessions: who signed in with a browser.

use serde::{Deserialize, Serialize};
use serde_json::json;

use lectern_base::{Hash, PersonId, SessionId, Subject, Timestamp};
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Table};

use super::{Caller, Identity, IdentityError, Origin, Person, SigningMethod, Via, secret};

static SESSIONS: Table<Hash, Session> = Table::new("sessions");

/// How much later a request must be before the session's record is written again.
const SEEN_STEP: std::time::Duration = std::time::Duration::from_secs(300);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    pub id: SessionId,
    pub person: PersonId,
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
    /// The secret by which the device is known next time.
    pub device: String,
    /// Whether a new password must be chosen before anything else.
    pub must_change_password: bool,
}

impl Identity {
    pub(super) async fn open_session(
        &self,
        person: Person,
        method: SigningMethod,
        from: &Origin,
    ) -> Result<Opened, IdentityError> {
        let mut batch = Batch::new();
        let (opened, deed) = self
            .prepare_session(&mut batch, person, method, from)
            .await?;
        self.journal.record(batch, vec![deed]).await?;
        Ok(opened)
    }

    /// Puts a new session into `batch`.
    pub(super) async fn prepare_session(
        &self,
        batch: &mut Batch,
        person: Person,
        method: SigningMethod,
        from: &Origin,
    ) -> Result<(Opened, AuditEvent), IdentityError> {
        let (id, now, secret) = (SessionId::new(), self.now(), secret::make(""));
        let session = Session {
            id,
            person: person.id,
            opened_at: now,
            seen_at: now,
        };
        SESSIONS.insert(batch, &secret::kept(&secret), &session);
        let (device, new_device) = self
            .note_sign_in(batch, person.id, id, method, from)
            .await?;
        let deed = AuditEvent::new(person.id, "session.opened", Subject::new("session", id))
            .to(json!({"method": method, "new_device": new_device}));
        let opened = Opened {
            must_change_password: self.must_change(&person),
            person,
            secret,
            expires_at: now.plus(self.settings.session_longest),
            device,
        };
        Ok((opened, deed))
    }

    /// Returns whose session a cookie's secret opens.
    pub async fn caller_by_session(&self, secret: &str) -> Option<Caller> {
        let key = secret::kept(secret);
        let found = SESSIONS.get_versioned(&self.store, &key).await;
        let found = found.ok().flatten()?;
        let mut session = found.value.clone();
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
            // Expecting what was read: a session that has ended meanwhile must not come back.
            SESSIONS.put_expecting(&mut batch, &key, &session, &found);
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

    async fn end(&self, which: impl Fn(&Session) -> bool) -> Result<(), IdentityError> {
        let mut batch = Batch::new();
        let deeds = self.prepare_ending(&mut batch, which).await?;
        if !deeds.is_empty() {
            self.journal.record(batch, deeds).await?;
        }
        Ok(())
    }

    /// Puts the end of sessions into `batch`.
    pub(super) async fn prepare_ending(
        &self,
        batch: &mut Batch,
        which: impl Fn(&Session) -> bool,
    ) -> Result<Vec<AuditEvent>, IdentityError> {
        let mut deeds = Vec::new();
        for (key, session) in SESSIONS.all(&self.store).await? {
            if which(&session) {
                SESSIONS.delete(batch, &key);
                let subject = Subject::new("session", session.id);
                deeds.push(AuditEvent::new(session.person, "session.closed", subject));
            }
        }
        Ok(deeds)
    }
}

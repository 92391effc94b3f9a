//! Alerts: security events that stay open until an admin closes them.

use serde::{Deserialize, Serialize};

use lectern_base::{AlertId, PersonId, Subject, Timestamp};
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Table};

use super::event::{IdentityEvent, SettledAlert};
use super::{Admin, AlertKind, Identity, IdentityError};

static ALERTS: Table<AlertId, AlertRecord> = Table::new("alerts");

/// Maximum length of a note, in characters.
const LONGEST_NOTE: usize = 500;

/// An open alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its identifier.
    pub id: AlertId,
    /// What happened.
    pub kind: AlertKind,
    /// When it happened.
    pub at: Timestamp,
    /// The affected person, if there is one.
    pub person: Option<PersonId>,
    /// The address it came from, if known.
    pub from: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct AlertRecord {
    kind: AlertKind,
    at: Timestamp,
    person: Option<PersonId>,
    from: Option<String>,
    settled_at: Option<Timestamp>,
}

impl Identity {
    /// Adds an alert to `batch`.
    pub(super) fn raise(
        &self,
        batch: &mut Batch,
        kind: AlertKind,
        person: Option<PersonId>,
        from: Option<&str>,
    ) {
        let alert = AlertRecord {
            kind,
            at: self.now(),
            person,
            from: from.map(str::to_owned),
            settled_at: None,
        };
        ALERTS.insert(batch, &AlertId::new(), &alert);
        metrics::counter!("lectern_identity_alerts_total", "kind" => kind.word()).increment(1);
    }

    /// Returns the open alerts, newest first.
    pub async fn open_alerts(&self, _by: &Admin) -> Result<Vec<Alert>, IdentityError> {
        let found = ALERTS.all(&self.store).await?.into_iter().rev();
        let open = found.filter(|(_, alert)| alert.settled_at.is_none());
        Ok(open
            .map(|(id, kept)| Alert {
                id,
                kind: kept.kind,
                at: kept.at,
                person: kept.person,
                from: kept.from,
            })
            .collect())
    }

    /// Closes an alert; `note` is the conclusion.
    ///
    /// # Errors
    /// [`IdentityError::Settled`] if it is already closed.
    pub async fn settle_alert(
        &self,
        by: &Admin,
        id: AlertId,
        note: Option<String>,
    ) -> Result<(), IdentityError> {
        let note = note.map(|note| note.trim().to_owned());
        let note = note.filter(|note| !note.is_empty());
        if note
            .as_ref()
            .is_some_and(|n| n.chars().count() > LONGEST_NOTE)
        {
            let why = format!("a note has at most {LONGEST_NOTE} characters");
            return Err(IdentityError::invalid("note", why));
        }
        let found = ALERTS.get_versioned(&self.store, &id).await?;
        let found = found.ok_or(IdentityError::Unknown { what: "alert" })?;
        if found.value.settled_at.is_some() {
            return Err(IdentityError::Settled);
        }
        let mut alert = found.value.clone();
        alert.settled_at = Some(self.now());
        let mut batch = Batch::new();
        ALERTS.put_expecting(&mut batch, &id, &alert, &found);
        let settled = IdentityEvent::AlertSettled {
            new: SettledAlert {
                kind: alert.kind,
                person: alert.person,
            },
        };
        let mut event = AuditEvent::new(by.person().id, settled, Subject::new("alert", id));
        event.reason = note;
        self.journal.record(batch, vec![event]).await?;
        Ok(())
    }
}

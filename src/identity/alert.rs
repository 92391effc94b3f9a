//! Alerts: what somebody who administers must look at, until one of them has settled it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use lectern_base::{AlertId, PersonId, Subject, Timestamp};
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Table};

use super::{Admin, Identity, IdentityError};

static ALERTS: Table<AlertId, Kept> = Table::new("alerts");

/// Letters of a note at most.
const LONGEST_NOTE: usize = 500;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Too many wrong passwords or codes in a row.
    AccountLocked,
    /// Many wrong passwords from one address, whatever the logins.
    AddressGuessing,
    /// A person says that a sign-in was not theirs.
    SignInReported,
    /// An administrator took somebody's second factor away.
    SecondFactorRemoved,
}

impl AlertKind {
    /// Returns the word of metrics.
    fn word(self) -> &'static str {
        match self {
            Self::AccountLocked => "account_locked",
            Self::AddressGuessing => "address_guessing",
            Self::SignInReported => "sign_in_reported",
            Self::SecondFactorRemoved => "second_factor_removed",
        }
    }
}

/// An alert that nobody has settled yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its identifier.
    pub id: AlertId,
    /// What happened.
    pub kind: AlertKind,
    /// When.
    pub at: Timestamp,
    /// Whose account it is about.
    pub person: Option<PersonId>,
    /// The address that it came from.
    pub from: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    kind: AlertKind,
    at: Timestamp,
    person: Option<PersonId>,
    from: Option<String>,
    settled_at: Option<Timestamp>,
}

impl Identity {
    /// Puts an alert into `batch`, beside what it is about.
    pub(super) fn raise(
        &self,
        batch: &mut Batch,
        kind: AlertKind,
        person: Option<PersonId>,
        from: Option<&str>,
    ) {
        let alert = Kept {
            kind,
            at: self.now(),
            person,
            from: from.map(str::to_owned),
            settled_at: None,
        };
        ALERTS.insert(batch, &AlertId::new(), &alert);
        metrics::counter!("lectern_identity_alerts_total", "kind" => kind.word()).increment(1);
    }

    /// Returns what nobody has settled, newest first.
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

    /// Says that an alert was looked into; `note` says what came of it.
    ///
    /// # Errors
    /// [`IdentityError::Settled`] when somebody else was faster.
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
        let mut deed = AuditEvent::new(by.person().id, "alert.settled", Subject::new("alert", id))
            .to(json!({"kind": alert.kind, "person": alert.person}));
        deed.reason = note;
        self.journal.record(batch, vec![deed]).await?;
        Ok(())
    }
}

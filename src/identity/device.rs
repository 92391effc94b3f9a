//! Who signed in when, from where and with what; and whether it was with something new.
//!
//! A browser is told apart by a secret of its own that it keeps for a year. What is written down
//! here is for its person alone; it is no part of the audit trail and falls away with time.

use serde::{Deserialize, Serialize};
use serde_json::json;

use lectern_base::{Hash, PersonId, SessionId, Subject, Timestamp};
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Table};

use super::alert::AlertKind;
use super::service::PEOPLE;
use super::{Caller, Identity, IdentityError, SigningMethod, Via, secret};

static DEVICES: Table<(PersonId, Hash), Device> = Table::new("devices");
static SIGN_INS: Table<(PersonId, SessionId), Kept> = Table::new("sign_ins");
/// The sign-ins with something new that their person has said nothing about.
static NEWS: Table<PersonId, Vec<SessionId>> = Table::new("sign_in_news");

/// A device that was not used for so long is a new one.
pub(super) const REMEMBERED: std::time::Duration = std::time::Duration::from_secs(365 * 86_400);
/// Sign-ins of a person that are kept.
const KEPT: usize = 20;
/// Letters of what a browser says of itself that are kept.
const LONGEST_AGENT: usize = 300;

/// Who asks: an address, and what a browser says of itself.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The address.
    pub address: String,
    /// What the browser says it is.
    pub agent: Option<String>,
    /// The secret of the device, when it has one.
    pub device: Option<String>,
}

impl From<&str> for Origin {
    fn from(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            ..Self::default()
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Device {
    seen_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    at: Timestamp,
    from: String,
    agent: Option<String>,
    method: SigningMethod,
    new_device: bool,
    device: Hash,
}

/// A sign-in of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The session that it opened.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub from: String,
    /// What the browser said it is.
    pub agent: Option<String>,
    /// How the person proved who they are.
    pub method: SigningMethod,
    /// Whether it came from a device that was not known.
    pub new_device: bool,
}

impl SignIn {
    fn of(session: SessionId, kept: Kept) -> Self {
        Self {
            session,
            at: kept.at,
            from: kept.from,
            agent: kept.agent,
            method: kept.method,
            new_device: kept.new_device,
        }
    }
}

impl Identity {
    /// Puts a sign-in into `batch`; returns the device's secret and whether it is new to a person
    /// who had others.
    pub(super) async fn note_sign_in(
        &self,
        batch: &mut Batch,
        person: PersonId,
        session: SessionId,
        method: SigningMethod,
        from: &Origin,
    ) -> Result<(String, bool), IdentityError> {
        let now = self.now();
        let known: Vec<_> = DEVICES.scan_under(&self.store, &person).await?;
        let (fresh, old): (Vec<_>, Vec<_>) = known
            .into_iter()
            .partition(|(_, device)| now.since(device.seen_at) < REMEMBERED);
        for (key, _) in old {
            DEVICES.delete(batch, &key);
        }
        let given = from.device.as_deref().map(secret::kept);
        let is_known = fresh.iter().any(|((_, key), _)| Some(*key) == given);
        let device = match &from.device {
            Some(secret) if is_known => secret.clone(),
            _ => secret::make(""),
        };
        let new_device = !is_known && !fresh.is_empty();
        let key = (person, secret::kept(&device));
        DEVICES.put(batch, &key, &Device { seen_at: now });

        let agent = from.agent.as_ref();
        let kept = Kept {
            at: now,
            from: from.address.clone(),
            agent: agent.map(|agent| agent.chars().take(LONGEST_AGENT).collect()),
            method,
            new_device,
            device: key.1,
        };
        SIGN_INS.put(batch, &(person, session), &kept);
        let before = SIGN_INS.scan_under(&self.store, &person).await?;
        for (key, _) in before.iter().rev().skip(KEPT - 1) {
            SIGN_INS.delete(batch, key);
        }
        if new_device {
            let mut news = NEWS.get(&self.store, &person).await?.unwrap_or_default();
            news.push(session);
            NEWS.put(batch, &person, &news);
        }
        Ok((device, new_device))
    }

    /// Returns the newest sign-ins of the caller, newest first.
    pub async fn sign_ins(&self, caller: &Caller) -> Result<Vec<SignIn>, IdentityError> {
        let found = SIGN_INS.scan_under(&self.store, &caller.id()).await?;
        let newest = found.into_iter().rev().take(KEPT);
        Ok(newest
            .map(|((_, session), kept)| SignIn::of(session, kept))
            .collect())
    }

    /// Returns a sign-in with a new device that the caller has said nothing about. It is not told
    /// to the session that it opened: whoever came in by it would say that it was theirs.
    pub async fn sign_in_news(&self, caller: &Caller) -> Result<Option<SignIn>, IdentityError> {
        let Via::Session(own) = caller.via() else {
            return Ok(None);
        };
        let news = NEWS.get(&self.store, &caller.id()).await?;
        for session in news.unwrap_or_default() {
            let key = (caller.id(), session);
            if session != own
                && let Some(kept) = SIGN_INS.get(&self.store, &key).await?
            {
                return Ok(Some(SignIn::of(session, kept)));
            }
        }
        Ok(None)
    }

    /// The caller says that a sign-in was theirs.
    pub async fn accept_sign_in(
        &self,
        caller: &Caller,
        session: SessionId,
    ) -> Result<(), IdentityError> {
        if caller.via() == Via::Session(session) {
            return Err(IdentityError::Unknown { what: "sign-in" });
        }
        let mut batch = Batch::new();
        self.forget_news(&mut batch, caller, session).await?;
        self.store.commit(batch).await?;
        Ok(())
    }

    /// The caller says that a sign-in was not theirs: all their other sessions end, admins are
    /// alerted, the device is forgotten, and the password must be changed.
    pub async fn report_sign_in(
        &self,
        caller: &Caller,
        session: SessionId,
    ) -> Result<(), IdentityError> {
        let key = (caller.id(), session);
        let sign_in = SIGN_INS.get(&self.store, &key).await?;
        let sign_in = sign_in.ok_or(IdentityError::Unknown { what: "sign-in" })?;
        let found = self.versioned(caller.id()).await?;
        let mut person = found.value.clone();
        person.must_change_password = true;
        let mut batch = Batch::new();
        PEOPLE.put_expecting(&mut batch, &person.id, &person, &found);
        DEVICES.delete(&mut batch, &(person.id, sign_in.device));
        self.forget_news(&mut batch, caller, session).await?;
        let from = Some(sign_in.from.as_str());
        let kind = AlertKind::SignInReported;
        self.raise(&mut batch, kind, Some(person.id), from);
        let subject = Subject::new("session", session);
        let mut deeds = vec![
            AuditEvent::new(person.id, "session.reported", subject)
                .to(json!({"at": sign_in.at, "from": sign_in.from})),
        ];
        let own = caller.via();
        deeds.extend(
            self.prepare_ending(&mut batch, |open| {
                open.person == person.id && own != Via::Session(open.id)
            })
            .await?,
        );
        self.journal.record(batch, deeds).await?;
        self.changed(person.id);
        Ok(())
    }

    async fn forget_news(
        &self,
        batch: &mut Batch,
        caller: &Caller,
        session: SessionId,
    ) -> Result<(), IdentityError> {
        let id = caller.id();
        let news = NEWS.get(&self.store, &id).await?.unwrap_or_default();
        let left: Vec<_> = news.into_iter().filter(|one| *one != session).collect();
        match left.is_empty() {
            true => NEWS.delete(batch, &id),
            false => NEWS.put(batch, &id, &left),
        }
        Ok(())
    }
}

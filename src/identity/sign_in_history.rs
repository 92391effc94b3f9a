//! Sign-in history: when, from where and with which device a person signed in, and whether the
//! device was new.
//!
//! A browser is recognised by a secret that it keeps for a year. The history is for the person
//! only; it is not part of the audit trail, and old records are deleted.

use std::iter;

use serde::{Deserialize, Serialize};

use lectern_base::{Hash, PersonId, SessionId, Subject, Timestamp};
use lectern_journal::AuditEvent;
use lectern_store::{Batch, Table};

use super::alert_kind::AlertKind;
use super::attempt::SignInPlace;
use super::event::{IdentityEvent, ReportedSignIn};
use super::identity::PEOPLE;
use super::{Caller, Identity, IdentityError, Person, SigningMethod, Via, network, secret};

static DEVICES: Table<(PersonId, Hash), Device> = Table::new("devices");
static SIGN_INS: Table<(PersonId, SessionId), SignInRecord> = Table::new("sign_ins");
/// The sign-ins with a new device that the person has not reviewed yet.
static UNREVIEWED: Table<PersonId, Vec<SessionId>> = Table::new("sign_in_news");

/// How long an unused device is remembered.
pub(super) const DEVICE_LIFETIME: std::time::Duration =
    std::time::Duration::from_secs(365 * 86_400);
/// Number of sign-ins stored per person.
const KEPT: usize = 20;
/// Maximum length of a stored user agent, in characters.
const LONGEST_AGENT: usize = 300;

/// Separates the secrets of people who share a device; no secret has it.
const SEPARATOR: char = '.';
/// The number of people whose secrets one browser keeps, those who signed in last.
const PEOPLE_AT_A_DEVICE: usize = 8;

/// Where a request comes from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The address.
    pub address: String,
    /// The browser's user agent.
    pub agent: Option<String>,
    /// The device secrets that the browser has, joined by [`SEPARATOR`]: one for each person who
    /// signed in with it.
    pub device: Option<String>,
}

impl Origin {
    fn device_secrets(&self) -> impl Iterator<Item = &str> {
        let all = self.device.as_deref().unwrap_or_default().split(SEPARATOR);
        all.filter(|secret| !secret.is_empty())
            .take(PEOPLE_AT_A_DEVICE)
    }
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
struct SignInRecord {
    at: Timestamp,
    from: String,
    agent: Option<String>,
    method: SigningMethod,
    new_device: bool,
    device: Hash,
    /// Whether the person said that it was not theirs.
    #[serde(default)]
    reported: bool,
}

/// A past sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The session it opened.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
    /// The address it came from.
    pub from: String,
    /// The browser's user agent.
    pub agent: Option<String>,
    /// How the person authenticated.
    pub method: SigningMethod,
    /// Whether the device was new.
    pub new_device: bool,
}

impl SignIn {
    fn of(session: SessionId, kept: SignInRecord) -> Self {
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
    /// Adds a sign-in to `batch`; returns the device secrets that the browser keeps, and whether the
    /// device is new while the person has others.
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
            .partition(|(_, device)| now.since(device.seen_at) < DEVICE_LIFETIME);
        for (key, _) in old {
            DEVICES.delete(batch, &key);
        }
        let is_own = |secret: &&str| {
            let hash = secret::hash(secret);
            fresh.iter().any(|((_, key), _)| *key == hash)
        };
        let own = from.device_secrets().find(is_own);
        let device = own.map_or_else(|| secret::generate(""), str::to_owned);
        let others = from.device_secrets().filter(|other| Some(*other) != own);
        let kept: Vec<&str> = iter::once(device.as_str())
            .chain(others)
            .take(PEOPLE_AT_A_DEVICE)
            .collect();
        let secrets = kept.join(&SEPARATOR.to_string());
        let new_device = own.is_none() && !fresh.is_empty();
        let key = (person, secret::hash(&device));
        DEVICES.put(batch, &key, &Device { seen_at: now });

        let agent = from.agent.as_ref();
        let kept = SignInRecord {
            at: now,
            from: from.address.clone(),
            agent: agent.map(|agent| agent.chars().take(LONGEST_AGENT).collect()),
            method,
            new_device,
            device: key.1,
            reported: false,
        };
        SIGN_INS.put(batch, &(person, session), &kept);
        let before = SIGN_INS.scan_under(&self.store, &person).await?;
        for (key, _) in before.iter().rev().skip(KEPT - 1) {
            SIGN_INS.delete(batch, key);
        }
        if new_device {
            let mut news = UNREVIEWED
                .get(&self.store, &person)
                .await?
                .unwrap_or_default();
            news.push(session);
            UNREVIEWED.put(batch, &person, &news);
        }
        Ok((secrets, new_device))
    }

    /// Returns where a sign-in comes from, as far as `person` is known there.
    pub(super) async fn place_of(
        &self,
        person: Option<&Person>,
        from: &Origin,
    ) -> Result<SignInPlace, IdentityError> {
        let network = network::network(&from.address);
        let key = Hash::of(network.as_bytes());
        let Some(person) = person else {
            return Ok(SignInPlace::Unknown(key));
        };
        let now = self.now();
        for device in from.device_secrets().map(secret::hash) {
            let known = DEVICES.get(&self.store, &(person.id, device)).await?;
            if known.is_some_and(|device| now.since(device.seen_at) < DEVICE_LIFETIME) {
                return Ok(SignInPlace::KnownDevice(device));
            }
        }
        let before = SIGN_INS.scan_under(&self.store, &person.id).await?;
        let known = before.iter().any(|(_, kept)| {
            !kept.reported
                && network::network(&kept.from) == network
                && now.since(kept.at) < DEVICE_LIFETIME
        });
        Ok(match known {
            true => SignInPlace::KnownNetwork(key),
            false => SignInPlace::Unknown(key),
        })
    }

    /// Returns the caller's stored sign-ins, newest first.
    pub async fn sign_ins(&self, caller: &Caller) -> Result<Vec<SignIn>, IdentityError> {
        let found = SIGN_INS.scan_under(&self.store, &caller.id()).await?;
        let newest = found.into_iter().rev().take(KEPT);
        Ok(newest
            .map(|((_, session), kept)| SignIn::of(session, kept))
            .collect())
    }

    /// Returns a sign-in with a new device that the caller has not reviewed yet.
    ///
    /// The session that it opened does not get to review it: an intruder would accept it.
    pub async fn sign_in_news(&self, caller: &Caller) -> Result<Option<SignIn>, IdentityError> {
        let Via::Session(own) = caller.via() else {
            return Ok(None);
        };
        let news = UNREVIEWED.get(&self.store, &caller.id()).await?;
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

    /// Records that the caller recognises a sign-in.
    pub async fn accept_sign_in(
        &self,
        caller: &Caller,
        session: SessionId,
    ) -> Result<(), IdentityError> {
        if caller.via() == Via::Session(session) {
            return Err(IdentityError::Unknown { what: "sign-in" });
        }
        let mut batch = Batch::new();
        self.mark_reviewed(&mut batch, caller, session).await?;
        self.store.commit(batch).await?;
        Ok(())
    }

    /// Records that a sign-in was not the caller's: ends all their other sessions, alerts the
    /// admins, forgets the device, and requires a new password.
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
        let reported = SignInRecord {
            reported: true,
            ..sign_in.clone()
        };
        SIGN_INS.put(&mut batch, &key, &reported);
        self.mark_reviewed(&mut batch, caller, session).await?;
        let from = Some(sign_in.from.as_str());
        let kind = AlertKind::SignInReported;
        self.raise(&mut batch, kind, Some(person.id), from);
        let subject = Subject::new("session", session);
        let mut events = vec![AuditEvent::new(
            person.id,
            IdentityEvent::SignInReported {
                new: ReportedSignIn {
                    at: sign_in.at,
                    from: sign_in.from.clone(),
                },
            },
            subject,
        )];
        let own = caller.via();
        events.extend(
            self.prepare_ending(&mut batch, person.id, |open| own != Via::Session(open.id))
                .await?,
        );
        self.journal.record(batch, events).await?;
        self.end_leases(person.id).await;
        self.changed(person.id);
        Ok(())
    }

    async fn mark_reviewed(
        &self,
        batch: &mut Batch,
        caller: &Caller,
        session: SessionId,
    ) -> Result<(), IdentityError> {
        let id = caller.id();
        let news = UNREVIEWED.get(&self.store, &id).await?.unwrap_or_default();
        let left: Vec<_> = news.into_iter().filter(|one| *one != session).collect();
        match left.is_empty() {
            true => UNREVIEWED.delete(batch, &id),
            false => UNREVIEWED.put(batch, &id, &left),
        }
        Ok(())
    }
}

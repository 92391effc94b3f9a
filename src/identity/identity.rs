//! The [`Identity`] service and its lookups.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Mutex, OnceCell, broadcast};

use lectern_base::{Clock, ModuleId, Page, PersonId, Seek, Timestamp};
use lectern_journal::Journal;
use lectern_store::{Range, Store, Table};

use super::failure_log::FailureLog;
use super::leases::Leases;
use super::password::Passwords;
use super::pending_enrolments::PendingEnrolments;
use super::pending_sign_ins::PendingSignIns;
use super::setup_code::SetupCode;
use super::striped_lock::StripedLock;
use super::throttle::Throttle;
use super::ticket_store::TicketStore;
use super::{
    Caller, IdentityError, IdentitySettings, Person, Place, Role, SelfGrant, Via, fold_login,
};

pub(super) static PEOPLE: Table<PersonId, Person> = Table::new("people");
pub(super) static LOGINS: Table<String, PersonId> = Table::new("logins");
pub(super) static PASSWORDS: Table<PersonId, String> = Table::new("passwords");

/// Capacity of the channel of permission changes. A subscriber that lags behind must recheck
/// everyone.
const CHANGES: usize = 256;

/// The service for people, sessions and tokens.
pub struct Identity {
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: IdentitySettings,
    pub(super) passwords: Passwords,
    pub(super) throttle: Throttle,
    /// Failures that are counted instead of recorded.
    pub(super) failures: FailureLog,
    pub(super) attempt_lock: StripedLock,
    pub(super) pending_sign_ins: PendingSignIns,
    pub(super) pending_enrolments: PendingEnrolments,
    pub(super) tickets: TicketStore,
    /// Held by open connections.
    pub(super) leases: Leases,
    pub(super) setup_code: SetupCode,
    /// Held while people are changed, so that two admins cannot remove each other.
    pub(super) administering: Mutex<()>,
    /// Set once every session and token is listed under its person.
    pub(super) indexed: OnceCell<()>,
    has_admin: AtomicBool,
    changes: broadcast::Sender<PersonId>,
}

impl Identity {
    /// Makes the service.
    pub fn new(
        store: Store,
        journal: Arc<Journal>,
        clock: Arc<dyn Clock>,
        settings: IdentitySettings,
    ) -> Self {
        let passwords = Passwords::new(settings.argon2_memory_kib, settings.password_length);
        Self {
            store,
            journal,
            clock,
            settings,
            passwords,
            throttle: Throttle::default(),
            failures: FailureLog::default(),
            attempt_lock: StripedLock::default(),
            pending_sign_ins: PendingSignIns::default(),
            pending_enrolments: PendingEnrolments::default(),
            tickets: TicketStore::default(),
            leases: Leases::default(),
            setup_code: SetupCode::default(),
            administering: Mutex::new(()),
            indexed: OnceCell::new(),
            has_admin: AtomicBool::new(false),
            changes: broadcast::Sender::new(CHANGES),
        }
    }

    /// Returns a person.
    pub async fn person(&self, id: PersonId) -> Result<Option<Person>, IdentityError> {
        Ok(PEOPLE.get(&self.store, &id).await?)
    }

    /// Returns a person by login, ignoring case.
    pub async fn find_by_login(&self, login: &str) -> Result<Option<Person>, IdentityError> {
        match LOGINS.get(&self.store, &fold_login(login)).await? {
            Some(id) => self.person(id).await,
            None => Ok(None),
        }
    }

    /// Returns a page of people in the order they were added.
    pub async fn people(&self, seek: &Seek) -> Result<Page<Person>, IdentityError> {
        let page = PEOPLE.page(&self.store, Range::all(), seek).await?;
        Ok(page.map(|(_, person)| person))
    }

    /// Returns all people, including inactive ones.
    pub async fn everybody(&self) -> Result<Vec<Person>, IdentityError> {
        let found = PEOPLE.all(&self.store).await?;
        Ok(found.into_iter().map(|(_, person)| person).collect())
    }

    /// Returns the active people who have a role in this module itself.
    pub async fn members_of(&self, module: ModuleId) -> Result<Vec<Person>, IdentityError> {
        let everybody = self.everybody().await?;
        Ok(everybody
            .into_iter()
            .filter(|p| p.active && p.is_member(module))
            .collect())
    }

    /// Returns the active people who can decide reviews in `place`.
    pub async fn reviewers_of(&self, place: &Place) -> Result<Vec<Person>, IdentityError> {
        self.all_who(|caller| caller.reviewer(place).is_ok()).await
    }

    /// Returns the active people who can take part in drafts in `place`.
    pub async fn editors_of(&self, place: &Place) -> Result<Vec<Person>, IdentityError> {
        self.all_who(|caller| caller.editor(place).is_ok()).await
    }

    /// Returns the active people who can take part in drafts in any of `places`, read once for all.
    pub async fn editors_of_any(&self, places: &[Place]) -> Result<Vec<Person>, IdentityError> {
        self.all_who(|caller| places.iter().any(|place| caller.editor(place).is_ok()))
            .await
    }

    async fn all_who(&self, may: impl Fn(&Caller) -> bool) -> Result<Vec<Person>, IdentityError> {
        let may = |person: &Person| {
            let asked = self.caller_for(person.clone(), Via::Lookup);
            person.active && may(&asked)
        };
        Ok(self.everybody().await?.into_iter().filter(may).collect())
    }

    /// Returns the names of people; unknown ids are left out.
    pub async fn names(
        &self,
        people: &[PersonId],
    ) -> Result<HashMap<PersonId, String>, IdentityError> {
        let mut names = HashMap::with_capacity(people.len());
        for id in people {
            if let Some(person) = self.person(*id).await? {
                names.insert(*id, person.name);
            }
        }
        Ok(names)
    }

    /// Subscribes to permission changes, so that open sockets can recheck.
    pub fn changes(&self) -> broadcast::Receiver<PersonId> {
        self.changes.subscribe()
    }

    /// Returns whether there is no active admin yet.
    pub async fn needs_setup(&self) -> Result<bool, IdentityError> {
        if self.has_admin.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let everybody = self.everybody().await?;
        let found = everybody
            .iter()
            .any(|person| person.active && person.holds(Role::Admin));
        self.has_admin.store(found, Ordering::Relaxed);
        Ok(!found)
    }

    /// Returns an authenticated person as a [`Caller`]; `None` if they are not active.
    pub(super) async fn active_caller(&self, id: PersonId, via: Via) -> Option<Caller> {
        match self.person(id).await {
            Ok(person) => person.filter(|person| person.active).map(|person| {
                let must_change = matches!(via, Via::Session(_)) && self.must_change(&person);
                self.caller_for(person, via)
                    .must_change_password(must_change)
            }),
            Err(error) => {
                tracing::error!(%error, "A person could not be looked up.");
                None
            }
        }
    }

    fn caller_for(&self, person: Person, via: Via) -> Caller {
        let unripe = self.unripe(&person);
        let unripe = unripe.into_iter().map(|own| own.grant).collect();
        Caller::new(person, via).with_unripe(unripe)
    }

    /// Returns the reviewer roles that a person gave themself and that do not count in controlled
    /// modules yet.
    fn unripe(&self, person: &Person) -> Vec<SelfGrant> {
        let Some(wait) = self.settings.self_grant_wait else {
            return Vec::new();
        };
        let own = person.self_granted.iter();
        own.filter(|own| self.now().since(own.at) < wait)
            .copied()
            .collect()
    }

    /// Returns when the last reviewer role that a person gave themself will count in controlled
    /// modules; `None` if all of them do.
    pub fn unconfirmed_until(&self, person: &Person) -> Option<Timestamp> {
        let wait = self.settings.self_grant_wait?;
        let unripe = self.unripe(person);
        unripe.iter().map(|own| own.at.plus(wait)).max()
    }

    pub(super) fn changed(&self, person: PersonId) {
        // Sending fails if there are no subscribers.
        let _ = self.changes.send(person);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

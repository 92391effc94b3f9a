//! Proofs of permission: values that only this crate can make.

use lectern_base::{DelegationId, Hash, ModuleId, PersonId, SessionId, TokenId};

use super::{Denied, Grant, IdentityError, Person, Role};

/// The scope of a permission check: a module and its access settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The module.
    pub module: ModuleId,
    /// Whether everyone can read it; a restricted module exists for its members only.
    pub open: bool,
    /// Whether learners can only suggest changes.
    pub suggest: bool,
    /// Whether it is controlled, so that a reviewer role that somebody gave themself must ripen.
    pub controlled: bool,
}

impl Place {
    /// Returns whether a person can see the module and read its effective articles.
    pub fn is_open_to(&self, person: &Person) -> bool {
        self.open || person.is_member(self.module)
    }
}

/// How a caller authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// With a session cookie.
    Session(SessionId),
    /// With an API token.
    Token(TokenId),
    /// Not at all: the server looks up what a person may do.
    Lookup,
}

/// The key of what a caller authenticated with; a ticket has that of its issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credential {
    /// The hash of a session's secret.
    Session(Hash),
    /// A token.
    Token(TokenId),
}

/// An authenticated, active person.
#[derive(Debug, Clone)]
pub struct Caller {
    person: Person,
    via: Via,
    credential: Option<Credential>,
    must_change_password: bool,
    /// Reviewer roles that the person gave themself and nobody has confirmed yet.
    unripe: Vec<Grant>,
    reads_only: bool,
}

impl Caller {
    pub(super) fn new(person: Person, via: Via) -> Self {
        Self {
            person,
            via,
            credential: None,
            must_change_password: false,
            unripe: Vec::new(),
            reads_only: false,
        }
    }

    /// Sets whether the caller's token may only read.
    pub(super) fn reads_only(self, reads_only: bool) -> Self {
        Self { reads_only, ..self }
    }

    /// Fails for a token that may only read.
    pub fn writes(&self) -> Result<(), Denied> {
        match self.reads_only {
            true => Err(Denied::Missing {
                right: "write, which this token does not have",
            }),
            false => Ok(()),
        }
    }

    /// Fails for a token: to decide, to sign, to delegate and to make tokens, people sign in.
    pub fn in_person(&self) -> Result<(), Denied> {
        match self.via {
            Via::Token(_) => Err(Denied::Missing {
                right: "decide, sign, delegate or make tokens, which no token has; sign in with the \
                    password",
            }),
            Via::Session(_) | Via::Lookup => Ok(()),
        }
    }

    /// Sets which roles do not count in controlled modules yet.
    pub(super) fn with_unripe(self, unripe: Vec<Grant>) -> Self {
        Self { unripe, ..self }
    }

    /// Sets what the caller authenticated with.
    pub(super) fn with_credential(self, credential: Credential) -> Self {
        Self {
            credential: Some(credential),
            ..self
        }
    }

    /// Returns what the caller authenticated with; `None` for a lookup.
    pub(super) fn credential(&self) -> Option<Credential> {
        self.credential
    }

    /// Sets whether the caller must choose a new password before anything else.
    pub(super) fn must_change_password(self, must_change_password: bool) -> Self {
        Self {
            must_change_password,
            ..self
        }
    }

    /// Returns whether the caller need not choose a new password first.
    pub fn is_ready(&self) -> bool {
        !self.must_change_password
    }

    /// Returns the caller.
    ///
    /// # Errors
    /// [`IdentityError::MustChangePassword`] if they must choose a new password first.
    pub fn ready(self) -> Result<Self, IdentityError> {
        match self.must_change_password {
            true => Err(IdentityError::MustChangePassword),
            false => Ok(self),
        }
    }

    /// Returns the person's identifier.
    pub fn id(&self) -> PersonId {
        self.person.id
    }

    /// Returns the person.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// Returns how the caller authenticated; by a ticket, how its issuer did.
    pub fn via(&self) -> Via {
        self.via
    }

    /// Proves permission to read effective articles in `place`.
    pub fn reader(&self, place: &Place) -> Result<Reader, Denied> {
        self.sees(place)?;
        Ok(Reader(self.role_proof(place)))
    }

    /// Proves permission to take part in drafts in `place`: to see them, comment and suggest.
    pub fn editor(&self, place: &Place) -> Result<Editor, Denied> {
        self.any(
            place,
            &[Role::Learner, Role::Trainer, Role::Reviewer],
            "write in this module",
        )
        .map(Editor)
    }

    /// Proves permission to start drafts in `place` and to edit them directly.
    pub fn author(&self, place: &Place) -> Result<Author, Denied> {
        let editor = self.editor(place)?;
        let writes = |role| self.person.holds_in(role, place.module);
        match !place.suggest || writes(Role::Trainer) || writes(Role::Reviewer) {
            true => Ok(Author(editor.0)),
            false => Err(Denied::Missing {
                right: "write in this module; you may suggest changes",
            }),
        }
    }

    /// Proves permission to decide reviews in `place`. The review itself checks that the caller did
    /// not contribute.
    pub fn reviewer(&self, place: &Place) -> Result<Reviewer, Denied> {
        let held = self.any(place, &[Role::Reviewer], "review in this module")?;
        match held.reviews {
            true => Ok(Reviewer(held)),
            false => Err(Denied::Missing {
                right: "review in this controlled module, which you gave yourself; another \
                    administrator confirms it, or you wait",
            }),
        }
    }

    /// Returns whether the caller has a reviewer role in `place` that counts there.
    fn reviews(&self, place: &Place) -> bool {
        let here = |grant: &&Grant| {
            grant.role == Role::Reviewer && grant.module.is_none_or(|module| module == place.module)
        };
        let mut held = self.person.roles.iter().filter(here);
        held.any(|grant| !place.controlled || !self.unripe.contains(grant))
    }

    /// Proves permission to manage the members and order of `place`, and to restore revisions.
    pub fn steward(&self, place: &Place) -> Result<Steward, Denied> {
        self.any(
            place,
            &[Role::Trainer, Role::Reviewer],
            "manage this module",
        )
        .map(Steward)
    }

    /// Proves permission to see who in `place` has read what they were asked to read.
    pub fn overseer(&self, place: &Place) -> Result<Overseer, Denied> {
        self.any(
            place,
            &[Role::Trainer, Role::Reviewer, Role::Lead],
            "see who has read the articles of this module",
        )
        .map(Overseer)
    }

    /// Proves permission to name a substitute for a reviewer who can no longer decide: for people
    /// who manage the module, and for admins who can see it.
    pub fn appointer(&self, place: &Place) -> Result<Appointer, Denied> {
        self.sees(place)?;
        match self.admin().is_ok() || self.steward(place).is_ok() {
            true => Ok(Appointer(self.role_proof(place))),
            false => Err(Denied::Missing {
                right: "name a substitute for a reviewer of this module",
            }),
        }
    }

    /// Proves permission to create modules.
    pub fn founder(&self) -> Result<Founder, Denied> {
        match self.person.holds(Role::Trainer) || self.person.holds(Role::Reviewer) {
            true => Ok(Founder(self.person.clone())),
            false => Err(Denied::Missing {
                right: "create modules",
            }),
        }
    }

    /// Proves permission to export the records of `place`: for people who manage the module, and
    /// for admins who can see it.
    pub fn archivist(&self, place: &Place) -> Result<Archivist, Denied> {
        self.sees(place)?;
        let audits = self.admin().is_ok();
        match audits || self.steward(place).is_ok() {
            true => Ok(Archivist {
                held: self.role_proof(place),
                sees_drafts: self.editor(place).is_ok(),
                audits,
            }),
            false => Err(Denied::Missing {
                right: "hand out the records of this module",
            }),
        }
    }

    /// Proves permission to administer people, settings and the audit trail.
    pub fn admin(&self) -> Result<Admin, Denied> {
        match self.person.holds(Role::Admin) {
            true => Ok(Admin(self.person.clone())),
            false => Err(Denied::Missing {
                right: "administer",
            }),
        }
    }

    /// Fails unless the caller can see `place`.
    fn sees(&self, place: &Place) -> Result<(), Denied> {
        match place.is_open_to(&self.person) {
            true => Ok(()),
            false => Err(Denied::Hidden),
        }
    }

    fn any(&self, place: &Place, roles: &[Role], right: &'static str) -> Result<RoleProof, Denied> {
        self.sees(place)?;
        match roles
            .iter()
            .any(|role| self.person.holds_in(*role, place.module))
        {
            true => Ok(self.role_proof(place)),
            false => Err(Denied::Missing { right }),
        }
    }

    fn role_proof(&self, place: &Place) -> RoleProof {
        RoleProof {
            person: self.person.clone(),
            module: place.module,
            reviews: self.reviews(place),
        }
    }
}

#[derive(Debug, Clone)]
struct RoleProof {
    person: Person,
    module: ModuleId,
    /// Whether the person has a reviewer role that counts there.
    reviews: bool,
}

macro_rules! proof {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(RoleProof);

        impl $name {
            /// Returns the person.
            pub fn person(&self) -> &Person {
                &self.0.person
            }

            /// Returns the module that the permission is for.
            pub fn module(&self) -> ModuleId {
                self.0.module
            }
        }
    };
}

proof!(
    /// Permission to read effective articles of a module.
    Reader
);
proof!(
    /// Permission to take part in drafts of a module.
    Editor
);
proof!(
    /// Permission to start and edit drafts of a module.
    Author
);
proof!(
    /// Permission to decide reviews of a module.
    Reviewer
);
proof!(
    /// Permission to manage a module.
    Steward
);
proof!(
    /// Permission to see who has read the articles of a module.
    Overseer
);

proof!(
    /// Permission to name a substitute for a reviewer of a module who can no longer decide.
    Appointer
);

/// Permission to decide reviews of a module: the person's own, or delegated by a reviewer.
#[derive(Debug, Clone)]
pub struct Approver {
    held: RoleProof,
    instead_of: Option<(Person, DelegationId)>,
}

impl Approver {
    pub(super) fn instead_of(editor: Editor, reviewer: Person, delegation: DelegationId) -> Self {
        Self {
            held: editor.0,
            instead_of: Some((reviewer, delegation)),
        }
    }

    /// Returns the person who decides.
    pub fn person(&self) -> &Person {
        &self.held.person
    }

    /// Returns the module that the permission is for.
    pub fn module(&self) -> ModuleId {
        self.held.module
    }

    /// Returns the reviewer who delegated the permission, if it is delegated.
    pub fn represented(&self) -> Option<&Person> {
        self.instead_of.as_ref().map(|(reviewer, _)| reviewer)
    }

    /// Returns the delegation, if the permission is delegated.
    pub fn delegation(&self) -> Option<DelegationId> {
        self.instead_of.as_ref().map(|(_, delegation)| *delegation)
    }
}

impl From<Reviewer> for Approver {
    fn from(reviewer: Reviewer) -> Self {
        Self {
            held: reviewer.0,
            instead_of: None,
        }
    }
}

impl Steward {
    /// Returns whether the person can review in the module as well.
    pub fn reviews(&self) -> bool {
        self.0.reviews
    }
}

/// Permission to create modules.
#[derive(Debug, Clone)]
pub struct Founder(Person);

impl Founder {
    /// Returns the person.
    pub fn person(&self) -> &Person {
        &self.0
    }
}

/// Permission to administer.
#[derive(Debug, Clone)]
pub struct Admin(Person);

impl Admin {
    /// Returns the person.
    pub fn person(&self) -> &Person {
        &self.0
    }
}

/// Permission to export the records of a module.
#[derive(Debug, Clone)]
pub struct Archivist {
    held: RoleProof,
    sees_drafts: bool,
    audits: bool,
}

impl Archivist {
    /// Returns the person.
    pub fn person(&self) -> &Person {
        &self.held.person
    }

    /// Returns the module that the permission is for.
    pub fn module(&self) -> ModuleId {
        self.held.module
    }

    /// Returns whether drafts, unapproved revisions and comments are included.
    pub fn sees_drafts(&self) -> bool {
        self.sees_drafts
    }

    /// Returns whether the person can read the audit trail, which includes changes of permissions.
    pub fn audits(&self) -> bool {
        self.audits
    }
}

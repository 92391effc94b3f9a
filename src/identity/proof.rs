//! Proofs of permission: values that only this room can make.

use lectern_base::{ArticleId, DelegationId, ModuleId, PersonId, SessionId, TokenId};

use super::{IdentityError, Person, Role};

/// Where a permission is asked: a module, and whether everybody may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The module.
    pub module: ModuleId,
    /// Whether it is open; a restricted one exists for its members only.
    pub open: bool,
    /// Whether learners suggest changes there rather than make them.
    pub suggest: bool,
}

impl Place {
    /// Tells whether a person may know that it exists, and read what is effective there.
    pub fn is_open_to(&self, person: &Person) -> bool {
        self.open || person.is_member(self.module)
    }
}

/// Why somebody may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// They may not even know that it is there.
    #[error("there is nothing at this address")]
    Hidden,
    /// They lack a right, which has a name.
    #[error("this needs the right to {right}")]
    Missing {
        /// What they may not do.
        right: &'static str,
    },
}

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// By a session's cookie.
    Session(SessionId),
    /// By an API token.
    Token(TokenId),
    /// By a ticket for one article's socket.
    Ticket(ArticleId),
}

/// An active person who proved who they are.
#[derive(Debug, Clone)]
pub struct Caller {
    person: Person,
    via: Via,
    held_up: bool,
}

impl Caller {
    pub(super) fn new(person: Person, via: Via) -> Self {
        Self {
            person,
            via,
            held_up: false,
        }
    }

    /// Says whether they must choose a new password before anything else.
    pub(super) fn held_up(self, held_up: bool) -> Self {
        Self { held_up, ..self }
    }

    /// Tells whether nothing holds them up.
    pub fn is_ready(&self) -> bool {
        !self.held_up
    }

    /// Returns them if nothing holds them up.
    ///
    /// # Errors
    /// [`IdentityError::MustChangePassword`].
    pub fn ready(self) -> Result<Self, IdentityError> {
        match self.held_up {
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

    /// Returns how they proved who they are.
    pub fn via(&self) -> Via {
        self.via
    }

    /// Proves that they may read effective articles in `place`.
    pub fn reader(&self, place: &Place) -> Result<Reader, Denied> {
        self.sees(place)?;
        Ok(Reader(self.held(place)))
    }

    /// Proves that they may take part in drafts in `place`: see them, comment, suggest.
    pub fn editor(&self, place: &Place) -> Result<Editor, Denied> {
        self.any(
            place,
            &[Role::Learner, Role::Trainer, Role::Reviewer],
            "write in this module",
        )
        .map(Editor)
    }

    /// Proves that they may start drafts in `place`, and write in them themselves.
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

    /// Proves that they may decide on reviews in `place`; that they did not contribute is the
    /// review's to check.
    pub fn reviewer(&self, place: &Place) -> Result<Reviewer, Denied> {
        self.any(place, &[Role::Reviewer], "review in this module")
            .map(Reviewer)
    }

    /// Proves that they may manage members and order, and restore revisions, in `place`.
    pub fn steward(&self, place: &Place) -> Result<Steward, Denied> {
        self.any(
            place,
            &[Role::Trainer, Role::Reviewer],
            "manage this module",
        )
        .map(Steward)
    }

    /// Proves that they may see who in `place` has read what they were asked to read.
    pub fn overseer(&self, place: &Place) -> Result<Overseer, Denied> {
        self.any(
            place,
            &[Role::Trainer, Role::Reviewer, Role::Lead],
            "see who has read the articles of this module",
        )
        .map(Overseer)
    }

    /// Proves that they may create modules.
    pub fn founder(&self) -> Result<Founder, Denied> {
        match self.person.holds(Role::Trainer) || self.person.holds(Role::Reviewer) {
            true => Ok(Founder(self.person.clone())),
            false => Err(Denied::Missing {
                right: "create modules",
            }),
        }
    }

    /// Proves that they may hand out what is on record in `place`: whoever manages the module, and
    /// whoever reads the audit trail and may know of it.
    pub fn archivist(&self, place: &Place) -> Result<Archivist, Denied> {
        self.sees(place)?;
        let audits = self.admin().is_ok();
        match audits || self.steward(place).is_ok() {
            true => Ok(Archivist {
                held: self.held(place),
                sees_drafts: self.editor(place).is_ok(),
                audits,
            }),
            false => Err(Denied::Missing {
                right: "hand out the records of this module",
            }),
        }
    }

    /// Proves that they may administer people, settings and the audit trail.
    pub fn admin(&self) -> Result<Admin, Denied> {
        match self.person.holds(Role::Admin) {
            true => Ok(Admin(self.person.clone())),
            false => Err(Denied::Missing {
                right: "administer",
            }),
        }
    }

    /// Tells whether they may know that `place` exists.
    fn sees(&self, place: &Place) -> Result<(), Denied> {
        match place.is_open_to(&self.person) {
            true => Ok(()),
            false => Err(Denied::Hidden),
        }
    }

    fn any(&self, place: &Place, roles: &[Role], right: &'static str) -> Result<Held, Denied> {
        self.sees(place)?;
        match roles
            .iter()
            .any(|role| self.person.holds_in(*role, place.module))
        {
            true => Ok(self.held(place)),
            false => Err(Denied::Missing { right }),
        }
    }

    fn held(&self, place: &Place) -> Held {
        Held {
            person: self.person.clone(),
            module: place.module,
        }
    }
}

#[derive(Debug, Clone)]
struct Held {
    person: Person,
    module: ModuleId,
}

macro_rules! proof {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(Held);

        impl $name {
            /// Returns the person.
            pub fn person(&self) -> &Person {
                &self.0.person
            }

            /// Returns the module it holds for.
            pub fn module(&self) -> ModuleId {
                self.0.module
            }
        }
    };
}

proof!(
    /// Somebody who may read effective articles of a module.
    Reader
);
proof!(
    /// Somebody who may take part in drafts of a module.
    Editor
);
proof!(
    /// Somebody who may write drafts of a module.
    Author
);
proof!(
    /// Somebody who may decide on reviews of a module.
    Reviewer
);
proof!(
    /// Somebody who may manage a module.
    Steward
);
proof!(
    /// Somebody who may see who has read the articles of a module.
    Overseer
);

/// Somebody who may decide on reviews of a module: by a right of their own, or by that of a
/// reviewer who handed it over for a time.
#[derive(Debug, Clone)]
pub struct Approver {
    held: Held,
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

    /// Returns the module it holds for.
    pub fn module(&self) -> ModuleId {
        self.held.module
    }

    /// Returns the reviewer whose right is used, if it is somebody else's.
    pub fn represented(&self) -> Option<&Person> {
        self.instead_of.as_ref().map(|(reviewer, _)| reviewer)
    }

    /// Returns what handed that right over.
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

/// Somebody who may create modules.
#[derive(Debug, Clone)]
pub struct Founder(Person);

impl Founder {
    /// Returns the person.
    pub fn person(&self) -> &Person {
        &self.0
    }
}

/// Somebody who may administer.
#[derive(Debug, Clone)]
pub struct Admin(Person);

impl Admin {
    /// Returns the person.
    pub fn person(&self) -> &Person {
        &self.0
    }
}

/// Somebody who may hand out what is on record in a module.
#[derive(Debug, Clone)]
pub struct Archivist {
    held: Held,
    sees_drafts: bool,
    audits: bool,
}

impl Archivist {
    /// Returns the person.
    pub fn person(&self) -> &Person {
        &self.held.person
    }

    /// Returns the module it holds for.
    pub fn module(&self) -> ModuleId {
        self.held.module
    }

    /// Tells whether they see drafts there, what was never approved, and what is said about them.
    pub fn sees_drafts(&self) -> bool {
        self.sees_drafts
    }

    /// Tells whether they read the audit trail, and so what was done with people's rights.
    pub fn audits(&self) -> bool {
        self.audits
    }
}

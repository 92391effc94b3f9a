//! The records: assignments, first openings and acknowledgements.

use serde::{Deserialize, Serialize};

use lectern_base::{ArticleId, Hash, ModuleId, PersonId, RevisionId, SignatureId, Timestamp};
use lectern_store::{Batch, Store, StoreError, Table};

/// The newest assignment of each person to each article.
pub(super) const ASSIGNMENTS: Table<(ArticleId, PersonId), Assignment> =
    Table::new("reading_assignments");
/// When somebody who is assigned an article first opened it. Reading is private, so no journal entry
/// says this; the acknowledgement does.
pub(super) const OPENED: Table<(ArticleId, PersonId), FirstOpened> = Table::new("reading_opened");
/// All acknowledgements; none is ever changed or removed.
pub(super) const ACKNOWLEDGEMENTS: Table<(ArticleId, PersonId, u32), Acknowledgement> =
    Table::new("acknowledgements");
/// The acknowledgements by person.
pub(super) const GIVEN_BY: Table<(PersonId, ArticleId, u32), ()> =
    Table::new("acknowledgements_of_person");

/// Why somebody is asked to read a version, or read it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReadingReason)]
pub enum AssignmentReason {
    /// It became effective, and they are of its audience.
    NewVersion,
    /// They came to be of its audience later.
    Role,
    /// Somebody who looks after the module asked them.
    Assigned,
    /// Nobody asked them.
    #[serde(rename = "self")]
    Unasked,
}

impl AssignmentReason {
    /// Returns the word that the interface uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::NewVersion => "new_version",
            Self::Role => "role",
            Self::Assigned => "assigned",
            Self::Unasked => "self",
        }
    }
}

/// What somebody is asked to read, and by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ReadingAssignment)]
pub struct Assignment {
    /// The article.
    pub article: ArticleId,
    /// Who is asked.
    pub person: PersonId,
    /// The n of the version that was effective when they were asked.
    pub version: u32,
    /// The major version that began its line: the asking stands for every version of it.
    pub line: u32,
    /// Why.
    pub reason: AssignmentReason,
    /// Who asked, where a person did.
    #[schema(required = true)]
    pub assigner: Option<PersonId>,
    /// When they were asked.
    pub assigned_at: Timestamp,
    /// The last moment of the day by which they shall have read it.
    pub due: Timestamp,
}

/// When somebody first opened an article they are assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FirstOpened {
    /// The line of versions they opened.
    pub line: u32,
    /// When.
    pub at: Timestamp,
}

/// That somebody has read and understood a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Acknowledgement {
    /// Who.
    pub person: PersonId,
    /// Their name as it was then.
    pub printed_name: String,
    /// The article.
    pub article: ArticleId,
    /// Its module then.
    pub module: ModuleId,
    /// The n of n.0.
    pub version: u32,
    /// The major version that began its line: the acknowledgement counts for this line alone.
    pub line: u32,
    /// The revision that the version is.
    pub revision: RevisionId,
    /// The SHA-256 of exactly what it says.
    pub content_sha256: Hash,
    /// The title then.
    pub title: String,
    /// Why they were asked.
    pub reason: AssignmentReason,
    /// Who asked them, where a person did.
    #[schema(required = true)]
    pub assigner: Option<PersonId>,
    /// When they were asked, if they were.
    #[schema(required = true)]
    pub assigned_at: Option<Timestamp>,
    /// The last moment of the day by which they should have read it, if they were asked.
    #[schema(required = true)]
    pub due: Option<Timestamp>,
    /// When they first opened it after they were asked, as far as it was opened as a page or by
    /// the interface.
    #[schema(required = true)]
    pub first_opened: Option<Timestamp>,
    /// What they confirmed, in words.
    pub statement: String,
    /// Which wording of the statement that is.
    pub statement_version: u32,
    /// What it means.
    pub meaning: String,
    /// When they confirmed it, by the server's clock.
    pub completed_at: Timestamp,
    /// Whether that was after the day it was due.
    pub late: bool,
    /// The signature that was given with it, in a controlled module.
    #[schema(required = true)]
    pub signature: Option<SignatureId>,
    /// The number of the journal's entry that holds it.
    pub journal_seq: u64,
}

/// Puts the record of a new acknowledgement into `batch`.
pub(super) fn put_acknowledgement(batch: &mut Batch, given: &Acknowledgement) {
    let Acknowledgement {
        article,
        person,
        version,
        ..
    } = *given;
    ACKNOWLEDGEMENTS.insert(batch, &(article, person, version), given);
    GIVEN_BY.put(batch, &(person, article, version), &());
}

/// Returns every acknowledgement in a store, for verification.
pub async fn all_acknowledgements(store: &Store) -> Result<Vec<Acknowledgement>, StoreError> {
    let found = ACKNOWLEDGEMENTS.all(store).await?;
    Ok(found.into_iter().map(|(_, given)| given).collect())
}

//! What a pack says of itself: `pack.json`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use lectern_article::Standing;
use lectern_base::{ArticleId, Hash, ModuleId, ReviewId, RevisionId, SignatureId};

/// The version of the layout that is written, and the only one that is read.
pub(super) const VERSION: u32 = 1;
/// The file that says what a pack holds.
pub(super) const CONTENTS: &str = "pack.json";
/// The manifest: the SHA-256 of every other file but [`EXPORT`].
pub(super) const SUMS: &str = "SHA256SUMS";
/// Who made the pack and when; names the hash of the manifest, so it cannot stand in it.
pub(super) const EXPORT: &str = "export.json";
/// The people who are named anywhere.
pub(super) const PEOPLE: &str = "people.json";
/// How every extract of the journal is called, whatever folder it stands in.
pub(super) const JOURNAL: &str = "journal.jsonl";

/// What a pack holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Contents {
    /// The version of the layout.
    pub lectern_pack: u32,
    /// `article`, `module` or `all`.
    pub of: String,
    /// What was left out, as whoever made it may not see it; in words.
    pub left_out: Vec<String>,
    /// The modules, by title.
    pub modules: Vec<ModuleContents>,
    /// The articles, in the order of their modules.
    pub articles: Vec<ArticleContents>,
    /// The template versions that they are written against.
    pub templates: Vec<String>,
}

/// What it holds of a module.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ModuleContents {
    pub id: ModuleId,
    pub title: String,
    pub folder: String,
}

/// What it holds of an article.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ArticleContents {
    pub id: ArticleId,
    pub module: ModuleId,
    pub title: String,
    pub standing: Standing,
    pub folder: String,
    pub versions: Vec<VersionContents>,
    /// Reviews that made no version.
    pub reviews: Vec<ReviewContents>,
    /// Every record whose text is here as well: what an import takes over.
    pub holds: Holds,
    /// The extracts of the journal: of the house that made the pack, and of those before it.
    pub journals: Vec<String>,
}

/// A version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct VersionContents {
    pub number: u32,
    pub folder: String,
    pub sha256: Hash,
}

/// A review that made no version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ReviewContents {
    pub id: ReviewId,
    pub folder: String,
    /// Whether its text is here.
    pub text: bool,
}

/// Records by their identifiers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holds {
    pub revisions: BTreeSet<RevisionId>,
    pub reviews: BTreeSet<ReviewId>,
    pub signatures: BTreeSet<SignatureId>,
}

impl Holds {
    /// Adds what others hold.
    pub fn extend(&mut self, other: Self) {
        self.revisions.extend(other.revisions);
        self.reviews.extend(other.reviews);
        self.signatures.extend(other.signatures);
    }
}

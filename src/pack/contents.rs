//! What a pack says about itself: `pack.json`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use lectern_article::Standing;
use lectern_base::{ArticleId, Hash, ModuleId, ReviewId, RevisionId, SignatureId};

/// The version of the layout: the only one that is written and read.
pub const VERSION: u32 = 1;
/// The file that lists what a pack contains.
pub const CONTENTS: &str = "pack.json";
/// The manifest: the SHA-256 of every other file except [`EXPORT`].
pub const SUMS: &str = "SHA256SUMS";
/// Who made the pack, and when. It names the hash of the manifest, so the manifest cannot list it.
pub const EXPORT: &str = "export.json";
/// The people who are mentioned anywhere in the pack.
pub const PEOPLE: &str = "people.json";
/// The name of every extract of the journal, in whatever folder.
pub const JOURNAL: &str = "journal.jsonl";

/// What a pack contains.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Contents {
    /// The version of the layout.
    pub lectern_pack: u32,
    /// The scope of the export: `article`, `module` or `all`.
    pub of: String,
    /// What was left out because the exporter may not see it, in sentences.
    pub left_out: Vec<String>,
    /// The modules, by title.
    pub modules: Vec<ModuleContents>,
    /// The articles, in the order of their modules.
    pub articles: Vec<ArticleContents>,
    /// The template versions that the articles are written against.
    pub templates: Vec<String>,
}

/// What a pack contains of a module.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ModuleContents {
    /// Which module.
    pub id: ModuleId,
    /// Its title.
    pub title: String,
    /// Its folder.
    pub folder: String,
}

/// What a pack contains of an article.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ArticleContents {
    /// Which article.
    pub id: ArticleId,
    /// The module it belongs to.
    pub module: ModuleId,
    /// Its title.
    pub title: String,
    /// Its status.
    pub standing: Standing,
    /// Its folder.
    pub folder: String,
    /// Its versions, oldest first.
    pub versions: Vec<VersionContents>,
    /// The reviews that led to no version.
    pub reviews: Vec<ReviewContents>,
    /// Every record whose text is in the pack: what an import takes over.
    pub holds: RecordIds,
    /// The extracts of the journal: from the instance that made the pack, and from those before it.
    pub journals: Vec<String>,
}

/// A version in a pack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VersionContents {
    /// The n of version n.0.
    pub number: u32,
    /// Its folder.
    pub folder: String,
    /// The SHA-256 of its content.
    pub sha256: Hash,
}

/// A review in a pack that led to no version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReviewContents {
    /// Which review.
    pub id: ReviewId,
    /// Its folder.
    pub folder: String,
    /// Whether the text under review is in the pack.
    pub text: bool,
}

/// The identifiers of records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordIds {
    /// Revisions.
    pub revisions: BTreeSet<RevisionId>,
    /// Reviews.
    pub reviews: BTreeSet<ReviewId>,
    /// Signatures.
    pub signatures: BTreeSet<SignatureId>,
}

impl RecordIds {
    /// Adds all identifiers of `other`.
    pub fn extend(&mut self, other: Self) {
        self.revisions.extend(other.revisions);
        self.reviews.extend(other.reviews);
        self.signatures.extend(other.signatures);
    }
}

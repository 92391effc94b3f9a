//! The record of a module.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use lectern_base::{ArticleId, ModuleId, PersonId, Timestamp};
use lectern_identity::Place;

/// Maximum length of a slug, in characters.
const LONGEST_SLUG: usize = 60;

/// Who may read a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody.
    Open,
    /// Its members; to others it does not exist.
    Restricted,
}

/// How strictly articles of a module are approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ModuleControl)]
pub enum Control {
    /// An approval is enough.
    Informal,
    /// An approval is signed, as regulated training asks for.
    Controlled,
}

/// What learners do in the drafts of a module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Learners {
    /// They start drafts and write in them.
    #[default]
    Write,
    /// They suggest changes, which somebody else accepts.
    Suggest,
}

/// An ordered collection of articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// The id.
    pub id: ModuleId,
    /// The name in URLs; does not change with the title.
    pub slug: String,
    /// The title.
    pub title: String,
    /// What the module is for.
    pub purpose: String,
    /// Who can read it.
    pub visibility: Visibility,
    /// How strictly its articles are approved.
    pub control: Control,
    /// What learners do in its drafts.
    #[serde(default)]
    pub learners: Learners,
    /// The articles in reading order: only in packs, and in records of earlier releases. See
    /// [`Modules::article_page`](crate::Modules::article_page).
    pub order: Vec<ArticleId>,
    /// Who created it.
    pub created_by: PersonId,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whether it is the sample module, which can be removed.
    #[serde(default)]
    pub sample: bool,
}

impl Module {
    /// Returns the scope of permission checks in this module.
    pub fn place(&self) -> Place {
        Place {
            module: self.id,
            open: self.visibility == Visibility::Open,
            suggest: self.learners == Learners::Suggest,
            controlled: self.control == Control::Controlled,
        }
    }
}

/// A module to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewModule {
    /// The title.
    pub title: String,
    /// What the module is for.
    pub purpose: String,
    /// Who can read it.
    pub visibility: Visibility,
    /// How strictly its articles are approved.
    pub control: Control,
    /// What learners do in its drafts.
    pub learners: Learners,
}

/// Changes of a module; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleChange {
    /// The new title.
    pub title: Option<String>,
    /// The new purpose.
    pub purpose: Option<String>,
    /// The new visibility.
    pub visibility: Option<Visibility>,
    /// The new control.
    pub control: Option<Control>,
    /// What learners do from now on.
    pub learners: Option<Learners>,
    /// The reason; required if a controlled module becomes informal.
    pub reason: Option<String>,
}

/// Makes a slug from a title; keeps letters of all scripts and removes accents.
pub(super) fn slug_of(title: &str) -> String {
    let is_accent = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    let plain: String = title.nfkd().filter(|c| !is_accent(c)).collect();
    let lower = plain.nfc().collect::<String>().to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let slug: String = words.join("-").chars().take(LONGEST_SLUG).collect();
    match slug.trim_end_matches('-') {
        "" => "module".to_owned(),
        slug => slug.to_owned(),
    }
}

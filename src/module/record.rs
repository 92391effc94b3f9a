//! The record of a module.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use lectern_base::{ArticleId, ModuleId, PersonId, Timestamp};
use lectern_identity::Place;

/// Letters of a title that make it into an address.
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
    /// Its name for good.
    pub id: ModuleId,
    /// Its name in addresses; stays when the title changes.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Who may read it.
    pub visibility: Visibility,
    /// How strictly its articles are approved.
    pub control: Control,
    /// What learners do in its drafts.
    #[serde(default)]
    pub learners: Learners,
    /// Its articles in the order people read them.
    pub order: Vec<ArticleId>,
    /// Who created it.
    pub created_by: PersonId,
    /// When.
    pub created_at: Timestamp,
    /// Whether it is the sample that can be removed with one click.
    #[serde(default)]
    pub sample: bool,
}

impl Module {
    /// Where permission is asked for anything in it.
    pub fn place(&self) -> Place {
        Place {
            module: self.id,
            open: self.visibility == Visibility::Open,
            suggest: self.learners == Learners::Suggest,
        }
    }
}

/// A module to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewModule {
    /// Its title.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Who may read it.
    pub visibility: Visibility,
    /// How strictly its articles are approved.
    pub control: Control,
    /// What learners do in its drafts.
    pub learners: Learners,
}

/// What shall be different about a module; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleChange {
    /// Another title.
    pub title: Option<String>,
    /// Another purpose.
    pub purpose: Option<String>,
    /// Other readers.
    pub visibility: Option<Visibility>,
    /// Another strictness.
    pub control: Option<Control>,
    /// Another part for learners.
    pub learners: Option<Learners>,
    /// Why; needed where a controlled module becomes an informal one.
    pub reason: Option<String>,
}

/// Makes a part of an address from a title; letters of all scripts stay, accents go.
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

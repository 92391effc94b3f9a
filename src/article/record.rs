//! The record of an article: where it belongs, and where it stands.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use lectern_base::{ArticleId, Hash, ModuleId, PersonId, ReviewId, RevisionId, Timestamp};
use lectern_store::Table;
use lectern_template::TemplateRef;

/// All articles.
pub(super) const ARTICLES: Table<ArticleId, Article> = Table::new("articles");

/// Letters of a title at most; a longer one that was typed live is cut where it is written down.
pub const LONGEST_TITLE: usize = 200;

/// Bytes of a title that are compared: two hundred letters of any script.
const COMPARED: usize = 800;
/// Letters of a title that make it into an address.
const LONGEST_SLUG: usize = 60;

/// Written against one template version; has one draft and at most one effective version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Its name for good.
    pub id: ArticleId,
    /// Its name in addresses: of the title it was started with, and once it is approved of the
    /// title of its first version. It stays when the title changes later.
    pub slug: String,
    /// Where it belongs.
    pub module: ModuleId,
    /// What it is written against.
    pub template: TemplateRef,
    /// The title of the newest revision, or the one it was started with: a draft's words, not
    /// for readers. They get [`Effective::title`].
    pub title: String,
    /// Who started it.
    pub created_by: PersonId,
    /// When.
    pub created_at: Timestamp,
    /// Who answers for it.
    pub owner: PersonId,
    /// Where it stands.
    pub standing: Standing,
    /// The version that stands for it, also while that is suspended or retired.
    pub effective: Option<Effective>,
    /// The review that is open.
    pub open_review: Option<ReviewId>,
    /// The newest revision of its draft.
    pub latest_revision: Option<RevisionId>,
    /// Why its version was taken back or the article given up, in words for its readers.
    #[serde(default)]
    pub notice: Option<String>,
}

impl Article {
    /// Returns the version that readers get, if they get one.
    pub fn readable(&self) -> Option<&Effective> {
        let effective = self.effective.as_ref();
        effective.filter(|_| self.standing.is_readable())
    }
}

/// Where an article stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ArticleStanding)]
pub enum Standing {
    /// It never had a version.
    Draft,
    /// Readers get its effective version.
    Effective,
    /// Readers get it, with a banner: it should have been looked at again.
    Due,
    /// Readers get it, with a stern banner: it is no longer valid.
    Expired,
    /// A notice stands in its place.
    Suspended,
    /// It has been given up.
    Retired,
}

impl Standing {
    /// Tells whether readers get the version that stands for the article.
    pub fn is_readable(self) -> bool {
        matches!(self, Self::Effective | Self::Due | Self::Expired)
    }
}

/// The version that stands for an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effective {
    /// The n of n.0.
    pub version: u32,
    /// The revision that it is.
    pub revision: RevisionId,
    /// The hash of its content.
    pub hash: Hash,
    /// Its title, as approved.
    pub title: String,
    /// Since when.
    pub since: Timestamp,
    /// When it should be looked at again.
    pub review_due: Option<Timestamp>,
}

/// An article to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewArticle {
    /// Its title.
    pub title: String,
}

/// Returns a title as it is written down: no longer than one may be.
pub fn fitting_title(title: &str) -> &str {
    let end = title.char_indices().nth(LONGEST_TITLE);
    end.map_or(title, |(end, _)| title[..end].trim_end())
}

/// Returns a title as it is compared: compatible letters, lower case, single spaces.
///
/// At most [`COMPARED`] bytes, as it is the key of a record.
pub fn normalised(title: &str) -> String {
    let folded: String = title.nfkc().collect::<String>().to_lowercase();
    let mut folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    folded.truncate(folded.floor_char_boundary(COMPARED));
    folded
}

/// Makes a part of an address from a title; letters of all scripts stay, accents go.
pub(super) fn slug_of(title: &str) -> String {
    let letters = title.nfkd().filter(|c| !is_mark(*c)).collect::<String>();
    let words = letters.nfc().collect::<String>().to_lowercase();
    let words: Vec<&str> = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let slug: String = words.join("-").chars().take(LONGEST_SLUG).collect();
    match slug.trim_end_matches('-') {
        "" => "article".to_owned(),
        slug => slug.to_owned(),
    }
}

/// Tells whether a slug was made from a title, be it with a number behind it for namesakes.
pub(super) fn is_slug_of(slug: &str, title: &str) -> bool {
    let number = slug.strip_prefix(&slug_of(title));
    let number = number.map(|rest| rest.strip_prefix('-').unwrap_or(rest));
    number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()))
}

/// Accents on Latin, Greek and Cyrillic letters; the vowel signs of other scripts are no accents.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_compared_without_regard_to_case_width_and_space() {
        assert_eq!(normalised("  Ｃold   Chain "), normalised("cold chain"));
        assert_ne!(normalised("Cold chain"), normalised("Cold chains"));
    }

    #[test]
    fn a_title_of_any_length_can_be_written_down() {
        assert_eq!(fitting_title("Cold chain"), "Cold chain");
        assert_eq!(
            fitting_title(&"長".repeat(5_000)),
            "長".repeat(LONGEST_TITLE)
        );
        assert!(normalised(&"\u{fdfa}".repeat(LONGEST_TITLE)).len() <= COMPARED);
    }

    #[test]
    fn a_slug_is_a_readable_part_of_an_address() {
        assert_eq!(slug_of("Cold Chain: what & why?"), "cold-chain-what-why");
        assert_eq!(slug_of("Médicaments à risque"), "medicaments-a-risque");
        assert_eq!(slug_of("温度管理 2"), "温度管理-2");
        assert_eq!(slug_of("!!!"), "article");
        assert!(slug_of(&"word ".repeat(50)).len() <= LONGEST_SLUG);
    }

    #[test]
    fn namesakes_have_slugs_of_one_title() {
        assert!(is_slug_of("cold-chain", "Cold chain"));
        assert!(is_slug_of("cold-chain-2", "Cold Chain!"));
        assert!(!is_slug_of("cold-chain-of-2", "Cold chain"));
        assert!(!is_slug_of("recall", "Cold chain"));
    }
}

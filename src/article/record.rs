//! The article record.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use lectern_base::{ArticleId, Hash, ModuleId, PersonId, ReviewId, RevisionId, Timestamp};
use lectern_store::Table;
use lectern_template::TemplateRef;

/// All articles.
pub(super) const ARTICLES: Table<ArticleId, Article> = Table::new("articles");

/// Maximum length of a title in characters; longer titles typed live are truncated when recorded.
pub const LONGEST_TITLE: usize = 200;

/// Bytes of a title that are compared; enough for 200 characters of any script.
const COMPARED: usize = 800;
/// Maximum length of a slug in characters.
const LONGEST_SLUG: usize = 60;

/// An article: written against one template version, with one draft and at most one effective
/// version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// The permanent id.
    pub id: ArticleId,
    /// The name in URLs, from the title at creation, or from the title of the first approved
    /// version. Later title changes do not affect it.
    pub slug: String,
    /// The module it belongs to.
    pub module: ModuleId,
    /// The template version it is written against.
    pub template: TemplateRef,
    /// The title of the latest revision, or the title at creation. It belongs to the draft and is
    /// not for readers; they get [`Effective::title`].
    pub title: String,
    /// Who created it.
    pub created_by: PersonId,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who is responsible for it.
    pub owner: PersonId,
    /// Its status.
    pub standing: Standing,
    /// The current version; set even while it is suspended or retired.
    pub effective: Option<Effective>,
    /// The open review.
    pub open_review: Option<ReviewId>,
    /// The latest revision of its draft.
    pub latest_revision: Option<RevisionId>,
    /// Why its version was suspended or the article retired, as shown to readers.
    #[serde(default)]
    pub notice: Option<String>,
}

impl Article {
    /// Returns the version readers get, if any.
    pub fn readable(&self) -> Option<&Effective> {
        let effective = self.effective.as_ref();
        effective.filter(|_| self.standing.is_readable())
    }

    /// Tells whether readers may know of the article.
    pub fn is_published(&self) -> bool {
        self.standing != Standing::Draft
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
    /// Tells whether readers get the effective version.
    pub fn is_readable(self) -> bool {
        matches!(self, Self::Effective | Self::Due | Self::Expired)
    }
}

/// The effective version of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effective {
    /// The version number; n for version n.0.
    pub version: u32,
    /// The revision it was made from.
    pub revision: RevisionId,
    /// The hash of its content.
    pub hash: Hash,
    /// The approved title.
    pub title: String,
    /// When it became effective.
    pub since: Timestamp,
    /// When its periodic review is due.
    pub review_due: Option<Timestamp>,
}

/// A request to create an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewArticle {
    /// Its title.
    pub title: String,
}

/// Truncates a title to the maximum length.
pub fn truncated_title(title: &str) -> &str {
    let end = title.char_indices().nth(LONGEST_TITLE);
    end.map_or(title, |(end, _)| title[..end].trim_end())
}

/// Normalises a title for comparison: NFKC, lower case, single spaces.
///
/// At most [`COMPARED`] bytes, because it is used as a key.
pub fn normalised_title(title: &str) -> String {
    let folded: String = title.nfkc().collect::<String>().to_lowercase();
    let mut folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    folded.truncate(folded.floor_char_boundary(COMPARED));
    folded
}

/// Makes a slug from a title. Letters of all scripts are kept, accents are removed.
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

/// Tells whether a slug was made from a title, possibly with a numeric suffix.
pub(super) fn is_slug_of(slug: &str, title: &str) -> bool {
    let number = slug.strip_prefix(&slug_of(title));
    let number = number.map(|rest| rest.strip_prefix('-').unwrap_or(rest));
    number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()))
}

/// Combining accents for Latin, Greek and Cyrillic. Vowel signs of other scripts are not accents.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_compared_ignoring_case_width_and_spaces() {
        assert_eq!(
            normalised_title("  Ｃold   Chain "),
            normalised_title("cold chain")
        );
        assert_ne!(
            normalised_title("Cold chain"),
            normalised_title("Cold chains")
        );
    }

    #[test]
    fn long_titles_are_truncated() {
        assert_eq!(truncated_title("Cold chain"), "Cold chain");
        assert_eq!(
            truncated_title(&"長".repeat(5_000)),
            "長".repeat(LONGEST_TITLE)
        );
        assert!(normalised_title(&"\u{fdfa}".repeat(LONGEST_TITLE)).len() <= COMPARED);
    }

    #[test]
    fn slugs_are_readable() {
        assert_eq!(slug_of("Cold Chain: what & why?"), "cold-chain-what-why");
        assert_eq!(slug_of("Médicaments à risque"), "medicaments-a-risque");
        assert_eq!(slug_of("温度管理 2"), "温度管理-2");
        assert_eq!(slug_of("!!!"), "article");
        assert!(slug_of(&"word ".repeat(50)).len() <= LONGEST_SLUG);
    }

    #[test]
    fn numbered_slugs_match_the_same_title() {
        assert!(is_slug_of("cold-chain", "Cold chain"));
        assert!(is_slug_of("cold-chain-2", "Cold Chain!"));
        assert!(!is_slug_of("cold-chain-of-2", "Cold chain"));
        assert!(!is_slug_of("recall", "Cold chain"));
    }
}

//! Thread records and their limits.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_base::{ArticleId, ModuleId, PersonId, ThreadId, Timestamp};
use lectern_store::Table;

use super::SocialError;

/// Threads.
pub(super) const THREADS: Table<ThreadId, Thread> = Table::new("threads");
/// The threads of an article, oldest first.
pub(super) const OF_ARTICLE: Table<(ArticleId, ThreadId), ()> = Table::new("threads_of_article");

/// Maximum length of a comment in characters.
const LONGEST_TEXT: usize = 4_000;
/// Maximum number of people mentioned in a comment.
const MOST_MENTIONS: usize = 20;
/// Maximum length of a quotation in characters.
const LONGEST_QUOTE: usize = 500;
/// Maximum length of its context on either side, in characters.
const LONGEST_AROUND: usize = 100;
/// Maximum length of a relative position in characters.
const LONGEST_POSITION: usize = 500;

/// What a thread is about: a passage of a section.
///
/// The positions find it while the passage moves and grows; the quotation finds it where they do not, and tells
/// what it was about once it is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The section's key.
    pub section: String,
    /// Where it begins: a relative position of Yjs, as JSON. Opaque to the server.
    pub start: String,
    /// Where it ends, likewise.
    pub end: String,
    /// The passage as it was, without formats.
    pub quote: String,
    /// A few letters before it.
    #[serde(default)]
    pub prefix: String,
    /// A few letters behind it.
    #[serde(default)]
    pub suffix: String,
}

impl Anchor {
    /// The passage with these words, for those who see the text but not its positions.
    pub fn quoting(section: &str, quote: &str) -> Self {
        Self {
            section: section.to_owned(),
            start: "null".to_owned(),
            end: "null".to_owned(),
            quote: quote.to_owned(),
            prefix: String::new(),
            suffix: String::new(),
        }
    }

    pub(super) fn check(&self) -> Result<(), SocialError> {
        bounded("quote", &self.quote, LONGEST_QUOTE)?;
        bounded("prefix", &self.prefix, LONGEST_AROUND)?;
        bounded("suffix", &self.suffix, LONGEST_AROUND)?;
        bounded("start", &self.start, LONGEST_POSITION)?;
        bounded("end", &self.end, LONGEST_POSITION)?;
        if self.quote.trim().is_empty() {
            let why = "a comment is about some words; select them first";
            return Err(SocialError::invalid("quote", why));
        }
        Ok(())
    }
}

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Remark)]
pub struct NewComment {
    /// The words, without formats; 1 to 4,000 letters.
    pub text: String,
    /// The people it speaks to; each may write the article.
    #[serde(default)]
    pub mentions: Vec<PersonId>,
}

impl NewComment {
    /// Tidies it up, or says what is wrong with it.
    pub(super) fn checked(mut self) -> Result<Self, SocialError> {
        bounded("text", &self.text, LONGEST_TEXT)?;
        self.text = self.text.trim().to_owned();
        if self.text.is_empty() {
            return Err(SocialError::invalid("text", "a comment needs words"));
        }
        self.mentions.sort();
        self.mentions.dedup();
        if self.mentions.len() > MOST_MENTIONS {
            let why = format!("a comment mentions at most {MOST_MENTIONS} people");
            return Err(SocialError::invalid("mentions", why));
        }
        Ok(self)
    }
}

fn bounded(field: &'static str, text: &str, most: usize) -> Result<(), SocialError> {
    match text.chars().nth(most) {
        None => Ok(()),
        Some(_) => Err(SocialError::invalid(
            field,
            format!("this has at most {most} letters"),
        )),
    }
}

/// Where a thread stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ThreadState {
    /// Something is to be said or done.
    Open,
    /// It is settled.
    Resolved,
}

/// A thread of comments on a passage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// The article.
    pub article: ArticleId,
    /// The article's module.
    pub module: ModuleId,
    /// The passage.
    pub anchor: Anchor,
    /// Whether it is open or resolved.
    pub state: ThreadState,
    /// Who resolved or reopened it last.
    pub changed_by: Option<PersonId>,
    /// The comments, oldest first; never empty.
    pub comments: Vec<Comment>,
}

impl Thread {
    /// Returns the person who opened it.
    pub fn opened_by(&self) -> Option<PersonId> {
        self.comments.first().map(|comment| comment.by)
    }
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// The author.
    pub by: PersonId,
    /// When it was written.
    pub at: Timestamp,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// The text.
    pub text: String,
    /// The people mentioned.
    pub mentions: Vec<PersonId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(quote: &str) -> Anchor {
        Anchor::quoting("lead", quote)
    }

    #[test]
    fn a_comment_is_neither_empty_nor_too_long() {
        let remark = |text: &str| NewComment {
            text: text.into(),
            mentions: Vec::new(),
        };
        assert_eq!(remark(" Why? \n").checked().unwrap().text, "Why?");
        assert_eq!(remark(" \n").checked().unwrap_err().field(), Some("text"));
        assert!(remark(&"ä".repeat(4_000)).checked().is_ok());
        assert!(remark(&"ä".repeat(4_001)).checked().is_err());
        let crowd = NewComment {
            text: "All!".into(),
            mentions: (0..21).map(|_| PersonId::new()).collect(),
        };
        assert_eq!(crowd.checked().unwrap_err().field(), Some("mentions"));
    }

    #[test]
    fn an_anchor_needs_a_quotation_of_limited_length() {
        assert!(anchor("the rotor").check().is_ok());
        assert_eq!(anchor(" ").check().unwrap_err().field(), Some("quote"));
        assert!(anchor(&"x".repeat(501)).check().is_err());
        let mut far = anchor("x");
        far.end = "x".repeat(501);
        assert_eq!(far.check().unwrap_err().field(), Some("end"));
    }
}

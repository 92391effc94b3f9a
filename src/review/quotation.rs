//! Words of a text under review that a comment quotes.

use super::error::ReviewError;
use super::review::Review;
use super::reviews::Reviews;

/// Longest quotation, in characters; longer ones are cut.
const LONGEST: usize = 300;

impl Reviews {
    /// Returns the words of a section that a comment quotes: its first line when none are given.
    ///
    /// # Errors
    /// [`ReviewError::NotQuoted`] when the section does not contain the words,
    /// [`ReviewError::NoSection`] when the text has no such section.
    pub async fn quotation(
        &self,
        review: &Review,
        section: &str,
        words: &str,
    ) -> Result<String, ReviewError> {
        let text = self.section_text(review, section).await?;
        quotation(&text, words).ok_or(ReviewError::NotQuoted)
    }
}

fn quotation(text: &str, words: &str) -> Option<String> {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let quoted = match words.is_empty() {
        true => text.lines().next().unwrap_or_default(),
        false => &words,
    };
    contains_quotation(text, quoted).then(|| quoted.chars().take(LONGEST).collect())
}

/// Tells whether a text contains a quotation, whatever its white space and embedded objects.
pub fn contains_quotation(text: &str, quotation: &str) -> bool {
    squeezed(text).contains(&squeezed(quotation))
}

/// Removes white space and U+FFFC, which stands for an object such as a picture.
fn squeezed(text: &str) -> String {
    let stays = |c: &char| !c.is_whitespace() && *c != '\u{FFFC}';
    text.chars().filter(stays).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_is_found_whatever_its_white_space() {
        let text = "Store it at 2\u{a0}to 8 °C.\nNever\u{FFFC} freeze it.";
        let found = quotation(text, " at 2 to\n8 °C. Never freeze ");
        assert_eq!(found.as_deref(), Some("at 2 to 8 °C. Never freeze"));
        assert_eq!(quotation(text, "freeze them"), None);
    }

    #[test]
    fn no_words_quote_the_first_line() {
        assert_eq!(quotation("One.\nTwo.", " ").as_deref(), Some("One."));
        assert_eq!(quotation("", "").as_deref(), Some(""));
    }

    #[test]
    fn a_long_quotation_is_cut() {
        let text = "ä".repeat(LONGEST + 1);
        assert_eq!(quotation(&text, &text).unwrap().chars().count(), LONGEST);
    }
}

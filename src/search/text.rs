//! How text becomes terms. The same analyzers must be registered every time the index is opened:
//! tantivy stores their names only.

use tantivy::schema::{IndexRecordOption, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer,
    TextAnalyzer, TokenizerManager,
};

/// Stemmed words: "gloves" finds "glove".
pub const STEMMED: &str = "stemmed";
/// Words as they are written: fuzzy and prefix queries compare letters, so stems would mislead them.
pub const PLAIN: &str = "plain";

const LONGEST_WORD: usize = 60;

/// Returns the manager with both analyzers of this room.
pub fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(PLAIN, plain());
    manager.register(
        STEMMED,
        TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(RemoveLongFilter::limit(LONGEST_WORD))
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter)
            .filter(Stemmer::new(Language::English))
            .build(),
    );
    manager
}

/// Returns the options of a text field read by `analyzer`, with positions for phrases.
pub fn indexed_by(analyzer: &str) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(analyzer)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    )
}

/// Splits what a person typed into plain words, at most `limit` of them.
pub fn words(typed: &str, limit: usize) -> Vec<String> {
    let mut analyzer = plain();
    let mut stream = analyzer.token_stream(typed);
    let mut words = Vec::new();
    while words.len() < limit && stream.advance() {
        words.push(stream.token().text.clone());
    }
    words
}

fn plain() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

/// Escapes text for HTML.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_bounded() {
        assert_eq!(words("Défi, gloves – ON!", 8), ["defi", "gloves", "on"]);
        assert_eq!(words("one two three", 2), ["one", "two"]);
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("<b>&\"'"), "&lt;b&gt;&amp;&quot;&#39;");
    }
}

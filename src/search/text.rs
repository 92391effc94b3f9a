//! Text analysis. The analyzers must be registered each time the index is opened, because tantivy
//! stores only their names.

use tantivy::schema::{IndexRecordOption, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer,
    TextAnalyzer, TokenizerManager,
};

/// Stemmed words: "gloves" finds "glove".
pub const STEMMED: &str = "stemmed";
/// Unstemmed words: fuzzy and prefix queries compare letters, which stemming would distort.
pub const PLAIN: &str = "plain";

const LONGEST_WORD: usize = 60;

/// Returns a manager with both analyzers registered.
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

/// Returns options for a text field indexed by `analyzer`, with positions for phrase queries.
pub fn indexed_by(analyzer: &str) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(analyzer)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    )
}

/// Splits a query into at most `limit` normalised words.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_normalised_and_limited() {
        assert_eq!(words("Défi, gloves – ON!", 8), ["defi", "gloves", "on"]);
        assert_eq!(words("one two three", 2), ["one", "two"]);
    }
}

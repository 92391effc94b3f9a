//! Text analysis. The analyzers must be registered each time the index is opened, because tantivy
//! stores only their names.

use tantivy::schema::{IndexRecordOption, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, Stemmer, TextAnalyzer,
    TokenizerManager,
};

use super::tokenizer::{Source, WordTokenizer};

/// Stemmed words: "gloves" finds "glove". A new name has an index of an older release built anew.
pub const STEMMED: &str = "stemmed-2";
/// Unstemmed words: fuzzy and prefix queries compare letters, which stemming would distort.
pub const PLAIN: &str = "plain-2";

/// Maximum length of a word in the index, in bytes.
pub const LONGEST_WORD: usize = 60;

/// Returns a manager with both analyzers registered.
pub fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(PLAIN, plain(Source::Text));
    manager.register(STEMMED, stemmed(Source::Text));
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
    collect(plain(Source::Query), typed, limit)
}

/// Splits a query into at most `limit` stems.
pub fn stems(typed: &str, limit: usize) -> Vec<String> {
    collect(stemmed(Source::Query), typed, limit)
}

fn collect(mut analyzer: TextAnalyzer, typed: &str, limit: usize) -> Vec<String> {
    let mut stream = analyzer.token_stream(typed);
    let mut words = Vec::new();
    while words.len() < limit && stream.advance() {
        words.push(stream.token().text.clone());
    }
    words
}

fn plain(source: Source) -> TextAnalyzer {
    TextAnalyzer::builder(WordTokenizer::new(source))
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

fn stemmed(source: Source) -> TextAnalyzer {
    TextAnalyzer::builder(WordTokenizer::new(source))
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(Stemmer::new(Language::English))
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

//! What a text is found by: its words, their stems, and the ends of its compounds.
//!
//! Words are split here, with the language of the article, and handed to tantivy one position a
//! line.

use tantivy::schema::{IndexRecordOption, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};

use super::language::{Language, stem};
use super::tokenizer::{Part, Piece, split};

/// The name of the tokenizer. A new name has an index of an older release built anew.
const LINES: &str = "lines-3";
/// Letters of the shortest compound.
const SHORTEST_COMPOUND: usize = 8;

/// A text as it is indexed.
#[derive(Debug, Default)]
pub(super) struct Terms {
    /// The words as written; one line for each position.
    pub words: String,
    /// Their stems.
    pub stems: String,
    /// Long words from their beginning and from their end, in languages that write compounds.
    pub compounds: String,
    /// The number of words.
    pub length: u64,
}

impl Terms {
    /// Splits a text in a language.
    pub fn of(text: &str, language: &Language) -> Self {
        let mut terms = Self::default();
        for piece in split(text) {
            match piece {
                Piece::Chain { parts, joins } => {
                    for (at, part) in parts.iter().enumerate() {
                        terms.part(part, language);
                        for join in joins.iter().filter(|join| join.parts.start == at) {
                            terms.add(&join.text, language);
                        }
                        terms.next();
                    }
                }
                Piece::Power {
                    base,
                    exponent,
                    whole,
                } => {
                    // Text is found by the parts of a power too.
                    [base, exponent, whole]
                        .iter()
                        .for_each(|part| terms.part(part, language));
                    terms.next();
                }
                Piece::Dense(units) => {
                    for (at, unit) in units.iter().enumerate() {
                        terms.add(&unit.text, language);
                        if let Some(next) = units.get(at + 1) {
                            terms.add(&format!("{}{}", unit.text, next.text), language);
                        }
                        terms.next();
                    }
                }
                Piece::Sign(sign) => terms.add(&sign.text, language),
            }
        }
        terms
    }

    fn part(&mut self, part: &Part, language: &Language) {
        self.add(&part.text, language);
        if let Some(other) = &part.other {
            self.add(other, language);
        }
    }

    fn add(&mut self, word: &str, language: &Language) {
        push(&mut self.words, word);
        push(&mut self.stems, &stem(word, language));
        if language.compounds
            && word.chars().count() >= SHORTEST_COMPOUND
            && word.chars().all(char::is_alphabetic)
        {
            push(&mut self.compounds, &format!("{BEGINS}{word}"));
            push(&mut self.compounds, &format!("{ENDS}{}", reversed(word)));
        }
    }

    fn next(&mut self) {
        self.words.push('\n');
        self.stems.push('\n');
        self.length += 1;
    }
}

/// Precedes a compound that is written from its beginning.
pub(super) const BEGINS: char = '<';
/// Precedes a compound that is written from its end.
pub(super) const ENDS: char = '>';

/// Returns a word from its end.
pub(super) fn reversed(word: &str) -> String {
    word.chars().rev().collect()
}

fn push(line: &mut String, word: &str) {
    line.push_str(word);
    line.push(' ');
}

/// Returns a manager with the tokenizer registered; tantivy stores only its name.
pub(super) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(LINES, TextAnalyzer::from(Lines));
    manager
}

/// Returns options for a field of terms.
pub(super) fn indexed(option: IndexRecordOption) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer(LINES);
    TextOptions::default()
        .set_indexing_options(indexing.set_index_option(option).set_fieldnorms(false))
}

/// Reads terms that have been split already.
#[derive(Clone)]
struct Lines;

struct Read<'a> {
    rest: &'a str,
    position: usize,
    token: Token,
}

impl Tokenizer for Lines {
    type TokenStream<'a> = Read<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Read<'a> {
        Read {
            rest: text,
            position: 0,
            token: Token::default(),
        }
    }
}

impl TokenStream for Read<'_> {
    fn advance(&mut self) -> bool {
        while let Some(rest) = self.rest.strip_prefix('\n') {
            self.position += 1;
            self.rest = rest;
        }
        let Some((word, rest)) = self.rest.split_once(' ') else {
            return false;
        };
        self.token.text.clear();
        self.token.text.push_str(word);
        self.token.position = self.position;
        self.rest = rest;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::ENGLISH;

    #[test]
    fn every_word_has_a_line() {
        let terms = Terms::of("10⁶ beta-blockers, 冷链 büchel", ENGLISH);
        assert_eq!(
            terms.words,
            "10 6 10^6 \nbeta betablockers \nblockers \n冷 冷链 \n链 \nbuchel buechel \n"
        );
        assert_eq!(
            terms.stems,
            "10 6 10^6 \nbeta betablock \nblocker \n冷 冷链 \n链 \nbuchel buechel \n"
        );
        assert_eq!((terms.length, terms.compounds.as_str()), (6, ""));
        let mut lines = Lines;
        let mut read = lines.token_stream("a b \n\nc \n");
        let mut places = Vec::new();
        while read.advance() {
            places.push((read.token().text.clone(), read.token().position));
        }
        assert_eq!(places, [("a".into(), 0), ("b".into(), 0), ("c".into(), 2)]);
    }

    #[test]
    fn german_compounds_are_found_from_both_ends() {
        let terms = Terms::of("Prüfung Arzneimittel", Language::of_tag("de").unwrap());
        assert_eq!(
            terms.compounds,
            "<pruefung >gnufeurp <arzneimittel >lettimienzra "
        );
    }
}

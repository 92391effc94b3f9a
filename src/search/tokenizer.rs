//! Splits text into words, with raised and lowered digits apart from the numbers they belong to.
//!
//! `10⁶` and `10^6` are the same word, which is not 106; `m²` is m2, as people type it, and `H₂O` is
//! H2O.

use std::ops::Range;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// What is split.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Text to be found: a power is found by itself and by each of its parts.
    Text,
    /// A query: a power stands for itself only.
    Query,
}

#[derive(Clone)]
pub(super) struct WordTokenizer {
    source: Source,
}

impl WordTokenizer {
    pub(super) fn new(source: Source) -> Self {
        Self { source }
    }
}

/// The words of a text.
pub(super) struct Words {
    tokens: std::vec::IntoIter<Token>,
    token: Token,
}

impl TokenStream for Words {
    fn advance(&mut self) -> bool {
        match self.tokens.next() {
            Some(token) => {
                self.token = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = Words;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Words {
        Words {
            tokens: split(text, self.source).into_iter(),
            token: Token::default(),
        }
    }
}

/// A character as it is compared, and where it stands.
type Place = (char, Range<usize>);

/// Ends a word; no text holds it.
const END: char = '\0';

fn split(text: &str, source: Source) -> Vec<Token> {
    let places = spelled_out(text);
    let mut tokens = Vec::new();
    let mut position = 0;
    let mut at = 0;
    while at < places.len() {
        let base = word(&places, at);
        if base.is_empty() {
            at += 1;
            continue;
        }
        let power = power(&places, base.end);
        let mut add = |text: String, range: Range<usize>| {
            tokens.push(Token {
                offset_from: places[range.start].1.start,
                offset_to: places[range.end - 1].1.end,
                position,
                text,
                position_length: 1,
            });
        };
        let written = |range: &Range<usize>| places[range.clone()].iter().map(|(c, _)| *c);
        if power.is_none() || source == Source::Text {
            add(written(&base).collect(), base.clone());
        }
        at = base.end;
        if let Some(Power {
            sign,
            exponent,
            end,
        }) = power
        {
            if source == Source::Text {
                add(written(&exponent).collect(), exponent.clone());
            }
            let beside = (places[base.end - 1].0, places[exponent.start].0);
            let mut whole: String = written(&base).collect();
            // A number beside a letter reads the same on the line: m2, 1st.
            if sign || !(beside.0.is_alphabetic() || beside.1.is_alphabetic()) {
                whole.push('^');
            }
            if sign {
                whole.push('-');
            }
            whole.extend(written(&exponent));
            add(whole, base.start..exponent.end);
            at = end;
        }
        position += 1;
    }
    tokens
}

/// Returns the word at a place; empty if none begins there.
fn word(places: &[Place], at: usize) -> Range<usize> {
    let length = places[at..].iter().take_while(|(c, _)| c.is_alphanumeric());
    at..at + length.count()
}

/// What stands behind a `^`.
struct Power {
    /// Whether it is negative.
    sign: bool,
    exponent: Range<usize>,
    end: usize,
}

/// Reads `^6`, `^-3` or `^(6)`.
fn power(places: &[Place], at: usize) -> Option<Power> {
    let c = |at: usize| places.get(at).map(|(c, _)| *c);
    let mut at = (c(at)? == '^').then_some(at + 1)?;
    let in_brackets = c(at)? == '(';
    at += usize::from(in_brackets);
    let sign = matches!(c(at)?, '-' | '\u{2212}' | '\u{2013}');
    at += usize::from(sign || c(at)? == '+');
    let exponent = word(places, at.min(places.len() - 1));
    if exponent.is_empty() || (in_brackets && c(exponent.end) != Some(')')) {
        return None;
    }
    let end = exponent.end;
    Some(Power {
        sign,
        exponent,
        end,
    })
}

/// Writes raised characters behind a `^`, and lowered ones as they are or behind a `_`.
fn spelled_out(text: &str) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::with_capacity(text.len());
    let mut level = Level::Line;
    for (at, c) in text.char_indices() {
        let range = at..at + c.len_utf8();
        let (now, plain) = level_of(c);
        let before = out.last().map_or(' ', |(c, _)| *c);
        if now != level {
            // 5 behind log₁₀ is a number of its own.
            let digits_touch = before.is_numeric() && plain.is_numeric();
            if level == Level::Raised || (now == Level::Line && digits_touch) {
                out.push((END, at..at));
            }
            match now {
                Level::Raised => out.push(('^', at..at)),
                Level::Lowered if !before.is_alphabetic() => out.push(('_', at..at)),
                _ => {}
            }
            level = now;
        }
        out.push((plain, range));
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Line,
    Raised,
    Lowered,
}

/// Returns where a character stands, and the one on the line that means the same
/// (Unicode, blocks Latin-1 Supplement and Superscripts and Subscripts).
fn level_of(c: char) -> (Level, char) {
    let digit = |zero: u32| char::from_digit(u32::from(c).wrapping_sub(zero), 10).unwrap_or(c);
    match c {
        '\u{b2}' => (Level::Raised, '2'),
        '\u{b3}' => (Level::Raised, '3'),
        '\u{b9}' => (Level::Raised, '1'),
        '\u{2070}' | '\u{2074}'..='\u{2079}' => (Level::Raised, digit(0x2070)),
        '\u{2071}' => (Level::Raised, 'i'),
        '\u{207a}' => (Level::Raised, '+'),
        '\u{207b}' => (Level::Raised, '-'),
        '\u{207c}' => (Level::Raised, '='),
        '\u{207d}' => (Level::Raised, '('),
        '\u{207e}' => (Level::Raised, ')'),
        '\u{207f}' => (Level::Raised, 'n'),
        '\u{2080}'..='\u{2089}' => (Level::Lowered, digit(0x2080)),
        '\u{208a}' => (Level::Lowered, '+'),
        '\u{208b}' => (Level::Lowered, '-'),
        '\u{208c}' => (Level::Lowered, '='),
        '\u{208d}' => (Level::Lowered, '('),
        '\u{208e}' => (Level::Lowered, ')'),
        _ => (Level::Line, c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, source: Source) -> Vec<String> {
        split(text, source)
            .into_iter()
            .map(|token| token.text)
            .collect()
    }

    #[test]
    fn a_power_is_one_word_however_it_is_written() {
        for (text, expected) in [
            ("10^6", "10^6"),
            ("10⁶", "10^6"),
            ("10^(6)CFU", "10^6 CFU"),
            ("10⁶CFU", "10^6 CFU"),
            ("10^+6", "10^6"),
            ("10⁻³", "10^-3"),
            ("10^\u{2212}3", "10^-3"),
            ("10¹²", "10^12"),
            ("m²", "m2"),
            ("m^2", "m2"),
            ("s⁻¹", "s^-1"),
            ("1^st", "1st"),
            ("H₂O", "H2O"),
            ("H_2O", "H 2O"),
            ("log₁₀5", "log10 5"),
            ("10₂", "10 2"),
            ("2³4", "2^3 4"),
            ("SO₄²⁻", "SO4^2"),
            ("^ ^6 a^ 10^", "6 a 10"),
        ] {
            assert_eq!(texts(text, Source::Query).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn text_is_found_by_the_parts_of_a_power_too() {
        assert_eq!(
            texts("5 10⁶ a", Source::Text),
            ["5", "10", "6", "10^6", "a"]
        );
        let positions: Vec<_> = split("5 10⁶ a", Source::Text)
            .iter()
            .map(|token| token.position)
            .collect();
        assert_eq!(positions, [0, 1, 1, 1, 2]);
        let power = &split("5 10⁶ a", Source::Text)[3];
        assert_eq!((power.offset_from, power.offset_to), (2, 7));
    }
}

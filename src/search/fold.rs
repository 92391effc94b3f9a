//! Reads a text letter by letter as search compares it: NFKC, lower case, without accents, vowel
//! signs and invisible characters. Each letter remembers the bytes it was read from.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A letter as it is compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub c: char,
    /// The letter that people write after it instead of its dots or ring: büchel, buechel.
    pub extra: Option<char>,
    from: usize,
    to: usize,
}

impl Place {
    /// Returns the bytes that it was read from.
    pub fn range(&self) -> Range<usize> {
        self.from..self.to
    }
}

/// Ends a word; no text holds it.
pub(super) const END: char = '\0';

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Line,
    Raised,
    Lowered,
}

/// Reads a text. Raised characters follow a `^`, and lowered ones a `_` unless a letter precedes them.
pub(super) fn places(text: &str) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::with_capacity(text.len());
    let mut level = Level::Line;
    let mut rest = text.char_indices().peekable();
    while let Some((from, c)) = rest.next() {
        let mut to = from + c.len_utf8();
        while let Some((_, mark)) = rest.next_if(|(_, next)| joins_letter_before(*next)) {
            to += mark.len_utf8();
        }
        let (now, plain) = level_of(c);
        let before = out.last().map_or(' ', |place| place.c);
        if now != level {
            // 5 behind log₁₀ is a number of its own.
            let digits_touch = before.is_numeric() && plain.is_numeric();
            if level == Level::Raised || (now == Level::Line && digits_touch) {
                out.push(at(END, from..from));
            }
            match now {
                Level::Raised => out.push(at('^', from..from)),
                Level::Lowered if !before.is_alphabetic() => out.push(at('_', from..from)),
                _ => {}
            }
            level = now;
        }
        if plain != c {
            out.push(at(plain, from..to));
        } else if c.is_ascii() && to == from + 1 {
            let c = if c.is_control() { ' ' } else { c };
            out.push(at(c.to_ascii_lowercase(), from..to));
        } else {
            for c in text[from..to].nfkc().flat_map(char::to_lowercase) {
                fold(c, from..to, &mut out);
            }
        }
    }
    out
}

fn at(c: char, range: Range<usize>) -> Place {
    Place {
        c,
        extra: None,
        from: range.start,
        to: range.end,
    }
}

/// Tells whether a character is part of the letter before it: accents, vowel signs, the marks of
/// half-width kana, and the later parts of a decomposed Hangul syllable.
fn joins_letter_before(c: char) -> bool {
    !c.is_ascii()
        && (is_combining_mark(c) || matches!(c, '\u{ff9e}' | '\u{ff9f}' | '\u{1160}'..='\u{11ff}'))
}

fn fold(c: char, range: Range<usize>, out: &mut Vec<Place>) {
    let mut add = |c: char, extra: Option<char>| {
        out.push(Place {
            extra,
            ..at(c, range.clone())
        });
    };
    match c {
        _ if is_dropped(c) => {}
        'ä' => add('a', Some('e')),
        'ö' | 'ø' => add('o', Some('e')),
        'ü' => add('u', Some('e')),
        'å' => add('a', Some('a')),
        'ß' => ['s', 's'].into_iter().for_each(|c| add(c, None)),
        'æ' => ['a', 'e'].into_iter().for_each(|c| add(c, None)),
        'œ' => ['o', 'e'].into_iter().for_each(|c| add(c, None)),
        'þ' => ['t', 'h'].into_iter().for_each(|c| add(c, None)),
        'đ' | 'ð' => add('d', None),
        'ł' => add('l', None),
        'ħ' => add('h', None),
        'ı' => add('i', None),
        'ς' => add('σ', None),
        'ё' => add('е', None),
        // Hamza and the forms of alef, yeh and teh marbuta are written or left out at will.
        'أ' | 'إ' | 'آ' | 'ٱ' => add('ا', None),
        'ى' | 'ی' => add('ي', None),
        'ة' => add('ه', None),
        'ک' => add('ك', None),
        '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{3ff}' | '\u{1e00}'..='\u{1fff}' => {
            c.nfd()
                .filter(|c| !is_dropped(*c))
                .for_each(|c| add(c, None));
        }
        _ if c.is_control() => add(' ', None),
        _ => add(digit(c).unwrap_or(c), None),
    }
}

/// Accents of Latin, Greek and Cyrillic, vowel signs of Arabic and Hebrew, and what nobody sees.
/// Vowel signs of Indic and Thai letters are part of the word.
fn is_dropped(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6ed}'
        | '\u{ad}' | '\u{200c}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Returns the ASCII form of a decimal digit of another script.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 8] = [0x660, 0x6f0, 0x966, 0x9e6, 0xbe6, 0xe50, 0xed0, 0x1040];
    let code = u32::from(c);
    let zero = ZEROS
        .iter()
        .find(|zero| (**zero..**zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
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

    #[test]
    fn letters_are_compared_without_accents_width_and_invisible_characters() {
        let folded = |text: &str| places(text).iter().map(|p| p.c).collect::<String>();
        for (text, expected) in [
            ("Re\u{301}sumé", "resume"),
            ("Gefäße", "gefasse"),
            ("u\u{308}ber", "uber"),
            ("يَجِبُ غَسْلُ اليَدَيْنِ", "يجب غسل اليدين"),
            ("ΔΌΣΟΣ", "δοσοσ"),
            ("ёлка й", "елка й"),
            ("ﬁlter ＡＢ１", "filter ab1"),
            ("Arz\u{ad}nei", "arznei"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("ｶﾞ", "ガ"),
            ("٣ ๓", "3 3"),
            ("a\0b", "a b"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }
}

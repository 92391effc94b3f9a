//! Splits text into words as people may type them: hyphens, digits beside letters, scripts without
//! spaces, powers and signs.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::fold::{Place, places};

/// Maximum length of a word in letters; of a longer one, as many are compared.
const LONGEST_WORD: usize = 80;
/// Maximum number of parts that are joined to one word.
const MOST_JOINED: usize = 6;

/// One word, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The letters as they are compared.
    pub text: String,
    /// The same word written otherwise: buechel for büchel, 1000 for 1,000.
    pub other: Option<String>,
    /// The bytes of the text that it was read from.
    pub range: Range<usize>,
}

/// Parts that are also one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Join {
    /// The letters of all its parts.
    pub text: String,
    /// Its parts.
    pub parts: Range<usize>,
}

/// What stands between two gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Words that touch: `beta-blocker`, `10mg`, `IL-6`; most often only one.
    Chain { parts: Vec<Part>, joins: Vec<Join> },
    /// A raised number: 10⁶ is `10^6`, and neither 106 nor 10.
    Power {
        base: Part,
        exponent: Part,
        whole: Part,
    },
    /// Characters of a script without spaces.
    Dense(Vec<Part>),
    /// `%`, `°`, an emoji; also `c++`.
    Sign(Part),
}

/// Splits a text. No character is looked at more than a few times.
pub(super) fn split(text: &str) -> Vec<Piece> {
    let places = places(text);
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(place) = places.get(at) {
        if is_word(place.c) {
            at = chain(&places, at, &mut pieces);
        } else if let Some(script) = dense_script(place.c) {
            let end = run(&places, at, |c| {
                dense_script(c) == Some(script)
                    || (script == Script::Clusters && is_combining_mark(c))
            });
            pieces.push(Piece::Dense(units(&places[at..end], script)));
            at = end;
        } else {
            if is_sign(place.c) {
                pieces.push(Piece::Sign(part(&places[at..at + 1])));
            }
            at += 1;
        }
    }
    pieces
}

fn run(places: &[Place], at: usize, belongs: impl Fn(char) -> bool) -> usize {
    at + places[at..].iter().take_while(|p| belongs(p.c)).count()
}

fn part(places: &[Place]) -> Part {
    let text: String = places.iter().take(LONGEST_WORD).map(|p| p.c).collect();
    let digraphs = places.iter().take(LONGEST_WORD).any(|p| p.extra.is_some());
    let spelled = places.iter().take(LONGEST_WORD);
    let other = digraphs.then(|| {
        spelled
            .flat_map(|p| [Some(p.c), p.extra])
            .flatten()
            .collect()
    });
    Part {
        text,
        other,
        range: range(places),
    }
}

fn range(places: &[Place]) -> Range<usize> {
    let first = places.first().map_or(0, |p| p.range().start);
    first..places.last().map_or(first, |p| p.range().end)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Each character is a unit: Han, kana.
    Characters,
    /// Hangul, whose words carry endings.
    Syllables,
    /// A letter with its vowel signs is a unit: Thai, Lao, Khmer, Burmese.
    Clusters,
}

fn dense_script(c: char) -> Option<Script> {
    if c < '\u{e01}' {
        return None;
    }
    match c {
        '\u{3040}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' => {
            Some(Script::Characters)
        }
        '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' => {
            Some(Script::Characters)
        }
        '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => Some(Script::Characters),
        '\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' => {
            Some(Script::Syllables)
        }
        '\u{e01}'..='\u{e3e}' | '\u{e40}'..='\u{e4e}' | '\u{e80}'..='\u{ece}' => {
            Some(Script::Clusters)
        }
        '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{109f}' | '\u{1780}'..='\u{17d3}' => {
            Some(Script::Clusters)
        }
        _ => None,
    }
}

fn is_word(c: char) -> bool {
    if c < '\u{300}' {
        return c.is_alphanumeric();
    }
    (c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c))) && dense_script(c).is_none()
}

/// Signs that people look for. Punctuation is none.
fn is_sign(c: char) -> bool {
    match c {
        '%' | '&' => true,
        '\u{2030}' => true,
        _ if c.is_ascii() || c.is_whitespace() || c.is_alphanumeric() || is_combining_mark(c) => {
            false
        }
        '\u{80}'..='\u{a1}'
        | '\u{a8}'
        | '\u{ab}'
        | '\u{af}'
        | '\u{b4}'
        | '\u{b7}'
        | '\u{b8}'
        | '\u{bb}'
        | '\u{bf}' => false,
        '\u{2000}'..='\u{206f}'
        | '\u{2212}'
        | '\u{3000}'..='\u{303f}'
        | '\u{30fb}'
        | '\u{e000}'..='\u{f8ff}' => false,
        '\u{55a}'..='\u{55f}'
        | '\u{589}'
        | '\u{60c}'
        | '\u{61b}'
        | '\u{61f}'
        | '\u{66a}'..='\u{66d}'
        | '\u{6d4}' => false,
        '\u{964}' | '\u{965}' | '\u{fff0}'..='\u{ffff}' => false,
        _ => true,
    }
}

fn units(places: &[Place], script: Script) -> Vec<Part> {
    let mut units: Vec<Part> = Vec::new();
    for place in places {
        match units.last_mut() {
            Some(last) if script == Script::Clusters && is_combining_mark(place.c) => {
                last.text.push(place.c);
                last.range.end = place.range().end;
            }
            _ => units.push(part(std::slice::from_ref(place))),
        }
    }
    units
}

/// Reads the words that touch, beginning at a place, and returns where they end.
fn chain(places: &[Place], at: usize, pieces: &mut Vec<Piece>) -> usize {
    let end = run(places, at, is_word);
    if let Some(power) = power(places, end) {
        pieces.push(power.piece(places, at..end));
        return power.end;
    }
    let mut parts = Vec::new();
    let (mut next, mut signed) = (at, is_negative(places, at));
    loop {
        let end = run(places, next, is_word);
        if let Some((number, end)) = decimal(places, next) {
            parts.push(number);
            next = end;
        } else {
            parts.extend(kinds(&places[next..end]));
            next = end;
        }
        if signed && let Some(number) = parts.first_mut() {
            number.text.insert(0, '-');
            signed = false;
        }
        // `decimal` may end before a letter: 0.5ml.
        if places.get(next).is_some_and(|p| is_word(p.c)) {
            continue;
        }
        match connector(places, next) {
            Connector::Joins if power(places, run(places, next + 1, is_word)).is_none() => {
                next += 1
            }
            Connector::Possessive => {
                next += 2;
                break;
            }
            Connector::Separates | Connector::Joins => break,
        }
    }
    let joins = if parts.len() > 1 {
        joins(&parts)
    } else {
        Vec::new()
    };
    let sign = language_sign(places, next, &parts);
    pieces.push(Piece::Chain { parts, joins });
    pieces.extend(sign.map(Piece::Sign));
    next
}

/// Tells whether a number begins at a place and has a minus sign of its own: `-80`, not `20-80`.
fn is_negative(places: &[Place], at: usize) -> bool {
    let c = |back: usize| at.checked_sub(back).map(|at| places[at].c);
    let touches =
        c(2).is_some_and(|c| is_word(c) || dense_script(c).is_some() || is_dash(c) || c == ')');
    places[at].c.is_numeric() && c(1).is_some_and(is_dash) && !touches
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{fe63}')
}

/// Reads `0.5` or `0,5`, which are the same number, or `1,000`.
fn decimal(places: &[Place], at: usize) -> Option<(Part, usize)> {
    let digits = |at: usize| run(places, at.min(places.len()), |c| c.is_numeric());
    let c = |at: usize| places.get(at).map(|p| p.c);
    let whole = digits(at);
    let separator = |at: usize| matches!(c(at), Some('.' | ','));
    let end = digits(whole + 1);
    let goes_on = separator(end) && digits(end + 1) > end + 1;
    let goes_before = at >= 2 && separator(at - 1) && places[at - 2].c.is_numeric();
    let one = whole > at && separator(whole) && end > whole + 1 && !goes_on && !goes_before;
    if !one || end - at > LONGEST_WORD {
        return None;
    }
    let mut number = part(&places[at..end]);
    let plain: String = number.text.chars().filter(|c| c.is_numeric()).collect();
    number.other = (end - whole == 4).then_some(plain);
    number.text = number.text.replace(',', ".");
    Some((number, end))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letters,
    Digits,
    Greek,
}

/// Splits letters from digits and from Greek letters, which are spelt out: `TNFα`, `10mg`.
fn kinds(places: &[Place]) -> Vec<Part> {
    let kind = |at: usize| match places[at].c {
        c if c.is_numeric() => Kind::Digits,
        // A unit: µg, µm.
        'μ' if places
            .get(at + 1)
            .is_some_and(|p| p.c.is_ascii_alphabetic()) =>
        {
            Kind::Letters
        }
        'α'..='ω' => Kind::Greek,
        _ => Kind::Letters,
    };
    let mut parts = Vec::new();
    let mut from = 0;
    for at in 1..=places.len() {
        if at < places.len() && kind(at) == kind(from) {
            continue;
        }
        let mut part = part(&places[from..at]);
        match kind(from) {
            Kind::Greek if at - from == 1 => part.text = greek_name(places[from].c).to_owned(),
            Kind::Letters if places[from].c == 'μ' => part.text = part.text.replacen('μ', "u", 1),
            _ => {}
        }
        parts.push(part);
        from = at;
    }
    parts
}

fn greek_name(c: char) -> &'static str {
    const NAMES: [&str; 25] = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
        "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon",
        "phi", "chi", "psi", "omega",
    ];
    let at = u32::from(c).wrapping_sub(u32::from('α')) as usize;
    NAMES.get(at).copied().unwrap_or("alpha")
}

enum Connector {
    /// A hyphen and its like: the words on both sides are one word too.
    Joins,
    /// `'s` at the end of a word.
    Possessive,
    Separates,
}

fn connector(places: &[Place], at: usize) -> Connector {
    let c = |at: usize| places.get(at).map_or(' ', |p| p.c);
    let (before, after) = (places[at - 1].c, c(at + 1));
    let apostrophe = matches!(c(at), '\'' | '’' | 'ʼ');
    if apostrophe && after == 's' && !is_word(c(at + 2)) {
        return Connector::Possessive;
    }
    let joins = apostrophe || matches!(c(at), '-' | '\u{2010}' | '\u{2011}' | '_' | '&');
    // 10-20 is a range, and no 1020.
    let numbers = before.is_numeric() && after.is_numeric();
    match joins && is_word(after) && !numbers {
        true => Connector::Joins,
        false => Connector::Separates,
    }
}

fn joins(parts: &[Part]) -> Vec<Join> {
    let join = |range: Range<usize>| {
        let text: String = parts[range.clone()]
            .iter()
            .map(|p| p.text.as_str())
            .collect();
        let text = text.chars().take(LONGEST_WORD).collect();
        Join { text, parts: range }
    };
    let mut joins = Vec::new();
    if parts.len() <= MOST_JOINED {
        joins.push(join(0..parts.len()));
    }
    if parts.len() > 2 {
        joins.extend((1..parts.len()).map(|at| join(at - 1..at + 1)));
    }
    joins
}

/// Reads the signs of `C++` and `C#` behind a single letter.
fn language_sign(places: &[Place], at: usize, parts: &[Part]) -> Option<Part> {
    let letter = &parts.last()?.text;
    let sign: String = places[at..]
        .iter()
        .take(3)
        .map(|p| p.c)
        .take_while(|c| matches!(c, '+' | '#'))
        .collect();
    let ends = !places.get(at + sign.len()).is_some_and(|p| is_word(p.c));
    let known = letter.chars().count() == 1 && matches!(sign.as_str(), "++" | "#");
    (known && ends).then(|| Part {
        text: format!("{letter}{sign}"),
        other: None,
        range: range(&places[at - 1..at + sign.len()]),
    })
}

/// What stands behind a `^`.
struct Power {
    /// Whether it is negative.
    sign: bool,
    exponent: Range<usize>,
    end: usize,
}

impl Power {
    fn piece(&self, places: &[Place], base: Range<usize>) -> Piece {
        let beside = (places[base.end - 1].c, places[self.exponent.start].c);
        let mut whole = part(&places[base.clone()]);
        // A number beside a letter reads the same on the line: m2, 1st.
        if self.sign || !(beside.0.is_alphabetic() || beside.1.is_alphabetic()) {
            whole.text.push('^');
        }
        if self.sign {
            whole.text.push('-');
        }
        let exponent = part(&places[self.exponent.clone()]);
        whole.text.push_str(&exponent.text);
        whole.range.end = exponent.range.end;
        whole.other = None;
        Piece::Power {
            base: part(&places[base]),
            exponent,
            whole,
        }
    }
}

/// Reads `^6`, `^-3` or `^(6)`.
fn power(places: &[Place], at: usize) -> Option<Power> {
    let c = |at: usize| places.get(at).map(|place| place.c);
    let mut at = (c(at)? == '^').then_some(at + 1)?;
    let in_brackets = c(at)? == '(';
    at += usize::from(in_brackets);
    let sign = is_dash(c(at)?);
    at += usize::from(sign || c(at)? == '+');
    let at = at.min(places.len());
    let exponent = at..run(places, at, is_word);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let words =
            |parts: &[Part]| -> Vec<String> { parts.iter().map(|p| p.text.clone()).collect() };
        let pieces = split(text).into_iter().map(|piece| match piece {
            Piece::Chain { parts, joins } => {
                let joins = joins.iter().map(|join| format!("={}", join.text));
                words(&parts)
                    .into_iter()
                    .chain(joins)
                    .collect::<Vec<_>>()
                    .join("+")
            }
            Piece::Power { whole, .. } => whole.text,
            Piece::Dense(units) => words(&units).join("."),
            Piece::Sign(sign) => format!("[{}]", sign.text),
        });
        pieces.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_power_is_one_word_however_it_is_written() {
        for (text, expected) in [
            ("10^6", "10^6"),
            ("10⁶", "10^6"),
            ("10^(6)CFU", "10^6 cfu"),
            ("10⁶CFU", "10^6 cfu"),
            ("10^+6", "10^6"),
            ("10⁻³", "10^-3"),
            ("10^\u{2212}3", "10^-3"),
            ("10¹²", "10^12"),
            ("m²", "m2"),
            ("m^2", "m2"),
            ("s⁻¹", "s^-1"),
            ("1^st", "1st"),
            ("H₂O", "h+2+o+=h2o+=h2+=2o"),
            ("log₁₀5", "log+10+=log10 5"),
            ("2³4", "2^3 4"),
            ("^ ^6 a^ 10^", "6 a 10"),
        ] {
            assert_eq!(written(text), expected, "{text}");
        }
    }

    #[test]
    fn words_that_touch_are_one_word_and_their_parts() {
        for (text, expected) in [
            ("beta-blocker", "beta+blocker+=betablocker"),
            ("10mg 10 mg", "10+mg+=10mg 10 mg"),
            ("IL-6, IL6", "il+6+=il6 il+6+=il6"),
            ("SOP-0042", "sop+0042+=sop0042"),
            ("TNF-α TNFα", "tnf+alpha+=tnfalpha tnf+alpha+=tnfalpha"),
            ("5µm 5μm", "5+um+=5um 5+um+=5um"),
            ("patient's l’eau", "patient l+eau+=leau"),
            ("10-20 2024-05-01", "10 20 2024 05 01"),
            ("0.5 0,5ml 1,000 1.2.3", "0.5 0.5+ml+=0.5ml 1.000 1 2 3"),
            ("-80 °C (−20) 2-8 a-5", "-80 [°] c -20 2 8 a+5+=a5"),
            ("C++ c# 5 %", "c [c++] c [c#] 5 [%]"),
            ("δόσος", "δοσοσ"),
        ] {
            assert_eq!(written(text), expected, "{text}");
        }
    }

    #[test]
    fn scripts_without_spaces_are_split_by_letters() {
        assert_eq!(written("观察30分钟。本规"), "观.察 30 分.钟 本.规");
        assert_eq!(written("ถุงมือ"), "ถุ.ง.มื.อ");
        assert_eq!(written("장갑을 착용"), "장.갑.을 착.용");
        assert_eq!(written("😷\u{fe0f} ok 👍🏽"), "[😷] ok [👍]");
    }

    #[test]
    fn a_part_knows_its_bytes_and_its_digraph() {
        let text = "x Bu\u{308}chel";
        let Piece::Chain { parts, .. } = &split(text)[1] else {
            panic!("a word");
        };
        assert_eq!(
            (parts[0].text.as_str(), parts[0].other.as_deref()),
            ("buchel", Some("buechel"))
        );
        assert_eq!(&text[parts[0].range.clone()], "Bu\u{308}chel");
    }
}

//! From a question to the units that rank: each is one word in all the ways it may be written.

use std::collections::HashMap;

use super::language::{ENGLISH, Language, stem};
use super::question::{Item, Question};
use super::tokenizer::{Piece, split};

/// Units that are looked up; a query of a whole page has no more that matter.
const MOST_UNITS: usize = 64;
/// How much a repeated word counts at most.
const MOST_REPEATED: f32 = 2.0;
/// How much a number counts that is the same but for its sign.
const OTHER_SIGN: f32 = 0.3;
/// How much a sign counts beside words.
const SIGN: f32 = 0.4;

/// Terms in consecutive places, each in all its spellings, with their distance from the first.
pub(super) type Slots = Vec<(u32, Vec<String>)>;

/// One word of a question.
#[derive(Debug, Clone, Default)]
pub(super) struct Unit {
    /// The word as typed.
    pub typed: String,
    /// How much it counts.
    pub weight: f32,
    /// Whether it says nothing by itself.
    pub stop: bool,
    /// Its stems, and how much each counts.
    pub ways: Vec<(String, f32)>,
    /// Its parts side by side: 10 mg for 10mg.
    pub phrases: Vec<Slots>,
    /// Its spellings as words are written.
    pub exact: Vec<String>,
    /// Whether similar words may stand for it.
    pub grows: bool,
    /// What to look for if nothing matches it as a whole.
    pub parts: Vec<Unit>,
}

/// A reader of questions for the languages of an index.
pub(super) struct UnitReader<'a> {
    pub languages: &'a [&'static Language],
}

impl UnitReader<'_> {
    /// Returns the units of a question, and the words that were too many.
    pub fn units(&self, question: &Question) -> (Vec<Unit>, Option<String>) {
        let mut units: Vec<Unit> = Vec::new();
        for item in &question.items {
            match item {
                Item::Words(text) => units.extend(self.of_text(text)),
                Item::Phrase(text) => {
                    let fixed = self.of_text(text).into_iter();
                    units.extend(fixed.map(|unit| Unit {
                        grows: false,
                        ..unit
                    }));
                }
            }
        }
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut distinct: Vec<Unit> = Vec::new();
        for unit in units {
            let key = unit
                .ways
                .first()
                .map_or_else(String::new, |(way, _)| way.clone());
            match known.get(&key) {
                Some(at) => {
                    let seen = &mut distinct[*at];
                    seen.weight = (seen.weight + unit.weight).min(MOST_REPEATED);
                }
                None => {
                    known.insert(key, distinct.len());
                    distinct.push(unit);
                }
            }
        }
        if distinct.iter().any(|unit| !unit.stop) {
            distinct.retain(|unit| !unit.stop);
        }
        let too_many = distinct.split_off(distinct.len().min(MOST_UNITS));
        let too_many: Vec<_> = too_many.into_iter().map(|unit| unit.typed).collect();
        let left_out = (!too_many.is_empty()).then(|| too_many.join(" "));
        (distinct, left_out)
    }

    /// Returns the units of a text, in its order.
    pub fn of_text(&self, text: &str) -> Vec<Unit> {
        let pieces = split(text);
        let mut units: Vec<Unit> = Vec::new();
        let mut beside: Option<usize> = None;
        let only_signs = pieces.iter().all(|piece| matches!(piece, Piece::Sign(_)));
        for piece in pieces {
            let first = units.len();
            match piece {
                Piece::Chain { parts, joins } => {
                    let words = parts.iter().map(|part| {
                        let spellings = [Some(part.text.as_str()), part.other.as_deref()];
                        self.word(
                            &text[part.range.clone()],
                            &spellings.into_iter().flatten().collect::<Vec<_>>(),
                        )
                    });
                    let words: Vec<Unit> = words.collect();
                    let numbers = parts
                        .iter()
                        .any(|part| part.text.ends_with(|c: char| c.is_numeric()));
                    match joins.first() {
                        Some(join) if numbers && join.parts.len() == parts.len() => {
                            let whole = parts[0].range.start..parts[parts.len() - 1].range.end;
                            let mut unit = self.word(&text[whole], &[&join.text]);
                            unit.phrases.push(slots(&[Piece::Chain {
                                parts,
                                joins: Vec::new(),
                            }]));
                            unit.grows = false;
                            unit.parts = words;
                            self.join_neighbours(&mut unit.parts, 0);
                            units.push(unit);
                        }
                        _ => units.extend(words),
                    }
                }
                Piece::Power { whole, .. } => {
                    let mut unit = self.word(&text[whole.range.clone()], &[&whole.text]);
                    unit.grows = false;
                    units.push(unit);
                }
                Piece::Dense(characters) => {
                    let one = characters.len() == 1;
                    for pair in characters.windows(if one { 1 } else { 2 }) {
                        let letters: String = pair.iter().map(|part| part.text.as_str()).collect();
                        let range = pair[0].range.start..pair[pair.len() - 1].range.end;
                        let mut unit = self.word(&text[range], &[&letters]);
                        unit.grows = false;
                        units.push(unit);
                    }
                }
                Piece::Sign(sign) => {
                    let mut unit = self.word(&text[sign.range.clone()], &[&sign.text]);
                    unit.grows = false;
                    unit.stop = false;
                    let letters = sign.text.starts_with(char::is_alphabetic);
                    if letters && let Some(letter) = units.last_mut() {
                        // C++ is no C, but C is better than nothing.
                        letter.ways[0].1 = OTHER_SIGN;
                        letter.exact = vec![sign.text.clone()];
                        letter.ways.insert(0, (sign.text, 1.0));
                        letter.typed = unit.typed;
                        letter.stop = false;
                        continue;
                    }
                    if !only_signs {
                        unit.weight = SIGN;
                    }
                    units.push(unit);
                    continue;
                }
            }
            if let Some(before) = beside.filter(|before| *before + 1 == first) {
                self.join_neighbours(&mut units, before);
            } else {
                self.join_neighbours(&mut units, first);
            }
            beside = units.len().checked_sub(1);
        }
        units
    }

    /// Adds to neighbours the word that they are when written as one: beta blocker, betablocker.
    fn join_neighbours(&self, units: &mut [Unit], from: usize) {
        for at in from + 1..units.len() {
            let (Some(before), Some(after)) =
                (units[at - 1].exact.first(), units[at].exact.first())
            else {
                continue;
            };
            let digits = |word: &str| word.chars().all(|c| c.is_numeric());
            let words = units[at - 1..=at]
                .iter()
                .all(|unit| unit.grows || unit.exact.first().is_some_and(|word| digits(word)));
            let stop = units[at - 1].stop || units[at].stop;
            if !words
                || stop
                || (digits(before) && digits(after))
                || before.len() + after.len() > 80
            {
                continue;
            }
            let joined = format!("{before}{after}");
            for unit in &mut units[at - 1..=at] {
                for stem in self.stems(&joined) {
                    unit.ways.push((stem, 1.0));
                }
                unit.exact.push(joined.clone());
            }
        }
    }

    fn word(&self, typed: &str, spellings: &[&str]) -> Unit {
        let mut ways: Vec<(String, f32)> = Vec::new();
        for stem in spellings.iter().flat_map(|word| self.stems(word)) {
            if !ways.iter().any(|(way, _)| *way == stem) {
                ways.push((stem, 1.0));
            }
        }
        let first = spellings.first().copied().unwrap_or_default();
        if let Some(number) = first.strip_prefix('-') {
            ways.push((number.to_owned(), OTHER_SIGN));
        } else if first.starts_with(|c: char| c.is_numeric()) {
            ways.push((format!("-{first}"), OTHER_SIGN));
        }
        let folded = typed.to_lowercase();
        Unit {
            typed: typed.to_owned(),
            weight: 1.0,
            stop: self
                .languages
                .iter()
                .any(|language| language.is_stop_word(&folded)),
            ways,
            phrases: Vec::new(),
            exact: spellings.iter().map(|word| (*word).to_owned()).collect(),
            grows: first.chars().all(char::is_alphabetic),
            parts: Vec::new(),
        }
    }

    /// Returns the stems of a word in each language of the index.
    pub fn stems(&self, word: &str) -> Vec<String> {
        let mut stems = vec![stem(word, ENGLISH)];
        for language in self.languages {
            let stem = stem(word, language);
            if !stems.contains(&stem) {
                stems.push(stem);
            }
        }
        stems
    }
}

/// Returns the places that the words of a text take when they stand side by side.
pub(super) fn slots(pieces: &[Piece]) -> Slots {
    let mut slots = Vec::new();
    let mut place = 0;
    for piece in pieces {
        match piece {
            Piece::Chain { parts, .. } => {
                for part in parts {
                    let spellings = [Some(part.text.clone()), part.other.clone()];
                    slots.push((place, spellings.into_iter().flatten().collect()));
                    place += 1;
                }
            }
            Piece::Power { whole, .. } => {
                slots.push((place, vec![whole.text.clone()]));
                place += 1;
            }
            Piece::Dense(units) => {
                for (at, unit) in units.iter().enumerate() {
                    let next = units
                        .get(at + 1)
                        .map(|next| format!("{}{}", unit.text, next.text));
                    let alone = (units.len() == 1).then(|| unit.text.clone());
                    if let Some(term) = next.or(alone) {
                        slots.push((place, vec![term]));
                    }
                    place += 1;
                }
            }
            Piece::Sign(sign) => slots.push((place, vec![sign.text.clone()])),
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(typed: &str) -> Vec<Unit> {
        UnitReader {
            languages: &[ENGLISH],
        }
        .units(&Question::read(typed))
        .0
    }

    fn ways(typed: &str) -> Vec<String> {
        let units = units(typed).into_iter();
        units
            .map(|unit| {
                unit.ways
                    .into_iter()
                    .map(|(way, _)| way)
                    .collect::<Vec<_>>()
                    .join("|")
            })
            .collect()
    }

    #[test]
    fn each_word_knows_its_spellings() {
        assert_eq!(ways("how to use the gloves"), ["use", "glove"]);
        assert_eq!(ways("how to"), ["how", "to"]);
        assert_eq!(
            ways("beta-blockers"),
            ["beta|betablock", "blocker|betablock"]
        );
        assert_eq!(ways("-80"), ["-80|80"]);
        assert_eq!(ways("观察分"), ["观察", "察分"]);
        assert_eq!(ways("C++"), ["c++|c"]);
        assert_eq!(ways("büchel"), ["buchel|buechel"]);
        let dose = &units("10mg")[0];
        assert_eq!(
            dose.ways,
            [("10mg".to_owned(), 1.0), ("-10mg".to_owned(), OTHER_SIGN)]
        );
        assert_eq!(
            dose.phrases,
            [vec![(0, vec!["10".to_owned()]), (1, vec!["mg".to_owned()])]]
        );
        assert_eq!(dose.parts.len(), 2);
    }

    #[test]
    fn too_many_words_are_named() {
        let typed: Vec<_> = (0..70).map(|number| format!("w{number}x")).collect();
        let reader = UnitReader {
            languages: &[ENGLISH],
        };
        let (units, left_out) = reader.units(&Question::read(&typed.join(" ")));
        assert_eq!(units.len(), MOST_UNITS);
        assert!(left_out.unwrap().starts_with("w64x w65x"));
        assert_eq!(
            reader.units(&Question::read("gloves glove Gloves")).0[0].weight,
            MOST_REPEATED
        );
    }
}

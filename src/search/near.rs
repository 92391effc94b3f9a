//! Looks up each unit, and what stands for it where it is rare: the rest of an unfinished word,
//! compounds and their parts, and words with a typo or two.

use std::collections::BTreeMap;

use super::index::SearchError;
use super::segment::{Frequencies, Segment};
use super::units::{Unit, UnitReader};

/// Words that stand for one that was typed.
const MOST_COMPLETIONS: usize = 40;
const MOST_COMPOUNDS: usize = 60;
const MOST_SIMILAR: usize = 6;
/// A word in so many articles or fewer is rare enough to be a typo, in a short query.
const FEW: usize = 2;
/// Units of a short query.
const SHORT: usize = 2;

/// A unit and where it stands in each segment.
pub(super) struct Found {
    pub unit: Unit,
    /// For each segment, the documents with the unit itself.
    pub exactly: Vec<Frequencies>,
    /// For each segment, the documents with words that stand for it, and these words' stems.
    pub instead: Vec<Frequencies>,
    pub instead_ways: Vec<(String, f32)>,
    /// The similar words that are shown instead, or as well.
    pub similar: Vec<String>,
}

impl Found {
    /// Returns how many documents have the unit itself.
    pub fn count(&self) -> usize {
        self.exactly.iter().map(Vec::len).sum()
    }

    /// Returns how many documents have words that stand for it.
    pub fn count_instead(&self) -> usize {
        self.instead.iter().map(Vec::len).sum()
    }
}

/// Looks units up in the segments.
pub(super) struct Lookup<'a, 'b> {
    pub segments: &'a mut [Segment<'b>],
    pub reader: &'a UnitReader<'a>,
}

impl Lookup<'_, '_> {
    /// Looks up all units; the last may go on if the question is unfinished.
    pub fn all(&mut self, units: Vec<Unit>, unfinished: bool) -> Result<Vec<Found>, SearchError> {
        let mut found: Vec<Found> = Vec::new();
        let short = units.len() <= SHORT;
        let last = units.len().saturating_sub(1);
        for (at, unit) in units.into_iter().enumerate() {
            let unfinished = unfinished && at == last;
            let mut one = self.exactly(unit)?;
            if one.count() == 0 && !one.unit.parts.is_empty() {
                let parts = std::mem::take(&mut one.unit.parts);
                let end = parts.len() - 1;
                for (at, part) in parts.into_iter().enumerate() {
                    let mut one = self.exactly(part)?;
                    self.instead(&mut one, unfinished && at == end, false)?;
                    found.push(one);
                }
                continue;
            }
            self.instead(&mut one, unfinished, short)?;
            found.push(one);
        }
        Ok(found)
    }

    fn exactly(&mut self, unit: Unit) -> Result<Found, SearchError> {
        let segments = self.segments.iter_mut();
        let exactly = segments.map(|segment| segment.frequencies(&unit.ways, &unit.phrases));
        Ok(Found {
            exactly: exactly.collect::<Result<_, _>>()?,
            unit,
            instead: Vec::new(),
            instead_ways: Vec::new(),
            similar: Vec::new(),
        })
    }

    fn instead(
        &mut self,
        found: &mut Found,
        unfinished: bool,
        short: bool,
    ) -> Result<(), SearchError> {
        let Some(word) = found
            .unit
            .exact
            .first()
            .cloned()
            .filter(|_| !found.unit.stop)
        else {
            return Ok(());
        };
        let count = found.count();
        let letters = word.chars().count();
        let mut words = Vec::new();
        let mut phrases = Vec::new();
        if found.unit.grows && letters >= 4 {
            words = self.compounds(&word)?;
            if count <= FEW
                && letters >= 8
                && let Some((first, second)) = self.halves(&word)?
            {
                phrases.push(vec![(0, vec![first.clone()]), (1, vec![second.clone()])]);
                words.extend([first, second]);
            }
        }
        let numbered = word.chars().any(char::is_numeric);
        if count == 0 && unfinished && letters >= 2 && (found.unit.grows || numbered) {
            words.extend(self.completions(&word)?);
        }
        let rare = count == 0 || (count <= FEW && short);
        if rare && words.is_empty() && found.unit.grows {
            found.similar = self.similar(&word, unfinished && count == 0, count > 0)?;
            words.extend(found.similar.iter().cloned());
        }
        for word in words {
            for stem in self.reader.stems(&word) {
                let known = |(way, _): &(String, f32)| *way == stem;
                if !found.unit.ways.iter().any(known) && !found.instead_ways.iter().any(known) {
                    found.instead_ways.push((stem, 1.0));
                }
            }
        }
        let segments = self.segments.iter_mut();
        let instead = segments.map(|segment| segment.frequencies(&found.instead_ways, &phrases));
        found.instead = instead.collect::<Result<_, _>>()?;
        Ok(())
    }

    fn compounds(&self, word: &str) -> Result<Vec<String>, SearchError> {
        let mut found = BTreeMap::new();
        for segment in self.segments.iter() {
            segment.compounds_with(word, &mut found)?;
        }
        self.visible(by_length(found), MOST_COMPOUNDS)
    }

    fn completions(&self, word: &str) -> Result<Vec<String>, SearchError> {
        let mut found = BTreeMap::new();
        for segment in self.segments.iter() {
            segment.beginning_with(word, &mut found)?;
        }
        found.remove(word);
        self.visible(by_length(found), MOST_COMPLETIONS)
    }

    /// Returns the two words that a word is made of, if the index knows both: the last is as long as
    /// possible. German joins them with an s, n, es, en or er.
    fn halves(&self, word: &str) -> Result<Option<(String, String)>, SearchError> {
        let letters: Vec<char> = word.chars().collect();
        for at in 3..letters.len().saturating_sub(3) {
            let second: String = letters[at..].iter().collect();
            if !self.is_known(&second)? {
                continue;
            }
            let first: String = letters[..at].iter().collect();
            for joint in ["", "s", "n", "es", "en", "er"] {
                let Some(first) = first
                    .strip_suffix(joint)
                    .filter(|first| first.chars().count() >= 3)
                else {
                    continue;
                };
                if self.is_known(first)? {
                    return Ok(Some((first.to_owned(), second)));
                }
            }
        }
        Ok(None)
    }

    fn is_known(&self, word: &str) -> Result<bool, SearchError> {
        for segment in self.segments.iter() {
            if segment.has(word)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the words with the fewest typos between them and `word`. Where `word` is known, these
    /// are one letter apart, and no longer or shorter forms of it.
    fn similar(
        &self,
        word: &str,
        unfinished: bool,
        known: bool,
    ) -> Result<Vec<String>, SearchError> {
        let most = match word.chars().count() {
            0..=3 => 0,
            4..=7 => 1,
            _ if known => 1,
            _ => 2,
        };
        for (distance, prefix) in [(1, false), (2, false), (1, true)] {
            if distance > most || (prefix && !unfinished) {
                continue;
            }
            let mut found = BTreeMap::new();
            for segment in self.segments.iter() {
                segment.similar_to(word, distance, prefix, &mut found)?;
            }
            let mut words: Vec<_> = found.into_iter().collect();
            let form = |other: &str| other.starts_with(word) || word.starts_with(other);
            words.retain(|(other, _)| !known || !form(other));
            words.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let seen = self.visible(words.into_iter().map(|(word, _)| word), MOST_SIMILAR)?;
            if !seen.is_empty() {
                return Ok(seen);
            }
        }
        Ok(Vec::new())
    }

    /// Returns the first words that stand in a document that may be found.
    fn visible(
        &self,
        words: impl Iterator<Item = String>,
        most: usize,
    ) -> Result<Vec<String>, SearchError> {
        let mut seen = Vec::new();
        for word in words {
            if seen.len() == most {
                break;
            }
            if self.is_known(&word)? {
                seen.push(word);
            }
        }
        Ok(seen)
    }
}

fn by_length(found: BTreeMap<String, u32>) -> impl Iterator<Item = String> {
    let mut words: Vec<_> = found.into_iter().collect();
    words.sort_by_key(|(word, count)| (word.len(), std::cmp::Reverse(*count)));
    words.into_iter().map(|(word, _)| word)
}

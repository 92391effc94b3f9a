//! Finds the words of a question in a text, chooses the section to jump to, and cuts a snippet.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use tantivy::snippet::collapse_overlapped_ranges;

use lectern_document::escape_html;

use super::language::{Language, stem};
use super::near::Found;
use super::tokenizer::{Part, Piece, split};
use super::units::Slots;

/// Length of a snippet in characters.
const SNIPPET_CHARACTERS: usize = 180;
/// Bytes of a section in which words are marked.
const MOST_READ: usize = 200_000;
/// How much a word of the heading counts, beside one of the text.
const HEADING: f32 = 0.5;

/// A place in a text with one of the units.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Match {
    range: Range<usize>,
    unit: usize,
}

/// Marks the units of a question in the texts of a language.
pub(super) struct Marker<'a> {
    language: &'a Language,
    units: HashMap<&'a str, usize>,
    /// The letters that stems begin with; most words of a text need no stemming.
    first: HashSet<char>,
    phrases: Vec<(&'a Slots, usize)>,
    rarity: &'a [f32],
}

/// The part of an article that is shown with a hit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    /// Its place among the sections; `None` if the title says it all.
    pub section: Option<usize>,
    /// Safe HTML with the matches in `<mark>`.
    pub html: String,
}

impl<'a> Marker<'a> {
    pub fn new(found: &'a [Found], rarity: &'a [f32], language: &'a Language) -> Self {
        let mut units = HashMap::new();
        let mut phrases = Vec::new();
        for (at, one) in found.iter().enumerate() {
            for (way, _) in one.unit.ways.iter().chain(&one.instead_ways) {
                units.entry(way.as_str()).or_insert(at);
            }
            phrases.extend(one.unit.phrases.iter().map(|slots| (slots, at)));
        }
        let first = units.keys().filter_map(|way| way.chars().next()).collect();
        Self {
            language,
            units,
            first,
            phrases,
            rarity,
        }
    }

    /// Chooses the section with most of the question, and cuts its snippet.
    pub fn shown(&self, title: &str, sections: &[(&str, &str)]) -> Shown {
        let in_title = self.sum(&self.matches(title), &[]);
        let mut best: Option<(usize, f32, Vec<Match>)> = None;
        for (at, (heading, text)) in sections
            .iter()
            .enumerate()
            .filter(|(_, (_, text))| !text.is_empty())
        {
            let matches = self.matches(text);
            let sum = self.sum(&matches, &self.matches(heading));
            let better = best
                .as_ref()
                .is_none_or(|(_, least, _)| sum > least * 1.001);
            if better {
                best = Some((at, sum, matches));
            }
        }
        let Some((at, sum, matches)) = best else {
            return Shown {
                section: None,
                html: String::new(),
            };
        };
        let says_it_all = in_title > 0.0 && in_title >= sum;
        let section = (!says_it_all && sum > 0.0).then_some(at);
        Shown {
            section,
            html: self.snippet(sections[at].1, &matches),
        }
    }

    /// Adds up how rare the matching units are.
    fn sum(&self, matches: &[Match], heading: &[Match]) -> f32 {
        let here: BTreeSet<usize> = matches.iter().map(|one| one.unit).collect();
        let above: BTreeSet<usize> = heading.iter().map(|one| one.unit).collect();
        let rarity =
            |units: &BTreeSet<usize>| units.iter().map(|unit| self.rarity[*unit]).sum::<f32>();
        rarity(&here) + HEADING * rarity(&above)
    }

    fn matches(&self, text: &str) -> Vec<Match> {
        let text = &text[..text.floor_char_boundary(MOST_READ)];
        let mut found = Vec::new();
        let mut line = Vec::new();
        for piece in split(text) {
            match piece {
                Piece::Chain { parts, joins } => {
                    for join in joins {
                        let range = parts[join.parts.start].range.start
                            ..parts[join.parts.end - 1].range.end;
                        self.add(&join.text, range, &mut found);
                    }
                    for part in parts {
                        self.part(&part, &mut found);
                        line.push((part.text, part.range));
                    }
                }
                Piece::Power {
                    base,
                    exponent,
                    whole,
                } => [whole, base, exponent]
                    .iter()
                    .for_each(|part| self.part(part, &mut found)),
                Piece::Dense(units) => {
                    for (at, unit) in units.iter().enumerate() {
                        self.part(unit, &mut found);
                        if let Some(next) = units.get(at + 1) {
                            let pair = format!("{}{}", unit.text, next.text);
                            self.add(&pair, unit.range.start..next.range.end, &mut found);
                        }
                    }
                }
                Piece::Sign(sign) => self.part(&sign, &mut found),
            }
        }
        for (slots, unit) in &self.phrases {
            for words in line.windows(slots.len().max(1)) {
                if words
                    .iter()
                    .zip(slots.iter())
                    .all(|((word, _), (_, spellings))| spellings.contains(word))
                {
                    let range = words[0].1.start..words[words.len() - 1].1.end;
                    found.push(Match { range, unit: *unit });
                }
            }
        }
        found.sort_by_key(|one| (one.range.start, one.range.end));
        found
    }

    fn part(&self, part: &Part, found: &mut Vec<Match>) {
        for word in [Some(&part.text), part.other.as_ref()]
            .into_iter()
            .flatten()
        {
            self.add(word, part.range.clone(), found);
        }
    }

    fn add(&self, word: &str, range: Range<usize>, found: &mut Vec<Match>) {
        if !word
            .chars()
            .next()
            .is_some_and(|first| self.first.contains(&first))
        {
            return;
        }
        if let Some(unit) = self.units.get(stem(word, self.language).as_str()) {
            found.push(Match { range, unit: *unit });
        }
    }

    /// Cuts the part of a text with most of the units.
    fn snippet(&self, text: &str, matches: &[Match]) -> String {
        let mut best = (0.0, 0);
        for (at, one) in matches.iter().enumerate() {
            let within = matches[at..]
                .iter()
                .take_while(|next| next.range.end <= one.range.start + SNIPPET_CHARACTERS);
            let units: BTreeSet<usize> = within.map(|next| next.unit).collect();
            let sum = units.iter().map(|unit| self.rarity[*unit]).sum::<f32>();
            if sum > best.0 * 1.001 {
                best = (sum, one.range.start);
            }
        }
        let start = if best.0 > 0.0 {
            window_start(text, best.1)
        } else {
            0
        };
        let end = text[start..]
            .char_indices()
            .nth(SNIPPET_CHARACTERS)
            .map_or(text.len(), |(at, _)| start + at);
        let within = matches
            .iter()
            .filter(|one| one.range.start >= start && one.range.end <= end);
        let ranges: Vec<_> = within
            .map(|one| one.range.start - start..one.range.end - start)
            .collect();
        highlight(&text[start..end], &ranges)
    }
}

/// Writes `fragment` as HTML with `ranges` (bytes, ascending) inside `<mark>`.
fn highlight(fragment: &str, ranges: &[Range<usize>]) -> String {
    let mut html = String::new();
    let mut at = 0;
    for range in collapse_overlapped_ranges(ranges) {
        html.push_str(&escape_html(&fragment[at..range.start]));
        html.push_str("<mark>");
        html.push_str(&escape_html(&fragment[range.clone()]));
        html.push_str("</mark>");
        at = range.end;
    }
    html.push_str(&escape_html(&fragment[at..]));
    html
}

/// Returns a position a few words before `at`, on a character boundary.
fn window_start(text: &str, at: usize) -> usize {
    let before = text[..at].char_indices().rev().nth(SNIPPET_CHARACTERS / 3);
    before.map_or(0, |(start, _)| {
        text[start..at]
            .find(' ')
            .map_or(start, |gap| start + gap + 1)
    })
}

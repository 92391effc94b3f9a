//! Ranks documents: BM25F over the fields, then, for the best, the share of the words that they
//! have, how near these stand to each other, and how much of the title they are.

use super::index::SearchError;
use super::near::Found;
use super::segment::Segment;

/// How soon more of the same word stops to matter, and how much long articles lose (BM25).
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.75;
/// How much words count that stand for what was typed.
const INSTEAD: f32 = 0.4;
/// Documents that are ranked by more than their words.
const RERANKED: usize = 100;
/// Documents from which the average length is taken.
const SAMPLE: usize = 1_000;

/// What each property of the best documents adds to their rank.
const NEARNESS: f32 = 0.2;
const EXACTNESS: f32 = 0.1;
const TITLE: f32 = 0.8;
/// What remains of a document in another language than the query, which it matches by chance.
const OTHER_LANGUAGE: f32 = 0.7;
/// What a document loses that lacks all words, in short and in long queries.
const COVERAGE_SHORT: f32 = 0.5;
const COVERAGE_LONG: f32 = 0.15;

/// A document and its rank.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked {
    pub score: f32,
    pub segment: usize,
    pub doc: u32,
}

/// The ranking of one question.
pub(super) struct Ranking<'a, 'b> {
    pub segments: &'a [Segment<'b>],
    pub found: &'a [Found],
    /// The tag of the language of the question, if it is known.
    language: Option<&'static str>,
    /// How rare each unit is.
    rarity: Vec<f32>,
    /// The score of every document of each segment.
    scores: Vec<Vec<f32>>,
}

impl<'a, 'b> Ranking<'a, 'b> {
    /// Scores every document that has one of the words. Only what may be seen counts, also as to how
    /// rare a word is.
    pub fn new(
        segments: &'a [Segment<'b>],
        found: &'a [Found],
        language: Option<&'static str>,
    ) -> Self {
        let all = segments.iter().map(|segment| segment.count).sum::<usize>() as f32;
        let rarity: Vec<f32> = found
            .iter()
            .map(|one| {
                let count = match one.count() {
                    0 => one.count_instead(),
                    count => count,
                } as f32;
                one.unit.weight * (1.0 + (all - count + 0.5).max(0.0) / (count + 0.5)).ln()
            })
            .collect();
        let average = average_length(segments);
        let scores = segments.iter().enumerate().map(|(at, segment)| {
            let mut scores = vec![0.0; segment.reader.max_doc() as usize];
            for (one, rarity) in found.iter().zip(&rarity) {
                let lists = [(&one.exactly, 1.0), (&one.instead, INSTEAD)];
                for (list, counts) in lists
                    .into_iter()
                    .filter_map(|(lists, counts)| Some((lists.get(at)?, counts)))
                {
                    for (doc, frequency) in list {
                        let length = segment.columns.length.first(*doc).unwrap_or(0) as f32;
                        let norm = SATURATION * (1.0 - LENGTH + LENGTH * length / average);
                        let share = frequency * (SATURATION + 1.0) / (frequency + norm);
                        scores[*doc as usize] += counts * rarity * share;
                    }
                }
            }
            scores
        });
        Self {
            scores: scores.collect(),
            segments,
            found,
            language,
            rarity,
        }
    }

    /// Tells whether a document has one of the words.
    pub fn has(&self, segment: usize, doc: u32) -> bool {
        self.scores[segment][doc as usize] > 0.0
    }

    /// Returns how rare each unit is.
    pub fn rarity(&self) -> &[f32] {
        &self.rarity
    }

    /// Returns every document that has one of the words.
    pub fn matching(&self) -> impl Iterator<Item = Ranked> {
        self.scores
            .iter()
            .enumerate()
            .flat_map(|(segment, scores)| {
                let docs = (0..).zip(scores).filter(|(_, score)| **score > 0.0);
                docs.map(move |(doc, score)| Ranked {
                    score: *score,
                    segment,
                    doc,
                })
            })
    }

    /// Returns the best `most` documents, best first.
    pub fn best(&self, most: usize) -> Result<Vec<Ranked>, SearchError> {
        let most = most.max(RERANKED);
        let mut best: Vec<Ranked> = Vec::new();
        let mut least = 0.0;
        for one in self.matching().filter(|one| one.score > 0.0) {
            if best.len() < most || one.score > least {
                best.push(one);
            }
            if best.len() >= 4 * most {
                cut(&mut best, most);
                least = best.last().map_or(0.0, |one| one.score);
            }
        }
        cut(&mut best, most);
        let others = best.split_off(best.len().min(RERANKED));
        self.rerank(&mut best)?;
        // What is ranked by less stays behind what is ranked by more.
        let floor = best.iter().map(|one| one.score).fold(f32::MAX, f32::min);
        best.extend(others.into_iter().map(|one| Ranked {
            score: one.score.min(floor),
            ..one
        }));
        sort(&mut best);
        Ok(best)
    }

    fn rerank(&self, best: &mut [Ranked]) -> Result<(), SearchError> {
        for (at, segment) in self.segments.iter().enumerate() {
            let mut here: Vec<&mut Ranked> =
                best.iter_mut().filter(|one| one.segment == at).collect();
            here.sort_by_key(|one| one.doc);
            let docs: Vec<u32> = here.iter().map(|one| one.doc).collect();
            for (one, factor) in here.iter_mut().zip(self.factors(at, segment, &docs)?) {
                one.score *= factor;
            }
        }
        Ok(())
    }

    /// Returns the factors of documents of a segment, which are in ascending order.
    fn factors(&self, at: usize, segment: &Segment, docs: &[u32]) -> Result<Vec<f32>, SearchError> {
        let whole: f32 = self.rarity.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        let mut have = vec![vec![false; self.found.len()]; docs.len()];
        let mut exact = vec![0.0; docs.len()];
        let mut title = vec![(0.0, 0.0); docs.len()];
        let mut positions = Vec::with_capacity(self.found.len());
        for (number, (one, rarity)) in self.found.iter().zip(&self.rarity).enumerate() {
            let ways = one.unit.ways.iter().chain(&one.instead_ways);
            let ways: Vec<_> = ways.filter(|(_, counts)| *counts >= 1.0).cloned().collect();
            let lists = [one.exactly.get(at), one.instead.get(at)];
            for (have, doc) in have.iter_mut().zip(docs) {
                let has = |list: &&Vec<(u32, f32)>| {
                    list.binary_search_by_key(doc, |(doc, _)| *doc).is_ok()
                };
                have[number] = lists.iter().flatten().any(has);
            }
            for (sum, exactly) in exact
                .iter_mut()
                .zip(segment.exactly(&one.unit.exact, docs)?)
            {
                *sum += if exactly { *rarity } else { 0.0 };
            }
            for (sum, there) in title.iter_mut().zip(segment.in_title(&ways, docs)?) {
                if there {
                    sum.0 += rarity;
                    sum.1 += 1.0;
                }
            }
            positions.push(segment.positions(&ways, docs)?);
        }
        let understood = match self.language {
            Some(tag) => segment.in_language(tag, docs)?,
            None => vec![true; docs.len()],
        };
        let units = self.found.len() as f32;
        let long = ((units - 2.0) / 6.0).clamp(0.0, 1.0);
        let coverage_counts = COVERAGE_SHORT + (COVERAGE_LONG - COVERAGE_SHORT) * long;
        let factors = docs.iter().enumerate().map(|(number, doc)| {
            let covered: f32 = have[number]
                .iter()
                .zip(&self.rarity)
                .filter(|(has, _)| **has)
                .map(|(_, r)| r)
                .sum();
            let coverage = covered / whole;
            let nearness = self.nearness(&positions, number);
            let words = segment.title_words(*doc).max(title[number].1);
            let titled = title[number].0 / whole * (title[number].1 / words.max(1.0));
            (1.0 - coverage_counts * (1.0 - coverage))
                * (1.0 + NEARNESS * nearness)
                * (1.0 + EXACTNESS * exact[number] / whole)
                * (1.0 + TITLE * titled)
                * if understood[number] {
                    1.0
                } else {
                    OTHER_LANGUAGE
                }
        });
        Ok(factors.collect())
    }

    /// Returns how near words that follow each other in the query stand in a document: 1 when all
    /// are side by side.
    fn nearness(&self, positions: &[Vec<Vec<u32>>], document: usize) -> f32 {
        let (mut sum, mut whole) = (0.0, 0.0);
        for (at, pair) in positions.windows(2).enumerate() {
            let rarity = self.rarity[at].min(self.rarity[at + 1]);
            whole += rarity;
            if let Some(distance) = distance(&pair[0][document], &pair[1][document]) {
                sum += rarity / distance.powi(2);
            }
        }
        if whole > 0.0 { sum / whole } else { 0.0 }
    }
}

/// Returns the least distance between two sorted lists of positions, at least 1.
fn distance(first: &[u32], second: &[u32]) -> Option<f32> {
    let (mut a, mut b) = (first.iter().peekable(), second.iter().peekable());
    let mut least: Option<u32> = None;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        let apart = x.abs_diff(**y).max(1);
        least = Some(least.map_or(apart, |least| least.min(apart)));
        if x < y {
            a.next()
        } else {
            b.next()
        };
    }
    least.map(|apart| apart as f32)
}

fn average_length(segments: &[Segment]) -> f32 {
    let (mut sum, mut count) = (0.0, 0);
    for segment in segments {
        for doc in segment.docs().take(SAMPLE - count.min(SAMPLE)) {
            sum += segment.columns.length.first(doc).unwrap_or(0) as f32;
            count += 1;
        }
    }
    (sum / count.max(1) as f32).max(1.0)
}

fn cut(best: &mut Vec<Ranked>, most: usize) {
    sort(best);
    best.truncate(most);
}

fn sort(best: &mut [Ranked]) {
    best.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then((a.segment, a.doc).cmp(&(b.segment, b.doc)))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_distance_is_found() {
        assert_eq!(distance(&[1, 50], &[30, 52]), Some(2.0));
        assert_eq!(distance(&[4], &[4]), Some(1.0));
        assert_eq!(distance(&[], &[4]), None);
    }
}

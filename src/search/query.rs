//! Runs a query and returns the hits a person may see.

use std::collections::HashSet;
use std::ops::Range;
use std::slice;

use tantivy::collector::TopDocs;
use tantivy::query::{
    BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, PhraseQuery, Query, TermQuery, TermSetQuery,
};
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::snippet::SnippetGenerator;
use tantivy::{TantivyDocument, Term};

use lectern_base::{ArticleId, ModuleId};
use lectern_document::escape_html;
use lectern_pool::checkpoint;

use super::index::{Index, SearchError};
use super::text::{LONGEST_WORD, stems, words};

/// Maximum number of words in a query; further words are ignored.
const MOST_WORDS: usize = 12;
/// Maximum length of a query in characters; the rest is ignored.
const MOST_CHARACTERS: usize = 400;
/// Length of a snippet in characters.
const SNIPPET_CHARACTERS: usize = 180;
/// Ranks exact hits above fuzzy ones.
const EXACT_BOOST: f32 = 4.0;
/// Sections considered per query; the index reserves memory for as many.
const MOST_SECTIONS: usize = 1_000;

/// The modules a person may search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VisibleModules {
    /// Modules whose effective versions the person may read.
    pub effective_in: Vec<ModuleId>,
    /// Modules whose drafts the person may see.
    pub drafts_in: Vec<ModuleId>,
}

/// A page of hits, best first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// Number of matching articles among the thousand best sections.
    pub total: usize,
    /// The best section of each matching article.
    pub hits: Vec<Hit>,
}

/// A matching article with its best section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The article.
    pub article: ArticleId,
    /// The article's module.
    pub module: ModuleId,
    /// The article's slug.
    pub slug: String,
    /// The title of the version or draft that matched.
    pub title: String,
    /// The number n of version n.0; `None` for a draft.
    pub version: Option<u32>,
    /// The key of the matching section; empty if the title matched.
    pub section_key: String,
    /// The title of that section.
    pub section_title: String,
    /// A snippet as safe HTML, with matches in `<mark>`.
    pub snippet_html: String,
}

impl Index {
    /// Returns the visible articles that match `typed`, best first, limited to the range `places`.
    ///
    /// Every word must match: exactly, by its stem, with one or two typos, or, for the last word,
    /// as a prefix. Quotation marks search for a phrase.
    pub fn query(
        &self,
        typed: &str,
        visible: &VisibleModules,
        places: Range<usize>,
    ) -> Result<Results, SearchError> {
        let typed: String = typed.chars().take(MOST_CHARACTERS).collect();
        let asked = words(&typed, MOST_WORDS);
        if asked.is_empty() {
            return Ok(Results::default());
        }
        let matching = self.matching(&typed, &asked);
        let query = BooleanQuery::new(vec![
            (Occur::Must, Box::new(matching.clone()) as Box<dyn Query>),
            (Occur::Must, Box::new(self.visible(visible))),
        ]);
        let searcher = self.reader.searcher();
        let best = TopDocs::with_limit(MOST_SECTIONS).order_by_score();
        let found = searcher.search(&query, &best)?;
        let mut snippets = SnippetGenerator::create(&searcher, &matching, self.fields.body)?;
        snippets.set_max_num_chars(SNIPPET_CHARACTERS);
        let mut seen = HashSet::new();
        let mut hits = Vec::new();
        for (_, address) in found {
            checkpoint();
            let document: TantivyDocument = searcher.doc(address)?;
            let Some(text) = self.text_of(&document) else {
                continue;
            };
            if !seen.insert(text) {
                continue;
            }
            let at = seen.len() - 1;
            if places.contains(&at) {
                hits.extend(self.hit(&document, &snippets, &asked));
            }
        }
        Ok(Results {
            total: seen.len(),
            hits,
        })
    }

    fn visible(&self, visible: &VisibleModules) -> TermSetQuery {
        let effective = visible
            .effective_in
            .iter()
            .map(|m| self.visibility_term(true, m));
        let drafts = visible
            .drafts_in
            .iter()
            .map(|m| self.visibility_term(false, m));
        TermSetQuery::new(effective.chain(drafts))
    }

    fn matching(&self, typed: &str, asked: &[String]) -> BooleanQuery {
        let exact = self.exact(typed);
        let last = asked.len() - 1;
        let near = asked.iter().enumerate().map(|(at, word)| {
            let near: Box<dyn Query> = Box::new(self.fuzzy(word, at == last));
            (Occur::Must, near)
        });
        BooleanQuery::new(vec![
            (
                Occur::Should,
                Box::new(BoostQuery::new(Box::new(exact), EXACT_BOOST)) as Box<dyn Query>,
            ),
            (Occur::Should, Box::new(BooleanQuery::new(near.collect()))),
        ])
    }

    /// Matches all words and quoted phrases by their stems. No sign but the quotation mark has a
    /// meaning.
    fn exact(&self, typed: &str) -> BooleanQuery {
        let mut all = Vec::new();
        for (at, part) in typed.split('"').enumerate() {
            let stems = stems(part, MOST_WORDS);
            let quoted = at % 2 == 1 && stems.len() > 1;
            let groups = match quoted {
                true => vec![stems.as_slice()],
                false => stems.chunks(1).collect(),
            };
            all.extend(
                groups
                    .into_iter()
                    .map(|words| (Occur::Must, self.anywhere(words))),
            );
        }
        BooleanQuery::new(all)
    }

    /// Matches words side by side in the title, the heading or the text.
    fn anywhere(&self, words: &[String]) -> Box<dyn Query> {
        let f = self.fields;
        let ways = [(f.title, 3.0), (f.heading, 2.0), (f.body, 1.0)].map(|(field, boost)| {
            let terms: Vec<_> = words
                .iter()
                .map(|word| Term::from_field_text(field, word))
                .collect();
            let way: Box<dyn Query> = match &terms[..] {
                [term] => Box::new(TermQuery::new(
                    term.clone(),
                    IndexRecordOption::WithFreqsAndPositions,
                )),
                _ => Box::new(PhraseQuery::new(terms)),
            };
            (
                Occur::Should,
                Box::new(BoostQuery::new(way, boost)) as Box<dyn Query>,
            )
        });
        Box::new(BooleanQuery::new(ways.into()))
    }

    /// Matches a word exactly or with typos; the last word also as a prefix.
    fn fuzzy(&self, word: &str, unfinished: bool) -> BooleanQuery {
        let term = Term::from_field_text(self.fields.words, word);
        let letters = word.chars().count();
        let distance = match letters {
            // Another digit is another number.
            _ if word.contains(|c: char| c.is_ascii_digit()) => 0,
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        let mut ways: Vec<(Occur, Box<dyn Query>)> = vec![(
            Occur::Should,
            Box::new(FuzzyTermQuery::new(term.clone(), distance, true)),
        )];
        if unfinished && letters >= 2 {
            ways.push((
                Occur::Should,
                Box::new(FuzzyTermQuery::new_prefix(term, 0, true)),
            ));
        }
        BooleanQuery::new(ways)
    }

    /// Returns the article and version of a document; drafts are version 0.
    fn text_of(&self, document: &TantivyDocument) -> Option<(String, u64)> {
        let article = document.get_first(self.fields.article)?.as_str()?;
        let version = document.get_first(self.fields.version)?.as_u64()?;
        Some((article.to_owned(), version))
    }

    fn hit(
        &self,
        document: &TantivyDocument,
        snippets: &SnippetGenerator,
        asked: &[String],
    ) -> Option<Hit> {
        let f = self.fields;
        let text = |field| {
            document
                .get_first(field)
                .and_then(|v| v.as_str())
                .unwrap_or_default()
        };
        let version = document
            .get_first(f.version)
            .and_then(|v| v.as_u64())
            .unwrap_or(0);
        let snippet = snippets.snippet(text(f.body));
        let snippet_html = if text(f.key).is_empty() {
            fuzzy_snippet(text(f.opening), asked)
        } else if snippet.highlighted().is_empty() {
            fuzzy_snippet(text(f.body), asked)
        } else {
            highlight(snippet.fragment(), snippet.highlighted())
        };
        Some(Hit {
            article: text(f.article).parse().ok()?,
            module: text(f.module).split_once(':')?.1.parse().ok()?,
            slug: text(f.slug).to_owned(),
            title: text(f.shown_title).to_owned(),
            version: u32::try_from(version).ok().filter(|n| *n > 0),
            section_key: text(f.key).to_owned(),
            section_title: text(f.heading).to_owned(),
            snippet_html,
        })
    }
}

/// Writes `fragment` as HTML with `ranges` (bytes, ascending) inside `<mark>`.
fn highlight(fragment: &str, ranges: &[Range<usize>]) -> String {
    let mut html = String::new();
    let mut at = 0;
    for range in tantivy::snippet::collapse_overlapped_ranges(ranges) {
        html.push_str(&escape_html(&fragment[at..range.start]));
        html.push_str("<mark>");
        html.push_str(&escape_html(&fragment[range.clone()]));
        html.push_str("</mark>");
        at = range.end;
    }
    html.push_str(&escape_html(&fragment[at..]));
    html
}

/// Number of different words of a text that are compared with those of the query.
const MOST_COMPARED: usize = 2_000;

/// Returns a snippet for a hit without exact matches: around the first word similar to a query
/// word, or else the opening of the text.
fn fuzzy_snippet(body: &str, asked: &[String]) -> String {
    let mut compared = HashSet::new();
    let mut like = |word: &str| {
        // Words this long are not in the index.
        if word.len() > 4 * LONGEST_WORD || compared.len() >= MOST_COMPARED {
            return false;
        }
        let word = word.to_lowercase();
        let found = asked.iter().any(|a| word.starts_with(a.as_str()));
        if found || compared.contains(&word) {
            return found;
        }
        checkpoint();
        let found = asked.iter().any(|a| is_similar(a, &word));
        compared.insert(word);
        found
    };
    let found = word_ranges(body).find(|range| like(&body[range.clone()]));
    let start = found
        .as_ref()
        .map_or(0, |range| window_start(body, range.start));
    let end = body[start..]
        .char_indices()
        .nth(SNIPPET_CHARACTERS)
        .map_or(body.len(), |(at, _)| start + at);
    match found.filter(|range| range.end <= end) {
        Some(range) => {
            let within = range.start - start..range.end - start;
            highlight(&body[start..end], slice::from_ref(&within))
        }
        None => escape_html(&body[start..end]),
    }
}

fn word_ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_inclusive(|c: char| !c.is_alphanumeric())
        .scan(0, |at, piece| {
            let start = *at;
            *at += piece.len();
            let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
            Some(start..start + word.len())
        })
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

/// The least proportion of characters that similar words share.
const SIMILAR: f32 = 0.7;

/// Tells whether two words share most of their characters.
fn is_similar(a: &str, b: &str) -> bool {
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    // At best, the longer word contains all of the shorter one.
    let at_best = 2.0 * short as f32 / (short + long).max(1) as f32;
    (at_best >= SIMILAR || !a.is_ascii() || !b.is_ascii())
        && similar::TextDiff::from_chars(a, b).ratio() >= SIMILAR
}

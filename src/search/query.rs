//! From what a person typed to what that person may see.

use std::collections::HashSet;
use std::ops::Range;
use std::slice;

use tantivy::collector::TopDocs;
use tantivy::query::{
    BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, Query, QueryParser, TermSetQuery,
};
use tantivy::schema::Value;
use tantivy::snippet::SnippetGenerator;
use tantivy::{TantivyDocument, Term};

use lectern_base::{ArticleId, ModuleId};

use super::index::{Index, SearchError};
use super::text::{escape, words};

/// Words of a query that are looked up; what comes after them is ignored.
const MOST_WORDS: usize = 12;
/// Characters of a query that are read.
const MOST_CHARACTERS: usize = 400;
/// Characters of a snippet.
const SNIPPET_CHARACTERS: usize = 180;
/// Exact hits stand before near ones.
const EXACT_BOOST: f32 = 4.0;
/// Sections that are looked at for one question; the index reserves memory for as many.
const MOST_SECTIONS: usize = 1_000;

/// What one person may find.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visible {
    /// Modules whose effective versions the person may read.
    pub effective_in: Vec<ModuleId>,
    /// Modules whose drafts the person may see.
    pub drafts_in: Vec<ModuleId>,
}

/// A page of hits, best first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// Articles that matched, counted over the best thousand sections.
    pub total: usize,
    /// The best section of each article that matched.
    pub hits: Vec<Hit>,
}

/// One article that was found, with the section that matched best.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The article.
    pub article: ArticleId,
    /// The article's module.
    pub module: ModuleId,
    /// The article's name in addresses.
    pub slug: String,
    /// The title of the version or draft that matched.
    pub title: String,
    /// The number n of version n.0; `None` for a draft.
    pub version: Option<u32>,
    /// The key of the section that matched; empty when the title did.
    pub section_key: String,
    /// The title of that section.
    pub section_title: String,
    /// A piece of the text as safe HTML, what matched inside `<mark>`.
    pub snippet_html: String,
}

impl Index {
    /// Finds the articles at these places among all that match `typed` and are visible, best first.
    ///
    /// Every word must be found: as it stands, by its stem, one or two letters off, or – the last
    /// word – as a beginning. Quotation marks search for a phrase.
    pub fn query(
        &self,
        typed: &str,
        visible: &Visible,
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

    fn visible(&self, visible: &Visible) -> TermSetQuery {
        let effective = visible
            .effective_in
            .iter()
            .map(|m| self.place_term(true, m));
        let drafts = visible.drafts_in.iter().map(|m| self.place_term(false, m));
        TermSetQuery::new(effective.chain(drafts))
    }

    fn matching(&self, typed: &str, asked: &[String]) -> BooleanQuery {
        let f = self.fields;
        let mut parser = QueryParser::for_index(&self.index, vec![f.title, f.heading, f.body]);
        parser.set_conjunction_by_default();
        parser.set_field_boost(f.title, 3.0);
        parser.set_field_boost(f.heading, 2.0);
        let (exact, _) = parser.parse_query_lenient(typed);
        let last = asked.len() - 1;
        let near = asked.iter().enumerate().map(|(at, word)| {
            let near: Box<dyn Query> = Box::new(self.near(word, at == last));
            (Occur::Must, near)
        });
        BooleanQuery::new(vec![
            (
                Occur::Should,
                Box::new(BoostQuery::new(exact, EXACT_BOOST)) as Box<dyn Query>,
            ),
            (Occur::Should, Box::new(BooleanQuery::new(near.collect()))),
        ])
    }

    /// A word as it stands or nearly so; the word still being typed may also be a beginning.
    fn near(&self, word: &str, unfinished: bool) -> BooleanQuery {
        let term = Term::from_field_text(self.fields.words, word);
        let letters = word.chars().count();
        let distance = match letters {
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

    /// Which article a section belongs to, and in which version; drafts are version 0.
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
            near_snippet(text(f.opening), asked)
        } else if snippet.highlighted().is_empty() {
            near_snippet(text(f.body), asked)
        } else {
            marked(snippet.fragment(), snippet.highlighted())
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
fn marked(fragment: &str, ranges: &[Range<usize>]) -> String {
    let mut html = String::new();
    let mut at = 0;
    for range in tantivy::snippet::collapse_overlapped_ranges(ranges) {
        html.push_str(&escape(&fragment[at..range.start]));
        html.push_str("<mark>");
        html.push_str(&escape(&fragment[range.clone()]));
        html.push_str("</mark>");
        at = range.end;
    }
    html.push_str(&escape(&fragment[at..]));
    html
}

/// A snippet for a hit that no exact term explains: the first word that is like one of those asked
/// for, with its surroundings; otherwise the opening of the text.
fn near_snippet(body: &str, asked: &[String]) -> String {
    let like = |word: &str| {
        let word = word.to_lowercase();
        asked
            .iter()
            .any(|a| word.starts_with(a.as_str()) || similarity(a, &word) >= 0.7)
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
            marked(&body[start..end], slice::from_ref(&within))
        }
        None => escape(&body[start..end]),
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

/// A few words before `at`, at a character boundary.
fn window_start(text: &str, at: usize) -> usize {
    let before = text[..at].char_indices().rev().nth(SNIPPET_CHARACTERS / 3);
    before.map_or(0, |(start, _)| {
        text[start..at]
            .find(' ')
            .map_or(start, |gap| start + gap + 1)
    })
}

/// The share of letters that two words have in common, 0 to 1.
fn similarity(a: &str, b: &str) -> f32 {
    similar::TextDiff::from_chars(a, b).ratio()
}

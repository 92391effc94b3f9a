//! Answers a question with what a person may see.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, TantivyDocument, Term};

use lectern_base::{ArticleId, ModuleId};
use lectern_pool::checkpoint;

use super::index::{Index, SearchError};
use super::language::{ENGLISH, Language};
use super::near::{Found, Lookup};
use super::question::{Filter, Item, Question};
use super::rank::{Ranked, Ranking};
use super::segment::Segment;
use super::snippet::Marker;
use super::tokenizer::split;
use super::units::{UnitReader, slots};

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
    /// Number of matching articles.
    pub total: usize,
    /// The matching articles.
    pub hits: Vec<Hit>,
    /// Words for which similar ones are shown.
    pub near: Vec<Near>,
    /// Words of which nothing is known.
    pub missing: Vec<String>,
    /// The end of the query that was too long to be looked for.
    pub left_out: Option<String>,
}

/// A word for which similar ones are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// The word as typed.
    pub typed: String,
    /// The similar words.
    pub shown: Vec<String>,
    /// Whether nothing has the word as typed.
    pub instead: bool,
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
    /// The number n of version n.0; `None` if only the draft matches.
    pub version: Option<u32>,
    /// What matches in the version, or else in the draft.
    pub found: Passage,
    /// What matches in the draft beside a version that matches.
    pub draft: Option<Passage>,
}

/// The part of a text that matches best.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The title of the text.
    pub title: String,
    /// The key of the section; empty if the title matched.
    pub section_key: String,
    /// The title of that section.
    pub section_title: String,
    /// A snippet as safe HTML, with matches in `<mark>`.
    pub snippet_html: String,
}

/// The version and the draft of an article, as far as they match.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    version: Option<Ranked>,
    draft: Option<Ranked>,
}

impl Pair {
    fn add(&mut self, one: Ranked, segments: &[Segment]) {
        match segments[one.segment].columns.version.first(one.doc) {
            Some(0) | None => self.draft = Some(one),
            Some(_) => self.version = Some(one),
        }
    }
}

impl Index {
    /// Returns the visible articles that answer a question, best first, limited to the range `places`.
    pub fn query(
        &self,
        question: &Question,
        visible: &VisibleModules,
        places: Range<usize>,
    ) -> Result<Results, SearchError> {
        if question.is_empty() {
            return Ok(Results {
                left_out: question.left_out.clone(),
                ..Results::default()
            });
        }
        let searcher = self.reader.searcher();
        let languages = self.languages(&searcher)?;
        let reader = UnitReader {
            languages: &languages,
        };
        let mut segments = self.segments(&searcher, question, visible, &reader)?;
        let (units, too_many) = reader.units(question);
        let only_filters = units.is_empty();
        let mut lookup = Lookup {
            segments: &mut segments,
            reader: &reader,
        };
        let found = lookup.all(units, question.unfinished)?;
        let left_out = [question.left_out.clone(), too_many]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>();
        let mut results = Results {
            near: near(&found),
            missing: missing(&found),
            left_out: (!left_out.is_empty()).then(|| left_out.join(" ")),
            ..Results::default()
        };
        let ranking = Ranking::new(&segments, &found, question.language);
        let all: Vec<Ranked> = match only_filters {
            true => latest(&segments),
            false => ranking.matching().collect(),
        };
        results.total = match visible.drafts_in.is_empty() {
            true => all.len(),
            false => articles(&segments, &all),
        };
        if places.start >= results.total {
            return Ok(results);
        }
        // Version and draft of an article are one hit.
        let most = places.end.min(results.total).saturating_mul(2);
        let best = if only_filters {
            all
        } else {
            ranking.best(most)?
        };
        checkpoint();
        let mut order: Vec<u64> = Vec::new();
        let mut pairs: HashMap<u64, Pair> = HashMap::new();
        for one in best {
            let key = segments[one.segment]
                .columns
                .key
                .first(one.doc)
                .unwrap_or(0);
            let pair = pairs.entry(key).or_insert_with(|| {
                order.push(key);
                Pair::default()
            });
            pair.add(one, &segments);
        }
        let page = order
            .get(places.start..places.end.min(order.len()))
            .unwrap_or_default();
        for key in page {
            checkpoint();
            let matches = |segment, doc| only_filters || ranking.has(segment, doc);
            let pair = self.completed(pairs[key], &searcher, &segments, matches)?;
            results
                .hits
                .extend(self.hit(pair, &searcher, &found, ranking.rarity())?);
        }
        Ok(results)
    }

    /// Returns the languages of the texts.
    fn languages(&self, searcher: &Searcher) -> Result<Vec<&'static Language>, SearchError> {
        let mut tags = BTreeSet::new();
        for segment in searcher.segment_readers() {
            let index = segment.inverted_index(self.fields.language)?;
            let mut stream = index.terms().stream()?;
            while stream.advance() {
                tags.extend(
                    std::str::from_utf8(stream.key())
                        .ok()
                        .and_then(Language::of_tag)
                        .map(|l| l.tag),
                );
            }
        }
        tags.insert(ENGLISH.tag);
        Ok(tags.into_iter().filter_map(Language::of_tag).collect())
    }

    /// Opens the segments with the documents that may be seen, that pass the filters and have the
    /// phrases, and none of the excluded words.
    fn segments<'a>(
        &self,
        searcher: &'a Searcher,
        question: &Question,
        visible: &VisibleModules,
        reader: &UnitReader,
    ) -> Result<Vec<Segment<'a>>, SearchError> {
        let wants = |approved| {
            question
                .filters
                .iter()
                .all(|filter| !matches!(filter, Filter::Approved(other) if *other != approved))
        };
        let effective = visible
            .effective_in
            .iter()
            .filter(|_| wants(true))
            .map(|m| self.visibility_term(true, m));
        let drafts = visible
            .drafts_in
            .iter()
            .filter(|_| wants(false))
            .map(|m| self.visibility_term(false, m));
        let scopes: Vec<Term> = effective.chain(drafts).collect();
        let mut segments = Vec::new();
        let columns = self.columns(searcher)?;
        for (opened, columns) in searcher.segment_readers().iter().zip(columns) {
            let mut segment = Segment::open(opened, self.fields, columns, &scopes)?;
            for filter in &question.filters {
                self.filter(filter, &mut segment)?;
            }
            for item in &question.items {
                if let Item::Phrase(phrase) = item {
                    let docs = segment.phrase(&slots(&split(phrase)))?;
                    segment.keep(docs.into_iter().map(|(doc, _)| doc));
                }
            }
            for words in &question.without {
                let docs: Vec<u32> = match reader.of_text(words).as_slice() {
                    [unit] => segment
                        .frequencies(&unit.ways, &unit.phrases)?
                        .into_iter()
                        .map(|(doc, _)| doc)
                        .collect(),
                    _ => segment
                        .phrase(&slots(&split(words)))?
                        .into_iter()
                        .map(|(doc, _)| doc)
                        .collect(),
                };
                segment.drop_all(&docs);
            }
            segments.push(segment);
        }
        Ok(segments)
    }

    fn filter(&self, filter: &Filter, segment: &mut Segment) -> Result<(), SearchError> {
        let f = self.fields;
        match filter {
            Filter::Tag(tag) => segment.keep_with(&[Term::from_field_text(f.tag, tag)]),
            Filter::Template(name) => segment.keep_with(&[Term::from_field_text(f.template, name)]),
            Filter::Has(what) => segment.keep_with(&[Term::from_field_text(f.has, what)]),
            Filter::By(_, people) => {
                let terms: Vec<_> = people
                    .iter()
                    .map(|id| Term::from_field_text(f.by, &id.to_string()))
                    .collect();
                segment.keep_with(&terms)
            }
            Filter::Before(second) => {
                segment.keep_changed(|changed| changed < *second);
                Ok(())
            }
            Filter::After(second) => {
                segment.keep_changed(|changed| changed >= *second);
                Ok(())
            }
            // Both have narrowed what is visible.
            Filter::Module(_) | Filter::Approved(_) => Ok(()),
        }
    }

    /// Adds the other text of an article if it matches too.
    fn completed(
        &self,
        mut pair: Pair,
        searcher: &Searcher,
        segments: &[Segment],
        matches: impl Fn(usize, u32) -> bool,
    ) -> Result<Pair, SearchError> {
        let Some(known) = pair
            .version
            .or(pair.draft)
            .filter(|_| pair.version.is_none() || pair.draft.is_none())
        else {
            return Ok(pair);
        };
        let document: TantivyDocument = searcher.doc(address(known))?;
        let Some(article) = document
            .get_first(self.fields.article)
            .and_then(|v| v.as_str())
        else {
            return Ok(pair);
        };
        let term = Term::from_field_text(self.fields.article, article);
        for (at, segment) in segments.iter().enumerate() {
            let index = segment.reader.inverted_index(self.fields.article)?;
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else {
                continue;
            };
            while postings.doc() != TERMINATED {
                let doc = postings.doc();
                if segment.visible.contains(doc) && matches(at, doc) {
                    pair.add(
                        Ranked {
                            doc,
                            segment: at,
                            ..known
                        },
                        segments,
                    );
                }
                postings.advance();
            }
        }
        Ok(pair)
    }

    fn hit(
        &self,
        pair: Pair,
        searcher: &Searcher,
        found: &[Found],
        rarity: &[f32],
    ) -> Result<Option<Hit>, SearchError> {
        let Some(first) = pair.version.or(pair.draft) else {
            return Ok(None);
        };
        let f = self.fields;
        let document: TantivyDocument = searcher.doc(address(first))?;
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
        let draft = pair.draft.filter(|_| pair.version.is_some());
        let draft = draft
            .map(|draft| searcher.doc(address(draft)))
            .transpose()?;
        let ids = text(f.article).parse().ok().zip(
            text(f.scope)
                .split_once(':')
                .and_then(|(_, id)| id.parse().ok()),
        );
        Ok(ids.map(|(article, module)| Hit {
            article,
            module,
            slug: text(f.slug).to_owned(),
            version: u32::try_from(version).ok().filter(|n| *n > 0),
            found: self.passage(&document, found, rarity),
            draft: draft.map(|draft| self.passage(&draft, found, rarity)),
        }))
    }

    fn passage(&self, document: &TantivyDocument, found: &[Found], rarity: &[f32]) -> Passage {
        let f = self.fields;
        let all = |field| -> Vec<&str> {
            document
                .get_all(field)
                .filter_map(|value| value.as_str())
                .collect()
        };
        let first = |field| {
            document
                .get_first(field)
                .and_then(|v| v.as_str())
                .unwrap_or_default()
        };
        let language = Language::of_tag(first(f.language)).unwrap_or(ENGLISH);
        let marker = Marker::new(found, rarity, language);
        let (keys, titles, texts) = (
            all(f.section_key),
            all(f.section_title),
            all(f.section_text),
        );
        let sections: Vec<(&str, &str)> =
            titles.iter().copied().zip(texts.iter().copied()).collect();
        let title = first(f.shown_title);
        let shown = marker.shown(title, &sections);
        let of = |names: &[&str]| {
            shown
                .section
                .and_then(|at| names.get(at))
                .map_or_else(String::new, |name| (*name).to_owned())
        };
        Passage {
            title: title.to_owned(),
            section_key: of(&keys),
            section_title: of(&titles),
            snippet_html: shown.html,
        }
    }
}

fn address(one: Ranked) -> DocAddress {
    DocAddress::new(u32::try_from(one.segment).unwrap_or(u32::MAX), one.doc)
}

/// Returns all visible documents, the latest first.
fn latest(segments: &[Segment]) -> Vec<Ranked> {
    let mut all: Vec<(u64, Ranked)> = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let docs = segment.docs().map(|doc| {
            let one = Ranked {
                score: 0.0,
                segment: at,
                doc,
            };
            (segment.columns.changed.first(doc).unwrap_or(0), one)
        });
        all.extend(docs);
    }
    all.sort_by_key(|(changed, _)| std::cmp::Reverse(*changed));
    all.into_iter().map(|(_, one)| one).collect()
}

/// Returns the number of articles; a version and a draft of one are counted once.
fn articles(segments: &[Segment], all: &[Ranked]) -> usize {
    let is_draft = |one: &&Ranked| {
        segments[one.segment]
            .columns
            .version
            .first(one.doc)
            .unwrap_or(0)
            == 0
    };
    let key = |one: &Ranked| {
        segments[one.segment]
            .columns
            .key
            .first(one.doc)
            .unwrap_or(0)
    };
    let drafts: HashSet<u64> = all.iter().filter(is_draft).map(key).collect();
    if drafts.is_empty() {
        return all.len();
    }
    let versions = all.iter().filter(|one| !is_draft(one));
    drafts.len() + versions.filter(|one| !drafts.contains(&key(one))).count()
}

fn near(found: &[Found]) -> Vec<Near> {
    let similar = found.iter().filter(|one| !one.similar.is_empty());
    similar
        .map(|one| Near {
            typed: one.unit.typed.clone(),
            shown: one.similar.clone(),
            instead: one.count() == 0,
        })
        .collect()
}

fn missing(found: &[Found]) -> Vec<String> {
    let nothing = |one: &&Found| one.count() == 0 && one.count_instead() == 0;
    found
        .iter()
        .filter(nothing)
        .map(|one| one.unit.typed.clone())
        .collect()
}

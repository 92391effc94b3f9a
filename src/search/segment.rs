//! One segment of the index, as far as somebody may see it.

use std::collections::BTreeMap;
use std::sync::Arc;

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, DocId, DocSet, InvertedIndexReader, SegmentReader, TERMINATED, Term};

use lectern_pool::checkpoint;

use super::columns::Columns;
use super::index::{Fields, SearchError};
use super::terms::{BEGINS, ENDS, reversed};
use super::units::Slots;

/// How much a word counts in each field; the body holds the lead too.
const TITLE: f32 = 3.0;
const HEAD: f32 = 1.0;
const LEAD: f32 = 0.3;
const BODY: f32 = 1.0;
/// Words of the index that are looked at for one that is typed.
const MOST_LOOKED_AT: usize = 2_000;
/// Documents between two checkpoints.
const BETWEEN_CHECKPOINTS: usize = 4_096;

/// A segment.
pub(super) struct Segment<'a> {
    pub reader: &'a SegmentReader,
    fields: Fields,
    words: Arc<InvertedIndexReader>,
    stems: Vec<(Field, Arc<InvertedIndexReader>, f32)>,
    compounds: Arc<InvertedIndexReader>,
    /// The documents that may be found.
    pub visible: BitSet,
    /// How many these are.
    pub count: usize,
    pub columns: Columns,
    scratch: Vec<f32>,
}

/// How often a word stands in each document, weighted by field.
pub(super) type Frequencies = Vec<(DocId, f32)>;

impl<'a> Segment<'a> {
    /// Opens a segment for those who may see the documents with one of `scopes`.
    pub fn open(
        reader: &'a SegmentReader,
        fields: Fields,
        columns: Columns,
        scopes: &[Term],
    ) -> Result<Self, SearchError> {
        let stems = [
            (fields.title, TITLE),
            (fields.head, HEAD),
            (fields.lead, LEAD),
            (fields.body, BODY),
        ];
        let stems = stems
            .into_iter()
            .map(|(field, weight)| Ok((field, reader.inverted_index(field)?, weight)));
        let mut segment = Self {
            reader,
            fields,
            words: reader.inverted_index(fields.words)?,
            stems: stems.collect::<Result<_, SearchError>>()?,
            compounds: reader.inverted_index(fields.compounds)?,
            visible: BitSet::with_max_value(reader.max_doc()),
            count: 0,
            columns,
            scratch: vec![0.0; reader.max_doc() as usize],
        };
        segment.visible = segment.with_any(scopes, |doc| !reader.is_deleted(doc))?;
        segment.count = segment.visible.len();
        Ok(segment)
    }

    fn with_any(
        &self,
        terms: &[Term],
        also: impl Fn(DocId) -> bool,
    ) -> Result<BitSet, SearchError> {
        let mut found = BitSet::with_max_value(self.reader.max_doc());
        for term in terms {
            let index = self.reader.inverted_index(term.field())?;
            let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? else {
                continue;
            };
            while postings.doc() != TERMINATED {
                if also(postings.doc()) {
                    found.insert(postings.doc());
                }
                postings.advance();
            }
        }
        Ok(found)
    }

    /// Keeps the documents with one of these terms.
    pub fn keep_with(&mut self, terms: &[Term]) -> Result<(), SearchError> {
        self.visible = self.with_any(terms, |doc| self.visible.contains(doc))?;
        self.count = self.visible.len();
        Ok(())
    }

    /// Keeps the documents that were changed at such a time.
    pub fn keep_changed(&mut self, fits: impl Fn(u64) -> bool) {
        let docs: Vec<_> = self
            .docs()
            .filter(|doc| fits(self.columns.changed.first(*doc).unwrap_or(0)))
            .collect();
        self.keep(docs);
    }

    /// Keeps some of the visible documents.
    pub fn keep(&mut self, docs: impl IntoIterator<Item = DocId>) {
        self.visible = BitSet::with_max_value(self.reader.max_doc());
        for doc in docs {
            self.visible.insert(doc);
        }
        self.count = self.visible.len();
    }

    /// Keeps the documents without any of `docs`.
    pub fn drop_all(&mut self, docs: &[DocId]) {
        docs.iter().for_each(|doc| self.visible.remove(*doc));
        self.count = self.visible.len();
    }

    /// Returns the number of words in the title of a document.
    pub fn title_words(&self, doc: DocId) -> f32 {
        self.columns.title_length.first(doc).unwrap_or(0) as f32
    }

    /// Returns the visible documents.
    pub fn docs(&self) -> impl Iterator<Item = DocId> {
        (0..self.reader.max_doc()).filter(|doc| self.visible.contains(*doc))
    }

    /// Returns how often stems and phrases stand in each visible document.
    pub fn frequencies(
        &mut self,
        ways: &[(String, f32)],
        phrases: &[Slots],
    ) -> Result<Frequencies, SearchError> {
        let mut touched: Vec<DocId> = Vec::new();
        for (term, weight) in ways {
            for (field, index, counts) in &self.stems {
                let term = Term::from_field_text(*field, term);
                let Some(mut postings) =
                    index.read_postings(&term, IndexRecordOption::WithFreqs)?
                else {
                    continue;
                };
                let counts = counts * weight;
                while postings.doc() != TERMINATED {
                    let doc = postings.doc();
                    if self.visible.contains(doc) {
                        let sum = &mut self.scratch[doc as usize];
                        if *sum == 0.0 {
                            touched.push(doc);
                        }
                        *sum += counts * postings.term_freq() as f32;
                    }
                    postings.advance();
                }
                checkpoint();
            }
        }
        for slots in phrases {
            for (doc, count) in self.phrase(slots)? {
                let sum = &mut self.scratch[doc as usize];
                if *sum == 0.0 {
                    touched.push(doc);
                }
                *sum += count as f32;
            }
        }
        touched.sort_unstable();
        let take = |doc: DocId| (doc, std::mem::take(&mut self.scratch[doc as usize]));
        Ok(touched.into_iter().map(take).collect())
    }

    /// Returns the visible documents in which the words stand side by side, with how often.
    pub fn phrase(&self, slots: &Slots) -> Result<Vec<(DocId, usize)>, SearchError> {
        let mut postings: Vec<(u32, Vec<SegmentPostings>)> = Vec::new();
        for (place, words) in slots {
            let mut spellings = Vec::new();
            for word in words {
                spellings.extend(self.positions_of(word)?);
            }
            if spellings.is_empty() {
                return Ok(Vec::new());
            }
            postings.push((*place, spellings));
        }
        let size =
            |spellings: &[SegmentPostings]| spellings.iter().map(|p| p.doc_freq()).sum::<u32>();
        postings.sort_by_key(|(_, spellings)| size(spellings));
        let Some((_, rarest)) = postings.first() else {
            return Ok(Vec::new());
        };
        let mut docs = Vec::new();
        for mut spelling in rarest.clone() {
            while spelling.doc() != TERMINATED {
                docs.push(spelling.doc());
                spelling.advance();
            }
        }
        docs.sort_unstable();
        docs.dedup();
        let mut found = Vec::new();
        for (at, doc) in docs
            .into_iter()
            .filter(|doc| self.visible.contains(*doc))
            .enumerate()
        {
            if at % BETWEEN_CHECKPOINTS == 0 {
                checkpoint();
            }
            let mut starts: Option<Vec<u32>> = None;
            for (place, spellings) in &mut postings {
                let mut here: Vec<u32> = Vec::new();
                for spelling in spellings.iter_mut() {
                    let found = if spelling.doc() < doc {
                        spelling.seek(doc)
                    } else {
                        spelling.doc()
                    };
                    if found == doc {
                        spelling.append_positions_with_offset(0, &mut here);
                    }
                }
                here.sort_unstable();
                let begins = here
                    .into_iter()
                    .filter_map(|position| position.checked_sub(*place));
                starts = Some(match starts {
                    None => begins.collect(),
                    Some(starts) => begins
                        .filter(|start| starts.binary_search(start).is_ok())
                        .collect(),
                });
                if starts.as_ref().is_some_and(Vec::is_empty) {
                    break;
                }
            }
            let count = starts.map_or(0, |starts| starts.len());
            if count > 0 {
                found.push((doc, count));
            }
        }
        Ok(found)
    }

    fn positions_of(&self, word: &str) -> Result<Option<SegmentPostings>, SearchError> {
        let term = Term::from_field_text(self.fields.words, word);
        Ok(self
            .words
            .read_postings(&term, IndexRecordOption::WithFreqsAndPositions)?)
    }

    /// Returns the positions of stems in the text of some documents, which are in ascending order.
    pub fn positions(
        &self,
        ways: &[(String, f32)],
        docs: &[DocId],
    ) -> Result<Vec<Vec<u32>>, SearchError> {
        let mut found = vec![Vec::new(); docs.len()];
        let Some((field, index, _)) = self.stems.last() else {
            return Ok(found);
        };
        for (way, _) in ways {
            let term = Term::from_field_text(*field, way);
            let option = IndexRecordOption::WithFreqsAndPositions;
            let Some(mut postings) = index.read_postings(&term, option)? else {
                continue;
            };
            for (positions, doc) in found.iter_mut().zip(docs) {
                let at = if postings.doc() < *doc {
                    postings.seek(*doc)
                } else {
                    postings.doc()
                };
                if at == *doc {
                    postings.append_positions_with_offset(0, positions);
                }
            }
        }
        found
            .iter_mut()
            .for_each(|positions| positions.sort_unstable());
        Ok(found)
    }

    /// Tells in which of some documents, in ascending order, one of these words stands as written.
    pub fn exactly(&self, words: &[String], docs: &[DocId]) -> Result<Vec<bool>, SearchError> {
        self.any(
            self.fields.words,
            &self.words,
            words.iter().map(String::as_str),
            docs,
        )
    }

    /// Tells which of some documents, in ascending order, are in a language.
    pub fn in_language(&self, tag: &str, docs: &[DocId]) -> Result<Vec<bool>, SearchError> {
        let index = self.reader.inverted_index(self.fields.language)?;
        self.any(self.fields.language, &index, std::iter::once(tag), docs)
    }

    /// Tells in which of some documents, in ascending order, one of these stems stands in the title.
    pub fn in_title(
        &self,
        ways: &[(String, f32)],
        docs: &[DocId],
    ) -> Result<Vec<bool>, SearchError> {
        match self.stems.first() {
            Some((field, index, _)) => self.any(
                *field,
                index,
                ways.iter().map(|(way, _)| way.as_str()),
                docs,
            ),
            None => Ok(vec![false; docs.len()]),
        }
    }

    fn any<'w>(
        &self,
        field: Field,
        index: &InvertedIndexReader,
        words: impl Iterator<Item = &'w str>,
        docs: &[DocId],
    ) -> Result<Vec<bool>, SearchError> {
        let mut found = vec![false; docs.len()];
        for word in words {
            let term = Term::from_field_text(field, word);
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else {
                continue;
            };
            for (found, doc) in found.iter_mut().zip(docs) {
                let at = if postings.doc() < *doc {
                    postings.seek(*doc)
                } else {
                    postings.doc()
                };
                *found |= at == *doc;
            }
        }
        Ok(found)
    }

    /// Tells whether a word stands in a visible document.
    pub fn has(&self, word: &str) -> Result<bool, SearchError> {
        let term = Term::from_field_text(self.fields.words, word);
        let Some(mut postings) = self.words.read_postings(&term, IndexRecordOption::Basic)? else {
            return Ok(false);
        };
        while postings.doc() != TERMINATED {
            if self.visible.contains(postings.doc()) {
                return Ok(true);
            }
            postings.advance();
        }
        Ok(false)
    }

    /// Adds the words that begin with `prefix`, and in how many documents each stands.
    pub fn beginning_with(
        &self,
        prefix: &str,
        found: &mut BTreeMap<String, u32>,
    ) -> Result<(), SearchError> {
        add_prefixed(&self.words, prefix, found)
    }

    /// Adds the compounds that begin or end with a word.
    pub fn compounds_with(
        &self,
        word: &str,
        found: &mut BTreeMap<String, u32>,
    ) -> Result<(), SearchError> {
        if self.compounds.terms().num_terms() == 0 {
            return Ok(());
        }
        let mut marked = BTreeMap::new();
        add_prefixed(&self.compounds, &format!("{BEGINS}{word}"), &mut marked)?;
        add_prefixed(
            &self.compounds,
            &format!("{ENDS}{}", reversed(word)),
            &mut marked,
        )?;
        for (term, count) in marked {
            let compound = match term.strip_prefix(ENDS) {
                Some(backwards) => reversed(backwards),
                None => term.trim_start_matches(BEGINS).to_owned(),
            };
            // A part of a compound is a word itself, and no mere ending.
            if compound.chars().count() >= word.chars().count() + 3 {
                found.insert(compound, count);
            }
        }
        Ok(())
    }

    /// Adds the words that differ from `word` by at most `distance` letters and begin with the same.
    pub fn similar_to(
        &self,
        word: &str,
        distance: u8,
        unfinished: bool,
        found: &mut BTreeMap<String, u32>,
    ) -> Result<(), SearchError> {
        let Some(first) = word.chars().next() else {
            return Ok(());
        };
        let term = Term::from_field_text(self.fields.words, word);
        let query = match unfinished {
            true => FuzzyTermQuery::new_prefix(term, distance, true),
            false => FuzzyTermQuery::new(term, distance, true),
        };
        let first = first.to_string();
        let mut stream = self
            .words
            .terms()
            .search(query.automaton()?)
            .ge(&first)
            .into_stream()?;
        let mut looked_at = 0;
        while stream.advance()
            && stream.key().starts_with(first.as_bytes())
            && looked_at < MOST_LOOKED_AT
        {
            looked_at += 1;
            let similar = std::str::from_utf8(stream.key()).unwrap_or_default();
            if similar != word && similar.chars().all(char::is_alphabetic) {
                *found.entry(similar.to_owned()).or_default() += stream.value().doc_freq;
            }
        }
        Ok(())
    }
}

fn add_prefixed(
    index: &InvertedIndexReader,
    prefix: &str,
    found: &mut BTreeMap<String, u32>,
) -> Result<(), SearchError> {
    let mut stream = index.terms().range().ge(prefix).into_stream()?;
    let mut looked_at = 0;
    while stream.advance()
        && stream.key().starts_with(prefix.as_bytes())
        && looked_at < MOST_LOOKED_AT
    {
        looked_at += 1;
        let word = std::str::from_utf8(stream.key()).unwrap_or_default();
        *found.entry(word.to_owned()).or_default() += stream.value().doc_freq;
    }
    Ok(())
}

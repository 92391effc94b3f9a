//! The on-disk index: one document for each effective version and each draft.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tantivy::directory::MmapDirectory;
use tantivy::index::SegmentId;
use tantivy::schema::{FAST, Field, IndexRecordOption, STORED, STRING, Schema};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term};

use lectern_base::{ArticleId, ErrorKind, ModuleId, PersonId};
use lectern_pool::PoolError;

use super::columns::Columns;
use super::language::Language;
use super::question::normalised;
use super::terms::{Terms, indexed, tokenizers};

/// Memory budget of the writer in bytes.
const WRITER_BYTES: usize = 32 << 20;
/// How long to wait for the index lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
/// Interval between attempts to lock the index.
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(10);

/// Errors of the search index.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index cannot be read or written.
    #[error("search is not available just now")]
    Index(#[from] tantivy::TantivyError),
    /// The directory of the index cannot be used.
    #[error("the folder of the search index cannot be used")]
    Folder(#[from] std::io::Error),
    /// The query takes too long, or the server is busy.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// A record to be indexed cannot be read.
    #[error("an article cannot be read for search: {0}")]
    Source(String),
}

impl SearchError {
    /// Returns the kind of error, which decides the status code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            SearchError::Index(_) | SearchError::Folder(_) => ErrorKind::Unavailable,
            SearchError::Pool(error) => error.kind(),
            SearchError::Source(_) => ErrorKind::Internal,
        }
    }
}

/// One searchable state of an article: its effective version or its draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// The article.
    pub article: ArticleId,
    /// The module, which decides who may find it.
    pub module: ModuleId,
    /// The article's slug.
    pub slug: String,
    /// The title in this state.
    pub title: String,
    /// Other names of what it is about.
    pub aliases: String,
    /// The number n of version n.0; `None` for a draft.
    pub version: Option<u32>,
    /// The BCP 47 tag of its language, if a field says it.
    pub language: Option<String>,
    /// The id and the title of its template.
    pub template: Vec<String>,
    /// Who wrote part of it.
    pub people: Vec<PersonId>,
    /// When it was approved, or its draft saved, in seconds since 1970.
    pub changed: u64,
    /// The values of its fields.
    pub values: Vec<String>,
    /// What it holds beside text: `table`, `picture`, `file`.
    pub has: Vec<&'static str>,
    /// The sections in order, as plain text.
    pub sections: Vec<IndexSection>,
}

/// The plain text of one section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSection {
    /// The key of the template's section.
    pub key: String,
    /// The title of the template's section.
    pub title: String,
    /// The text without markup.
    pub text: String,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub article: Field,
    /// Kind and module, which decide who may find the text.
    pub scope: Field,
    /// The words as written, of all that follows.
    pub words: Field,
    pub title: Field,
    pub head: Field,
    pub lead: Field,
    pub body: Field,
    pub compounds: Field,
    pub language: Field,
    pub tag: Field,
    pub template: Field,
    pub by: Field,
    pub has: Field,
    pub version: Field,
    /// The same number for the version and the draft of an article.
    pub key: Field,
    pub length: Field,
    pub title_length: Field,
    pub changed: Field,
    pub slug: Field,
    pub shown_title: Field,
    pub section_key: Field,
    pub section_title: Field,
    pub section_text: Field,
}

/// The full-text index.
pub struct Index {
    pub(super) index: tantivy::Index,
    pub(super) reader: IndexReader,
    pub(super) fields: Fields,
    writer: Mutex<IndexWriter>,
    /// The columns of the segments that are searched.
    columns: Mutex<HashMap<SegmentId, Columns>>,
}

impl Index {
    /// Opens the index in `folder`. Creates an empty one if there is none or its schema differs
    /// from this release's.
    pub fn open(folder: &Path) -> Result<Self, SearchError> {
        std::fs::create_dir_all(folder)?;
        let (schema, fields) = schema();
        let found = || {
            tantivy::Index::open_in_dir(folder)
                .ok()
                .filter(|i| i.schema() == schema)
        };
        let mut index = match found() {
            Some(index) => index,
            None => {
                std::fs::remove_dir_all(folder)?;
                std::fs::create_dir_all(folder)?;
                let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
                tantivy::Index::open_or_create(directory, schema)?
            }
        };
        index.set_tokenizers(tokenizers());
        let writer = open_writer(&index)?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            index,
            reader,
            fields,
            writer: Mutex::new(writer),
            columns: Mutex::default(),
        })
    }

    /// Returns the columns of the segments of `searcher`; those of other segments are forgotten.
    pub(super) fn columns(&self, searcher: &Searcher) -> Result<Vec<Columns>, SearchError> {
        let mut known = self
            .columns
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut columns = Vec::new();
        for segment in searcher.segment_readers() {
            columns.push(match known.entry(segment.segment_id()) {
                Entry::Occupied(known) => known.get().clone(),
                Entry::Vacant(new) => new.insert(Columns::open(segment)?).clone(),
            });
        }
        if known.len() > 2 * columns.len() {
            let searched = searcher.segment_readers().iter();
            let searched: HashSet<_> = searched.map(|segment| segment.segment_id()).collect();
            known.retain(|id, _| searched.contains(id));
        }
        Ok(columns)
    }

    /// Returns the journal position of the index; 0 when it is empty.
    pub fn position(&self) -> Result<u64, SearchError> {
        let payload = self.index.load_metas()?.payload;
        Ok(payload.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// Replaces the documents of `articles` with `entries` and advances to journal position
    /// `position`, in one commit. The result is searchable on return.
    pub fn replace(
        &self,
        articles: &[ArticleId],
        entries: &[IndexEntry],
        position: u64,
    ) -> Result<(), SearchError> {
        let mut writer = self
            .writer
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for article in articles {
            writer.delete_term(Term::from_field_text(
                self.fields.article,
                &article.to_string(),
            ));
        }
        for entry in entries {
            writer.add_document(self.document(entry))?;
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&position.to_string());
        commit.commit()?;
        drop(writer);
        Ok(self.reader.reload()?)
    }

    fn document(&self, entry: &IndexEntry) -> TantivyDocument {
        let f = self.fields;
        let declared = entry.language.as_deref().and_then(Language::of_tag);
        let language = declared.unwrap_or_else(|| {
            let texts = entry.sections.iter().map(|s| s.text.as_str());
            let all: Vec<_> = std::iter::once(entry.title.as_str()).chain(texts).collect();
            Language::of_text(&all.join("\n"))
        });
        let mut document = TantivyDocument::new();
        document.add_text(f.article, entry.article.to_string());
        document.add_text(f.scope, scope(entry.version.is_some(), &entry.module));
        document.add_text(f.language, language.tag);
        document.add_u64(f.version, u64::from(entry.version.unwrap_or(0)));
        document.add_u64(f.key, article_key(&entry.article));
        document.add_u64(f.changed, entry.changed);
        document.add_text(f.slug, &entry.slug);
        document.add_text(f.shown_title, &entry.title);
        let mut length = 0;
        let mut add = |field: Field, text: &str, counts: u64| {
            let terms = Terms::of(text, language);
            document.add_text(field, &terms.stems);
            document.add_text(f.words, &terms.words);
            document.add_text(f.compounds, &terms.compounds);
            length += counts * terms.length;
            terms
        };
        add(f.title, &entry.title, TITLE_COUNTS);
        add(f.title, &entry.aliases, 0);
        for value in &entry.values {
            add(f.body, value, 1);
        }
        let mut tags = Vec::new();
        let mut lead = None;
        for section in entry
            .sections
            .iter()
            .filter(|section| !section.text.is_empty())
        {
            add(f.head, &section.title, 1);
            let terms = add(f.body, &section.text, 1);
            lead.get_or_insert(terms.stems);
            tags.extend(hashtags(&section.text));
        }
        for tag in &tags {
            add(f.head, tag, 1);
        }
        document.add_text(f.lead, lead.unwrap_or_default());
        document.add_u64(f.length, length);
        document.add_u64(f.title_length, telling_words(&entry.title, language));
        for tag in tags {
            document.add_text(f.tag, normalised(tag));
        }
        for name in &entry.template {
            document.add_text(f.template, normalised(name));
        }
        for person in &entry.people {
            document.add_text(f.by, person.to_string());
        }
        for what in &entry.has {
            document.add_text(f.has, what);
        }
        for section in &entry.sections {
            document.add_text(f.section_key, &section.key);
            document.add_text(f.section_title, &section.title);
            document.add_text(f.section_text, &section.text);
        }
        document
    }

    /// Returns the term for effective text or drafts of `module`.
    pub(super) fn visibility_term(&self, effective: bool, module: &ModuleId) -> Term {
        Term::from_field_text(self.fields.scope, &scope(effective, module))
    }
}

/// How often the words of the title count in the length of an article.
const TITLE_COUNTS: u64 = 2;

/// Returns how many words of a title say something by themselves.
fn telling_words(title: &str, language: &Language) -> u64 {
    let words = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.filter(|word| !language.is_stop_word(word)).count() as u64
}

/// Returns the hashtags of a text without their `#`.
fn hashtags(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('#').filter_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let begins = before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '{' | '/'));
        let word = &text[at + 1..];
        let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let end = word.find(|c| !goes_on(c)).unwrap_or(word.len());
        let tag = word[..end].trim_end_matches(['-', '_']);
        (begins && word.starts_with(char::is_alphabetic)).then_some(tag)
    })
}

/// Returns the random part of an article's id as a number.
fn article_key(article: &ArticleId) -> u64 {
    let digits: String = article
        .to_string()
        .chars()
        .filter(char::is_ascii_hexdigit)
        .collect();
    let last = digits.len().saturating_sub(16);
    u64::from_str_radix(&digits[last..], 16).unwrap_or(0)
}

/// Waits for the lock: a server that just stopped may still be finishing its last commit.
fn open_writer(index: &tantivy::Index) -> Result<IndexWriter, tantivy::TantivyError> {
    let begun = Instant::now();
    loop {
        match index.writer_with_num_threads(1, WRITER_BYTES) {
            Err(tantivy::TantivyError::LockFailure(..)) if begun.elapsed() < LOCK_TIMEOUT => {
                std::thread::sleep(LOCK_RETRY_INTERVAL);
            }
            done => return done,
        }
    }
}

/// Combines kind and module in one term, so that visibility is a single set of terms.
fn scope(effective: bool, module: &ModuleId) -> String {
    let kind = if effective { "effective" } else { "draft" };
    format!("{kind}:{module}")
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let mut terms = |name: &str, option| builder.add_text_field(name, indexed(option));
    let [words, title, head, lead, body] = ["words", "title", "head", "lead", "body"]
        .map(|name| terms(name, IndexRecordOption::WithFreqsAndPositions));
    let compounds = terms("compounds", IndexRecordOption::Basic);
    let language = builder.add_text_field("language", STRING | STORED);
    let [tag, template, by, has] =
        ["tag", "template", "by", "has"].map(|name| builder.add_text_field(name, STRING));
    let fields = Fields {
        article: builder.add_text_field("article", STRING | STORED),
        scope: builder.add_text_field("scope", STRING | STORED),
        words,
        title,
        head,
        lead,
        body,
        compounds,
        language,
        tag,
        template,
        by,
        has,
        version: builder.add_u64_field("version", FAST | STORED),
        key: builder.add_u64_field("key", FAST),
        length: builder.add_u64_field("length", FAST),
        title_length: builder.add_u64_field("title_length", FAST),
        changed: builder.add_u64_field("changed", FAST),
        slug: builder.add_text_field("slug", STORED),
        shown_title: builder.add_text_field("shown_title", STORED),
        section_key: builder.add_text_field("section_key", STORED),
        section_title: builder.add_text_field("section_title", STORED),
        section_text: builder.add_text_field("section_text", STORED),
    };
    (builder.build(), fields)
}

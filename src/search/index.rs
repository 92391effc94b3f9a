//! The on-disk index: one document per section of each effective version and draft, and one for
//! each title.

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tantivy::directory::MmapDirectory;
use tantivy::schema::{Field, INDEXED, STORED, STRING, Schema};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term, doc};

use lectern_base::{ArticleId, ErrorKind, ModuleId};
use lectern_pool::PoolError;

use super::text::{PLAIN, STEMMED, indexed_by, tokenizers};

/// Memory budget of the writer in bytes.
const WRITER_BYTES: usize = 32 << 20;
/// How long to wait for the index lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
/// Interval between attempts to lock the index.
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(10);
const KIND_EFFECTIVE: &str = "effective";
const KIND_DRAFT: &str = "draft";

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
    /// The number n of version n.0; `None` for a draft.
    pub version: Option<u32>,
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
    pub module: Field,
    pub kind: Field,
    pub slug: Field,
    pub version: Field,
    pub title: Field,
    pub key: Field,
    pub heading: Field,
    pub body: Field,
    pub words: Field,
    pub shown_title: Field,
    pub opening: Field,
}

/// The full-text index.
pub struct Index {
    pub(super) index: tantivy::Index,
    pub(super) reader: IndexReader,
    pub(super) fields: Fields,
    writer: Mutex<IndexWriter>,
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
        })
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
            for document in self.documents(entry) {
                writer.add_document(document)?;
            }
        }
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&position.to_string());
        commit.commit()?;
        drop(writer);
        Ok(self.reader.reload()?)
    }

    fn documents(&self, entry: &IndexEntry) -> Vec<TantivyDocument> {
        let f = self.fields;
        let opening = entry
            .sections
            .iter()
            .map(|s| s.text.as_str())
            .find(|t| !t.is_empty());
        // The opening is shown with a title match; words in it match its section instead.
        let mut head = self.document(entry, "", "", "");
        head.add_text(f.title, &entry.title);
        head.add_text(f.opening, opening.unwrap_or_default());
        let sections = entry
            .sections
            .iter()
            .filter(|section| !section.text.is_empty());
        let mut documents = vec![head];
        documents.extend(sections.map(|s| self.document(entry, &s.key, &s.title, &s.text)));
        documents
    }

    fn document(
        &self,
        entry: &IndexEntry,
        key: &str,
        heading: &str,
        body: &str,
    ) -> TantivyDocument {
        let f = self.fields;
        let kind = if entry.version.is_some() {
            KIND_EFFECTIVE
        } else {
            KIND_DRAFT
        };
        doc!(
            f.article => entry.article.to_string(),
            f.module => module_term(kind, &entry.module),
            f.kind => kind,
            f.slug => entry.slug.as_str(),
            f.version => u64::from(entry.version.unwrap_or(0)),
            f.shown_title => entry.title.as_str(),
            f.key => key,
            f.heading => heading,
            f.body => body,
            f.words => format!("{} {heading} {body}", entry.title),
        )
    }

    /// Returns the term for effective text or drafts of `module`.
    pub(super) fn visibility_term(&self, effective: bool, module: &ModuleId) -> Term {
        let kind = if effective {
            KIND_EFFECTIVE
        } else {
            KIND_DRAFT
        };
        Term::from_field_text(self.fields.module, &module_term(kind, module))
    }
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
fn module_term(kind: &str, module: &ModuleId) -> String {
    format!("{kind}:{module}")
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let fields = Fields {
        article: builder.add_text_field("article", STRING | STORED),
        module: builder.add_text_field("module", STRING | STORED),
        kind: builder.add_text_field("kind", STRING | STORED),
        slug: builder.add_text_field("slug", STORED),
        version: builder.add_u64_field("version", INDEXED | STORED),
        title: builder.add_text_field("title", indexed_by(STEMMED)),
        key: builder.add_text_field("key", STORED),
        heading: builder.add_text_field("heading", indexed_by(STEMMED) | STORED),
        body: builder.add_text_field("body", indexed_by(STEMMED) | STORED),
        words: builder.add_text_field("words", indexed_by(PLAIN)),
        shown_title: builder.add_text_field("shown_title", STORED),
        opening: builder.add_text_field("opening", STORED),
    };
    (builder.build(), fields)
}

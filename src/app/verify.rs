//! Work on a data directory that nobody serves: verification, and the search index.

use std::path::Path;
use std::sync::Arc;

use crate::article::{self, Shelf};
use crate::base::{Clock, Hash};
use crate::config::Config;
use crate::journal::{self, Journal};
use crate::live::{self, LiveError};
use crate::review;
use crate::search::SearchError;
use crate::store::{self, Store};

use super::start::SEARCH;
use super::{App, AppError};

/// Deeds that say which text was frozen.
const FREEZING: [&str; 2] = ["revision.saved", "version.effective"];
/// Entries read at a time.
const STRIDE: usize = 500;

/// What a verification went through and found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Journal entries.
    pub entries: u64,
    /// Records of all tables.
    pub records: u64,
    /// Entries of edit logs.
    pub edits: u64,
    /// Files.
    pub files: u64,
    /// The hash of the newest journal entry.
    pub head: Hash,
    /// What is not as it was written but keeps nobody from working with the rest.
    pub findings: Vec<String>,
}

/// Reads everything in the data directory `folder`: records, edit logs, files, the journal's chain,
/// and that every text the journal speaks of is there (21 CFR 11.10(a)).
///
/// Drafts and files that nothing approved depends on are listed when they are damaged.
///
/// # Errors
/// The first thing that is not what was written and that the house cannot do without.
pub async fn verify(folder: &Path) -> Result<Verified, AppError> {
    let checked = store::check(folder)?;
    let store = store::open(folder)?;
    let report = journal::verify(&store, None).await??;
    frozen_texts(&store).await?;
    signatures(&store).await?;
    let findings = findings(&store, &checked.damaged).await?;
    Ok(Verified {
        findings,
        entries: report.entries,
        records: checked.records,
        edits: checked.log_entries,
        files: checked.blobs,
        head: report.head.hash,
    })
}

/// Drafts that are not whole, and damaged files that belong to none of them.
async fn findings(store: &Store, files: &[Hash]) -> Result<Vec<String>, AppError> {
    let mut found = Vec::new();
    for (id, title) in article::titles(store).await? {
        let told = match live::inspect(store, id).await {
            Err(LiveError::NotFound) => vec!["it is missing".to_owned()],
            told => told?,
        };
        found.extend(
            told.into_iter()
                .map(|what| format!("draft “{title}” ({id}): {what}")),
        );
    }
    for attachment in Shelf::all(store).await? {
        if !files.contains(&attachment.hash) && store.blobs().get(attachment.hash).await?.is_none()
        {
            let (name, hash) = (&attachment.name, attachment.hash);
            found.push(format!("attachment “{name}”: file {hash} is missing"));
        }
    }
    for file in files {
        let name = file.to_string();
        if !found.iter().any(|line| line.contains(&name)) {
            found.push(format!(
                "file {name} is not what was written; no draft needs it"
            ));
        }
    }
    Ok(found)
}

async fn frozen_texts(store: &Store) -> Result<(), AppError> {
    let journal = Journal::open(store.clone(), Arc::new(crate::base::SystemClock)).await?;
    let mut after = 0;
    loop {
        let entries = journal.read(after, STRIDE).await?;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        after = last.seq;
        for entry in entries
            .iter()
            .filter(|e| FREEZING.contains(&e.deed.as_str()))
        {
            let named = entry
                .new
                .as_ref()
                .and_then(|new| new.get("hash")?.as_str()?.parse().ok());
            let Some(hash) = named else { continue };
            if store.blobs().get(hash).await?.is_none() {
                return Err(AppError::MissingText {
                    seq: entry.seq,
                    hash,
                });
            }
        }
    }
}

/// Each signature is as the journal has it, and under the text that was signed (21 CFR 11.70).
async fn signatures(store: &Store) -> Result<(), AppError> {
    let journal = Journal::open(store.clone(), Arc::new(crate::base::SystemClock)).await?;
    match review::unsound_signature(store, &journal).await? {
        Some((signature, wrong)) => Err(AppError::UnsoundSignature { signature, wrong }),
        None => Ok(()),
    }
}

/// Builds the search index anew and returns how many journal entries it followed.
pub async fn reindex(config: Config, clock: Arc<dyn Clock>) -> Result<u64, AppError> {
    // Nobody else may be at work when the index is thrown away.
    drop(store::open(&config.data)?);
    let folder = config.data.join(SEARCH);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(SearchError::from)?;
    }
    let app = App::build(config, clock, store::Faults::default()).await?;
    app.journal.catch_up(app.search.as_ref()).await?;
    Ok(app.search.position()?)
}

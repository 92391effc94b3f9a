//! Work on a data directory that nobody serves: verification, checkpoints, the search index and the inboxes.

use std::path::Path;
use std::sync::Arc;

use lectern_article::{self as article, Article, AttachmentStore};
use lectern_base::{Clock, Hash, SystemClock};
use lectern_config::Config;
use lectern_journal::{
    self as journal, Actor, Checkpoint, CheckpointError, Journal, SignedCheckpoint,
};
use lectern_live::{self as live, LiveError};
use lectern_search::SearchError;
use lectern_store::{self as store, Store};

use super::start::SEARCH;
use super::telling::Teller;
use super::{App, AppError, evidence};

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

/// A checkpoint that was kept elsewhere.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What was kept.
    pub checkpoint: SignedCheckpoint,
    /// The public key that must have signed it, where somebody knows it.
    pub public_key: Option<String>,
}

/// Reads everything in the data directory `folder`: records, edit logs, files, the journal's chain
/// – also against a checkpoint, where one was kept – and whether versions, decisions, revisions
/// and their texts agree with what the journal says of them (21 CFR 11.10(a)).
///
/// Drafts and files that nothing approved depends on are listed when they are damaged.
///
/// # Errors
/// The first thing that is not what was written and that the house cannot do without.
pub async fn verify(folder: &Path, kept: Option<&Kept>) -> Result<Verified, AppError> {
    let checked = store::check(folder)?;
    let store = store::open(folder)?;
    let against = match kept {
        Some(kept) => Some(prove(&store, kept).await?),
        None => None,
    };
    let report = journal::verify(&store, against).await??;
    let journal = Journal::open(store.clone(), Arc::new(SystemClock)).await?;
    evidence::check(&store, &journal).await?;
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

/// Returns what a checkpoint says stood where, if it speaks of this house.
async fn prove(store: &Store, kept: &Kept) -> Result<Checkpoint, AppError> {
    let said = kept.checkpoint.prove(kept.public_key.as_deref())?;
    let signed = kept.checkpoint.instance;
    match journal::instance(store).await? {
        Some(here) if here != signed => {
            Err(CheckpointError::OtherInstance { kept: signed, here }.into())
        }
        _ => Ok(said),
    }
}

/// Signs where the journal of a data directory ends that nobody serves.
pub async fn checkpoint(folder: &Path) -> Result<SignedCheckpoint, AppError> {
    let store = store::open(folder)?;
    let journal = Journal::open(store, Arc::new(SystemClock)).await?;
    Ok(journal.checkpoint(folder, Actor::System).await?)
}

/// Drafts that are not whole, attachments that are missing or damaged, and damaged files that
/// belong to none of them.
async fn findings(store: &Store, files: &[Hash]) -> Result<Vec<String>, AppError> {
    let mut found = Vec::new();
    let articles = article::all(store).await?;
    for article in &articles {
        let told = match live::inspect(store, article.id).await {
            Err(LiveError::NotFound) => vec!["it is missing".to_owned()],
            told => told?,
        };
        let (title, id) = (&article.title, article.id);
        found.extend(
            told.into_iter()
                .map(|what| format!("draft “{title}” ({id}): {what}")),
        );
    }
    found.extend(attachments(store, files, &articles).await?);
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

async fn attachments(
    store: &Store,
    damaged: &[Hash],
    articles: &[Article],
) -> Result<Vec<String>, AppError> {
    let mut found = Vec::new();
    for attachment in AttachmentStore::all(store).await? {
        let hash = attachment.hash;
        let fault = if damaged.contains(&hash) {
            "is not what was written"
        } else if store.blobs().get(hash).await?.is_none() {
            "is missing"
        } else {
            continue;
        };
        let name = &attachment.name;
        let article = articles.iter().find(|one| one.id == attachment.article);
        let title = article.map_or("an unknown article", |article| article.title.as_str());
        found.push(format!(
            "attachment “{name}” of “{title}”: file {hash} {fault}"
        ));
    }
    Ok(found)
}

/// Builds the search index and the inboxes anew and returns how many journal entries it followed.
pub async fn reindex(config: Config, clock: Arc<dyn Clock>) -> Result<u64, AppError> {
    // Nobody else may be at work when the index is thrown away.
    drop(store::open(&config.data)?);
    let folder = config.data.join(SEARCH);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(SearchError::from)?;
    }
    let app = Arc::new(App::build(config, clock, store::Faults::default()).await?);
    app.journal.catch_up(app.search.as_ref()).await?;
    app.inbox.clear().await?;
    app.journal.catch_up(&Teller(app.clone())).await?;
    Ok(app.search.position()?)
}

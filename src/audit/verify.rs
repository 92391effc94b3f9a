//! Verifies a data directory, and signs checkpoints of its journal, while no server holds it.

use std::path::Path;
use std::sync::Arc;

use lectern_article::{self as article, Article, AttachmentStore};
use lectern_base::{Hash, SystemClock};
use lectern_journal::{
    self as journal, Actor, Checkpoint, CheckpointError, Journal, SignedCheckpoint,
};
use lectern_live::{self as live, LiveError};
use lectern_store::{self as store, Progress, Store};

use crate::files::CheckedFiles;
use crate::{AuditError, evidence};

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationReport {
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
    /// Damage that does not keep the rest from being used, one finding a line.
    pub findings: Vec<String>,
}

/// A checkpoint that was kept off the machine.
#[derive(Debug, Clone)]
pub struct KeptCheckpoint {
    /// The checkpoint.
    pub checkpoint: SignedCheckpoint,
    /// The public key that must have signed it, if it is known.
    pub public_key: Option<String>,
}

/// Verifies the data directory `folder`: records, edit logs, files, the journal's chain (also
/// against a checkpoint, if one was kept), and whether versions, decisions, revisions and their
/// texts agree with the journal (21 CFR 11.10(a)).
///
/// Damaged drafts and files that nothing approved depends on are listed as findings.
///
/// # Errors
/// The first damage to anything else.
pub async fn verify(
    folder: &Path,
    kept: Option<&KeptCheckpoint>,
) -> Result<VerificationReport, AuditError> {
    verify_with_progress(folder, kept, &Progress::default()).await
}

/// Like [`verify`], and tells how far it has come.
///
/// # Errors
/// As [`verify`].
pub async fn verify_with_progress(
    folder: &Path,
    kept: Option<&KeptCheckpoint>,
    progress: &Progress,
) -> Result<VerificationReport, AuditError> {
    let (store, checked) = store::open_checked(folder, progress)?;
    let against = match kept {
        Some(kept) => Some(prove(&store, kept).await?),
        None => None,
    };
    let report = journal::verify_with_progress(&store, against, progress).await??;
    let journal = Journal::open(store.clone(), Arc::new(SystemClock)).await?;
    let files = CheckedFiles::of(&store, &checked.damaged).await?;
    evidence::check(&store, &journal, &files).await?;
    let findings = findings(&store, &files).await?;
    Ok(VerificationReport {
        findings,
        entries: report.entries,
        records: checked.records,
        edits: checked.log_entries,
        files: checked.blobs,
        head: report.head.hash,
    })
}

/// Returns the content of a checkpoint whose signature is valid and which is of this instance.
async fn prove(store: &Store, kept: &KeptCheckpoint) -> Result<Checkpoint, AuditError> {
    let checkpoint = kept.checkpoint.prove(kept.public_key.as_deref())?;
    let signed = kept.checkpoint.instance;
    match journal::instance(store).await? {
        Some(here) if here != signed => {
            Err(CheckpointError::OtherInstance { kept: signed, here }.into())
        }
        _ => Ok(checkpoint),
    }
}

/// Signs a checkpoint of the journal in the data directory `folder`.
pub async fn checkpoint(folder: &Path) -> Result<SignedCheckpoint, AuditError> {
    let store = store::open(folder)?;
    let journal = Journal::open(store, Arc::new(SystemClock)).await?;
    Ok(journal.checkpoint(folder, Actor::System).await?)
}

/// Lists damaged drafts, missing or damaged attachments, and damaged files that belong to neither.
async fn findings(store: &Store, files: &CheckedFiles) -> Result<Vec<String>, AuditError> {
    let mut found = Vec::new();
    let articles = article::all(store).await?;
    for article in &articles {
        let faults = match live::inspect(store, article.id).await {
            Err(LiveError::NotFound) => vec!["it is missing".to_owned()],
            faults => faults?,
        };
        let (title, id) = (&article.title, article.id);
        found.extend(
            faults
                .into_iter()
                .map(|what| format!("draft “{title}” ({id}): {what}")),
        );
    }
    found.extend(attachments(store, files, &articles).await?);
    for file in files.damaged() {
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
    files: &CheckedFiles,
    articles: &[Article],
) -> Result<Vec<String>, AuditError> {
    let mut found = Vec::new();
    for attachment in AttachmentStore::all(store).await? {
        let hash = attachment.hash;
        let Some(fault) = files.fault(hash) else {
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

//! Verification of the hash chain (21 CFR 11.10(a)).

use lectern_base::Hash;
use lectern_store::{Progress, Range, Store, StoreError};

use super::index_state::IndexState;
use super::record::{ENTRIES, stored_head};
use super::{BrokenChain, Checkpoint, Entry, JournalError, index};

/// The result of a successful verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainReport {
    /// Number of entries.
    pub entries: u64,
    /// The last entry; zeros if there is none.
    pub head: Checkpoint,
}

/// Number of entries read at a time.
const CHUNK: usize = 500;

/// Recomputes every hash, and checks that the indexes have every entry.
///
/// The chain reveals edited, deleted and reordered entries. Only a comparison `against` a
/// checkpoint kept elsewhere reveals a truncated journal or one that was rewritten as a whole.
///
/// # Errors
/// The inner error names the first broken entry.
pub async fn verify(
    store: &Store,
    against: Option<Checkpoint>,
) -> Result<Result<ChainReport, BrokenChain>, JournalError> {
    verify_with_progress(store, against, &Progress::default()).await
}

/// Like [`verify`], and tells how far it has come.
///
/// # Errors
/// As [`verify`].
pub async fn verify_with_progress(
    store: &Store,
    against: Option<Checkpoint>,
    progress: &Progress,
) -> Result<Result<ChainReport, BrokenChain>, JournalError> {
    let indexed = IndexState::read(store, u64::MAX).await?.is_complete();
    let mut head = Checkpoint {
        seq: 0,
        hash: Hash::ZERO,
    };
    loop {
        let range = Range::all().after(&head.seq.to_be_bytes()).limit(CHUNK);
        let found = match ENTRIES.scan(store, range).await {
            Ok(found) if found.is_empty() => break,
            Ok(found) => found,
            Err(StoreError::Damaged { .. }) => return first_unreadable(store, head).await,
            Err(error) => return Err(error.into()),
        };
        for (key, entry) in &found {
            head = match follow(head, *key, entry, against) {
                Ok(head) => head,
                Err(broken) => return Ok(Err(broken)),
            };
        }
        progress.report("journal entries", head.seq);
        if indexed {
            let entries: Vec<_> = found.into_iter().map(|(_, entry)| entry).collect();
            if let Some((seq, list)) = index::first_unlisted(store, &entries).await? {
                let what = format!(
                    "it is not in the index {list}: one of the two was changed. Compare the journal \
                     with a checkpoint; if it is sound, `lectern reindex` builds the index anew"
                );
                return Ok(Err(broken(seq, what)));
            }
        }
    }
    if stored_head(store).await?.seq > head.seq {
        return Ok(Err(broken(head.seq + 1, "it is missing")));
    }
    if let Some(kept) = against.filter(|kept| kept.seq > head.seq) {
        let what = format!(
            "it is missing, and so is everything after it: the checkpoint goes up to entry {}",
            kept.seq
        );
        return Ok(Err(broken(head.seq + 1, what)));
    }
    Ok(Ok(ChainReport {
        entries: head.seq,
        head,
    }))
}

/// Finds the first entry after `head` that cannot be read.
async fn first_unreadable(
    store: &Store,
    mut head: Checkpoint,
) -> Result<Result<ChainReport, BrokenChain>, JournalError> {
    loop {
        let seq = head.seq + 1;
        let entry = match ENTRIES.get(store, &seq).await {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok(Err(broken(seq, "it is missing"))),
            Err(StoreError::Damaged { .. }) => return Ok(Err(broken(seq, "it cannot be read"))),
            Err(error) => return Err(error.into()),
        };
        match follow(head, seq, &entry, None) {
            Ok(next) => head = next,
            Err(broken) => return Ok(Err(broken)),
        }
    }
}

/// Checks that `entry`, stored under `key`, follows `head`; returns the new head.
fn follow(
    head: Checkpoint,
    key: u64,
    entry: &Entry,
    against: Option<Checkpoint>,
) -> Result<Checkpoint, BrokenChain> {
    let seq = head.seq + 1;
    let kept = against.filter(|kept| kept.seq == seq);
    let fault = match () {
        () if key != seq => "it is missing",
        () if entry.seq != seq => "another entry stands in its place",
        () if entry.prev != head.hash => "it does not follow the entry before it",
        () if entry.compute() != entry.hash => "it was changed after it was written",
        () if kept.is_some_and(|kept| kept.hash != entry.hash) => {
            "when the checkpoint was made, another stood here: the journal was written anew"
        }
        () => {
            return Ok(Checkpoint {
                seq,
                hash: entry.hash,
            });
        }
    };
    Err(broken(seq, fault))
}

fn broken(seq: u64, what: impl Into<String>) -> BrokenChain {
    BrokenChain {
        seq,
        what: what.into(),
    }
}

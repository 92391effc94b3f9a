//! Drafts on disk: a snapshot and the edits after it. The only module here that uses the store.
//!
//! A draft is loaded completely, or at its last good state with the unreadable parts quarantined.
//! Nothing is ever written over data that was not read.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use lectern_article::Edit;
use lectern_base::{ArticleId, Hash, Timestamp};
use lectern_store::{Batch, Store, StoreError, Table, Versioned, until_some};

use super::draft::Draft;
use super::draft_records::{
    Backlog, DamagedPart, DraftRecords, LoadedDraft, SnapshotRecord, encode_snapshot,
};
use super::error::LiveError;

const SNAPSHOTS: Table<ArticleId, Snapshot> = Table::new("snapshots");
/// Unreadable parts, by article and name.
const QUARANTINE: Table<(ArticleId, String), QuarantinedPart> = Table::new("set_aside");
/// How many log entries to read at a time.
const PAGE_SIZE: usize = 1024;

/// The newest snapshot and the one before it. The log is kept from the older one on, so that losing
/// the newer one loses no edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Snapshot {
    #[serde(flatten)]
    newest: SnapshotRef,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<SnapshotRef>,
}

/// Where a snapshot is and how far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct SnapshotRef {
    /// The last entry of the edit log that it contains.
    seq: u64,
    /// The authors and the document's state (format 2) as one blob.
    blob: Hash,
}

/// A part of a draft that could not be read and was set aside so that the rest can open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantinedPart {
    /// The part, for example `entry 7 of the edit log`.
    pub what: String,
    /// What is wrong with it.
    pub why: String,
    /// When it was found.
    pub at: Timestamp,
    /// The unreadable bytes; `None` if they are missing or were left in place.
    pub kept: Option<Hash>,
    /// When it was marked as resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Timestamp>,
}

/// Reads and writes drafts.
pub struct DraftStore {
    store: Store,
    size_limit: usize,
}

/// What the disk holds of one draft.
struct StoredDraft {
    snapshot: Option<Versioned<Snapshot>>,
    records: DraftRecords,
}

impl DraftStore {
    /// Stores drafts of at most `size_limit` bytes.
    pub fn new(store: Store, size_limit: usize) -> Self {
        Self { store, size_limit }
    }

    /// Appends edits and returns the position of the last one. They are on disk when this returns.
    pub async fn append(&self, article: ArticleId, edits: &[Edit]) -> Result<u64, LiveError> {
        let entries = edits.iter().map(|edit| edit.encode().into()).collect();
        let appended = self.store.append(&Edit::log(article), entries).await;
        appended.map_err(|why| unavailable(article, &why))
    }

    /// Loads a draft. Unreadable parts are quarantined for good, and everything else is loaded.
    ///
    /// # Errors
    /// [`LiveError::Damaged`] if neither a snapshot nor the beginning of the log can be read.
    pub async fn open(&self, article: ArticleId, now: Timestamp) -> Result<LoadedDraft, LiveError> {
        let loaded = until_some(|| async {
            let found = self.read(article, false).await?;
            let size_limit = self.size_limit;
            let loaded = run_blocking(move || found.records.rebuild(size_limit)).await;
            if !matches!(loaded, Err(LiveError::Damaged { .. })) {
                return loaded.map(Some);
            }
            match self.repair(article, now).await {
                // Another reader may have repaired it first.
                Err(LiveError::Unavailable) => Ok(None),
                repaired => repaired.map(Some),
            }
        });
        loaded.await?.ok_or(LiveError::Unavailable)
    }

    /// Folds the edit log into a snapshot and trims it. Returns the size of the full state in
    /// bytes.
    ///
    /// Works only on the records on disk, so an open room is not disturbed.
    pub async fn compact(&self, article: ArticleId) -> Result<usize, LiveError> {
        let StoredDraft { snapshot, records } = self.read(article, false).await?;
        let size_limit = self.size_limit;
        let (position, size, packed) = run_blocking(move || {
            let loaded = records.rebuild(size_limit)?;
            let packed = encode_snapshot(article, &loaded.draft)?;
            Ok((loaded.position, loaded.state.len(), packed))
        })
        .await?;
        let old = snapshot.as_ref().map(|found| found.value.clone());
        let before = old.as_ref().map(|old| old.newest);
        let mut batch = Batch::new();
        batch.trim_log(&Edit::log(article), before.map_or(0, |before| before.seq));
        let blob = self
            .put_snapshot(article, snapshot, (position, packed), before, batch)
            .await?;
        let unused = old.and_then(|old| old.before).map(|kept| kept.blob);
        if let Some(unused) = unused.filter(|unused| *unused != blob) {
            let deleted = self.store.blobs().delete(unused).await;
            deleted.map_err(|why| unavailable(article, &why))?;
        }
        Ok(size)
    }

    /// Replaces a draft that cannot be read at all. What was there is quarantined.
    pub async fn replace(
        &self,
        article: ArticleId,
        draft: &Draft,
        now: Timestamp,
    ) -> Result<(), LiveError> {
        let StoredDraft { snapshot, records } = self.read(article, true).await?;
        let mut batch = Batch::new();
        let lost = records.edits.iter().map(|(seq, entry)| DamagedPart {
            what: format!("entry {seq} of the edit log"),
            why: "the draft could not be opened and was restored".to_owned(),
            bytes: Some(entry.clone()),
        });
        for damage in lost {
            self.quarantine(&mut batch, article, damage, now).await?;
        }
        let last = self.store.last_of_log(&Edit::log(article)).await;
        let last = last.map_err(|why| unavailable(article, &why))?;
        let packed = encode_snapshot(article, draft)?;
        batch.trim_log(&Edit::log(article), last);
        self.put_snapshot(article, snapshot, (last, packed), None, batch)
            .await?;
        Ok(())
    }

    /// Returns the quarantined parts of a draft that are not resolved, oldest first.
    pub async fn quarantined(&self, article: ArticleId) -> Result<Vec<QuarantinedPart>, LiveError> {
        let found = QUARANTINE.scan_under(&self.store, &article).await;
        let found = found.map_err(|why| unavailable(article, &why))?;
        let mut open: Vec<_> = found.into_iter().map(|(_, part)| part).collect();
        open.retain(|part| part.settled.is_none());
        open.sort_by_key(|part| part.at);
        Ok(open)
    }

    /// Describes which parts of a draft cannot be read, or could not and were quarantined.
    pub async fn inspect(&self, article: ArticleId) -> Result<Vec<String>, LiveError> {
        let all = QUARANTINE.scan_under(&self.store, &article).await;
        let all = all.map_err(|why| unavailable(article, &why))?;
        let findings = all.into_iter().map(|(_, part)| {
            let kept = part
                .kept
                .map_or(String::new(), |hash| format!(", kept as {hash}"));
            let day = part.at.date_time().date();
            format!("{} was set aside on {day} ({}{kept})", part.what, part.why)
        });
        let mut findings: Vec<String> = findings.collect();
        let records = self.read(article, true).await?.records;
        let unread = records.states.iter().filter(|state| state.bytes.is_none());
        findings.extend(unread.map(|state| format!("{} cannot be read", state.name)));
        let newest = self.read(article, false).await?.records;
        let limit = self.size_limit;
        let cause = match run_blocking(move || newest.rebuild(limit)).await {
            Err(LiveError::Damaged { record, .. }) => format!("{record} cannot be read"),
            Err(why) => return Err(why),
            Ok(_) => return Ok(findings),
        };
        if !findings.contains(&cause) {
            findings.push(cause);
        }
        Ok(findings)
    }

    /// Adds to `batch` that the quarantined parts are resolved, and returns them.
    pub async fn resolve_quarantined(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        now: Timestamp,
    ) -> Result<Vec<QuarantinedPart>, LiveError> {
        let open = self.quarantined(article).await?;
        for part in &open {
            let settled = QuarantinedPart {
                settled: Some(now),
                ..part.clone()
            };
            QUARANTINE.put(batch, &(article, part.what.clone()), &settled);
        }
        Ok(open)
    }

    /// Opens a draft at its last good state and folds that into a new snapshot, so that the
    /// unreadable parts cause no trouble again.
    async fn repair(&self, article: ArticleId, now: Timestamp) -> Result<LoadedDraft, LiveError> {
        let StoredDraft { snapshot, records } = self.read(article, true).await?;
        let size_limit = self.size_limit;
        let (mut loaded, packed) = run_blocking(move || {
            let loaded = records.salvage(size_limit)?;
            let packed = encode_snapshot(article, &loaded.draft)?;
            Ok((loaded, packed))
        })
        .await?;
        let mut batch = Batch::new();
        for damage in loaded.damage.clone() {
            tracing::error!(%article, what = %damage.what, why = %damage.why, "Part of a draft was set aside");
            self.quarantine(&mut batch, article, damage, now).await?;
        }
        batch.trim_log(&Edit::log(article), loaded.position);
        self.put_snapshot(article, snapshot, (loaded.position, packed), None, batch)
            .await?;
        loaded.backlog = Backlog::default();
        Ok(loaded)
    }

    async fn quarantine(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        damage: DamagedPart,
        now: Timestamp,
    ) -> Result<(), LiveError> {
        metrics::counter!("lectern_live_set_aside_total").increment(1);
        let kept = match damage.bytes {
            Some(bytes) => {
                let put = self.store.blobs().put(bytes).await;
                Some(put.map_err(|why| unavailable(article, &why))?)
            }
            None => None,
        };
        let part = QuarantinedPart {
            what: damage.what,
            why: damage.why,
            at: now,
            kept,
            settled: None,
        };
        QUARANTINE.put(batch, &(article, part.what.clone()), &part);
        Ok(())
    }

    /// Commits `batch` together with a new newest snapshot. Returns the snapshot's blob.
    async fn put_snapshot(
        &self,
        article: ArticleId,
        old: Option<Versioned<Snapshot>>,
        (seq, packed): (u64, Vec<u8>),
        before: Option<SnapshotRef>,
        mut batch: Batch,
    ) -> Result<Hash, LiveError> {
        let failed = |why: StoreError| unavailable(article, &why);
        let blob = self.store.blobs().put(packed).await.map_err(failed)?;
        let newest = SnapshotRef { seq, blob };
        let snapshot = Snapshot { newest, before };
        match &old {
            Some(old) => SNAPSHOTS.put_expecting(&mut batch, &article, &snapshot, old),
            None => SNAPSHOTS.insert(&mut batch, &article, &snapshot),
        }
        self.store.commit(batch).await.map_err(failed)?;
        Ok(blob)
    }

    /// Reads a draft from its newest snapshot on, or with `all` everything that is kept.
    async fn read(&self, article: ArticleId, all: bool) -> Result<StoredDraft, LiveError> {
        let found = until_some(|| self.try_read(article, all));
        found.await?.ok_or(LiveError::Unavailable)
    }

    /// Reads a draft. Returns `None` if a compaction changed it meanwhile.
    async fn try_read(
        &self,
        article: ArticleId,
        all: bool,
    ) -> Result<Option<StoredDraft>, LiveError> {
        let snapshot = self.snapshot(article).await?;
        let (newest, before) = match &snapshot {
            Some(found) => (Some(found.value.newest), found.value.before),
            None => (None, None),
        };
        let mut states = Vec::new();
        for kept in newest.into_iter().chain(before.filter(|_| all)) {
            states.push(self.snapshot_record(article, kept).await?);
        }
        let after = if all { before } else { newest };
        let edits = self
            .edits(article, after.map_or(0, |kept| kept.seq))
            .await?;
        let now = self.snapshot(article).await?;
        if now.as_ref().map(|now| &now.raw) != snapshot.as_ref().map(|found| &found.raw) {
            return Ok(None);
        }
        let records = DraftRecords {
            article,
            states,
            edits,
        };
        Ok(Some(StoredDraft { snapshot, records }))
    }

    async fn snapshot(&self, article: ArticleId) -> Result<Option<Versioned<Snapshot>>, LiveError> {
        let found = SNAPSHOTS.get_versioned(&self.store, &article).await;
        found.map_err(|why| unavailable(article, &why))
    }

    /// Reads a snapshot. Its bytes are `None` if they are missing or not what was written.
    async fn snapshot_record(
        &self,
        article: ArticleId,
        kept: SnapshotRef,
    ) -> Result<SnapshotRecord, LiveError> {
        let bytes = match self.store.blobs().get(kept.blob).await {
            Ok(bytes) => bytes,
            Err(StoreError::Damaged { .. }) => None,
            Err(why) => return Err(unavailable(article, &why)),
        };
        Ok(SnapshotRecord {
            seq: kept.seq,
            name: format!("snapshot {}", kept.blob),
            bytes,
        })
    }

    async fn edits(&self, article: ArticleId, after: u64) -> Result<Vec<(u64, Bytes)>, LiveError> {
        let mut edits: Vec<(u64, Bytes)> = Vec::new();
        loop {
            let last = edits.last().map_or(after, |(seq, _)| *seq);
            let page = self
                .store
                .read_log(&Edit::log(article), last, PAGE_SIZE)
                .await;
            let page = page.map_err(|why| unavailable(article, &why))?;
            let complete = page.len() < PAGE_SIZE;
            edits.extend(page);
            if complete {
                return Ok(edits);
            }
        }
    }
}

/// Describes which parts of an article's draft cannot be read, or could not and were quarantined.
pub async fn inspect(store: &Store, article: ArticleId) -> Result<Vec<String>, LiveError> {
    DraftStore::new(store.clone(), usize::MAX)
        .inspect(article)
        .await
}

/// Runs work that can take milliseconds without blocking the runtime.
async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LiveError> + Send + 'static,
) -> Result<T, LiveError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or(Err(LiveError::Unavailable))
}

fn unavailable(article: ArticleId, why: &StoreError) -> LiveError {
    tracing::error!(%article, %why, "The store failed to read or write a draft");
    match why {
        StoreError::Damaged { what, .. } => LiveError::Damaged {
            article,
            record: what.clone(),
        },
        _ => LiveError::Unavailable,
    }
}

//! The draft on disk: a snapshot and the edits after it. The only file here that asks the store.
//!
//! A draft is loaded whole, or at its last good state with what could not be read set aside; nothing
//! is ever stored over what was not read.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use lectern_article::Edit;
use lectern_base::{ArticleId, Hash, Timestamp};
use lectern_store::{Batch, Store, StoreError, Table, Versioned};

use super::draft::Draft;
use super::error::LiveError;
use super::records::{Backlog, Damage, Opened, Records, State, pack};

const SNAPSHOTS: Table<ArticleId, Snapshot> = Table::new("snapshots");
/// What was set aside, by article and by what it is.
const SET_ASIDE: Table<(ArticleId, String), SetAside> = Table::new("set_aside");
/// Entries read at once.
const PAGE: usize = 1024;
/// A compaction may overtake a reader this often before the reader gives up.
const TRIES: usize = 5;

/// A snapshot and the one before it: the log is kept from the older one on, so that the younger one
/// can be lost without losing a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Snapshot {
    #[serde(flatten)]
    newest: Kept,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Kept>,
}

/// Where a snapshot is and how far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// The last entry of the edit log that it holds.
    seq: u64,
    /// The authors and the document's state (format 2), as one blob.
    blob: Hash,
}

/// A part of a draft that could not be read and was set aside, so that the rest opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// What it is, such as `entry 7 of the edit log`.
    pub what: String,
    /// What is wrong with it.
    pub why: String,
    /// When it was found.
    pub at: Timestamp,
    /// The bytes that could not be read; none when they are missing, or still lie where they were.
    pub kept: Option<Hash>,
    /// When somebody saw to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Timestamp>,
}

/// Reads and writes drafts.
pub struct Ledger {
    store: Store,
    size_limit: usize,
}

/// What is on disk of one draft, and where.
struct Found {
    snapshot: Option<Versioned<Snapshot>>,
    records: Records,
}

impl Ledger {
    /// Keeps drafts of at most `size_limit` bytes in a store.
    pub fn new(store: Store, size_limit: usize) -> Self {
        Self { store, size_limit }
    }

    /// Appends edits; they are on disk when it returns the position of the last.
    pub async fn append(&self, article: ArticleId, edits: &[Edit]) -> Result<u64, LiveError> {
        let entries = edits.iter().map(|edit| edit.encode().into()).collect();
        let appended = self.store.append(&Edit::log(article), entries).await;
        appended.map_err(|why| unavailable(article, &why))
    }

    /// Loads a draft. What cannot be read is set aside for good, with everything else opened.
    ///
    /// # Errors
    /// [`LiveError::Damaged`] when neither a snapshot nor the beginning of the log can be read.
    pub async fn open(&self, article: ArticleId, now: Timestamp) -> Result<Opened, LiveError> {
        for _ in 0..TRIES {
            let found = self.read(article, false).await?;
            let size_limit = self.size_limit;
            let opened = apart(move || found.records.rebuild(size_limit)).await;
            if !matches!(opened, Err(LiveError::Damaged { .. })) {
                return opened;
            }
            match self.repair(article, now).await {
                // Somebody else may just have repaired it.
                Err(LiveError::Unavailable) => {}
                repaired => return repaired,
            }
        }
        Err(LiveError::Unavailable)
    }

    /// Makes the edit log into a snapshot and trims it; returns the bytes of the whole state.
    ///
    /// Works on the records on disk alone, so that an open room goes on undisturbed.
    pub async fn compact(&self, article: ArticleId) -> Result<usize, LiveError> {
        let Found { snapshot, records } = self.read(article, false).await?;
        let size_limit = self.size_limit;
        let (position, size, packed) = apart(move || {
            let opened = records.rebuild(size_limit)?;
            let packed = pack(article, &opened.draft)?;
            Ok((opened.position, opened.state.len(), packed))
        })
        .await?;
        let old = snapshot.as_ref().map(|found| found.value.clone());
        let before = old.as_ref().map(|old| old.newest);
        let mut batch = Batch::new();
        batch.trim_log(&Edit::log(article), before.map_or(0, |before| before.seq));
        let blob = self
            .keep(article, snapshot, (position, packed), before, batch)
            .await?;
        let unused = old.and_then(|old| old.before).map(|kept| kept.blob);
        if let Some(unused) = unused.filter(|unused| *unused != blob) {
            let deleted = self.store.blobs().delete(unused).await;
            deleted.map_err(|why| unavailable(article, &why))?;
        }
        Ok(size)
    }

    /// Puts a draft in the place of one that cannot be read at all; what was there is set aside.
    pub async fn replace(
        &self,
        article: ArticleId,
        draft: &Draft,
        now: Timestamp,
    ) -> Result<(), LiveError> {
        let Found { snapshot, records } = self.read(article, true).await?;
        let mut batch = Batch::new();
        let lost = records.edits.iter().map(|(seq, entry)| Damage {
            what: format!("entry {seq} of the edit log"),
            why: "the draft could not be opened and was restored".to_owned(),
            bytes: Some(entry.clone()),
        });
        for damage in lost {
            self.set_aside(&mut batch, article, damage, now).await?;
        }
        let last = self.store.last_of_log(&Edit::log(article)).await;
        let last = last.map_err(|why| unavailable(article, &why))?;
        let packed = pack(article, draft)?;
        batch.trim_log(&Edit::log(article), last);
        self.keep(article, snapshot, (last, packed), None, batch)
            .await?;
        Ok(())
    }

    /// Everything of a draft that was set aside and that nobody has seen to, oldest first.
    pub async fn aside(&self, article: ArticleId) -> Result<Vec<SetAside>, LiveError> {
        let found = SET_ASIDE.scan_under(&self.store, &article).await;
        let found = found.map_err(|why| unavailable(article, &why))?;
        let mut open: Vec<_> = found.into_iter().map(|(_, aside)| aside).collect();
        open.retain(|aside| aside.settled.is_none());
        open.sort_by_key(|aside| aside.at);
        Ok(open)
    }

    /// Says in words what of a draft cannot be read, or could not and was set aside.
    pub async fn inspect(&self, article: ArticleId) -> Result<Vec<String>, LiveError> {
        let all = SET_ASIDE.scan_under(&self.store, &article).await;
        let all = all.map_err(|why| unavailable(article, &why))?;
        let told = all.into_iter().map(|(_, aside)| {
            let kept = aside
                .kept
                .map_or(String::new(), |hash| format!(", kept as {hash}"));
            let day = aside.at.date_time().date();
            format!(
                "{} was set aside on {day} ({}{kept})",
                aside.what, aside.why
            )
        });
        let mut told: Vec<String> = told.collect();
        let records = self.read(article, true).await?.records;
        let unread = records.states.iter().filter(|state| state.bytes.is_none());
        told.extend(unread.map(|state| format!("{} cannot be read", state.name)));
        let newest = self.read(article, false).await?.records;
        let limit = self.size_limit;
        let cause = match apart(move || newest.rebuild(limit)).await {
            Err(LiveError::Damaged { record, .. }) => format!("{record} cannot be read"),
            Err(why) => return Err(why),
            Ok(_) => return Ok(told),
        };
        if !told.contains(&cause) {
            told.push(cause);
        }
        Ok(told)
    }

    /// Puts into `batch` that somebody has seen to what was set aside; returns what it was.
    pub async fn settle(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        now: Timestamp,
    ) -> Result<Vec<SetAside>, LiveError> {
        let open = self.aside(article).await?;
        for aside in &open {
            let settled = SetAside {
                settled: Some(now),
                ..aside.clone()
            };
            SET_ASIDE.put(batch, &(article, aside.what.clone()), &settled);
        }
        Ok(open)
    }

    /// Opens a draft at its last good state and folds that into a new snapshot, so that what could
    /// not be read stands in nobody's way again.
    async fn repair(&self, article: ArticleId, now: Timestamp) -> Result<Opened, LiveError> {
        let Found { snapshot, records } = self.read(article, true).await?;
        let size_limit = self.size_limit;
        let (mut opened, packed) = apart(move || {
            let opened = records.salvage(size_limit)?;
            let packed = pack(article, &opened.draft)?;
            Ok((opened, packed))
        })
        .await?;
        let mut batch = Batch::new();
        for damage in opened.damage.clone() {
            tracing::error!(%article, what = %damage.what, why = %damage.why, "A part of a draft is set aside");
            self.set_aside(&mut batch, article, damage, now).await?;
        }
        batch.trim_log(&Edit::log(article), opened.position);
        self.keep(article, snapshot, (opened.position, packed), None, batch)
            .await?;
        opened.backlog = Backlog::default();
        Ok(opened)
    }

    async fn set_aside(
        &self,
        batch: &mut Batch,
        article: ArticleId,
        damage: Damage,
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
        let aside = SetAside {
            what: damage.what,
            why: damage.why,
            at: now,
            kept,
            settled: None,
        };
        SET_ASIDE.put(batch, &(article, aside.what.clone()), &aside);
        Ok(())
    }

    /// Makes a state the newest snapshot, together with what is in `batch`; returns its blob.
    async fn keep(
        &self,
        article: ArticleId,
        old: Option<Versioned<Snapshot>>,
        (seq, packed): (u64, Vec<u8>),
        before: Option<Kept>,
        mut batch: Batch,
    ) -> Result<Hash, LiveError> {
        let failed = |why: StoreError| unavailable(article, &why);
        let blob = self.store.blobs().put(packed).await.map_err(failed)?;
        let newest = Kept { seq, blob };
        let snapshot = Snapshot { newest, before };
        match &old {
            Some(old) => SNAPSHOTS.put_expecting(&mut batch, &article, &snapshot, old),
            None => SNAPSHOTS.insert(&mut batch, &article, &snapshot),
        }
        self.store.commit(batch).await.map_err(failed)?;
        Ok(blob)
    }

    /// Reads a draft from its newest snapshot on, or `all` that is kept of it.
    async fn read(&self, article: ArticleId, all: bool) -> Result<Found, LiveError> {
        for _ in 0..TRIES {
            if let Some(found) = self.try_read(article, all).await? {
                return Ok(found);
            }
        }
        Err(LiveError::Unavailable)
    }

    /// Reads everything; nothing if a compaction changed it in between.
    async fn try_read(&self, article: ArticleId, all: bool) -> Result<Option<Found>, LiveError> {
        let snapshot = self.snapshot(article).await?;
        let (newest, before) = match &snapshot {
            Some(found) => (Some(found.value.newest), found.value.before),
            None => (None, None),
        };
        let mut states = Vec::new();
        for kept in newest.into_iter().chain(before.filter(|_| all)) {
            states.push(self.state(article, kept).await?);
        }
        let after = if all { before } else { newest };
        let edits = self
            .edits(article, after.map_or(0, |kept| kept.seq))
            .await?;
        let now = self.snapshot(article).await?;
        if now.as_ref().map(|now| &now.raw) != snapshot.as_ref().map(|found| &found.raw) {
            return Ok(None);
        }
        let records = Records {
            article,
            states,
            edits,
        };
        Ok(Some(Found { snapshot, records }))
    }

    async fn snapshot(&self, article: ArticleId) -> Result<Option<Versioned<Snapshot>>, LiveError> {
        let found = SNAPSHOTS.get_versioned(&self.store, &article).await;
        found.map_err(|why| unavailable(article, &why))
    }

    /// A snapshot's bytes; none when they are gone or not what was written.
    async fn state(&self, article: ArticleId, kept: Kept) -> Result<State, LiveError> {
        let bytes = match self.store.blobs().get(kept.blob).await {
            Ok(bytes) => bytes,
            Err(StoreError::Damaged { .. }) => None,
            Err(why) => return Err(unavailable(article, &why)),
        };
        Ok(State {
            seq: kept.seq,
            name: format!("snapshot {}", kept.blob),
            bytes,
        })
    }

    async fn edits(&self, article: ArticleId, after: u64) -> Result<Vec<(u64, Bytes)>, LiveError> {
        let mut edits: Vec<(u64, Bytes)> = Vec::new();
        loop {
            let last = edits.last().map_or(after, |(seq, _)| *seq);
            let page = self.store.read_log(&Edit::log(article), last, PAGE).await;
            let page = page.map_err(|why| unavailable(article, &why))?;
            let complete = page.len() < PAGE;
            edits.extend(page);
            if complete {
                return Ok(edits);
            }
        }
    }
}

/// Says in words what of an article's draft cannot be read, or could not and was set aside.
pub async fn inspect(store: &Store, article: ArticleId) -> Result<Vec<String>, LiveError> {
    Ledger::new(store.clone(), usize::MAX)
        .inspect(article)
        .await
}

/// Runs work that may take milliseconds where it holds nobody up.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LiveError> + Send + 'static,
) -> Result<T, LiveError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or(Err(LiveError::Unavailable))
}

fn unavailable(article: ArticleId, why: &StoreError) -> LiveError {
    tracing::error!(%article, %why, "The store failed a draft");
    match why {
        StoreError::Damaged { what, .. } => LiveError::Damaged {
            article,
            record: what.clone(),
        },
        _ => LiveError::Unavailable,
    }
}

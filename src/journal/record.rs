//! The [`Journal`]: recording and reading entries.

use std::sync::Arc;

use tokio::sync::{Mutex, watch};

use lectern_base::{Clock, Hash, Timestamp};
use lectern_store::{Batch, Range, Store, StoreError, Table};

use super::audit_event::LONGEST_TEXT;
use super::index_state::{IndexState, put_complete};
use super::{AuditEvent, Checkpoint, Entry, JournalError, index};

pub(super) static ENTRIES: Table<u64, Entry> = Table::new("journal");
static HEAD: Table<String, Checkpoint> = Table::new("journal_head");

/// The journal of this instance.
#[derive(Clone)]
pub struct Journal(pub(super) Arc<JournalInner>);

pub(super) struct JournalInner {
    store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) head: Mutex<Checkpoint>,
    newest: watch::Sender<u64>,
    pub(super) indexed: IndexState,
    /// Held while a checkpoint is signed, so that only one key is generated.
    pub(super) signing: Mutex<()>,
}

impl Journal {
    /// Opens the journal of `store`.
    pub async fn open(store: Store, clock: Arc<dyn Clock>) -> Result<Self, JournalError> {
        let head = stored_head(&store).await?;
        let newest = watch::Sender::new(head.seq);
        let indexed = IndexState::read(&store, head.seq).await?;
        Ok(Self(Arc::new(JournalInner {
            store,
            clock,
            head: Mutex::new(head),
            newest,
            indexed,
            signing: Mutex::default(),
        })))
    }

    /// Commits `batch` and the entries of `events` atomically; returns the entries.
    ///
    /// Runs to completion even if the returned future is dropped.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] if a precondition does not hold; nothing is written.
    pub async fn record(
        &self,
        batch: Batch,
        events: Vec<AuditEvent>,
    ) -> Result<Vec<Entry>, JournalError> {
        self.record_numbered(batch, events, |_, _| {}).await
    }

    /// Like [`Journal::record`], for records that refer to their own entries: `number` is called
    /// once the entries have their numbers and can add to the batch.
    pub async fn record_numbered(
        &self,
        batch: Batch,
        events: Vec<AuditEvent>,
        number: impl Fn(&[Entry], &mut Batch) + Send + Sync + 'static,
    ) -> Result<Vec<Entry>, JournalError> {
        if events.iter().any(AuditEvent::is_too_long) {
            return Err(JournalError::LongText(LONGEST_TEXT));
        }
        let inner = Arc::clone(&self.0);
        let recorded = tokio::spawn(async move { inner.record(batch, events, number).await }).await;
        recorded.unwrap_or_else(|fault| {
            let reason = fault.to_string();
            Err(JournalError::Store(StoreError::Unavailable { reason }))
        })
    }

    /// Returns up to `limit` entries after number `after`, oldest first.
    pub async fn read(&self, after: u64, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let range = Range::all().after(&after.to_be_bytes()).limit(limit);
        let found = ENTRIES.scan(&self.0.store, range).await?;
        Ok(found.into_iter().map(|(_, entry)| entry).collect())
    }

    /// Returns the number of the last entry.
    pub fn head(&self) -> u64 {
        *self.0.newest.borrow()
    }

    /// Subscribes to the number of the last entry.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.newest.subscribe()
    }

    /// Returns whether the indexes have every entry.
    pub(super) fn is_indexed(&self) -> bool {
        self.0.indexed.is_complete()
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }
}

impl JournalInner {
    async fn record(
        &self,
        batch: Batch,
        events: Vec<AuditEvent>,
        number: impl Fn(&[Entry], &mut Batch) + Send + Sync,
    ) -> Result<Vec<Entry>, JournalError> {
        let mut head = self.head.lock().await;
        loop {
            let (batch, events) = (batch.clone(), events.clone());
            match self.append(*head, batch, events, &number).await {
                Ok((entries, next)) => {
                    self.advance_to(&mut head, next);
                    return Ok(entries);
                }
                // Another journal on the same store committed first: continue after its entries.
                Err(StoreError::Conflict { table, .. }) if table == ENTRIES.name() => {
                    let found = stored_head(&self.store).await?;
                    if found.seq <= head.seq {
                        return Err(unexpected_entry(found.seq).into());
                    }
                    self.advance_to(&mut head, found);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Commits `batch` with `events` as the entries that follow `head`.
    async fn append(
        &self,
        head: Checkpoint,
        mut batch: Batch,
        events: Vec<AuditEvent>,
        number: impl Fn(&[Entry], &mut Batch),
    ) -> Result<(Vec<Entry>, Checkpoint), StoreError> {
        let (entries, next) = link(head, self.clock.now(), events);
        number(&entries, &mut batch);
        for entry in &entries {
            ENTRIES.insert(&mut batch, &entry.seq, entry);
            index::list(&mut batch, entry);
        }
        index::put_spans(&self.store, &mut batch, &entries).await?;
        if head.seq == 0 {
            put_complete(&mut batch);
        }
        HEAD.put(&mut batch, &key(), &next);
        self.store.commit(batch).await?;
        Ok((entries, next))
    }

    fn advance_to(&self, head: &mut Checkpoint, next: Checkpoint) {
        *head = next;
        self.newest.send_replace(next.seq);
    }
}

/// Returns the stored number and hash of the last entry.
pub(super) async fn stored_head(store: &Store) -> Result<Checkpoint, StoreError> {
    Ok(HEAD.get(store, &key()).await?.unwrap_or(Checkpoint {
        seq: 0,
        hash: Hash::ZERO,
    }))
}

fn unexpected_entry(seq: u64) -> StoreError {
    StoreError::Damaged {
        what: "the journal".to_owned(),
        reason: format!("it goes on after entry {seq}, which should be its last"),
    }
}

fn key() -> String {
    "head".to_owned()
}

fn link(mut head: Checkpoint, now: Timestamp, events: Vec<AuditEvent>) -> (Vec<Entry>, Checkpoint) {
    let mut entries = Vec::with_capacity(events.len());
    for event in events {
        let entry = event.into_entry(head.seq + 1, head.hash, now);
        head = Checkpoint {
            seq: entry.seq,
            hash: entry.hash,
        };
        entries.push(entry);
    }
    (entries, head)
}

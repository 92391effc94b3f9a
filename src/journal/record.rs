//! Recording deeds together with what they change, and reading them.

use std::sync::Arc;

use tokio::sync::{Mutex, watch};

use lectern_base::{Clock, Hash, Timestamp};
use lectern_store::{Batch, Range, Store, StoreError, Table};

use super::{Checkpoint, Deed, Entry, JournalError};

pub(super) static ENTRIES: Table<u64, Entry> = Table::new("journal");
static HEAD: Table<String, Checkpoint> = Table::new("journal_head");

/// The journal of this instance.
#[derive(Clone)]
pub struct Journal(pub(super) Arc<Inner>);

pub(super) struct Inner {
    store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) head: Mutex<Checkpoint>,
    newest: watch::Sender<u64>,
    /// Held while a checkpoint is signed, so that two do not make a key each.
    pub(super) signing: Mutex<()>,
}

impl Journal {
    /// Finds the last entry and goes on from there.
    pub async fn open(store: Store, clock: Arc<dyn Clock>) -> Result<Self, JournalError> {
        let head = stored_head(&store).await?;
        let newest = watch::Sender::new(head.seq);
        Ok(Self(Arc::new(Inner {
            store,
            clock,
            head: Mutex::new(head),
            newest,
            signing: Mutex::default(),
        })))
    }

    /// Commits `batch` and the entries of `deeds` at once; returns the entries.
    ///
    /// Once begun it runs to its end, even when nobody waits for the answer any more.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] when the batch expected something else; nothing is written.
    pub async fn record(&self, batch: Batch, deeds: Vec<Deed>) -> Result<Vec<Entry>, JournalError> {
        self.record_numbered(batch, deeds, |_, _| {}).await
    }

    /// As [`Journal::record`], for records that name the entries which tell of them: once the
    /// entries have their numbers, `number` adds to the batch what depends on those.
    pub async fn record_numbered(
        &self,
        batch: Batch,
        deeds: Vec<Deed>,
        number: impl Fn(&[Entry], &mut Batch) + Send + Sync + 'static,
    ) -> Result<Vec<Entry>, JournalError> {
        let inner = Arc::clone(&self.0);
        let recorded = tokio::spawn(async move { inner.record(batch, deeds, number).await }).await;
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

    /// Tells the number of the last entry whenever there is a new one.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.newest.subscribe()
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }
}

impl Inner {
    async fn record(
        &self,
        batch: Batch,
        deeds: Vec<Deed>,
        number: impl Fn(&[Entry], &mut Batch) + Send + Sync,
    ) -> Result<Vec<Entry>, JournalError> {
        let mut head = self.head.lock().await;
        loop {
            let (batch, deeds) = (batch.clone(), deeds.clone());
            match self.append(*head, batch, deeds, &number).await {
                Ok((entries, next)) => {
                    self.go_on_from(&mut head, next);
                    return Ok(entries);
                }
                // Another instance on the same store was quicker: its entries come first.
                Err(StoreError::Conflict { table, .. }) if table == ENTRIES.name() => {
                    let found = stored_head(&self.store).await?;
                    if found.seq <= head.seq {
                        return Err(beyond_its_head(found.seq).into());
                    }
                    self.go_on_from(&mut head, found);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Commits `batch` with the entries that follow `head`.
    async fn append(
        &self,
        head: Checkpoint,
        mut batch: Batch,
        deeds: Vec<Deed>,
        number: impl Fn(&[Entry], &mut Batch),
    ) -> Result<(Vec<Entry>, Checkpoint), StoreError> {
        let (entries, next) = link(head, self.clock.now(), deeds);
        number(&entries, &mut batch);
        for entry in &entries {
            ENTRIES.insert(&mut batch, &entry.seq, entry);
        }
        HEAD.put(&mut batch, &key(), &next);
        self.store.commit(batch).await?;
        Ok((entries, next))
    }

    fn go_on_from(&self, head: &mut Checkpoint, next: Checkpoint) {
        *head = next;
        self.newest.send_replace(next.seq);
    }
}

/// Returns the number and hash of the last entry as the store has them.
pub(super) async fn stored_head(store: &Store) -> Result<Checkpoint, StoreError> {
    Ok(HEAD.get(store, &key()).await?.unwrap_or(Checkpoint {
        seq: 0,
        hash: Hash::ZERO,
    }))
}

fn beyond_its_head(seq: u64) -> StoreError {
    StoreError::Damaged {
        what: "the journal".to_owned(),
        reason: format!("it goes on after entry {seq}, which should be its last"),
    }
}

fn key() -> String {
    "head".to_owned()
}

fn link(mut head: Checkpoint, now: Timestamp, deeds: Vec<Deed>) -> (Vec<Entry>, Checkpoint) {
    let mut entries = Vec::with_capacity(deeds.len());
    for deed in deeds {
        let entry = Entry::link(deed, head.seq + 1, head.hash, now);
        head = Checkpoint {
            seq: entry.seq,
            hash: entry.hash,
        };
        entries.push(entry);
    }
    (entries, head)
}

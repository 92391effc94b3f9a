//! Indexes the entries of earlier releases, while the journal is in use.

use std::time::{Duration, Instant};

use lectern_store::Batch;

use super::{Journal, JournalError, index};

/// Number of entries indexed at a time: few enough to delay other commits by a few milliseconds.
const CHUNK: usize = 100;
/// Time between two lines of the log.
const REPORT: Duration = Duration::from_secs(10);

impl Journal {
    /// Indexes the entries that an earlier release recorded; returns how many. Until this is done,
    /// entries are found by reading the journal.
    ///
    /// Can stop at any moment: the next call goes on from there.
    pub async fn build_indexes(&self) -> Result<u64, JournalError> {
        let state = &self.0.indexed;
        let (mut indexed, mut reported) = (0, Instant::now());
        while !self.is_indexed() {
            indexed += self.index_next().await?;
            if reported.elapsed() > REPORT {
                reported = Instant::now();
                let (entry, of) = (state.built(), state.end());
                tracing::info!(entry, of, "The journal is being indexed");
            }
        }
        Ok(indexed)
    }

    /// Indexes some entries; returns how many.
    pub(super) async fn index_next(&self) -> Result<u64, JournalError> {
        let state = &self.0.indexed;
        // Held so that no entry is recorded into the same block meanwhile.
        let _head = self.0.head.lock().await;
        let mut entries = self.read(state.built(), CHUNK).await?;
        entries.retain(|entry| entry.seq <= state.end());
        let last = entries.last().map_or(state.end(), |entry| entry.seq);
        let mut batch = Batch::new();
        for entry in &entries {
            index::list(&mut batch, entry);
        }
        index::put_spans(self.store(), &mut batch, &entries).await?;
        state.put(&mut batch, last);
        self.store().commit(batch).await?;
        state.advance_to(last);
        Ok(entries.len() as u64)
    }
}

//! Builds the lists of assignments and acknowledgements for a data directory of an earlier release.

use std::collections::BTreeSet;

use lectern_base::Seek;
use lectern_store::{Batch, Range, Table};

use super::error::ReadingError;
use super::lists;
use super::readings::Readings;
use super::record::{ACKNOWLEDGEMENTS, ASSIGNMENTS};

/// Where each step of [`Readings::list_earlier`] stopped; [`END`] when it is complete.
const PROGRESS: Table<String, String> = Table::new("reading_lists_progress");
const GIVEN: &str = "acknowledgements";
const ASKED: &str = "assignments";
const END: &str = "";
/// The number of records in one commit.
const CHUNK: usize = 200;

impl Readings {
    /// Lists the acknowledgements and open assignments of an earlier release, once; returns the
    /// number of records. It goes on where an interrupted start left off.
    pub async fn list_earlier(&self) -> Result<usize, ReadingError> {
        Ok(self.list_acknowledgements().await? + self.list_assignments().await?)
    }

    async fn list_acknowledgements(&self) -> Result<usize, ReadingError> {
        let mut listed = 0;
        while let Some(seek) = self.next_of(GIVEN).await? {
            let page = ACKNOWLEDGEMENTS.page(&self.store, Range::all(), &seek);
            let page = page.await?;
            let (mut batch, mut seen) = (Batch::new(), BTreeSet::new());
            listed += page.items.len();
            for (_, given) in &page.items {
                let key = (given.article, given.line, given.person);
                let listed = lists::is_done(&self.store, key.0, key.1, key.2).await?;
                lists::put_done(&mut batch, given, !listed && seen.insert(key));
            }
            self.keep_progress(batch, GIVEN, page.next, listed).await?;
        }
        Ok(listed)
    }

    async fn list_assignments(&self) -> Result<usize, ReadingError> {
        let mut listed = 0;
        while let Some(seek) = self.next_of(ASKED).await? {
            let page = ASSIGNMENTS.page(&self.store, Range::all(), &seek).await?;
            let mut batch = Batch::new();
            listed += page.items.len();
            for (_, one) in &page.items {
                let is_done = lists::is_done(&self.store, one.article, one.line, one.person);
                let is_done = is_done.await?;
                lists::list_earlier(&self.store, &mut batch, one, is_done).await?;
            }
            self.keep_progress(batch, ASKED, page.next, listed).await?;
        }
        Ok(listed)
    }

    /// Returns where a step goes on; `None` when it is complete.
    async fn next_of(&self, step: &str) -> Result<Option<Seek>, ReadingError> {
        let after = PROGRESS.get(&self.store, &step.to_owned()).await?;
        let is_complete = after.as_deref() == Some(END);
        Ok((!is_complete).then_some(Seek {
            after,
            limit: Some(CHUNK),
        }))
    }

    async fn keep_progress(
        &self,
        mut batch: Batch,
        step: &str,
        next: Option<String>,
        listed: usize,
    ) -> Result<(), ReadingError> {
        let next = next.unwrap_or_else(|| END.to_owned());
        PROGRESS.put(&mut batch, &step.to_owned(), &next);
        self.store.commit(batch).await?;
        if listed > 0 {
            tracing::info!(
                records = listed,
                step,
                "Reading records of an earlier release are listed"
            );
        }
        Ok(())
    }
}

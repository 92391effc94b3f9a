//! The one thread that writes: group commit with fsync.
//!
//! It takes what waits, lets every batch of the group see the ones before it, applies the group as
//! one atomic batch, flushes, syncs, and only then answers. One writer alone does not wait for
//! company; under load the groups grow by themselves while the disk is busy.

use std::fs::File;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::super::{Batch, Committed, StoreError};
use super::database::Database;
use super::fault::{FaultPoint, Faults};
use super::overlay::Overlay;

/// Batches that wait for the writer before callers have to.
pub const QUEUE: usize = 4_096;
/// Batches of one group at most.
const LARGEST_GROUP: usize = 1_024;

type Answer = oneshot::Sender<Result<Committed, StoreError>>;

/// A batch and where its answer goes.
pub struct Job {
    pub batch: Batch,
    pub answer: Answer,
}

/// Runs until every sender of jobs is gone.
pub fn run(database: &Arc<Database>, faults: &Faults, mut jobs: mpsc::Receiver<Job>) {
    let mut group = Vec::new();
    while let Some(first) = jobs.blocking_recv() {
        group.push(first);
        while group.len() < LARGEST_GROUP
            && let Ok(job) = jobs.try_recv()
        {
            group.push(job);
        }
        let started = Instant::now();
        metrics::histogram!("lectern_store_group_size").record(group.len() as f64);
        commit(database, faults, &mut group);
        metrics::histogram!("lectern_store_commit_seconds").record(started.elapsed());
    }
}

/// Commits one group and answers everybody in it.
fn commit(database: &Database, faults: &Faults, group: &mut Vec<Job>) {
    let mut answers: Vec<(Answer, Result<Committed, StoreError>)> = Vec::new();
    let written = database.reopen_if_failed().and_then(|()| {
        database.with_tree(|tree| {
            let mut overlay = Overlay::new(tree);
            for job in group.drain(..) {
                answers.push((job.answer, overlay.take(job.batch)));
            }
            let batch = overlay.into_batch();
            faults
                .strike(FaultPoint::BeforeApply)
                .map_err(StoreError::unavailable)?;
            tree.apply_batch(batch).map_err(StoreError::unavailable)?;
            faults
                .strike(FaultPoint::AfterApply)
                .map_err(StoreError::unavailable)?;
            tree.flush().map_err(StoreError::unavailable)?;
            faults
                .strike(FaultPoint::AfterFlush)
                .map_err(StoreError::unavailable)
        })?;
        sync(database.file()).map_err(StoreError::unavailable)
    });
    if let Err(error) = &written {
        metrics::counter!("lectern_store_failures_total").increment(1);
        tracing::error!(%error, "A commit failed; the store will be read anew from disk.");
        database.mark_failed();
    }
    answers.extend(
        group
            .drain(..)
            .map(|job| (job.answer, Ok(Committed::default()))),
    );
    for (answer, result) in answers {
        // Whoever asked may have gone away; the write stands all the same.
        let _ = answer.send(written.clone().and(result));
    }
}

/// Forces the bytes of sled's file to the disk; sled's own flush survives a killed process only.
fn sync(file: &File) -> std::io::Result<()> {
    file.sync_data()
}

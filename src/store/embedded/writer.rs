//! The one thread that writes: group commit, and what follows when the disk refuses.
//!
//! One writer alone does not wait for company; under load the groups grow by themselves while the
//! disk is busy. When a commit fails, nobody of its group is told it was saved, and readers go on
//! seeing what stood before. sled refuses all writes after its first failure, so once there is
//! space again it is opened anew, and what stood before is written back over whatever part of
//! the group had reached the disk.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

use super::keeper::expect_all;
use super::overlay::Overlay;
use super::sled_db::{SledDb, guarded};
use super::tally::Tally;
use super::view::{Before, Shared};
use super::witness::Witness;
use super::{FaultPoint, Faults};
use crate::store::{Batch, Committed, StoreError};

/// Batches that wait for the writer before callers have to.
pub const QUEUE: usize = 4_096;
/// Batches of one group at most.
const LARGEST_GROUP: usize = 1_024;
/// Batches in a group that show that many write at once.
const COMPANY: usize = 3;
/// How far apart commits then begin: one costs almost the same for a hundred batches as for one.
/// Whoever writes alone never waits.
const PACE: Duration = Duration::from_millis(4);
/// Time between two tries to open a broken store again.
const RETRY: Duration = Duration::from_millis(200);
/// Free bytes that opening a broken store again asks for.
const ROOM: usize = 4 << 20;

/// What becomes of one batch.
type Judged = Result<Committed, StoreError>;
type Answer = oneshot::Sender<Judged>;
/// What a group changes, what stands there before, and the tally with it.
type Plan = (sled::Batch, Before, Tally);

/// A batch and where its answer goes.
pub struct Job {
    /// What to write.
    pub batch: Batch,
    /// Who waits.
    pub answer: Answer,
}

/// Owns all writes.
pub struct Writer {
    /// What readers look at.
    pub shared: Arc<Shared>,
    /// Failures made on purpose.
    pub faults: Faults,
    /// What should be in the tree.
    pub tally: Tally,
    /// How much was acknowledged.
    pub witness: Witness,
    /// What waits.
    pub jobs: mpsc::Receiver<Job>,
}

impl Writer {
    /// Runs until nobody can send a batch any more.
    pub fn run(mut self) {
        let mut not_before = None;
        while let Some(first) = self.jobs.blocking_recv() {
            if let Some(due) = not_before {
                std::thread::sleep(Instant::duration_since(&due, Instant::now()));
            }
            let group = self.gather(first);
            metrics::histogram!("lectern_store_group_size").record(group.len() as f64);
            metrics::gauge!("lectern_store_queue").set(self.jobs.len() as f64);
            let begun = Instant::now();
            not_before = (group.len() >= COMPANY).then_some(begun + PACE);
            let committed = self.commit(group);
            metrics::histogram!("lectern_store_commit_seconds").record(begun.elapsed());
            if !committed && !self.mend() {
                return;
            }
        }
    }

    fn gather(&mut self, first: Job) -> Vec<Job> {
        let mut group = vec![first];
        while group.len() < LARGEST_GROUP
            && let Ok(job) = self.jobs.try_recv()
        {
            group.push(job);
        }
        group
    }

    /// Commits one group and answers everybody in it; tells whether the disk took it.
    fn commit(&mut self, group: Vec<Job>) -> bool {
        let (batches, answers): (Vec<Batch>, Vec<Answer>) =
            group.into_iter().map(|job| (job.batch, job.answer)).unzip();
        let outcome = self.save(&batches);
        if let Err(error) = &outcome {
            metrics::counter!("lectern_store_failures_total").increment(1);
            tracing::error!(%error, "A commit failed; whoever waits for it is told.");
        }
        let saved = outcome.is_ok();
        let results = outcome.unwrap_or_else(|error| vec![Err(error); batches.len()]);
        for (answer, result) in answers.into_iter().zip(results) {
            // Whoever asked may have gone away; the write stands all the same.
            let _ = answer.send(result);
        }
        saved
    }

    /// Makes a group durable; returns the answer for each batch.
    fn save(&mut self, batches: &[Batch]) -> Result<Vec<Judged>, StoreError> {
        let (results, planned) = self.judge(batches).map_err(refused)?;
        let Some((changes, before, tally)) = planned else {
            return Ok(results);
        };
        self.shared.write().hide(before);
        self.force(changes).map_err(refused)?;
        self.witness
            .note(tally.commits)
            .map_err(StoreError::unavailable)?;
        self.tally = tally;
        self.shared.write().before = Before::new();
        Ok(results)
    }

    /// Decides each batch against the tree and the batches before it.
    fn judge(&self, batches: &[Batch]) -> Result<(Vec<Judged>, Option<Plan>), StoreError> {
        let state = self.shared.read();
        let mut overlay = Overlay::new(&state.db.as_ref().ok_or_else(closed)?.tree);
        let results = batches
            .iter()
            .map(|batch| overlay.take(batch))
            .collect::<Result<_, _>>()?;
        if overlay.is_empty() {
            return Ok((results, None));
        }
        let mut tally = self.tally;
        let (changes, before) = overlay.finish(&mut tally)?;
        Ok((results, Some((changes, before, tally))))
    }

    /// Applies, flushes and syncs.
    fn force(&self, changes: sled::Batch) -> Result<(), StoreError> {
        let state = self.shared.read();
        let db = state.db.as_ref().ok_or_else(closed)?;
        self.strike(FaultPoint::BeforeApply)?;
        guarded(|| db.tree.apply_batch(changes))?;
        self.strike(FaultPoint::AfterApply)?;
        db.flush()?;
        self.strike(FaultPoint::AfterFlush)?;
        db.sync()
    }

    /// Tries until the store takes writes again; false when nobody can send any more.
    fn mend(&mut self) -> bool {
        self.shared.failing.store(true, Ordering::Relaxed);
        loop {
            match self.reopen() {
                Ok(()) => {
                    self.shared.failing.store(false, Ordering::Relaxed);
                    tracing::info!("The store takes writes again.");
                    return true;
                }
                Err(error) => tracing::warn!(%error, "The store cannot take writes yet."),
            }
            std::thread::sleep(RETRY);
            if !self.refuse_waiting() {
                return false;
            }
        }
    }

    /// Answers everybody who waits that nothing can be saved.
    fn refuse_waiting(&mut self) -> bool {
        loop {
            match self.jobs.try_recv() {
                Ok(job) => {
                    let refusal = StoreError::unavailable("the disk takes no data at present");
                    let _ = job.answer.send(Err(refusal));
                }
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    /// Opens sled anew and puts back what stood before the failed group.
    fn reopen(&self) -> Result<(), StoreError> {
        self.strike(FaultPoint::BeforeReopen)?;
        // While there is no room, the broken sled still serves readers.
        probe(&self.shared.folder).map_err(StoreError::unavailable)?;
        let broken = self.shared.write().db.take();
        broken.map(SledDb::close);
        let db = SledDb::open(&self.shared.folder)?;
        let restored =
            expect_all(&db, &self.witness).and_then(|()| db.put_back(&self.shared.read().before));
        let mut state = self.shared.write();
        state.db = Some(db);
        restored?;
        state.before = Before::new();
        Ok(())
    }

    fn strike(&self, point: FaultPoint) -> Result<(), StoreError> {
        self.faults.strike(point).map_err(StoreError::unavailable)
    }
}

/// Finds out whether the disk takes data, and gives the room back.
fn probe(folder: &Path) -> io::Result<()> {
    let path = folder.with_file_name("probe");
    let tried = std::fs::File::create(&path).and_then(|mut file| {
        file.write_all(&vec![1; ROOM])?;
        file.sync_all()
    });
    let removed = std::fs::remove_file(&path);
    tried.and(removed)
}

fn closed() -> StoreError {
    StoreError::unavailable("the store is closed")
}

/// A group that could not be written was not saved, whatever sled calls the reason.
fn refused(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable { .. } => error,
        other => StoreError::unavailable(other),
    }
}

//! The writer thread: group commit, and recovery from failed writes.
//!
//! A lone writer never waits for others; under load, groups grow by themselves while the disk is
//! busy. A group is durable once it is in the redo log ([`redo_log`](super::redo_log)). It then
//! becomes visible to readers and is applied to the tree later, with many others, by a separate
//! thread. If a commit fails, no batch of its group is acknowledged and readers keep seeing the
//! previous state. sled refuses all writes after its first failure, so it is reopened once there is
//! space again, and what it lacks is applied.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

use super::commit_counter::CommitCounter;
use super::overlay::{LogNumbers, Overlay};
use super::redo_log::RedoLog;
use super::shared_db::SharedDb;
use super::sled_db::SledDb;
use super::store_checksum::StoreChecksum;
use super::view::Entries;
use super::{FaultPoint, Faults, apply};
use crate::{Batch, Committed, StoreError};

/// Capacity of the queue; callers wait when it is full.
pub const QUEUE: usize = 4_096;
/// Maximum number of batches in a group.
const LARGEST_GROUP: usize = 1_024;
/// Number of batches in a group from which on commits are paced.
const COMPANY: usize = 3;
/// Time between the starts of paced commits: committing a hundred batches costs little more than
/// committing one. A lone writer is never paced.
const PACE: Duration = Duration::from_millis(4);
/// Maximum number of cached log numbers.
const NUMBERS: usize = 16_384;
/// Time between two attempts to recover.
const RETRY: Duration = Duration::from_millis(200);
/// Free bytes required to recover.
const ROOM: usize = 4 << 20;

/// The outcome of one batch.
type BatchResult = Result<Committed, StoreError>;
type ReplySender = oneshot::Sender<BatchResult>;
/// A group's changes, the old values, the log numbers it assigns, and the new checksum.
type GroupPlan = ((Entries, Entries, LogNumbers), StoreChecksum);
/// A thread that applies entries to the tree.
type ApplyThread = JoinHandle<Result<(), StoreError>>;

/// A batch and where to send the outcome.
pub struct CommitRequest {
    /// What to write.
    pub batch: Batch,
    /// Where the caller waits.
    pub answer: ReplySender,
}

/// Performs all writes.
pub struct Writer {
    /// What readers see.
    pub shared: Arc<SharedDb>,
    /// Injected faults.
    pub faults: Faults,
    /// The checksum after the last commit.
    pub checksum: StoreChecksum,
    /// Cached numbers of recently used logs.
    pub numbers: LogNumbers,
    /// The number of acknowledged commits.
    pub commit_counter: CommitCounter,
    /// The log that makes groups durable.
    pub redo: RedoLog,
    /// Applies one file of the redo log while groups are written to the other.
    pub apply_thread: Option<ApplyThread>,
    /// Whether a sled operation failed: sled accepts no writes after its first failure.
    pub sled_failed: bool,
    /// The queue of batches.
    pub jobs: mpsc::Receiver<CommitRequest>,
}

impl Writer {
    /// Runs until every sender is gone, then applies everything to the tree.
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
            let well = committed && self.rotate_redo_log().inspect_err(report).is_ok();
            if !well && !self.wait_for_recovery() {
                break;
            }
        }
        if !self.shared.is_damaged()
            && let Err(error) = self.apply_everything()
        {
            tracing::warn!(%error, "The redo log could not be applied to the store; the next start will replay it.");
        }
    }

    fn gather(&mut self, first: CommitRequest) -> Vec<CommitRequest> {
        let mut group = vec![first];
        while group.len() < LARGEST_GROUP
            && let Ok(job) = self.jobs.try_recv()
        {
            group.push(job);
        }
        group
    }

    /// Commits one group and sends every outcome; returns whether the write succeeded.
    fn commit(&mut self, group: Vec<CommitRequest>) -> bool {
        let (batches, answers): (Vec<Batch>, Vec<ReplySender>) =
            group.into_iter().map(|job| (job.batch, job.answer)).unzip();
        let outcome = self.save(&batches);
        if let Err(error) = &outcome {
            report(error);
        }
        let saved = outcome.is_ok();
        let results = outcome.unwrap_or_else(|error| vec![Err(error); batches.len()]);
        for (answer, result) in answers.into_iter().zip(results) {
            // The caller may be gone; the commit is valid regardless.
            let _ = answer.send(result);
        }
        saved
    }

    /// Makes a group durable; returns the outcome of each batch.
    fn save(&mut self, batches: &[Batch]) -> Result<Vec<BatchResult>, StoreError> {
        if let Err(damaged) = self.shared.expect_sound() {
            return Ok(vec![Err(damaged); batches.len()]);
        }
        let judged = self.judge(batches);
        self.sled_failed |= judged.is_err();
        let (results, planned) = judged.map_err(refused)?;
        let Some(((changes, before, numbers), checksum)) = planned else {
            return Ok(results);
        };
        self.redo
            .write(checksum.commits, &changes, &self.faults)
            .and_then(|()| self.commit_counter.set(checksum.commits))
            .map_err(StoreError::unavailable)?;
        self.redo.confirm();
        self.checksum = checksum;
        if self.numbers.len() + numbers.len() > NUMBERS {
            self.numbers.clear();
        }
        self.numbers.extend(numbers);
        self.shared.write().show(changes, &before);
        Ok(results)
    }

    /// Evaluates each batch against the committed state and the batches before it.
    fn judge(
        &self,
        batches: &[Batch],
    ) -> Result<(Vec<BatchResult>, Option<GroupPlan>), StoreError> {
        let state = self.shared.read();
        let mut overlay = Overlay::new(state.view()?, &self.numbers);
        let results = batches
            .iter()
            .map(|batch| overlay.take(batch))
            .collect::<Result<_, _>>()?;
        if overlay.is_empty() {
            return Ok((results, None));
        }
        let mut checksum = self.checksum;
        let changes = overlay.finish(&mut checksum)?;
        Ok((results, Some((changes, checksum))))
    }

    /// If the redo log file in use is full, switches to the other and starts to apply the full one.
    fn rotate_redo_log(&mut self) -> Result<(), StoreError> {
        if !self.redo.is_full()
            || self
                .apply_thread
                .as_ref()
                .is_some_and(|apply_thread| !apply_thread.is_finished())
        {
            return Ok(());
        }
        self.wait_for_apply()?;
        self.redo.switch_file();
        let mut state = self.shared.write();
        state.moving = Arc::new(std::mem::take(&mut state.recent));
        let (db, entries) = (state.db.clone(), Arc::clone(&state.moving));
        let faults = self.faults.clone();
        let apply_thread = std::thread::Builder::new().name("store-apply".to_owned());
        let apply_thread = apply_thread
            .spawn(move || apply::in_steps(&*db.ok_or_else(closed)?, &entries, &faults));
        // If no thread can be started, recovery applies the entries.
        self.sled_failed |= apply_thread.is_err();
        self.apply_thread = Some(apply_thread.map_err(StoreError::unavailable)?);
        Ok(())
    }

    /// Waits for the thread that applies entries to the tree.
    fn wait_for_apply(&mut self) -> Result<(), StoreError> {
        if let Some(apply_thread) = self.apply_thread.take() {
            let ended = apply_thread.join();
            let moved = ended.unwrap_or_else(|_| Err(closed()));
            self.sled_failed |= moved.is_err();
            moved?;
            // Dropped after the lock is released.
            let _moved = std::mem::take(&mut self.shared.write().moving);
        }
        Ok(())
    }

    /// Applies everything that the tree lacks.
    fn apply_everything(&mut self) -> Result<(), StoreError> {
        self.wait_for_apply()?;
        let (db, missing) = {
            let state = self.shared.read();
            let mut missing = Entries::clone(&state.moving);
            missing.extend(state.recent.clone());
            (state.db.clone().ok_or_else(closed)?, missing)
        };
        apply::all(&db, &missing, &self.faults)?;
        let mut state = self.shared.write();
        state.moving = Arc::default();
        state.recent = Entries::new();
        Ok(())
    }

    /// Retries until the store accepts writes again; returns `false` if every sender is gone.
    fn wait_for_recovery(&mut self) -> bool {
        self.shared.failing.store(true, Ordering::Relaxed);
        loop {
            match self.recover() {
                Ok(()) => {
                    self.shared.failing.store(false, Ordering::Relaxed);
                    tracing::info!("The store accepts writes again.");
                    return true;
                }
                Err(error) => tracing::warn!(%error, "The store does not accept writes yet."),
            }
            std::thread::sleep(RETRY);
            if !self.refuse_waiting() {
                return false;
            }
        }
    }

    /// Rejects all queued batches; returns `false` if every sender is gone.
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

    /// Discards a failed group; if sled has failed, reopens it and applies what it lacks.
    fn recover(&mut self) -> Result<(), StoreError> {
        let reached = self.faults.inject(FaultPoint::BeforeRecovery);
        // Keep a failed sled open until there is space: it still serves readers.
        reached
            .and_then(|()| probe(&self.shared.folder))
            .and_then(|()| self.redo.discard_unconfirmed())
            .map_err(StoreError::unavailable)?;
        if self.wait_for_apply().is_ok() && !self.sled_failed {
            return Ok(());
        }
        self.sled_failed = true;
        let broken = self.shared.write().db.take();
        broken.and_then(Arc::into_inner).map(SledDb::close);
        let db = SledDb::open(&self.shared.folder, self.shared.cache)?;
        self.shared.write().db = Some(Arc::new(db));
        self.apply_everything()?;
        self.sled_failed = false;
        Ok(())
    }
}

/// Checks that the disk accepts writes, by writing a file and deleting it.
fn probe(folder: &Path) -> io::Result<()> {
    let path = folder.with_file_name("probe");
    let tried = std::fs::File::create(&path).and_then(|mut file| {
        file.write_all(&vec![1; ROOM])?;
        file.sync_all()
    });
    let removed = std::fs::remove_file(&path);
    tried.and(removed)
}

fn report(error: &StoreError) {
    metrics::counter!("lectern_store_failures_total").increment(1);
    tracing::error!(%error, "A write failed; its batches were rejected.");
}

fn closed() -> StoreError {
    StoreError::unavailable("the store is closed")
}

/// Turns any error into [`StoreError::Unavailable`]: a group that failed was not saved, whatever
/// the cause.
fn refused(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable { .. } => error,
        other => StoreError::unavailable(other),
    }
}

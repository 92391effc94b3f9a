//! The one thread that writes: group commit, and what follows when the disk refuses.
//!
//! One writer alone does not wait for company; under load the groups grow by themselves while the
//! disk is busy. A group is on disk once it is in the redo log ([`redo`]); it is shown to readers
//! then, and moved into the tree later, many groups at once and on a thread of its own. When a
//! commit fails, nobody of its group is told it was saved, and readers go on seeing what stood
//! before. sled refuses all writes after its first failure, so once there is space again it is
//! opened anew and gets what it lacks.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

use super::overlay::{Numbers, Overlay};
use super::redo::Redo;
use super::sled_db::SledDb;
use super::tally::Tally;
use super::view::{Entries, Shared};
use super::witness::Witness;
use super::{FaultPoint, Faults, settle};
use crate::{Batch, Committed, StoreError};

/// Batches that wait for the writer before callers have to.
pub const QUEUE: usize = 4_096;
/// Batches of one group at most.
const LARGEST_GROUP: usize = 1_024;
/// Batches in a group that show that many write at once.
const COMPANY: usize = 3;
/// How far apart commits then begin: one costs almost the same for a hundred batches as for one.
/// Whoever writes alone never waits.
const PACE: Duration = Duration::from_millis(4);
/// Logs whose last number is kept in mind at most.
const NUMBERS: usize = 16_384;
/// Time between two tries to open a broken store again.
const RETRY: Duration = Duration::from_millis(200);
/// Free bytes that opening a broken store again asks for.
const ROOM: usize = 4 << 20;

/// What becomes of one batch.
type Judged = Result<Committed, StoreError>;
type Answer = oneshot::Sender<Judged>;
/// What a group changes, what stands there before, the numbers it gives, and the tally with it.
type Plan = ((Entries, Entries, Numbers), Tally);
/// A thread that moves entries into the tree.
type Mover = JoinHandle<Result<(), StoreError>>;

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
    /// The last numbers of the logs that were written to lately.
    pub numbers: Numbers,
    /// How much was acknowledged.
    pub witness: Witness,
    /// Where groups are written first.
    pub redo: Redo,
    /// Moves what one file of the redo log holds, while groups go into the other.
    pub mover: Option<Mover>,
    /// Whether the tree did not get what it should: sled takes nothing after its first failure.
    pub sled_failed: bool,
    /// What waits.
    pub jobs: mpsc::Receiver<Job>,
}

impl Writer {
    /// Runs until nobody can send a batch any more; then the tree gets what it lacks.
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
            let well = committed && self.make_room().inspect_err(report).is_ok();
            if !well && !self.mend() {
                break;
            }
        }
        if let Err(error) = self.settle() {
            tracing::warn!(%error, "The next start moves into the store what is in its redo log.");
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
            report(error);
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
        let judged = self.judge(batches);
        self.sled_failed |= judged.is_err();
        let (results, planned) = judged.map_err(refused)?;
        let Some(((changes, before, numbers), tally)) = planned else {
            return Ok(results);
        };
        self.redo
            .write(tally.commits, &changes, &self.faults)
            .and_then(|()| self.witness.note(tally.commits))
            .map_err(StoreError::unavailable)?;
        self.redo.keep();
        self.tally = tally;
        if self.numbers.len() + numbers.len() > NUMBERS {
            self.numbers.clear();
        }
        self.numbers.extend(numbers);
        self.shared.write().show(changes, &before);
        Ok(results)
    }

    /// Decides each batch against the tree and the batches before it.
    fn judge(&self, batches: &[Batch]) -> Result<(Vec<Judged>, Option<Plan>), StoreError> {
        let state = self.shared.read();
        let mut overlay = Overlay::new(state.view()?, &self.numbers);
        let results = batches
            .iter()
            .map(|batch| overlay.take(batch))
            .collect::<Result<_, _>>()?;
        if overlay.is_empty() {
            return Ok((results, None));
        }
        let mut tally = self.tally;
        let changes = overlay.finish(&mut tally)?;
        Ok((results, Some((changes, tally))))
    }

    /// Lets a full file of the redo log be moved into the tree.
    fn make_room(&mut self) -> Result<(), StoreError> {
        if !self.redo.is_full()
            || self
                .mover
                .as_ref()
                .is_some_and(|mover| !mover.is_finished())
        {
            return Ok(());
        }
        self.moved()?;
        self.redo.turn();
        let mut state = self.shared.write();
        state.moving = Arc::new(std::mem::take(&mut state.recent));
        let (db, entries) = (state.db.clone(), Arc::clone(&state.moving));
        let faults = self.faults.clone();
        let mover = std::thread::Builder::new().name("settle".to_owned());
        let mover =
            mover.spawn(move || settle::gently(&*db.ok_or_else(closed)?, &entries, &faults));
        // Without a thread it is moved while mending.
        self.sled_failed |= mover.is_err();
        self.mover = Some(mover.map_err(StoreError::unavailable)?);
        Ok(())
    }

    /// Waits for what is being moved; the tree has it on return.
    fn moved(&mut self) -> Result<(), StoreError> {
        if let Some(mover) = self.mover.take() {
            let ended = mover.join();
            let moved = ended.unwrap_or_else(|_| Err(closed()));
            self.sled_failed |= moved.is_err();
            moved?;
            // Dropped once readers may go on.
            let _moved = std::mem::take(&mut self.shared.write().moving);
        }
        Ok(())
    }

    /// Gives the tree everything it lacks.
    fn settle(&mut self) -> Result<(), StoreError> {
        self.moved()?;
        let (db, missing) = {
            let state = self.shared.read();
            let mut missing = Entries::clone(&state.moving);
            missing.extend(state.recent.clone());
            (state.db.clone().ok_or_else(closed)?, missing)
        };
        settle::at_once(&db, &missing, &self.faults)?;
        let mut state = self.shared.write();
        state.moving = Arc::default();
        state.recent = Entries::new();
        Ok(())
    }

    /// Tries until the store takes writes again; false when nobody can send any more.
    fn mend(&mut self) -> bool {
        self.shared.failing.store(true, Ordering::Relaxed);
        loop {
            match self.recover() {
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

    /// Takes a failed group back; if sled has failed, opens it anew and gives it what it lacks.
    fn recover(&mut self) -> Result<(), StoreError> {
        let reached = self.faults.strike(FaultPoint::BeforeMending);
        // While there is no room, a broken sled still serves readers.
        reached
            .and_then(|()| probe(&self.shared.folder))
            .and_then(|()| self.redo.take_back())
            .map_err(StoreError::unavailable)?;
        if self.moved().is_ok() && !self.sled_failed {
            return Ok(());
        }
        self.sled_failed = true;
        let broken = self.shared.write().db.take();
        broken.and_then(Arc::into_inner).map(SledDb::close);
        let db = SledDb::open(&self.shared.folder)?;
        self.shared.write().db = Some(Arc::new(db));
        self.settle()?;
        self.sled_failed = false;
        Ok(())
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

fn report(error: &StoreError) {
    metrics::counter!("lectern_store_failures_total").increment(1);
    tracing::error!(%error, "The disk refuses; whoever waits for a commit is told.");
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

//! The pool.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use lectern_base::ErrorKind;

use crate::checkpoint::{Ended, Limit, limited};

/// Input of at most as many bytes is worked on at once: moving it to another thread would take
/// about as long.
const AT_ONCE: usize = 8 * 1024;

/// The settings of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSettings {
    /// Number of pieces of work that run at the same time.
    pub threads: usize,
    /// Number of pieces that may wait for their turn.
    pub queue: usize,
    /// How long a piece may wait, and then take.
    pub deadline: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self {
            threads: (cores / 2).clamp(2, 8),
            queue: 256,
            deadline: Duration::from_secs(10),
        }
    }
}

/// Why work gave no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// Too much waits already.
    #[error("the server is busy; try again in a moment")]
    Busy,
    /// The work was interrupted at its deadline.
    #[error("this takes longer than the server allows; try again in a moment")]
    TooLong,
    /// The work panicked.
    #[error("a piece of work ended with a panic")]
    Panicked,
}

impl PoolError {
    /// Returns the kind of error, which decides the status code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Busy | Self::TooLong => ErrorKind::Unavailable,
            Self::Panicked => ErrorKind::Internal,
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::TooLong => "too_long",
            Self::Panicked => "panicked",
        }
    }
}

/// Runs heavy work, a few pieces at a time.
#[derive(Debug)]
pub struct Pool {
    settings: PoolSettings,
    threads: Arc<Semaphore>,
    /// Held by work that takes much memory.
    large: Arc<Semaphore>,
    /// Held by jobs, which consist of many pieces.
    jobs: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// The turn of a job, such as an export; it ends when this is dropped.
#[derive(Debug)]
pub struct Job(#[expect(dead_code, reason = "held until the job ends")] OwnedSemaphorePermit);

impl Pool {
    /// Makes a pool; it starts threads as needed.
    pub fn new(settings: PoolSettings) -> Self {
        Self {
            threads: Arc::new(Semaphore::new(settings.threads.max(1))),
            large: Arc::new(Semaphore::new(1)),
            jobs: Arc::new(Semaphore::new(1)),
            waiting: AtomicUsize::new(0),
            settings,
        }
    }

    /// Does work whose cost grows with `input` bytes. A small piece is done at once.
    ///
    /// # Errors
    /// [`PoolError::Busy`] when too much waits, [`PoolError::TooLong`] at the deadline.
    pub async fn run<T: Send + 'static>(
        &self,
        input: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        if input <= AT_ONCE {
            return Ok(work());
        }
        let turn = self.turn(&self.threads).await?;
        self.carry_out(turn, Some(self.settings.deadline), work)
            .await
    }

    /// Does work that takes much memory: one piece at a time.
    ///
    /// # Errors
    /// Like [`Pool::run`].
    pub async fn run_large<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let alone = self.turn(&self.large).await?;
        let turn = self.turn(&self.threads).await?;
        let work = move || {
            let _alone = alone;
            work()
        };
        self.carry_out(turn, Some(self.settings.deadline), work)
            .await
    }

    /// Does work that nobody waits for, or a piece of a job: its turn always comes, and it may take
    /// as long as it needs.
    ///
    /// # Errors
    /// [`PoolError::Panicked`] only.
    pub async fn run_patiently<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let turn = acquire(&self.threads).await;
        self.carry_out(turn, None, work).await
    }

    /// Waits until no other job runs.
    ///
    /// # Errors
    /// [`PoolError::Busy`] when its turn does not come before the deadline.
    pub async fn begin_job(&self) -> Result<Job, PoolError> {
        self.turn(&self.jobs).await.map(Job)
    }

    async fn turn(&self, of: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, PoolError> {
        if let Ok(turn) = Arc::clone(of).try_acquire_owned() {
            return Ok(turn);
        }
        let _place = Place::take(&self.waiting, self.settings.queue)?;
        let turn = timeout(self.settings.deadline, acquire(of)).await;
        turn.map_err(|_| refused(PoolError::Busy))
    }

    async fn carry_out<T: Send + 'static>(
        &self,
        turn: OwnedSemaphorePermit,
        time: Option<Duration>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let abandoned = Arc::new(AtomicBool::new(false));
        // Dropped with this future, as when the client has gone.
        let _waiting = AbandonOnDrop(Arc::clone(&abandoned));
        let limit = Limit {
            until: time.and_then(|time| Instant::now().checked_add(time)),
            abandoned,
        };
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            limited(limit, work)
        });
        match done.await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(Ended::Interrupted)) => Err(refused(PoolError::TooLong)),
            Ok(Err(Ended::Panicked)) | Err(_) => Err(refused(PoolError::Panicked)),
        }
    }
}

async fn acquire(of: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    let turn = Arc::clone(of).acquire_owned().await;
    turn.expect("the semaphores of the pool are never closed")
}

fn refused(why: PoolError) -> PoolError {
    metrics::counter!("lectern_pool_refused_total", "reason" => why.reason()).increment(1);
    why
}

/// A place in the queue.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, most: usize) -> Result<Self, PoolError> {
        let place = Self(waiting);
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        metrics::gauge!("lectern_pool_waiting").increment(1);
        match before < most {
            true => Ok(place),
            false => Err(refused(PoolError::Busy)),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!("lectern_pool_waiting").decrement(1);
    }
}

struct AbandonOnDrop(Arc<AtomicBool>);

impl Drop for AbandonOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::checkpoint;

    const LARGE: usize = 1 << 20;

    fn pool(threads: usize, queue: usize, deadline: Duration) -> Pool {
        Pool::new(PoolSettings {
            threads,
            queue,
            deadline,
        })
    }

    fn endless() {
        loop {
            checkpoint();
        }
    }

    #[tokio::test]
    async fn endless_work_is_interrupted_and_leaves_its_thread() {
        let pool = pool(1, 8, Duration::from_millis(20));
        for _ in 0..3 {
            assert_eq!(pool.run(LARGE, endless).await, Err(PoolError::TooLong));
        }
        assert_eq!(pool.run_large(endless).await, Err(PoolError::TooLong));
        assert_eq!(pool.run(LARGE, || 7).await, Ok(7));
        assert_eq!(pool.run_large(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_ends() {
        let pool = pool(1, 8, Duration::from_secs(600));
        let (begun, begins) = mpsc::channel();
        let abandoned = async {
            let work = move || {
                let _ = begun.send(());
                endless();
            };
            let _ = timeout(Duration::from_millis(20), pool.run(LARGE, work)).await;
        };
        abandoned.await;
        begins.recv().unwrap();
        assert_eq!(pool.run(LARGE, || 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_small_or_patient_work_still_passes() {
        let pool = pool(1, 1, Duration::from_secs(600));
        let (release, wait) = mpsc::channel::<()>();
        let first = pool.run(LARGE, move || wait.recv().is_ok());
        let second = pool.run(LARGE, || true);
        let patient = pool.run_patiently(|| true);
        let third = async {
            assert_eq!(pool.run(LARGE, || true).await, Err(PoolError::Busy));
            assert_eq!(pool.run(3, || true).await, Ok(true));
            release.send(()).unwrap();
        };
        let (first, second, patient, ()) = tokio::join!(first, second, patient, third);
        assert_eq!((first, second, patient), (Ok(true), Ok(true), Ok(true)));
    }

    #[tokio::test]
    async fn a_panic_costs_only_its_own_work() {
        let pool = pool(1, 1, Duration::from_secs(600));
        fn panics() {
            panic!("a decoder may panic");
        }
        assert_eq!(pool.run_large(panics).await, Err(PoolError::Panicked));
        assert_eq!(pool.run_large(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn one_job_runs_at_a_time() {
        let pool = pool(4, 8, Duration::from_millis(20));
        let job = pool.begin_job().await.unwrap();
        assert_eq!(pool.begin_job().await.unwrap_err(), PoolError::Busy);
        drop(job);
        assert!(pool.begin_job().await.is_ok());
    }
}

//! Interrupts work at its checkpoints.
//!
//! Rendering a text passes through libraries that call back but take no deadline. Work is therefore
//! interrupted by unwinding, as salsa cancels queries: no function between the pool and a loop
//! needs a way to say that it was stopped.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Number of checkpoints between two looks at the clock.
const CLOCK_EVERY: u64 = 64;

thread_local! {
    static LIMIT: RefCell<Option<Limit>> = const { RefCell::new(None) };
    static PASSED: Cell<u64> = const { Cell::new(0) };
}

/// When work has to end.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    /// The deadline, if it has one.
    pub(crate) until: Option<Instant>,
    /// Set once nobody waits for the result any more.
    pub(crate) abandoned: Arc<AtomicBool>,
}

impl Limit {
    fn is_over(&self) -> bool {
        let late = |until: Instant| Instant::now() >= until;
        self.abandoned.load(Ordering::Relaxed) || self.until.is_some_and(late)
    }
}

/// What an interruption unwinds with.
struct Interrupted;

/// Marks a point at which work may be interrupted. Loops over input call it once for each element.
///
/// Outside the pool it only counts. It must not be called while a lock is held.
pub fn checkpoint() {
    let passed = PASSED.get().wrapping_add(1);
    PASSED.set(passed);
    if passed.is_multiple_of(CLOCK_EVERY) && LIMIT.with_borrow(is_over) {
        // Does not call the panic hook: an interruption is no bug.
        resume_unwind(Box::new(Interrupted));
    }
}

fn is_over(limit: &Option<Limit>) -> bool {
    limit.as_ref().is_some_and(Limit::is_over)
}

/// Returns how many checkpoints this thread has passed: a measure of work that is the same on every
/// machine.
pub fn checkpoints_passed() -> u64 {
    PASSED.get()
}

/// How work ended that gave no result.
pub(crate) enum Ended {
    /// At a checkpoint.
    Interrupted,
    /// With a panic, which the panic hook has written to the log.
    Panicked,
}

/// Does work that ends at the first checkpoint behind its limit.
pub(crate) fn limited<T>(limit: Limit, work: impl FnOnce() -> T) -> Result<T, Ended> {
    let before = LIMIT.replace(Some(limit));
    let done = catch_unwind(AssertUnwindSafe(work));
    LIMIT.set(before);
    done.map_err(|cause| match cause.is::<Interrupted>() {
        true => Ended::Interrupted,
        false => Ended::Panicked,
    })
}

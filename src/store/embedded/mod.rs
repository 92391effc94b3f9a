//! The engine inside the process, on sled 0.34.
//!
//! One tree holds every table, so that one batch of sled is atomic over all of them. One thread
//! owns all writes: it takes what waits, judges it, applies it as one batch, flushes, syncs and
//! answers. Until then readers see what stood before ([`view`]), and when the disk refuses, that
//! is also what is put back ([`writer`]).

mod check;
mod copy;
mod engine;
mod fault;
mod keeper;
mod layout;
mod overlay;
mod seal;
mod sled_db;
mod tally;
#[cfg(test)]
mod tests;
mod upgrade;
mod view;
mod witness;
mod writer;

pub use check::{Checked, check};
pub use engine::{open, open_with};
pub use fault::{FaultPoint, Faults};

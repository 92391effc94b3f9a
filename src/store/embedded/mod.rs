//! The engine inside the process, on sled 0.34.
//!
//! One tree holds every table. One thread owns all writes: it takes what waits, judges it, writes it
//! into the redo log as one record, syncs and answers. Readers see it from then on ([`view`]); the
//! tree gets it later, together with much else ([`settle`]).

mod check;
mod copy;
mod engine;
mod fault;
mod keeper;
mod layout;
mod overlay;
mod redo;
mod seal;
mod settle;
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

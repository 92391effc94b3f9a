//! The embedded engine, on sled 0.34.
//!
//! A single tree holds every table. A single thread does all writes: it takes the waiting batches
//! as one group, checks their preconditions, appends the group to the redo log, syncs, and replies
//! ([`writer`]). Readers see the group from then on ([`view`]); it is applied to the tree later,
//! together with many others ([`apply`]).

mod apply;
mod check;
mod check_behind;
mod checksum_manifest;
mod commit_counter;
mod copy;
mod data_dir;
mod engine;
mod fault;
mod fs;
mod layout;
mod migrations;
mod options;
mod overlay;
mod pin;
mod pin_purpose;
mod records;
mod redo_log;
mod shared_db;
mod sled_db;
mod store_checksum;
#[cfg(test)]
mod tests;
mod view;
mod writer;

pub use check::{check, open_checked};
pub use engine::{open, open_with};
pub use fault::{FaultPoint, Faults};
pub use options::{CheckTime, DEFAULT_CACHE, OpenOptions};
pub use records::CheckReport;

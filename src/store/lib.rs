//! The engine: typed tables, edit logs and blobs on disk. What it answers is on disk.
//!
//! A [`Batch`] changes any number of tables and logs at once, or nothing; it names what it
//! expects to find, and a disappointed expectation is a [`StoreError::Conflict`]. Readers see
//! only what is durable. Knows no domain word: what a record means is the business of the
//! rooms above.

mod batch;
mod blobs;
mod embedded;
mod engine;
mod error;
mod key;
mod table;

pub use batch::Batch;
pub use blobs::Blobs;
pub use embedded::{Checked, FaultPoint, Faults, check, open, open_with};
pub use engine::{Committed, Engine, LogId, Range, Store};
pub use error::StoreError;
pub use key::Key;
pub use table::{Table, Versioned};

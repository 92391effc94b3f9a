//! The storage engine: typed tables, edit logs and blobs on disk.
//!
//! A [`Batch`] commits changes to any number of tables and logs atomically. It can state what it
//! expects to find; if a key holds something else, the whole batch fails with
//! [`StoreError::Conflict`]. A commit returns only once it is durable, and readers never see
//! anything that is not. The crate knows no domain term: the meaning of a record belongs to the
//! crates above.

mod batch;
mod blobs;
mod counter;
mod embedded;
mod engine;
mod error;
mod key;
mod log_id;
mod progress;
mod range;
mod retry;
mod table;

pub use batch::Batch;
pub use blobs::Blobs;
pub use counter::Counter;
pub use embedded::{
    CheckReport, CheckTime, DEFAULT_CACHE, FaultPoint, Faults, OpenOptions, check, open,
    open_checked, open_with,
};
pub use engine::{Committed, Engine, Store};
pub use error::StoreError;
pub use key::Key;
pub use log_id::LogId;
pub use progress::Progress;
pub use range::Range;
pub use retry::{Contended, retrying, until_some};
pub use table::{Table, Versioned};

//! Heavy work: rendering, comparing, searching, decoding pictures, making packs.
//!
//! One pool for the whole server limits how much of it runs at once, how much waits, and how long
//! a piece may take. This crate knows nothing about the work itself.

mod checkpoint;
mod pool;

pub use checkpoint::{checkpoint, checkpoints_passed};
pub use pool::{Job, Pool, PoolError, PoolSettings};

//! Live editing in this process: real rooms over a real store.

mod corpus;
mod durability;
mod gated_store;
mod recovery;
mod refusals;
mod repair;
mod sessions;
mod writing;
mod yjs;

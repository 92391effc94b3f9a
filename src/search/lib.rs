//! Search: a journal follower that keeps a full-text index of effective versions and, for members,
//! of drafts. The index can be deleted at any time; it is rebuilt from the journal. Only this crate
//! uses tantivy. Callers pass permissions in as [`VisibleModules`].

mod follower;
mod index;
mod query;
#[cfg(test)]
mod tests;
mod text;
mod tokenizer;

pub use follower::Search;
pub use index::{Index, IndexEntry, IndexSection, SearchError};
pub use query::{Hit, Results, VisibleModules};

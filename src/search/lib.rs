//! Search: a journal follower that keeps a full-text index of effective versions and, for members,
//! of drafts. The index can be deleted at any time; it is rebuilt from the journal. Only this crate
//! uses tantivy. Callers pass permissions in as [`VisibleModules`].

mod columns;
mod fold;
mod follower;
mod index;
#[cfg(test)]
mod judged;
mod language;
mod near;
mod query;
mod question;
mod rank;
mod segment;
mod snippet;
mod terms;
#[cfg(test)]
mod tests;
mod tokenizer;
mod units;

pub use follower::Search;
pub use index::{Index, IndexEntry, IndexSection, SearchError};
pub use query::{Hit, Near, Passage, Results, VisibleModules};
pub use question::{Filter, Question};

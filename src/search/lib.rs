//! Search: a follower of the journal that keeps a full-text index of what was approved, and of
//! drafts for their members. It can be deleted at any time: the journal builds it again.
//! tantivy lives here and nowhere else; permission is given to it as a [`Visible`], never decided.

mod follower;
mod index;
mod query;
#[cfg(test)]
mod tests;
mod text;

pub use follower::Search;
pub use index::{Entry, Index, SearchError, Section};
pub use query::{Hit, Results, Visible};

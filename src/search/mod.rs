//! Search: a follower of the journal that keeps a full-text index.

//! What people keep for themselves: their favourites, and the articles they opened last.
//!
//! Records of their own outside the audit trail, which only their owner reads
//! ([decision 48](../../docs/decisions/0048-favourites-are-outside-the-audit-trail.md)). This crate
//! knows ids only: whoever shows a list opens each article for its reader, and so shows nothing that
//! the reader may no longer see.

mod error;
mod favourites;
mod recent;

pub use error::{MOST_FAVOURITES, PersonalError};
pub use favourites::Favourites;
pub use recent::{MOST_RECENT, Recent};

//! What a caller may know of: from an id or a slug to the thing itself.
//!
//! Something the caller may not know of is reported as not found, exactly like something that
//! does not exist. Callers then ask [`lectern_identity`] for the permission that an action needs;
//! this crate changes nothing except delegations.

mod access;
mod delegations;
mod error;
mod files;
mod lists;
mod rights;
mod search;

pub use access::{Access, DecidableReview, OpenedArticle, OpenedModule};
pub use delegations::Delegations;
pub use error::AccessError;
pub use rights::live_rights;

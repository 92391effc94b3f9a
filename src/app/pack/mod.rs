//! The inspector's pack: everything on record of an article, a module or the house in one ZIP that
//! is read and checked without Lectern, and taken into an empty instance (21 CFR 11.10(b)).

mod archive;
mod contents;
mod error;
mod export;
mod files;
mod gather;
mod import;
mod kept;
mod opened;
mod packing;
mod page;
mod plan;
mod relink;
mod setting;
mod trail;
mod whole;

pub use error::PackError;
pub use export::{PackFile, export};
pub use import::{Imported, import};
pub use plan::Asked;

pub(super) use kept::origin;

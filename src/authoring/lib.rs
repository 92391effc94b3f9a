//! Drafts: read beside their template, and edited without an editor.
//!
//! Every change made here arrives in the live room like any other edit, so people who have the
//! draft open see it at once.

mod attachment_cleaner;
mod draft;
mod drafts;
mod error;

pub use attachment_cleaner::AttachmentCleaner;
pub use draft::{Draft, markdown_document};
pub use drafts::Drafts;
pub use error::AuthoringError;

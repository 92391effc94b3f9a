//! Attachments: images and files that an article's text shows or links to.
//!
//! The file type is detected from the bytes. Bytes are stored under their SHA-256, and the text
//! refers to them by that hash, so a revision's hash covers them.

mod kind;
mod picture;
mod record;
mod store;

pub use kind::FileKind;
pub use record::{Attachment, referenced_files};
pub use store::{AttachmentError, AttachmentStore};

//! Attachments: pictures and files that an article's text shows or links to.
//!
//! What a file is, is found out from its bytes. The bytes are kept under their SHA-256; the text names
//! them by that hash, so a revision's hash covers them.

mod kind;
mod picture;
mod record;
mod shelf;

pub use kind::FileKind;
pub use record::{Attachment, named_in};
pub use shelf::{AttachmentError, Shelf};

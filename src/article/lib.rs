//! Articles: the record, titles and links, attachments.
//!
//! An article is written against one template and belongs to one module. What its document may
//! hold is the business of `document`; how it is edited live, of `live`.

mod articles;
mod attachment;
mod create;
mod edit;
mod error;
pub mod links;
mod record;

pub use articles::{Articles, all};
pub use attachment::{Attachment, AttachmentError, FileKind, Shelf, named_in};
pub use edit::{Edit, UnreadableEdit};
pub use error::ArticleError;
pub use record::{
    Article, Effective, LONGEST_TITLE, NewArticle, Standing, fitting_title, normalised,
};

//! Articles: records, titles and links, attachments.
//!
//! An article is written against one template and belongs to one module. `document` defines what
//! its content may be; `live` handles editing.

mod articles;
mod attachment;
mod create;
mod edit;
mod error;
mod event;
pub mod links;
mod newest;
mod record;
mod upgrade;

pub use articles::{Articles, all};
pub use attachment::{Attachment, AttachmentError, AttachmentStore, FileKind, referenced_files};
pub use edit::{Edit, UnreadableEdit};
pub use error::ArticleError;
pub use event::{
    ArticleEvent, ArticleEventName, AttachmentFacts, ImportedArticle, NewArticleFacts,
};
pub use record::{
    Article, Effective, LONGEST_TITLE, NewArticle, Standing, normalised_title, truncated_title,
};

//! Articles: the record, the document layout, Markdown in and out, safe HTML.

mod edit;

pub use edit::{Edit, UnreadableEdit};

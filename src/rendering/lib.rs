//! Texts as people read them: effective versions, drafts and comparisons, as Markdown and as safe
//! HTML in which wiki links lead to articles that the reader may know of.

mod compare;
mod error;
mod renderer;

pub use compare::{ComparedSection, VersionChanges};
pub use error::RenderingError;
pub use renderer::Renderer;

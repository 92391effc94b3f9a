//! Writing: the draft as it stands, with everything the editor needs to take over.

use askama::Template;

use super::layout::Frame;
use super::view::{Fact, Html, ModuleLink, SectionView};

#[derive(Template)]
#[template(path = "write.html")]
pub(super) struct WritePage {
    pub frame: Frame,
    /// JSON for the editor, with every `<` escaped.
    pub draft: String,
    pub module: ModuleLink,
    pub slug: String,
    pub title: String,
    pub standing: Html,
    pub open_review: Option<String>,
    pub may_request: bool,
    pub fields: Vec<Fact>,
    pub sections: Vec<SectionView>,
}

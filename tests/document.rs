//! The document crate through its public API: the CommonMark specification, live edits, hostile
//! content and HTML.

#[path = "document/commonmark.rs"]
mod commonmark;
#[path = "document/hostile.rs"]
mod hostile;
#[path = "document/html.rs"]
mod html;
#[path = "document/live_edit.rs"]
mod live_edit;
#[path = "document/pathological.rs"]
mod pathological;
#[path = "document/shapes.rs"]
mod shapes;

use yrs::Doc;

use lectern_document as document;

/// Creates a document whose section `text` has this content.
fn saying(markdown: &str) -> Doc {
    let doc = document::new_doc(Some(1));
    document::seed(&doc, "Title", &["text".into()]);
    document::replace_section(&doc, "text", markdown).expect("the section is there");
    doc
}

fn markdown_of(doc: &Doc) -> String {
    document::section_markdown(doc, "text").expect("the section is there")
}

//! Applies saved content to a draft.

use super::{
    DocumentError, DraftContent, new_doc, read, replace_section, section_markdown, seed, set_field,
    set_title,
};

/// Creates a document with this content.
pub fn doc_from_content(content: &DraftContent) -> Result<yrs::Doc, DocumentError> {
    let doc = new_doc(None);
    let keys: Vec<String> = content
        .sections
        .iter()
        .map(|text| text.key.clone())
        .collect();
    seed(&doc, &content.title, &keys);
    apply_content(&doc, content)?;
    Ok(doc)
}

/// Edits a draft until it matches `content`, touching only what differs. Sections the draft does
/// not have are skipped.
pub fn apply_content(doc: &yrs::Doc, content: &DraftContent) -> Result<(), DocumentError> {
    set_title(doc, &content.title);
    let fields = read(doc).fields;
    for key in fields
        .keys()
        .filter(|key| !content.fields.contains_key(*key))
    {
        set_field(doc, key, None);
    }
    for (key, value) in &content.fields {
        if fields.get(key) != Some(value) {
            set_field(doc, key, Some(value));
        }
    }
    for section in &content.sections {
        if section_markdown(doc, &section.key).is_some() {
            replace_section(doc, &section.key, &section.markdown)?;
        }
    }
    Ok(())
}

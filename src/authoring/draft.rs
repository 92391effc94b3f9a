//! A draft beside its template.

use lectern_document::{DraftContent, SectionText};
use lectern_template::{Completeness, Section, Template};

/// A draft, the template it is written against, and what is still missing.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The template version that it is written against.
    pub template: Template,
    /// Title, fields and sections.
    pub content: DraftContent,
    /// What is missing before a review can be requested.
    pub completeness: Completeness,
}

impl Draft {
    /// Returns the sections in order, each with its definition.
    pub fn sections(&self) -> impl Iterator<Item = (&Section, &SectionText)> {
        let texts = self.content.sections.iter();
        texts.filter_map(|text| Some((self.template.section(&text.key)?, text)))
    }

    /// Returns the whole draft as one Markdown document.
    pub fn markdown(&self) -> String {
        let texts = self
            .sections()
            .map(|(section, text)| (section.title.as_str(), text));
        markdown_document(&self.content.title, texts)
    }
}

/// Joins a title and sections, each with its heading, into one Markdown document.
pub fn markdown_document<'t>(
    title: &str,
    sections: impl Iterator<Item = (&'t str, &'t SectionText)>,
) -> String {
    let mut document = format!("# {title}\n");
    for (heading, text) in sections {
        document.push_str(&format!("\n## {heading}\n"));
        if !text.markdown.trim().is_empty() {
            document.push_str(&format!("\n{}\n", text.markdown.trim_end()));
        }
    }
    document
}

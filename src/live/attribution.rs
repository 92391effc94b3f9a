//! Who wrote which words: what the document remembers, with people instead of client ids.

use lectern_base::PersonId;
use lectern_document::{WrittenSection, written_by};

use super::authors::Authors;

/// One section of a draft, each word with its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributedSection {
    /// The section's key.
    pub key: String,
    /// Its lines, each as the runs it is made of.
    pub lines: Vec<Vec<AttributedRun>>,
}

/// Words of one person that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributedRun {
    /// Who wrote them; `None` for Lectern itself.
    pub person: Option<PersonId>,
    /// The words.
    pub text: String,
}

/// Reads who wrote a document, given as one update of format 1; `None` when it is none.
pub fn attribute(state: &[u8], authors: &Authors) -> Option<Vec<AttributedSection>> {
    let sections = written_by(state)?;
    let attributed = |section: WrittenSection| AttributedSection {
        key: section.key,
        lines: section
            .lines
            .into_iter()
            .map(|line| people(line, authors))
            .collect(),
    };
    Some(sections.into_iter().map(attributed).collect())
}

/// A person comes back under a new client id with every page that they open; runs of one person
/// that touch are one.
fn people(line: Vec<lectern_document::Written>, authors: &Authors) -> Vec<AttributedRun> {
    let mut runs: Vec<AttributedRun> = Vec::new();
    for written in line {
        let person = authors.owner(written.client);
        match runs.last_mut().filter(|last| last.person == person) {
            Some(last) => last.text.push_str(&written.text),
            None => runs.push(AttributedRun {
                person,
                text: written.text,
            }),
        }
    }
    runs
}

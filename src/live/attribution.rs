//! Who wrote which words. The document remembers client ids; this maps them to people.

use lectern_base::PersonId;
use lectern_document::{ClientRun, ClientSection, text_by_client};

use super::authors::Authors;

/// One section of a draft, with the author of every word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributedSection {
    /// The section's key.
    pub key: String,
    /// Its lines, each as a list of runs.
    pub lines: Vec<Vec<AttributedRun>>,
}

/// Consecutive words of one author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributedRun {
    /// The author; `None` for Lectern itself.
    pub person: Option<PersonId>,
    /// The words.
    pub text: String,
}

/// Reads the authors of a document, given as an update of format 1. Returns `None` if it is not
/// one.
pub fn attribute(state: &[u8], authors: &Authors) -> Option<Vec<AttributedSection>> {
    let sections = text_by_client(state)?;
    let attributed = |section: ClientSection| AttributedSection {
        key: section.key,
        lines: section
            .lines
            .into_iter()
            .map(|line| merge_runs(line, authors))
            .collect(),
    };
    Some(sections.into_iter().map(attributed).collect())
}

/// Merges adjacent runs of one person, who gets a new client id with every page they open.
fn merge_runs(line: Vec<ClientRun>, authors: &Authors) -> Vec<AttributedRun> {
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

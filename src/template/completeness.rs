//! Completeness of an article.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{SectionKind, Template};

/// How many of the required sections are filled, and which are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Completeness {
    /// Required sections that are filled or said to be not applicable.
    pub filled: usize,
    /// Required sections.
    pub required: usize,
    /// Keys of the required sections that are still empty, in order.
    pub missing: Vec<String>,
}

impl Completeness {
    /// Returns whether no required section is missing.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Returns the field that holds the reason why a section is not applicable.
pub fn not_applicable_key(section: &str) -> String {
    format!("not_applicable:{section}")
}

/// Counts the required sections that have text or a reason why they are not applicable.
///
/// `sections` has plain text by section key. Sections with fixed text always count as filled.
pub fn completeness(
    template: &Template,
    sections: &[(&str, &str)],
    fields: &HashMap<String, String>,
) -> Completeness {
    let has_text = |key: &str| {
        sections
            .iter()
            .any(|(name, text)| *name == key && !text.trim().is_empty())
    };
    let excused = |key: &str| {
        fields
            .get(&not_applicable_key(key))
            .is_some_and(|reason| !reason.trim().is_empty())
    };
    let required: Vec<_> = template.sections.iter().filter(|s| s.required).collect();
    let missing: Vec<String> = required
        .iter()
        .filter(|s| s.kind != SectionKind::Fixed && !has_text(&s.key) && !excused(&s.key))
        .map(|s| s.key.clone())
        .collect();
    Completeness {
        filled: required.len() - missing.len(),
        required: required.len(),
        missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Templates;

    fn count(sections: &[(&str, &str)], fields: &[(&str, &str)]) -> Completeness {
        let templates = Templates::embedded().unwrap();
        let fields = fields
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        completeness(templates.latest("sop-module").unwrap(), sections, &fields)
    }

    #[test]
    fn an_empty_draft_lacks_all_required_sections_except_fixed_text() {
        let found = count(&[], &[]);
        assert_eq!((found.filled, found.required), (1, 9));
        assert_eq!(found.missing.first().map(String::as_str), Some("purpose"));
        assert!(!found.missing.contains(&"acknowledge".to_owned()));
    }

    #[test]
    fn text_counts_and_whitespace_does_not() {
        let found = count(&[("purpose", "Train it."), ("scope", " \n ")], &[]);
        assert_eq!(found.filled, 2);
        assert_eq!(found.missing.first().map(String::as_str), Some("scope"));
    }

    #[test]
    fn a_reason_why_not_applicable_counts_and_an_empty_one_does_not() {
        let reasons = [
            ("not_applicable:changes", "First version."),
            ("not_applicable:scope", " "),
        ];
        let found = count(&[], &reasons);
        assert_eq!(found.filled, 2);
        assert!(!found.missing.contains(&"changes".to_owned()));
        assert!(found.missing.contains(&"scope".to_owned()));
    }
}

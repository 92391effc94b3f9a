//! The content of a revision.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use lectern_article::referenced_files;
use lectern_base::{Hash, PersonId, canonical};
use lectern_document::{DraftContent, SectionText, section_plain_text, wiki_titles};
use lectern_template::{Completeness, SectionKind, Template, TemplateRef, completeness};

/// The frozen content of a revision. Its canonical JSON is what is hashed and signed (21 CFR
/// 11.70).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The title.
    pub title: String,
    /// The template it was written against.
    pub template: TemplateRef,
    /// Field values; `not_applicable:<section>` holds the reason why a section does not apply.
    pub fields: BTreeMap<String, String>,
    /// The sections in template order, as Markdown.
    pub sections: Vec<SectionText>,
    /// Everyone who edited the draft since the previous effective version, sorted.
    pub contributors: Vec<PersonId>,
    /// The hashes of attachments, sorted.
    pub attachments: Vec<Hash>,
}

impl Content {
    /// Freezes a draft. Fixed content comes from the template, and sections unknown to the template
    /// are dropped. Of the article's `files`, those the text refers to are included.
    pub fn freeze(
        template: &Template,
        draft: &DraftContent,
        contributors: &[PersonId],
        files: &BTreeSet<Hash>,
    ) -> Self {
        let mut fields = draft.fields.clone();
        for field in &template.fields {
            if let Some(fixed) = &field.fixed {
                let value = fixed
                    .as_str()
                    .map_or_else(|| fixed.to_string(), str::to_owned);
                fields.insert(field.key.clone(), value);
            }
        }
        let written = |key: &str| {
            let section = draft.sections.iter().find(|section| section.key == key);
            section.map(|section| section.markdown.clone())
        };
        let sections: Vec<_> = template
            .sections
            .iter()
            .map(|section| SectionText {
                key: section.key.clone(),
                markdown: match section.kind {
                    SectionKind::Fixed => section.fixed_text.clone().unwrap_or_default(),
                    _ => written(&section.key).unwrap_or_default(),
                },
            })
            .collect();
        let named: BTreeSet<Hash> = sections
            .iter()
            .flat_map(|text| referenced_files(&text.markdown))
            .collect();
        let mut contributors = contributors.to_vec();
        contributors.sort();
        contributors.dedup();
        Self {
            title: draft.title.trim().to_owned(),
            template: template.reference(),
            fields,
            sections,
            contributors,
            attachments: named.intersection(files).copied().collect(),
        }
    }

    /// Returns empty content with the same sections, as a base for comparing a first version.
    pub fn empty_like(with: &Self) -> Self {
        let empty = |text: &SectionText| SectionText {
            key: text.key.clone(),
            markdown: String::new(),
        };
        Self {
            title: String::new(),
            template: with.template.clone(),
            fields: BTreeMap::new(),
            sections: with.sections.iter().map(empty).collect(),
            contributors: Vec::new(),
            attachments: Vec::new(),
        }
    }

    /// Returns the canonical JSON and its hash.
    pub fn encode(&self) -> (Vec<u8>, Hash) {
        let bytes = canonical(self);
        let hash = Hash::of(&bytes);
        (bytes, hash)
    }

    /// Tells whether two contents are equal except for their contributors.
    pub fn has_same_text(&self, other: &Self) -> bool {
        let said = |c: &Self| {
            let attachments = c.attachments.clone();
            (
                c.title.clone(),
                c.template.clone(),
                c.fields.clone(),
                c.sections.clone(),
                attachments,
            )
        };
        said(self) == said(other)
    }

    /// Returns the titles of its wiki links.
    pub fn links(&self) -> Vec<String> {
        let texts = self.sections.iter();
        texts.flat_map(|text| wiki_titles(&text.markdown)).collect()
    }

    /// Counts the completed required sections.
    pub fn completeness(&self, template: &Template) -> Completeness {
        draft_completeness(template, &self.sections, &self.fields)
    }
}

/// Counts the completed required sections of a draft or revision.
pub fn draft_completeness(
    template: &Template,
    sections: &[SectionText],
    fields: &BTreeMap<String, String>,
) -> Completeness {
    let plain: Vec<(&str, String)> = sections
        .iter()
        .map(|text| (text.key.as_str(), section_plain_text(&text.markdown)))
        .collect();
    let plain: Vec<(&str, &str)> = plain
        .iter()
        .map(|(key, text)| (*key, text.as_str()))
        .collect();
    let fields = fields
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()));
    completeness(template, &plain, &fields.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_template::Templates;

    fn draft(sections: &[(&str, &str)]) -> DraftContent {
        let sections = sections.iter().map(|(key, markdown)| SectionText {
            key: (*key).to_owned(),
            markdown: (*markdown).to_owned(),
        });
        DraftContent {
            title: " Cold chain ".into(),
            fields: BTreeMap::new(),
            sections: sections.collect(),
            suggestions: Vec::new(),
        }
    }

    fn freeze(template: &str, draft: &DraftContent, by: &[PersonId]) -> Content {
        let templates = Templates::embedded().unwrap();
        Content::freeze(
            templates.latest(template).unwrap(),
            draft,
            by,
            &BTreeSet::new(),
        )
    }

    #[test]
    fn sections_follow_the_template_and_unknown_ones_are_dropped() {
        let mixed = draft(&[
            ("references", "1. X"),
            ("smuggled", "!"),
            ("lead", "A lead."),
        ]);
        let content = freeze("topic-article", &mixed, &[]);
        let keys: Vec<_> = content.sections.iter().map(|s| s.key.as_str()).collect();
        assert_eq!(keys[0], "lead");
        assert_eq!(keys.last(), Some(&"references"));
        assert_eq!(keys.len(), 8);
        assert_eq!(content.sections[0].markdown, "A lead.");
        assert_eq!(content.title, "Cold chain");
    }

    #[test]
    fn fixed_content_cannot_be_changed() {
        let content = freeze(
            "sop-module",
            &draft(&[("acknowledge", "I promise nothing.")]),
            &[],
        );
        let statement = content
            .sections
            .iter()
            .find(|s| s.key == "acknowledge")
            .unwrap();
        assert!(statement.markdown.contains("read and understood"));

        let mut scenario = draft(&[]);
        scenario.fields.insert("fictional".into(), "false".into());
        let content = freeze("clinical-scenario", &scenario, &[]);
        assert_eq!(content.fields["fictional"], "true");
    }

    #[test]
    fn the_hash_depends_on_text_and_contributors_but_not_their_order() {
        let (ada, ben) = (PersonId::new(), PersonId::new());
        let text = draft(&[("lead", "A lead.")]);
        let hash = |draft, by: &[PersonId]| freeze("topic-article", draft, by).encode().1;
        let first = hash(&text, &[ada, ben]);
        assert_eq!(first, hash(&text, &[ben, ada, ben]));
        assert_ne!(first, hash(&text, &[ada]));
        assert_ne!(first, hash(&draft(&[("lead", "A lead!")]), &[ada, ben]));
    }

    #[test]
    fn contributors_do_not_affect_has_same_text() {
        let text = draft(&[("lead", "A lead.")]);
        let one = freeze("topic-article", &text, &[PersonId::new()]);
        assert!(one.has_same_text(&freeze("topic-article", &text, &[])));
        assert!(!one.has_same_text(&freeze("topic-article", &draft(&[]), &[])));
    }
}

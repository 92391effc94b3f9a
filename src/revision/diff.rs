//! Differences between two contents, by section and word.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};

use lectern_base::Hash;
use lectern_document::{self as document, DiffStats};
use lectern_template::Template;

use super::Content;

/// The title, a field or a section in two contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionDiff {
    /// The section's key; `title`, or `field:` and the key of a field.
    pub key: String,
    /// The heading shown to people.
    pub title: String,
    /// Whether it is a section and therefore Markdown; the title and fields are plain text.
    pub is_section: bool,
    /// Whether its position changed.
    pub moved: bool,
    /// The older text; empty if there was none.
    pub older: String,
    /// The newer text; empty if it was removed.
    pub newer: String,
}

impl SectionDiff {
    /// Tells whether anything changed.
    pub fn is_changed(&self) -> bool {
        self.moved || self.older != self.newer
    }

    /// Returns the word diff in order. The runs that are not `added` make up the older text.
    pub fn words(&self) -> Vec<Change> {
        words(&self.older, &self.newer)
    }

    /// Counts the changes as shown to readers.
    pub fn stats(&self) -> DiffStats {
        if self.is_section {
            let mut stats = document::diff_stats(&self.older, &self.newer);
            stats.passages = stats.passages.max(usize::from(self.moved));
            return stats;
        }
        let counted = |kind| {
            let changes = self
                .words()
                .into_iter()
                .filter(|change| change.kind == kind);
            changes
                .map(|change| change.text.split_whitespace().count())
                .sum()
        };
        DiffStats {
            passages: usize::from(self.is_changed()),
            added: counted(ChangeKind::Added),
            removed: counted(ChangeKind::Removed),
        }
    }
}

/// A summary of the differences between two contents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiffSummary {
    /// Changed passages and words. A changed title or field counts as one passage.
    pub stats: DiffStats,
    /// Number of sections that differ.
    pub sections: usize,
}

impl DiffSummary {
    /// Adds up the changes of all parts.
    pub fn of(diffs: &[SectionDiff]) -> Self {
        let mut summary = Self::default();
        for diff in diffs {
            let stats = diff.stats();
            summary.sections += usize::from(diff.is_section && stats.passages > 0);
            summary.stats += stats;
        }
        summary
    }
}

/// A run of words in a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What happened to it.
    pub kind: ChangeKind,
    /// The words, as Markdown.
    pub text: String,
}

/// What became of a run of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It stands in both.
    Same,
    /// It stands in the newer one only.
    Added,
    /// It stood in the older one only.
    Removed,
}

/// Compares two contents: the title and fields that changed, then every section.
pub fn diff(older: &Content, newer: &Content, template: &Template) -> Vec<SectionDiff> {
    let (from, to) = (older.template.to_string(), newer.template.to_string());
    let mut found = vec![
        part("title", "Title", &older.title, &newer.title),
        part("template", "Template", &from, &to),
    ];
    found.extend(fields(older, newer, template));
    found.retain(SectionDiff::is_changed);
    found.extend(sections(older, newer, template));
    found
}

fn fields(older: &Content, newer: &Content, template: &Template) -> Vec<SectionDiff> {
    let keys: BTreeSet<_> = older.fields.keys().chain(newer.fields.keys()).collect();
    let value = |content: &Content, key: &str| content.fields.get(key).cloned().unwrap_or_default();
    keys.into_iter()
        .map(|key| {
            let title = field_title(template, key);
            part(
                &format!("field:{key}"),
                &title,
                &value(older, key),
                &value(newer, key),
            )
        })
        .collect()
}

/// Compares the attachments of two contents by name.
pub(super) fn files(
    older: &Content,
    newer: &Content,
    names: &BTreeMap<Hash, String>,
) -> SectionDiff {
    let listed = |content: &Content| {
        let name = |hash: &Hash| names.get(hash).cloned().unwrap_or_else(|| hash.to_string());
        let mut listed: Vec<_> = content.attachments.iter().map(name).collect();
        listed.sort();
        listed.join(", ")
    };
    part(
        "files",
        "Pictures and files",
        &listed(older),
        &listed(newer),
    )
}

fn field_title(template: &Template, key: &str) -> String {
    if let Some(section) = key.strip_prefix("not_applicable:") {
        return format!(
            "{}: not applicable because",
            section_title(template, section)
        );
    }
    let field = template.fields.iter().find(|field| field.key == key);
    field.map_or_else(|| key.to_owned(), |field| field.title.clone())
}

fn section_title(template: &Template, key: &str) -> String {
    let section = template.section(key);
    section.map_or_else(|| key.to_owned(), |section| section.title.clone())
}

/// The sections of the newer content in order, then those only the older one has.
fn sections(older: &Content, newer: &Content, template: &Template) -> Vec<SectionDiff> {
    let text = |content: &Content, key: &str| {
        let section = content.sections.iter().find(|section| section.key == key);
        section
            .map(|section| section.markdown.clone())
            .unwrap_or_default()
    };
    let mut keys: Vec<&str> = newer.sections.iter().map(|s| s.key.as_str()).collect();
    for section in &older.sections {
        if !keys.contains(&section.key.as_str()) {
            keys.push(&section.key);
        }
    }
    let moved = moved(older, newer);
    let diff = |key: &str| SectionDiff {
        is_section: true,
        moved: moved.contains(key),
        ..part(
            key,
            &section_title(template, key),
            &text(older, key),
            &text(newer, key),
        )
    };
    keys.into_iter().map(diff).collect()
}

/// The smallest set of sections whose move explains the new order.
fn moved<'c>(older: &'c Content, newer: &'c Content) -> BTreeSet<&'c str> {
    let keys = |content: &'c Content, other: &Content| -> Vec<&'c str> {
        let known = |key: &&str| other.sections.iter().any(|section| section.key == *key);
        let all = content.sections.iter().map(|section| section.key.as_str());
        all.filter(known).collect()
    };
    let (before, after) = (keys(older, newer), keys(newer, older));
    let diff = TextDiff::from_slices(&before, &after);
    let changes = diff.iter_all_changes();
    let left = changes.filter(|change| change.tag() == ChangeTag::Insert);
    left.map(|change| change.value()).collect()
}

fn part(key: &str, title: &str, older: &str, newer: &str) -> SectionDiff {
    SectionDiff {
        key: key.to_owned(),
        title: title.to_owned(),
        is_section: false,
        moved: false,
        older: older.to_owned(),
        newer: newer.to_owned(),
    }
}

/// The total length in bytes up to which titles and fields are compared by words, which takes
/// quadratic time. Longer ones replace each other.
const LONGEST_COMPARED: usize = 8_000;

/// Compares by words, with Unicode word boundaries (UAX #29).
pub fn words(older: &str, newer: &str) -> Vec<Change> {
    if older.len() + newer.len() > LONGEST_COMPARED && older != newer {
        let whole = [(ChangeKind::Removed, older), (ChangeKind::Added, newer)];
        let whole = whole.into_iter().filter(|(_, text)| !text.is_empty());
        let change = |(kind, text): (ChangeKind, &str)| Change {
            kind,
            text: text.to_owned(),
        };
        return whole.map(change).collect();
    }
    let mut changes: Vec<Change> = Vec::new();
    for change in TextDiff::from_unicode_words(older, newer).iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => ChangeKind::Same,
            ChangeTag::Insert => ChangeKind::Added,
            ChangeTag::Delete => ChangeKind::Removed,
        };
        match changes.last_mut().filter(|last| last.kind == kind) {
            Some(last) => last.text.push_str(change.value()),
            None => changes.push(Change {
                kind,
                text: change.value().to_owned(),
            }),
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_document::{DraftContent, SectionText};
    use lectern_template::Templates;
    use proptest::prelude::*;

    fn shown(changes: &[Change]) -> String {
        let mark = |change: &Change| match change.kind {
            ChangeKind::Same => change.text.clone(),
            ChangeKind::Added => format!("[+{}]", change.text),
            ChangeKind::Removed => format!("[-{}]", change.text),
        };
        changes.iter().map(mark).collect()
    }

    #[test]
    fn whole_words_change() {
        let changes = words("Keep it at 5 °C, always.", "Keep it at 8 °C, always!");
        assert_eq!(shown(&changes), "Keep it at [-5][+8] °C, always[-.][+!]");
    }

    #[test]
    fn scripts_without_spaces_are_split_into_words() {
        let changes = words("温度管理", "温度記録");
        assert_eq!(shown(&changes), "温度[-管理][+記録]");
    }

    #[test]
    fn equal_texts_are_one_run() {
        assert_eq!(shown(&words("a b c", "a b c")), "a b c");
        assert_eq!(words("", ""), []);
    }

    fn content(title: &str, lead: &str, excuse: Option<&str>) -> (Content, Template) {
        let templates = Templates::embedded().unwrap();
        let template = templates.latest("topic-article").unwrap().clone();
        let mut draft = DraftContent {
            title: title.into(),
            ..DraftContent::default()
        };
        draft.sections.push(SectionText {
            key: "lead".into(),
            markdown: lead.into(),
        });
        let excuse = excuse.map(|e| ("not_applicable:evidence".to_owned(), e.to_owned()));
        draft.fields.extend(excuse);
        (
            Content::freeze(&template, &draft, &[], &Default::default()),
            template,
        )
    }

    #[test]
    fn sections_are_always_listed_but_title_and_fields_only_if_changed() {
        let (older, template) = content("Cold", "One lead.", None);
        let (newer, _) = content("Cold", "Two leads.", Some("No study yet."));
        let found = diff(&older, &newer, &template);
        let keys: Vec<_> = found.iter().map(|d| d.key.as_str()).collect();
        assert_eq!(keys[..2], ["field:not_applicable:evidence", "lead"]);
        assert_eq!(found[0].title, "Evidence: not applicable because");
        assert_eq!(keys.len(), 9);
        assert_eq!(found.iter().filter(|d| d.is_changed()).count(), 2);

        let (renamed, _) = content("Cool", "One lead.", None);
        let found = diff(&older, &renamed, &template);
        assert_eq!(shown(&found[0].words()), "[-Cold][+Cool]");
    }

    #[test]
    fn changes_are_counted_and_moved_sections_are_marked() {
        let (older, template) = content("Cold", "One lead.\n\nIt stays.", None);
        let (mut newer, _) = content("Cool", "Two leads.\n\nIt stays.", None);
        let summary = DiffSummary::of(&diff(&older, &newer, &template));
        assert_eq!((summary.sections, summary.stats.passages), (1, 2));
        assert_eq!((summary.stats.added, summary.stats.removed), (3, 3));
        assert_eq!(
            DiffSummary::of(&diff(&older, &older, &template)),
            DiffSummary::default()
        );

        let first = newer.sections.remove(0);
        newer.sections.push(first);
        let found = diff(&older, &newer, &template);
        let moved: Vec<_> = found.iter().filter(|diff| diff.moved).collect();
        assert_eq!(moved.len(), 1);
        assert_eq!(moved[0].key, "lead");
    }

    proptest! {
        #[test]
        fn a_diff_contains_both_texts(older in "[a-c é温\n*]{0,40}", newer in "[a-c é温\n*]{0,40}") {
            let changes = words(&older, &newer);
            let side = |gone: ChangeKind| -> String {
                let kept = changes.iter().filter(|change| change.kind != gone);
                kept.map(|change| change.text.as_str()).collect()
            };
            prop_assert_eq!(side(ChangeKind::Added), older);
            prop_assert_eq!(side(ChangeKind::Removed), newer);
        }
    }
}

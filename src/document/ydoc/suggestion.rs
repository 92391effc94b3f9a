//! Suggestions in a draft: stored in the document, but not yet part of its text.
//!
//! Three marks and two attributes represent them (`schemas/document.json`): `inserted`, `deleted`,
//! and `changed` with the previous marks. Each carries a tag with the suggestion's id and its
//! author. The text of a draft is its content without suggestions.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use yrs::types::ToJson;
use yrs::types::text::YChange;
use yrs::{Any, Doc, Map, ReadTxn, Text, Transact};

use lectern_base::PersonId;

use super::{FIELDS, ORDER, TITLE, order, read};
use crate::schema::{Element, MarkSet, Node, Schema, TextRun, Value};
use crate::tree::{Script, signs};

pub(super) const INSERTED: &str = "inserted";
pub(super) const DELETED: &str = "deleted";
const CHANGED: &str = "changed";
const KINDS: [(&str, SuggestionKind); 3] = [
    (INSERTED, SuggestionKind::Insert),
    (DELETED, SuggestionKind::Delete),
    (CHANGED, SuggestionKind::Format),
];
/// Characters of a suggestion that are returned.
const SHOWN: usize = 200;

/// What is suggested at one place; several may belong to one suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestion {
    /// The key of the section it stands in.
    pub section: String,
    /// The suggestion it belongs to.
    pub id: String,
    /// Whose it is; none when the document does not say so readably.
    pub person: Option<PersonId>,
    /// What is to happen.
    pub kind: SuggestionKind,
    /// The words it is about, at most 200 letters of them.
    pub text: String,
}

/// What a suggestion wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SuggestionKind {
    /// New text or a new block.
    Insert,
    /// Text or a block to be taken away.
    Delete,
    /// Text to look otherwise: bold, a link.
    Format,
}

/// A draft without the suggestions of one person: what a person limited to suggesting must not
/// change.
#[derive(Debug, PartialEq)]
pub struct DraftBaseline {
    roots: Vec<String>,
    title: String,
    fields: BTreeMap<String, String>,
    order: Any,
    sections: Vec<Vec<Node>>,
}

/// Reads a draft without one person's suggestions.
pub fn draft_baseline(doc: &Doc, person: PersonId) -> DraftBaseline {
    let person = person.to_string();
    let keys = order(doc);
    let sections = keys.iter().map(|key| {
        let nodes = without(&read::section(doc, key), &|tag| tag.person == person);
        canonical_nodes(nodes)
    });
    let sections = sections.collect();
    let (title, fields) = (doc.get_or_insert_text(TITLE), doc.get_or_insert_map(FIELDS));
    let order = doc.get_or_insert_array(ORDER);
    let txn = doc.transact();
    let names = txn.root_refs().map(|(name, _)| name.to_owned());
    let mut roots: Vec<String> = names.collect();
    roots.sort();
    DraftBaseline {
        roots,
        title: title
            .diff(&txn, YChange::identity)
            .iter()
            .map(|part| format!("{:?}{:?}", part.insert, part.attributes))
            .collect(),
        fields: fields
            .iter(&txn)
            .map(|(key, value)| (key.to_owned(), format!("{value:?}")))
            .collect(),
        order: order.to_json(&txn),
        sections,
    }
}

/// Lists the suggestions in document order.
pub(super) fn suggestions(doc: &Doc) -> Vec<Suggestion> {
    let mut found = Vec::new();
    for key in order(doc) {
        list(&read::section(doc, &key), &key, &mut found);
    }
    found
}

/// Returns the nodes without any suggestions.
pub(super) fn without_suggestions(nodes: &[Node]) -> Vec<Node> {
    without(nodes, &|_| true)
}

/// The tag of a suggestion.
pub(super) struct SuggestionTag<'a> {
    id: &'a str,
    person: &'a str,
}

impl<'a> SuggestionTag<'a> {
    fn read(text: &'a str) -> Self {
        let (id, person) = text.split_once(' ').unwrap_or((text, ""));
        Self { id, person }
    }
}

type TagFilter<'a> = &'a dyn Fn(&SuggestionTag<'_>) -> bool;

/// Removes the selected suggestions and merges runs that become equal.
fn without(nodes: &[Node], chosen: TagFilter<'_>) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::new();
    for node in nodes {
        match node {
            Node::Text(runs) => {
                let left = runs.iter().filter_map(|run| run_without(run, chosen));
                match out.last_mut() {
                    Some(Node::Text(last)) => left.for_each(|run| join(last, run)),
                    _ => {
                        let mut text = Vec::new();
                        left.for_each(|run| join(&mut text, run));
                        if !text.is_empty() {
                            out.push(Node::Text(text));
                        }
                    }
                }
            }
            Node::Element(element) => out.extend(element_without(element, chosen)),
        }
    }
    out
}

fn join(text: &mut Vec<TextRun>, run: TextRun) {
    match text.last_mut().filter(|last| last.marks == run.marks) {
        Some(last) => last.text.push_str(&run.text),
        None => text.push(run),
    }
}

fn element_without(element: &Element, chosen: TagFilter<'_>) -> Option<Node> {
    let is_chosen = |name: &str| {
        element
            .text(name)
            .is_some_and(|tag| chosen(&SuggestionTag::read(tag)))
    };
    if is_chosen(INSERTED) {
        return None;
    }
    let mut attributes = element.attributes.clone();
    if is_chosen(DELETED) {
        attributes.remove(DELETED);
    }
    Some(Node::Element(Element {
        name: element.name.clone(),
        attributes,
        children: without(&element.children, chosen),
    }))
}

fn run_without(run: &TextRun, chosen: TagFilter<'_>) -> Option<TextRun> {
    let is_chosen =
        |name: &str| tag_of(run, name).is_some_and(|tag| chosen(&SuggestionTag::read(tag)));
    if is_chosen(INSERTED) {
        return None;
    }
    let mut marks = run.marks.clone();
    if is_chosen(DELETED) {
        marks.remove(DELETED);
    }
    if is_chosen(CHANGED) {
        let before = marks.remove(CHANGED).and_then(|values| before(&values));
        if let Some(before) = before {
            marks.retain(|name, _| [INSERTED, DELETED].contains(&name.as_str()));
            marks.extend(before);
        }
    }
    Some(TextRun {
        text: run.text.clone(),
        marks,
    })
}

fn tag_of<'a>(run: &'a TextRun, mark: &str) -> Option<&'a str> {
    match run.marks.get(mark)?.get("tag") {
        Some(Value::Text(tag)) => Some(tag),
        _ => Some(""),
    }
}

fn before(values: &BTreeMap<String, Value>) -> Option<MarkSet> {
    let Some(Value::Text(text)) = values.get("before") else {
        return None;
    };
    let parsed: BTreeMap<String, BTreeMap<String, serde_json::Value>> =
        serde_json::from_str(text).ok()?;
    let value = |value: serde_json::Value| match value {
        serde_json::Value::Null => Some(Value::Null),
        serde_json::Value::Bool(flag) => Some(Value::Bool(flag)),
        serde_json::Value::String(text) => Some(Value::Text(text)),
        serde_json::Value::Number(number) => number.as_i64().map(Value::Int),
        _ => None,
    };
    let mark = |(name, values): (String, BTreeMap<String, serde_json::Value>)| {
        let values = values
            .into_iter()
            .filter_map(|(key, v)| Some((key, value(v)?)));
        (name, values.collect())
    };
    Some(parsed.into_iter().map(mark).collect())
}

/// Returns a form that is equal for equivalent documents: editors write or omit defaults, and show
/// an empty paragraph where there is nothing.
fn canonical_nodes(nodes: Vec<Node>) -> Vec<Node> {
    let mut nodes: Vec<Node> = nodes.into_iter().map(without_defaults).collect();
    let blank = |node: &Node| matches!(node, Node::Element(e) if e.name == "paragraph" && e.children.is_empty());
    if nodes.len() == 1 && blank(&nodes[0]) {
        nodes.clear();
    }
    nodes
}

fn without_defaults(node: Node) -> Node {
    match node {
        Node::Text(_) => node,
        Node::Element(mut element) => {
            let schema = Schema::current();
            let name = element.name.clone();
            element
                .attributes
                .retain(|key, value| !schema.is_default(&name, key, value));
            element.children = element.children.into_iter().map(without_defaults).collect();
            Node::Element(element)
        }
    }
}

fn list(nodes: &[Node], section: &str, found: &mut Vec<Suggestion>) {
    for node in nodes {
        match node {
            Node::Text(runs) => {
                for (run, text) in runs.iter().zip(plain_texts(runs)) {
                    for (name, kind) in KINDS {
                        if let Some(tag) = tag_of(run, name) {
                            note(found, section, tag, kind, &text);
                        }
                    }
                }
            }
            Node::Element(element) => {
                let tags = KINDS.map(|(name, kind)| element.text(name).map(|tag| (tag, kind)));
                for (tag, kind) in tags.into_iter().flatten() {
                    note(found, section, tag, kind, &text_below(&element.children));
                }
                // Suggestions inside a suggested block are covered by it.
                if tags.iter().all(Option::is_none) {
                    list(&element.children, section, found);
                }
            }
        }
    }
}

/// Adds a suggestion, or extends the last one if it continues it.
fn note(found: &mut Vec<Suggestion>, section: &str, tag: &str, kind: SuggestionKind, text: &str) {
    let tag = SuggestionTag::read(tag);
    match found.last_mut() {
        Some(last) if last.id == tag.id && last.kind == kind && last.section == section => {
            let room = SHOWN.saturating_sub(last.text.chars().count());
            last.text.extend(text.chars().take(room));
        }
        _ => found.push(Suggestion {
            section: section.to_owned(),
            id: tag.id.to_owned(),
            person: tag.person.parse().ok(),
            kind,
            text: text.chars().take(SHOWN).collect(),
        }),
    }
}

/// Returns the text of each run, with raised and lowered text apart.
fn plain_texts(runs: &[TextRun]) -> Vec<String> {
    let pieces: Vec<_> = runs
        .iter()
        .map(|run| (script_of(run), run.text.as_str()))
        .collect();
    let spelled =
        |(piece, (before, behind)): (&(_, &str), (&str, &str))| [before, piece.1, behind].concat();
    pieces.iter().zip(signs(&pieces)).map(spelled).collect()
}

fn script_of(run: &TextRun) -> Option<Script> {
    let on = |script: &Script| run.marks.contains_key(script.name());
    Script::ALL.into_iter().find(on)
}

fn text_below(nodes: &[Node]) -> String {
    let mut out = String::new();
    for node in nodes {
        match node {
            Node::Text(runs) => out.extend(plain_texts(runs)),
            Node::Element(element) => {
                out.push_str(&text_below(&element.children));
                out.push(' ');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use yrs::types::Attrs;
    use yrs::{Xml, XmlElementPrelim, XmlElementRef, XmlFragment, XmlOut, XmlTextPrelim};

    use super::*;
    use crate::ydoc::{new_doc, root, section_markdown, seed};

    fn draft() -> (Doc, XmlElementRef) {
        let doc = new_doc(None);
        seed(&doc, "Pipettes", &["lead".to_owned(), "steps".to_owned()]);
        let lead = doc.get_or_insert_xml_fragment(root("lead"));
        let words = XmlTextPrelim::new("Hold it upright.");
        let paragraph = XmlElementPrelim::new("paragraph", [words.into()]);
        let paragraph = lead.push_back(&mut doc.transact_mut(), paragraph);
        (doc, paragraph)
    }

    fn mark(name: &str, values: &[(&str, &str)]) -> Attrs {
        let values = values
            .iter()
            .map(|(key, value)| ((*key).to_owned(), Any::from(*value)))
            .collect::<std::collections::HashMap<_, _>>();
        [(name.into(), Any::Map(values.into()))].into()
    }

    fn in_text(
        doc: &Doc,
        paragraph: &XmlElementRef,
        edit: impl FnOnce(&yrs::XmlTextRef, &mut yrs::TransactionMut<'_>),
    ) {
        let mut txn = doc.transact_mut();
        let Some(XmlOut::Text(text)) = paragraph.get(&txn, 0) else {
            panic!("a text")
        };
        edit(&text, &mut txn);
    }

    fn lead(doc: &Doc) -> String {
        section_markdown(doc, "lead").unwrap()
    }

    #[test]
    fn the_text_excludes_suggestions() {
        let (doc, paragraph) = draft();
        let ada = PersonId::new();
        let tag = format!("s1 {ada}");
        let before = draft_baseline(&doc, ada);
        in_text(&doc, &paragraph, |text, txn| {
            text.insert_with_attributes(txn, 7, " always", mark("inserted", &[("tag", &tag)]));
            text.format(txn, 0, 4, mark("deleted", &[("tag", &tag)]));
            text.format(
                txn,
                15,
                7,
                [("bold".into(), Any::Map(Default::default()))].into(),
            );
            text.format(
                txn,
                15,
                7,
                mark("changed", &[("tag", &tag), ("before", "{}")]),
            );
        });
        assert_eq!(lead(&doc), "Hold it upright.");
        assert_eq!(draft_baseline(&doc, ada), before);
        assert_ne!(
            draft_baseline(&doc, PersonId::new()),
            before,
            "somebody else's"
        );
        let kinds: Vec<_> = suggestions(&doc)
            .into_iter()
            .map(|one| (one.kind, one.text, one.person))
            .collect();
        use SuggestionKind::{Delete, Format, Insert};
        let told = |kind, text: &str| (kind, text.to_owned(), Some(ada));
        assert_eq!(
            kinds,
            [
                told(Delete, "Hold"),
                told(Insert, " always"),
                told(Format, "upright")
            ]
        );
    }

    #[test]
    fn a_suggested_block_is_excluded_and_a_deleted_one_is_kept() {
        let (doc, paragraph) = draft();
        let ada = PersonId::new();
        let tag = format!("s1 {ada}");
        let before = draft_baseline(&doc, ada);
        let fragment = doc.get_or_insert_xml_fragment(root("lead"));
        let mut txn = doc.transact_mut();
        paragraph.insert_attribute(&mut txn, DELETED, tag.as_str());
        let words = XmlTextPrelim::new("Better so.");
        let block = XmlElementPrelim::new("paragraph", [words.into()]);
        let block = fragment.push_back(&mut txn, block);
        block.insert_attribute(&mut txn, INSERTED, tag.as_str());
        drop(txn);
        assert_eq!(lead(&doc), "Hold it upright.");
        assert_eq!(draft_baseline(&doc, ada), before);
        let told = suggestions(&doc);
        assert_eq!((told[1].text.as_str(), told.len()), ("Better so.", 2));
    }

    #[test]
    fn any_other_edit_changes_the_baseline() {
        let ada = PersonId::new();
        let tag = format!("s1 {ada}");
        type TestEdit<'a> = &'a dyn Fn(&Doc, &XmlElementRef);
        let edits: [TestEdit<'_>; 7] = [
            &|doc, p| in_text(doc, p, |text, txn| text.insert(txn, 0, "x")),
            &|doc, p| in_text(doc, p, |text, txn| text.remove_range(txn, 0, 1)),
            &|doc, p| {
                let bold = [("bold".into(), Any::Map(Default::default()))].into();
                in_text(doc, p, |text, txn| text.format(txn, 0, 4, bold));
            },
            // The claimed previous marks are not the actual ones.
            &|doc, p| {
                let lie = mark("changed", &[("tag", &tag), ("before", r#"{"bold":{}}"#)]);
                in_text(doc, p, |text, txn| text.format(txn, 0, 4, lie));
            },
            &|doc, p| {
                let other = mark("inserted", &[("tag", &format!("s1 {}", PersonId::new()))]);
                in_text(doc, p, |text, txn| {
                    text.insert_with_attributes(txn, 0, "x", other)
                });
            },
            &|doc, _| {
                let fields = doc.get_or_insert_map(FIELDS);
                fields.insert(&mut doc.transact_mut(), "owner", "x");
            },
            &|doc, _| {
                let other = doc.get_or_insert_map("other");
                other.insert(&mut doc.transact_mut(), "a", "b");
            },
        ];
        for (place, edit) in edits.iter().enumerate() {
            let (doc, paragraph) = draft();
            let before = draft_baseline(&doc, ada);
            edit(&doc, &paragraph);
            assert_ne!(draft_baseline(&doc, ada), before, "edit {place}");
        }
    }

    #[test]
    fn empty_paragraphs_and_default_attributes_do_not_count() {
        let (doc, _) = draft();
        let ada = PersonId::new();
        let before = draft_baseline(&doc, ada);
        let steps = doc.get_or_insert_xml_fragment(root("steps"));
        steps.push_back(
            &mut doc.transact_mut(),
            XmlElementPrelim::empty("paragraph"),
        );
        assert_eq!(draft_baseline(&doc, ada), before);
        let heading = XmlElementPrelim::empty("heading");
        let heading = steps.push_back(&mut doc.transact_mut(), heading);
        let without = draft_baseline(&doc, ada);
        heading.insert_attribute(&mut doc.transact_mut(), "level", 3);
        assert_eq!(draft_baseline(&doc, ada), without);
    }

    #[test]
    fn editing_elsewhere_in_a_section_keeps_suggestions() {
        let (doc, paragraph) = draft();
        let tag = format!("s1 {}", PersonId::new());
        in_text(&doc, &paragraph, |text, txn| {
            text.insert_with_attributes(txn, 7, " always", mark("inserted", &[("tag", &tag)]));
        });
        crate::replace_section(&doc, "lead", "Hold it upright.\n\nThen press.").unwrap();
        assert_eq!(lead(&doc), "Hold it upright.\n\nThen press.");
        assert_eq!(suggestions(&doc).len(), 1);
    }
}

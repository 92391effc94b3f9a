//! Reads the shared document as nodes. Whatever a client wrote, reading never fails and never
//! recurses deeper than the schema allows.

use std::collections::{BTreeMap, VecDeque};

use yrs::types::Attrs;
use yrs::types::text::YChange;
use yrs::{
    Any, Doc, Number, Out, ReadTxn, Text, Transact, Xml, XmlElementRef, XmlFragment, XmlOut,
    XmlTextRef,
};

use super::root;
use crate::schema::{Element, MarkSet, Node, Schema, TextRun, Value};

/// Reads the children of a section, one node per child.
pub(super) fn section(doc: &Doc, key: &str) -> Vec<Node> {
    let fragment = doc.get_or_insert_xml_fragment(root(key));
    children(&fragment, &doc.transact())
}

/// Reads the children of a section's fragment.
pub(super) fn children<T: ReadTxn>(parent: &impl XmlFragment, txn: &T) -> Vec<Node> {
    // One level more than blocks may have, for inlines.
    let levels = Schema::current().max_depth() + 1;
    nodes(parent, txn, levels)
}

fn nodes<T: ReadTxn>(parent: &impl XmlFragment, txn: &T, levels: usize) -> Vec<Node> {
    outs(parent, txn)
        .into_iter()
        .map(|child| match child {
            Some(child) => node(&child, txn, levels),
            None => Node::Text(Vec::new()),
        })
        .collect()
}

/// Returns the children by index; `None` for a child that is not a node.
fn outs<T: ReadTxn>(parent: &impl XmlFragment, txn: &T) -> Vec<Option<XmlOut>> {
    let length = parent.len(txn);
    let found: Vec<_> = parent.children(txn).map(Some).collect();
    if found.len() == length as usize {
        return found;
    }
    (0..length).map(|index| parent.get(txn, index)).collect()
}

fn node<T: ReadTxn>(child: &XmlOut, txn: &T, levels: usize) -> Node {
    match child {
        XmlOut::Text(text) => Node::Text(runs(text, txn)),
        XmlOut::Element(element) => {
            let children = below(element, txn, levels);
            Node::Element(Element {
                name: element.try_tag().map_or("", |tag| tag).to_owned(),
                attributes: attributes(element, txn),
                children,
            })
        }
        XmlOut::Fragment(fragment) => {
            Node::Element(Element::new("").with_children(below(fragment, txn, levels)))
        }
    }
}

fn below<T: ReadTxn>(parent: &impl XmlFragment, txn: &T, levels: usize) -> Vec<Node> {
    match levels.checked_sub(1) {
        Some(left) if left > 0 => nodes(parent, txn, left),
        _ => flattened(parent, txn),
    }
}

/// Merges all text below a too deeply nested node.
fn flattened<T: ReadTxn>(parent: &impl XmlFragment, txn: &T) -> Vec<Node> {
    let mut waiting: VecDeque<_> = outs(parent, txn).into_iter().flatten().collect();
    let mut found = Vec::new();
    while let Some(child) = waiting.pop_front() {
        let inside = match &child {
            XmlOut::Text(text) => {
                found.extend(runs(text, txn));
                continue;
            }
            XmlOut::Element(element) => outs(element, txn),
            XmlOut::Fragment(fragment) => outs(fragment, txn),
        };
        for child in inside.into_iter().flatten().rev() {
            waiting.push_front(child);
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    vec![Node::Text(found)]
}

fn attributes<T: ReadTxn>(element: &XmlElementRef, txn: &T) -> BTreeMap<String, Value> {
    element
        .attributes(txn)
        .filter_map(|(key, value)| match value {
            Out::Any(any) => value_of(&any).map(|value| (key.to_owned(), value)),
            _ => None,
        })
        .filter(|(_, value)| *value != Value::Null)
        .collect()
}

/// Returns runs of equal marks; embedded objects are skipped.
pub(super) fn runs<T: ReadTxn>(text: &XmlTextRef, txn: &T) -> Vec<TextRun> {
    text.diff(txn, YChange::identity)
        .into_iter()
        .filter_map(|part| match part.insert {
            Out::Any(Any::String(text)) if !text.is_empty() => Some(TextRun {
                text: text.to_string(),
                marks: part.attributes.map_or_else(BTreeMap::new, |a| marks(&a)),
            }),
            _ => None,
        })
        .collect()
}

fn marks(attributes: &Attrs) -> MarkSet {
    let mut out = BTreeMap::new();
    for (key, value) in attributes {
        let values = match value {
            Any::Null | Any::Undefined => continue,
            Any::Map(map) => map
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), value_of(value)?)))
                .collect(),
            _ => BTreeMap::new(),
        };
        out.insert(mark_name(key).to_owned(), values);
    }
    out
}

/// Overlapping marks of the same name carry a suffix: `--` and eight base64 characters.
fn mark_name(key: &str) -> &str {
    match key.rsplit_once("--") {
        Some((name, hash))
            if hash.len() == 8
                && hash
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')) =>
        {
            name
        }
        _ => key,
    }
}

fn value_of(any: &Any) -> Option<Value> {
    match any {
        Any::Null => Some(Value::Null),
        Any::Bool(flag) => Some(Value::Bool(*flag)),
        Any::String(text) => Some(Value::Text(text.to_string())),
        Any::Number(Number::Int(number)) => Some(Value::Int(*number)),
        Any::Number(Number::Float(number)) => match Number::try_i64(*number) {
            Number::Int(number) => Some(Value::Int(number)),
            Number::Float(_) => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_of_overlapping_marks_is_removed() {
        assert_eq!(mark_name("comment--aB3+/x9="), "comment");
        assert_eq!(mark_name("bold"), "bold");
        assert_eq!(mark_name("a--b"), "a--b");
    }
}

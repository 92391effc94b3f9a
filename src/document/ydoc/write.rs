//! Writes nodes to the shared document.

use std::collections::HashMap;
use std::sync::Arc;

use yrs::types::xml::{XmlDeltaPrelim, XmlIn};
use yrs::types::{Attrs, Delta};
use yrs::{Any, In, Number, TransactionMut, Xml, XmlElementPrelim, XmlElementRef, XmlFragment};

use crate::schema::{Element, Node, TextRun, Value};

/// Inserts a node and its descendants as the child at `index`.
pub(super) fn insert(parent: &impl XmlFragment, txn: &mut TransactionMut, index: u32, node: &Node) {
    match node {
        Node::Text(runs) => {
            let delta = runs.iter().map(|run| {
                let text = In::Any(Any::from(run.text.as_str()));
                Delta::Inserted(text, Some(Box::new(attrs(run))))
            });
            let text = XmlDeltaPrelim {
                attributes: HashMap::new(),
                delta: delta.collect(),
            };
            parent.insert(txn, index, XmlIn::Text(text));
        }
        Node::Element(element) => {
            let prelim = XmlElementPrelim::empty(element.name.as_str());
            let inserted = parent.insert(txn, index, prelim);
            fill(&inserted, txn, element);
        }
    }
}

fn fill(inserted: &XmlElementRef, txn: &mut TransactionMut, element: &Element) {
    for (key, value) in &element.attributes {
        set_attribute(inserted, txn, key, value);
    }
    for (index, child) in (0..).zip(&element.children) {
        insert(inserted, txn, index, child);
    }
}

/// Sets an attribute with its type, which a prelim, a map of strings, would lose.
pub(super) fn set_attribute(
    element: &XmlElementRef,
    txn: &mut TransactionMut,
    key: &str,
    value: &Value,
) {
    element.insert_attribute(txn, key, any(value));
}

/// Converts marks to formatting attributes: a map for each, with nulls inside, as editors write
/// them.
pub(super) fn attrs(run: &TextRun) -> Attrs {
    run.marks
        .iter()
        .map(|(name, values)| {
            let map = values.iter().map(|(k, v)| (k.clone(), any(v))).collect();
            (Arc::from(name.as_str()), Any::Map(Arc::new(map)))
        })
        .collect()
}

fn any(value: &Value) -> Any {
    match value {
        Value::Null => Any::Null,
        Value::Bool(flag) => Any::Bool(*flag),
        Value::Int(number) => Any::Number(Number::Int(*number)),
        Value::Text(text) => Any::from(text.as_str()),
    }
}

//! Nodes of the shared document: named elements with attributes, and runs of text.

use std::collections::BTreeMap;

use serde_json::{Map, json};

/// An element, or the text between elements.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Node {
    Element(Element),
    Text(Vec<TextRun>),
}

/// A named node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, Value>,
    pub(crate) children: Vec<Node>,
}

/// Text with one set of marks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TextRun {
    pub(crate) text: String,
    pub(crate) marks: MarkSet,
}

/// Marks by name, each with its attributes.
pub(crate) type MarkSet = BTreeMap<String, BTreeMap<String, Value>>;

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
}

impl Element {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            attributes: BTreeMap::new(),
            children: Vec::new(),
        }
    }

    /// Sets an attribute; null removes it.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        match value.into() {
            Value::Null => self.attributes.remove(key),
            value => self.attributes.insert(key.to_owned(), value),
        };
        self
    }

    pub(crate) fn with_children(mut self, children: Vec<Node>) -> Self {
        self.children = children;
        self
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        match self.attributes.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn int(&self, key: &str) -> Option<i64> {
        match self.attributes.get(key) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match self.attributes.get(key) {
            Some(Value::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }
}

impl Node {
    /// Serialises the node like the editor's `toJSON`; each run becomes a text node.
    pub(crate) fn to_json(&self) -> Vec<serde_json::Value> {
        match self {
            Self::Text(runs) => runs.iter().map(TextRun::to_json).collect(),
            Self::Element(element) => {
                let mut out = Map::new();
                out.insert("type".into(), json!(element.name));
                if !element.attributes.is_empty() {
                    out.insert("attrs".into(), attributes_to_json(&element.attributes));
                }
                if !element.children.is_empty() {
                    let children = element.children.iter().flat_map(Self::to_json).collect();
                    out.insert("content".into(), serde_json::Value::Array(children));
                }
                vec![serde_json::Value::Object(out)]
            }
        }
    }
}

impl TextRun {
    fn to_json(&self) -> serde_json::Value {
        let mut out = Map::new();
        out.insert("type".into(), json!("text"));
        out.insert("text".into(), json!(self.text));
        if !self.marks.is_empty() {
            let mark = |(name, attributes): (&String, &BTreeMap<String, Value>)| {
                if attributes.is_empty() {
                    json!({ "type": name })
                } else {
                    json!({ "type": name, "attrs": attributes_to_json(attributes) })
                }
            };
            out.insert("marks".into(), self.marks.iter().map(mark).collect());
        }
        serde_json::Value::Object(out)
    }
}

fn attributes_to_json(attributes: &BTreeMap<String, Value>) -> serde_json::Value {
    let pairs = attributes.iter().map(|(k, v)| (k.clone(), v.to_json()));
    serde_json::Value::Object(pairs.collect())
}

impl Value {
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => json!(flag),
            Self::Int(number) => json!(number),
            Self::Text(text) => json!(text),
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::from)
    }
}

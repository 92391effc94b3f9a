//! The schema of a section, read from `schemas/document.json`, and validation against it.

mod check;
mod content_expression;
mod node;

pub(super) use node::{Element, MarkSet, Node, TextRun, Value};

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use content_expression::ContentExpression;

/// The document schema that the server and the editor share.
#[derive(Debug)]
pub struct Schema {
    version: u32,
    max_depth: usize,
    nodes: BTreeMap<String, NodeType>,
    marks: BTreeMap<String, BTreeMap<String, Attribute>>,
}

/// A schema violation and where it occurs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {rule}")]
pub struct SchemaError {
    /// The path of node names from the section.
    pub place: String,
    /// The rule that is broken.
    pub rule: String,
}

#[derive(Debug)]
struct NodeType {
    content: ContentExpression,
    group: Option<String>,
    attributes: BTreeMap<String, Attribute>,
    marks: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Attribute {
    r#type: AttributeType,
    #[serde(default)]
    nullable: bool,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    default: serde_json::Value,
    values: Option<Vec<serde_json::Value>>,
    min: Option<i64>,
    max: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AttributeType {
    String,
    Integer,
    Boolean,
}

#[derive(Deserialize)]
struct SchemaFile {
    version: u32,
    #[serde(rename = "maxDepth")]
    max_depth: usize,
    /// Attributes of every node except the section and text.
    everywhere: BTreeMap<String, Attribute>,
    nodes: BTreeMap<String, NodeSpec>,
    marks: BTreeMap<String, MarkSpec>,
}

#[derive(Deserialize)]
struct NodeSpec {
    content: String,
    group: Option<String>,
    marks: Option<String>,
    attrs: BTreeMap<String, Attribute>,
}

#[derive(Deserialize)]
struct MarkSpec {
    attrs: BTreeMap<String, Attribute>,
}

static CURRENT: LazyLock<Schema> = LazyLock::new(|| {
    let text = include_str!("../../../schemas/document.json");
    let file = serde_json::from_str(text).expect("the schema is part of the program and tested");
    Schema::of(file)
});

impl Schema {
    /// Returns the schema this release was built with.
    pub fn current() -> &'static Self {
        &CURRENT
    }

    /// Returns the schema version; an editor with another version may not write.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Returns how deeply nodes may nest in a section, text blocks included.
    pub fn max_depth(&self) -> usize {
        self.max_depth
    }

    /// Tells whether a node is inline, such as a wiki link.
    pub(crate) fn is_inline(&self, name: &str) -> bool {
        let node = self.nodes.get(name);
        node.is_some_and(|node| node.group.as_deref() == Some("inline"))
    }

    /// Tells whether an attribute has its default value.
    pub(crate) fn is_default(&self, node: &str, key: &str, value: &Value) -> bool {
        let attribute = self.nodes.get(node).and_then(|n| n.attributes.get(key));
        attribute.is_some_and(|a| !a.required && a.default == value.to_json())
    }

    fn of(file: SchemaFile) -> Self {
        let nodes = file.nodes.into_iter().map(|(name, mut node)| {
            if name != "doc" && name != "text" {
                node.attrs.extend(file.everywhere.clone());
            }
            let kind = NodeType {
                content: ContentExpression::parse(&node.content),
                group: node.group,
                attributes: node.attrs,
                marks: node.marks.as_deref() == Some("_"),
            };
            (name, kind)
        });
        let marks = file
            .marks
            .into_iter()
            .map(|(name, mark)| (name, mark.attrs));
        Self {
            version: file.version,
            max_depth: file.max_depth,
            nodes: nodes.collect(),
            marks: marks.collect(),
        }
    }
}

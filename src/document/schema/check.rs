//! Checks a tree of nodes against the schema.

use std::collections::BTreeMap;

use super::{Attribute, AttributeType, Element, Node, Schema, SchemaError, TextRun, Value};

type Check = Result<(), SchemaError>;

impl Schema {
    /// Checks the children of a section. The tree must have bounded depth, as one read from a
    /// document has.
    ///
    /// # Errors
    ///
    /// Returns the first node that breaks a rule. An empty section is valid: an editor shows an
    /// empty paragraph there.
    pub(crate) fn check(&self, section: &[Node]) -> Check {
        if section.is_empty() {
            return Ok(());
        }
        self.children("doc", section, "section", 0)
    }

    fn children(&self, name: &str, children: &[Node], place: &str, depth: usize) -> Check {
        let fits = self.nodes.get(name).is_some_and(|parent| {
            parent
                .content
                .allows(children, |child, wanted| self.is(child, wanted))
        });
        ensure(fits, place, || "its children do not fit".into())?;
        let side_by_side = children
            .windows(2)
            .any(|pair| matches!(pair, [Node::Text(_), Node::Text(_)]));
        ensure(!side_by_side, place, || {
            "two texts stand side by side".into()
        })?;
        for child in children {
            match child {
                Node::Text(runs) => self.text(name, runs, place)?,
                Node::Element(element) => self.element(element, place, depth + 1)?,
            }
        }
        Ok(())
    }

    fn is(&self, child: &Node, wanted: &str) -> bool {
        let name = match child {
            Node::Text(_) => "text",
            Node::Element(element) => element.name.as_str(),
        };
        let group = self.nodes.get(name).and_then(|node| node.group.as_deref());
        name == wanted || group == Some(wanted)
    }

    fn element(&self, element: &Element, place: &str, depth: usize) -> Check {
        let place = format!("{place}/{}", element.name);
        let known = self.nodes.get(&element.name);
        let node = known.ok_or_else(|| broken(&place, "the schema has no such node".into()))?;
        let inline = node.group.as_deref() == Some("inline");
        ensure(inline || depth <= self.max_depth, &place, || {
            format!("nodes nest deeper than {}", self.max_depth)
        })?;
        attributes(&node.attributes, &element.attributes, &place)?;
        self.children(&element.name, &element.children, &place, depth)?;
        if element.name == "table" {
            table(element, &place)?;
        }
        Ok(())
    }

    fn text(&self, parent: &str, runs: &[TextRun], place: &str) -> Check {
        let code = parent == "codeBlock";
        let may_have_marks = self.nodes.get(parent).is_some_and(|node| node.marks);
        for run in runs {
            ensure(!run.text.is_empty(), place, || "a text is empty".into())?;
            let breaks = !code && run.text.contains(['\n', '\r']);
            ensure(!breaks, place, || "a text holds a line break".into())?;
            ensure(may_have_marks || run.marks.is_empty(), place, || {
                "no marks are allowed here".into()
            })?;
            for (name, values) in &run.marks {
                let known = self.marks.get(name);
                let mark =
                    known.ok_or_else(|| broken(place, format!("no mark is called {name}")))?;
                attributes(mark, values, place)?;
            }
        }
        Ok(())
    }
}

/// Requires a header row first, no others, and rows of equal width.
fn table(table: &Element, place: &str) -> Check {
    let rows: Vec<Vec<&str>> = table.children.iter().map(|row| names(row)).collect();
    let width = rows.first().map_or(0, Vec::len);
    for (index, row) in rows.iter().enumerate() {
        let wanted = if index == 0 {
            "tableHeader"
        } else {
            "tableCell"
        };
        ensure(row.iter().all(|cell| *cell == wanted), place, || {
            format!("row {} holds other cells than {wanted}", index + 1)
        })?;
        ensure(row.len() == width, place, || {
            format!("row {} is not as wide as the header", index + 1)
        })?;
    }
    Ok(())
}

fn names(row: &Node) -> Vec<&str> {
    let Node::Element(row) = row else {
        return Vec::new();
    };
    row.children
        .iter()
        .map(|cell| match cell {
            Node::Element(cell) => cell.name.as_str(),
            Node::Text(_) => "text",
        })
        .collect()
}

fn attributes(
    known: &BTreeMap<String, Attribute>,
    given: &BTreeMap<String, Value>,
    place: &str,
) -> Check {
    for (key, value) in given {
        let Some(attribute) = known.get(key) else {
            return Err(broken(place, format!("no attribute is called {key}")));
        };
        ensure(attribute.allows(value), place, || {
            format!("{key} may not be {}", value.to_json())
        })?;
    }
    let missing = known
        .iter()
        .find(|(key, attribute)| attribute.required && !given.contains_key(*key));
    match missing {
        Some((key, _)) => Err(broken(place, format!("{key} is missing"))),
        None => Ok(()),
    }
}

impl Attribute {
    fn allows(&self, value: &Value) -> bool {
        let kind = match value {
            Value::Null => return self.nullable,
            Value::Bool(_) => AttributeType::Boolean,
            Value::Text(_) => AttributeType::String,
            Value::Int(number) => {
                if self.min.is_some_and(|min| *number < min)
                    || self.max.is_some_and(|max| *number > max)
                {
                    return false;
                }
                AttributeType::Integer
            }
        };
        let listed = self.values.as_ref();
        kind == self.r#type && listed.is_none_or(|values| values.contains(&value.to_json()))
    }
}

fn ensure(holds: bool, place: &str, rule: impl FnOnce() -> String) -> Check {
    if holds {
        Ok(())
    } else {
        Err(broken(place, rule()))
    }
}

fn broken(place: &str, rule: String) -> SchemaError {
    SchemaError {
        place: place.to_owned(),
        rule,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(text: &str) -> Node {
        let run = TextRun {
            text: text.into(),
            marks: BTreeMap::new(),
        };
        Node::Element(Element::new("paragraph").with_children(vec![Node::Text(vec![run])]))
    }

    fn check(node: Element) -> Result<(), String> {
        let checked = Schema::current().check(&[Node::Element(node)]);
        checked.map_err(|error| error.to_string())
    }

    #[test]
    fn the_schema_file_has_the_expected_version() {
        assert_eq!(Schema::current().version(), crate::SCHEMA_VERSION);
    }

    #[test]
    fn schema_violations_are_refused() {
        let quote = || Element::new("blockquote");
        assert_eq!(check(quote().with_children(vec![paragraph("a")])), Ok(()));
        let empty = check(quote()).unwrap_err();
        assert_eq!(empty, "section/blockquote: its children do not fit");
        let level = check(Element::new("heading").with("level", 2)).unwrap_err();
        assert_eq!(level, "section/heading: level may not be 2");
        let unknown = check(Element::new("video")).unwrap_err();
        assert_eq!(unknown, "section: its children do not fit");
        let spanning = check(Element::new("paragraph").with("colspan", 2)).unwrap_err();
        assert_eq!(
            spanning,
            "section/paragraph: no attribute is called colspan"
        );
        let image =
            Element::new("paragraph").with_children(vec![Node::Element(Element::new("image"))]);
        assert_eq!(
            check(image).unwrap_err(),
            "section/paragraph/image: src is missing"
        );
    }

    #[test]
    fn nesting_is_limited() {
        let mut node = paragraph("a");
        for _ in 0..Schema::current().max_depth() {
            node = Node::Element(Element::new("blockquote").with_children(vec![node]));
        }
        let error = Schema::current().check(&[node]).unwrap_err();
        assert_eq!(error.rule, "nodes nest deeper than 32");
    }
}

//! Locates values in TOML source.

use toml::de::{DeTable, DeValue};

/// Returns the line, from 1, of byte `offset`.
pub fn line_at(source: &str, offset: usize) -> usize {
    let before = source.as_bytes().iter().take(offset);
    1 + before.filter(|byte| **byte == b'\n').count()
}

/// Returns the line of the value at `path`, or of its nearest existing ancestor.
///
/// The elements of a path are table keys and array indices.
pub fn line_of<'p>(source: &str, path: impl IntoIterator<Item = &'p str>) -> usize {
    let Ok(root) = DeTable::parse(source) else {
        return 1;
    };
    let mut offset = 0;
    let root = DeValue::Table(root.into_inner());
    let mut value = &root;
    for step in path {
        let Some((start, inner)) = child(value, step) else {
            break;
        };
        offset = start;
        value = inner;
    }
    line_at(source, offset)
}

/// Returns the child of `value` named `step`, and the offset of its key or, in an array, itself.
fn child<'v, 'i>(value: &'v DeValue<'i>, step: &str) -> Option<(usize, &'v DeValue<'i>)> {
    match value {
        DeValue::Table(table) => table
            .iter()
            .find(|(key, _)| key.get_ref().as_ref() == step)
            .map(|(key, inner)| (key.span().start, inner.get_ref())),
        DeValue::Array(array) => {
            let inner = array.get(step.parse::<usize>().ok()?)?;
            Some((inner.span().start, inner.get_ref()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "id = 'a'\n\n[review]\nquorum = 'any'\n\n[[sections]]\nkey = 'x'\n\n\
                          [[sections]]\nkey = 'y'\nlength = { min = 3 }\n";

    #[test]
    fn a_value_is_found_by_its_path() {
        assert_eq!(line_of(SOURCE, ["id"]), 1);
        assert_eq!(line_of(SOURCE, ["review", "quorum"]), 4);
        assert_eq!(line_of(SOURCE, ["sections", "1"]), 9);
        assert_eq!(line_of(SOURCE, ["sections", "1", "key"]), 10);
        assert_eq!(line_of(SOURCE, ["sections", "1", "length", "min"]), 11);
    }

    #[test]
    fn a_missing_value_is_located_at_its_nearest_ancestor() {
        assert_eq!(line_of(SOURCE, ["review", "checklist"]), 3);
        assert_eq!(line_of(SOURCE, ["title"]), 1);
    }
}

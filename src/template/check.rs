//! Validation of template files: the schema, and rules that a schema cannot express.

use std::collections::HashSet;
use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::locate::{line_at, line_of};
use super::{Section, SectionKind, Template, TemplateError};

/// The compiled schema `schemas/template.json`.
static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/template.json"))
        .expect("the schema of templates is JSON; a test reads it");
    jsonschema::draft202012::new(&schema)
        .expect("the schema of templates is a schema; a test compiles it")
});

/// A violated rule and the path of the value that violates it.
struct Violation {
    path: Vec<String>,
    rule: String,
}

impl Violation {
    fn new(path: &[&str], rule: impl Into<String>) -> Self {
        Self {
            path: path.iter().map(|step| (*step).to_owned()).collect(),
            rule: rule.into(),
        }
    }
}

/// Parses and validates a template; `file` is its path below the templates folder.
///
/// # Errors
/// [`TemplateError::Broken`] names the file, the line and the violated rule.
pub fn check(file: &str, source: &str) -> Result<Template, TemplateError> {
    let broken = |line, rule| TemplateError::Broken {
        file: file.to_owned(),
        line,
        rule,
    };
    let value: Value = toml::from_str(source).map_err(|error: toml::de::Error| {
        let offset = error.span().map_or(0, |span| span.start);
        broken(line_at(source, offset), error.message().to_owned())
    })?;
    let at = |violation: Violation| {
        let line = line_of(source, violation.path.iter().map(String::as_str));
        broken(line, violation.rule)
    };
    if let Some(error) = most_helpful_error(&value) {
        return Err(at(schema_violation(&error)));
    }
    let template: Template =
        serde_json::from_value(value).map_err(|error| broken(1, error.to_string()))?;
    match rule_violation(file, &template) {
        Some(violation) => Err(at(violation)),
        None => Ok(template),
    }
}

impl Template {
    /// Returns the source of the template as a file `<id>/<version>.toml`.
    ///
    /// # Errors
    /// [`TemplateError::Broken`] if that file would be invalid.
    pub fn source(&self) -> Result<String, TemplateError> {
        let file = format!("{}/{}.toml", self.id, self.version);
        let broken = |rule: String| TemplateError::Broken {
            file: file.clone(),
            line: 1,
            rule,
        };
        let source = toml::to_string(self).map_err(|error| broken(error.to_string()))?;
        match check(&file, &source)? == *self {
            true => Ok(source),
            false => Err(broken("it does not read as it was written".to_owned())),
        }
    }
}

/// Returns the most helpful error: a misspelt key is both unknown and missing, and only the former
/// shows where to look.
fn most_helpful_error(value: &Value) -> Option<ValidationError<'_>> {
    let mut errors: Vec<_> = SCHEMA.iter_errors(value).collect();
    let is_unknown_key = |e: &ValidationError<'_>| {
        matches!(e.kind(), ValidationErrorKind::AdditionalProperties { .. })
    };
    let place = errors.iter().position(is_unknown_key).unwrap_or(0);
    (!errors.is_empty()).then(|| errors.swap_remove(place))
}

fn schema_violation(error: &ValidationError<'_>) -> Violation {
    let pointer = error.instance_path().to_string();
    let mut path: Vec<String> = pointer
        .split('/')
        .skip(1)
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect();
    if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
        path.extend(unexpected.first().cloned());
    }
    let place = match path.is_empty() {
        true => "the template".to_owned(),
        false => path.join("/"),
    };
    let rule = format!("{place}: {error}");
    Violation { path, rule }
}

fn rule_violation(file: &str, template: &Template) -> Option<Violation> {
    let named = format!("{}/{}.toml", template.id, template.version);
    if file != named {
        let rule = format!("id and version say that this file is named {named}");
        return Some(Violation::new(&["id"], rule));
    }
    let keys = template.sections.iter().map(|s| s.key.as_str());
    let fields = template.fields.iter().map(|f| f.key.as_str());
    repeated("sections", keys)
        .or_else(|| repeated("fields", fields))
        .or_else(|| template.sections.iter().enumerate().find_map(section))
        .or_else(|| last_is_references(template))
}

fn repeated<'k>(list: &str, keys: impl Iterator<Item = &'k str>) -> Option<Violation> {
    let mut seen = HashSet::new();
    keys.enumerate()
        .find(|(_, key)| !seen.insert(*key))
        .map(|(place, key)| {
            let rule = format!("{list} have different keys; {key} stands there twice");
            Violation::new(&[list, &place.to_string(), "key"], rule)
        })
}

fn section((place, section): (usize, &Section)) -> Option<Violation> {
    let place = place.to_string();
    let at = |key, rule: &str| {
        let rule = format!("section {}: {rule}", section.key);
        Some(Violation::new(&["sections", &place, key], rule))
    };
    if section
        .length
        .is_some_and(|l| l.max.is_some_and(|max| max < l.min))
    {
        return at("length", "the length ends before it begins");
    }
    match (section.kind, &section.fixed_text) {
        (SectionKind::Fixed, None) => at("kind", "a section of kind fixed has a fixed_text"),
        (SectionKind::Fixed, Some(_)) | (_, None) => None,
        (_, Some(_)) => at(
            "fixed_text",
            "only a section of kind fixed has a fixed_text",
        ),
    }
}

fn last_is_references(template: &Template) -> Option<Violation> {
    let last = template.sections.last()?;
    (last.key != "references").then(|| {
        let place = (template.sections.len() - 1).to_string();
        let rule = format!("the last section is references, not {}", last.key);
        Violation::new(&["sections", &place, "key"], rule)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"id = "note"
version = 1
title = "Note"
purpose = "Keep a thought."
audience = "Everybody"
control = "informal"

[review]
quorum = "any"
review_months = 24
checklist = ["Is it true?"]

[[sections]]
key = "lead"
title = "Lead"
guidance = "Say it."
required = true
kind = "prose"
length = { min = 10, max = 20, unit = "words" }

[[sections]]
key = "references"
title = "References"
guidance = "Where it comes from."
kind = "list"
"#;

    /// Checks the valid template with one replacement; returns the line and the rule of the error.
    fn changed(from: &str, to: &str) -> (usize, String) {
        assert!(GOOD.contains(from));
        match check("note/1.toml", &GOOD.replacen(from, to, 1)) {
            Err(TemplateError::Broken { file, line, rule }) => {
                assert_eq!(file, "note/1.toml");
                (line, rule)
            }
            other => panic!("{from} -> {to}: {other:?}"),
        }
    }

    #[test]
    fn a_valid_template_is_accepted() {
        let template = check("note/1.toml", GOOD).unwrap();
        assert_eq!(template.reference().to_string(), "note@1");
        assert!(template.sections[0].required);
        assert!(!template.sections[1].required);
    }

    #[test]
    fn a_schema_violation_is_named_with_its_line() {
        for (from, to, line, word) in [
            ("version = 1", "version = 0", 2, "version"),
            ("quorum = \"any\"", "quorum = \"most\"", 9, "review/quorum"),
            ("quorum = \"any\"", "quorum = { n = 0 }", 9, "review/quorum"),
            (
                "review_months = 24",
                "review_months = \"two\"",
                10,
                "review/review_months",
            ),
            (
                "title = \"Lead\"",
                "titel = \"Lead\"",
                15,
                "sections/0/titel",
            ),
            ("kind = \"list\"", "kind = \"song\"", 25, "sections/1/kind"),
            ("key = \"lead\"", "key = \"The Lead\"", 14, "sections/0/key"),
            ("title = \"Note\"", "colour = \"red\"", 3, "colour"),
            (
                "checklist = [\"Is it true?\"]",
                "checklist = []",
                11,
                "review/checklist",
            ),
        ] {
            let (found, rule) = changed(from, to);
            assert!(rule.contains(word), "{to}: {rule}");
            assert_eq!(found, line, "{to}: {rule}");
        }
    }

    #[test]
    fn a_missing_key_is_reported_at_its_table() {
        let (line, rule) = changed("guidance = \"Say it.\"\n", "");
        assert_eq!(line, 13);
        assert!(rule.contains("guidance"), "{rule}");
    }

    #[test]
    fn a_syntax_error_is_named_with_its_line() {
        let (line, _) = changed("quorum = \"any\"", "quorum = any");
        assert_eq!(line, 9);
    }

    #[test]
    fn rules_beyond_the_schema_are_checked() {
        for (from, to, line, word) in [
            ("id = \"note\"", "id = \"nota\"", 1, "nota/1.toml"),
            ("key = \"references\"", "key = \"lead\"", 22, "twice"),
            (
                "key = \"references\"",
                "key = \"sources\"",
                22,
                "references",
            ),
            ("max = 20", "max = 5", 19, "ends before"),
            ("kind = \"prose\"", "kind = \"fixed\"", 18, "fixed_text"),
            (
                "kind = \"prose\"",
                "kind = \"prose\"\nfixed_text = \"x\"",
                19,
                "only a section",
            ),
        ] {
            let (found, rule) = changed(from, to);
            assert!(rule.contains(word), "{to}: {rule}");
            assert_eq!(found, line, "{to}: {rule}");
        }
    }
}

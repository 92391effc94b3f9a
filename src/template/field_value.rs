//! Validation of field values.

use std::collections::BTreeMap;

use serde_json::Value;
use time::Date;
use time::macros::format_description;

use super::{Field, FieldKind, Template};

/// Maximum length of a value, in characters.
const LONGEST: usize = 1_000;

impl Field {
    /// Returns what is wrong with a value, if anything; an empty value is always valid.
    pub fn problem(&self, value: &str) -> Option<String> {
        if value.is_empty() {
            return None;
        }
        if value.chars().nth(LONGEST).is_some() {
            return Some(format!("a value has at most {LONGEST} letters"));
        }
        if value.chars().any(char::is_control) {
            return Some("a value is one line".to_owned());
        }
        if let Some(fixed) = self.fixed_value() {
            return (value != fixed).then(|| format!("the template fixes it to {fixed}"));
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice == value) {
            return Some(format!("possible are {}", self.choices.join(", ")));
        }
        let fits = match self.kind {
            FieldKind::Text | FieldKind::List | FieldKind::Person => true,
            FieldKind::Date => {
                Date::parse(value, format_description!("[year]-[month]-[day]")).is_ok()
            }
            FieldKind::Flag => matches!(value, "true" | "false"),
            FieldKind::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
        };
        let asked = match self.kind {
            FieldKind::Date => "this is a day, such as 2026-11-30",
            FieldKind::Flag => "this is true or false",
            _ => "this is a number",
        };
        (!fits).then(|| asked.to_owned())
    }

    /// Returns the fixed value as it appears in a draft, if the field has one.
    pub fn fixed_value(&self) -> Option<String> {
        self.fixed.as_ref().map(|fixed| match fixed {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }
}

impl Template {
    /// Returns the titles of the fields with invalid values, each with what is wrong.
    pub fn unfit(&self, values: &BTreeMap<String, String>) -> Vec<String> {
        let problem = |field: &Field| {
            let problem = field.problem(values.get(&field.key)?)?;
            Some(format!("{} ({problem})", field.title))
        };
        self.fields.iter().filter_map(problem).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind) -> Field {
        Field {
            key: "x".into(),
            title: "X".into(),
            kind,
            choices: Vec::new(),
            fixed: None,
        }
    }

    #[test]
    fn a_value_must_be_of_the_fields_kind() {
        let cases = [
            (FieldKind::Text, "anything", true),
            (FieldKind::Text, "two\nlines", false),
            (FieldKind::Person, "Ada Byron", true),
            (FieldKind::Date, "2026-11-30", true),
            (FieldKind::Date, "2026-11-31", false),
            (FieldKind::Date, "tomorrow", false),
            (FieldKind::Flag, "true", true),
            (FieldKind::Flag, "yes", false),
            (FieldKind::Number, "2.5", true),
            (FieldKind::Number, "NaN", false),
            (FieldKind::Number, "two", false),
            (FieldKind::Number, "", true),
        ];
        for (kind, value, fits) in cases {
            assert_eq!(
                field(kind).problem(value).is_none(),
                fits,
                "{kind:?} {value}"
            );
        }
        assert!(field(FieldKind::Text).problem(&"x".repeat(1_001)).is_some());
    }

    #[test]
    fn choices_and_fixed_values_exclude_all_others() {
        let mut chosen = field(FieldKind::Text);
        chosen.choices = vec!["controlled".into(), "informal".into()];
        assert_eq!(chosen.problem("informal"), None);
        let problem = chosen.problem("secret").unwrap();
        assert_eq!(problem, "possible are controlled, informal");
        let mut fixed = field(FieldKind::Flag);
        fixed.fixed = Some(Value::Bool(true));
        assert_eq!(fixed.problem("true"), None);
        assert!(fixed.problem("false").is_some());
    }
}

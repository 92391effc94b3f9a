//! Changed fields of a journal entry in words: names for ids, lists for arrays.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use lectern_audit::SubjectLabels;
use lectern_base::{Hash, Timestamp};
use lectern_identity::Grant;

use crate::identity::page::roles::role_word;
use crate::journal::event_labels::spoken;
use crate::page::view::Moment;

/// The longest value shown in full, in characters; longer ones are folded.
const SHORT: usize = 160;
/// Characters of a folded value that are shown.
const TEASER: usize = 80;
/// Digits of a hash that are shown.
const DIGITS: usize = 12;

/// Fields that name the subject, which is shown elsewhere.
const ABOUT: [&str; 1] = ["article"];

/// A field that an entry changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The label of the field.
    pub label: String,
    /// The old value, if the entry has it.
    pub old: Option<ValueText>,
    /// The new value, if the entry has it.
    pub new: Option<ValueText>,
}

/// A value in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueText {
    /// The full text.
    pub words: String,
    /// Its beginning, if it is long.
    pub teaser: Option<String>,
}

/// Lists the fields that were changed or added, in words.
pub fn field_changes(
    old: Option<&Value>,
    new: Option<&Value>,
    things: &SubjectLabels,
) -> Vec<FieldChange> {
    let (old, new) = (fields(old), fields(new));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let (was, is) = (old.get(name), new.get(name));
        if ABOUT.contains(&name.as_str()) || was == is || (says_nothing(was) && says_nothing(is)) {
            continue;
        }
        found.push(FieldChange {
            label: label(name),
            old: was.map(|value| shown(value, things)),
            new: is.map(|value| shown(value, things)),
        });
    }
    found
}

/// Returns the fields of a value; a value that is not an object is one unnamed field.
fn fields(value: Option<&Value>) -> Map<String, Value> {
    match value {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(fields)) => fields.clone(),
        Some(other) => Map::from_iter([("what".to_owned(), other.clone())]),
    }
}

fn says_nothing(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_null)
}

fn label(name: &str) -> String {
    match name {
        "revision_hash" | "hash" => "Hash of the text".to_owned(),
        "bytes" => "Size in bytes".to_owned(),
        "from" => "From address".to_owned(),
        "needed" => "Approvals needed".to_owned(),
        "approvals" => "Approvals so far".to_owned(),
        "kind" => "Major or minor".to_owned(),
        "learners" => "Learners may".to_owned(),
        "slug" => "Name in addresses".to_owned(),
        name => spoken(name),
    }
}

fn shown(value: &Value, things: &SubjectLabels) -> ValueText {
    ValueText::of(words(value, things))
}

impl ValueText {
    /// Folds a long value.
    pub fn of(words: String) -> Self {
        let teaser = (words.chars().count() > SHORT).then(|| {
            let start: String = words.chars().take(TEASER).collect();
            format!("{}…", start.trim_end())
        });
        Self { words, teaser }
    }
}

/// A value in words.
pub fn words(value: &Value, things: &SubjectLabels) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text_words(text, things),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| words(item, things)).collect();
            items.join(", ")
        }
        Value::Object(fields) => object_words(value, fields, things),
    }
}

fn text_words(text: &str, things: &SubjectLabels) -> String {
    if let Some(named) = things.get(text) {
        return named.label.clone();
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Moment::minute(moment.date_time()).words();
    }
    if text.parse::<Hash>().is_ok() {
        return format!("{}…", &text[..DIGITS]);
    }
    let name = !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    match name && text.contains('_') {
        true => text.replace('_', " "),
        false => text.to_owned(),
    }
}

/// Describes a role, a checklist answer, or fields one after the other.
fn object_words(value: &Value, fields: &Map<String, Value>, things: &SubjectLabels) -> String {
    if let Ok(grant) = serde_json::from_value::<Grant>(value.clone()) {
        let role = role_word(grant.role);
        let module = grant.module.map(|id| id.to_string());
        let place = module.map(|id| {
            things
                .get(&id)
                .map_or(id.clone(), |named| named.label.clone())
        });
        return place.map_or(role.to_owned(), |place| format!("{role} in “{place}”"));
    }
    if let (Some(Value::String(question)), Some(Value::Bool(yes))) =
        (fields.get("question"), fields.get("yes"))
    {
        return format!("{question} {}", if *yes { "Yes" } else { "No" });
    }
    let field = |(name, value): (&String, &Value)| {
        format!("{}: {}", spoken(name).to_lowercase(), words(value, things))
    };
    fields.iter().map(field).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use lectern_audit::SubjectLabel;

    fn things() -> SubjectLabels {
        let named = SubjectLabel {
            label: "Ada Byron (ada)".to_owned(),
            link: None,
        };
        SubjectLabels::from([("0198".to_owned(), named)])
    }

    fn line(value: Value) -> String {
        words(&value, &things())
    }

    #[test]
    fn recorded_values_become_words() {
        assert_eq!(line(json!(["0198"])), "Ada Byron (ada)");
        assert_eq!(line(json!({"role": "admin"})), "Administrator");
        assert_eq!(line(json!("session_end")), "session end");
        assert_eq!(
            line(json!("2026-05-04T10:05:00.000Z")),
            "4 May 2026, 10:05 UTC"
        );
        assert_eq!(line(json!("ab".repeat(32))), "abababababab…");
        assert_eq!(
            line(json!({"question": "Is it safe?", "yes": true})),
            "Is it safe? Yes"
        );
        assert_eq!(
            line(json!({"a_b": {"c": 1}, "d": []})),
            "a b: c: 1; d: none"
        );
    }

    #[test]
    fn only_changed_and_added_fields_are_listed() {
        let (old, new) = (
            json!({"active": true, "roles": [{"role": "lead"}], "article": "x"}),
            json!({"active": true, "roles": [], "article": "y", "name": null}),
        );
        let found = field_changes(Some(&old), Some(&new), &things());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].label, "Roles");
        assert_eq!(found[0].old.as_ref().unwrap().words, "Lead");
        assert_eq!(found[0].new.as_ref().unwrap().words, "none");
    }

    #[test]
    fn a_long_value_is_folded_and_kept_whole() {
        let text = "word ".repeat(100);
        let found = field_changes(None, Some(&json!({"text": text})), &things());
        let new = found[0].new.as_ref().unwrap();
        assert_eq!(new.words, text);
        assert!(new.teaser.as_ref().unwrap().chars().count() <= TEASER + 1);
        assert_eq!(
            field_changes(None, Some(&json!(["a", "b"])), &things())[0].label,
            "What"
        );
    }
}

//! The audit trail, for administrators: the journal page by page.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use serde_json::Value;

use super::layout::{self, Frame};
use super::view::Moment;
use super::visit::{Visit, name_in};
use super::words::capitalised;
use crate::base::{PersonId, Seek};
use crate::http::error::Reply;
use crate::journal::{Actor, Entry};

#[derive(Template)]
#[template(path = "journal.html")]
pub(super) struct JournalPage {
    pub frame: Frame,
    pub entries: Vec<EntryRow>,
    pub older: Option<String>,
}

/// One deed.
pub(super) struct EntryRow {
    pub number: u64,
    pub at: Moment,
    pub who: String,
    pub what: String,
    pub details: String,
}

/// A page of the journal, newest first.
pub async fn show(visit: Visit) -> Reply<Response> {
    visit.caller.admin()?;
    let after = Some(visit.asked.one("after")).filter(|after| !after.is_empty());
    let seek = Seek {
        after: after.map(str::to_owned),
        limit: None,
    };
    let found = visit.app.journal.page(&seek).await?;
    let people: Vec<PersonId> = found.items.iter().flat_map(people_in).collect();
    let names = visit.name_map(&people).await?;
    let page = JournalPage {
        entries: found.items.iter().map(|entry| row(entry, &names)).collect(),
        older: found.next,
        frame: visit.frame.at("admin"),
    };
    Ok(layout::show(&page))
}

fn people_in(entry: &Entry) -> Vec<PersonId> {
    let subject = (entry.subject.kind == "person").then(|| entry.subject.id.parse().ok());
    let actor = match entry.actor {
        Actor::Person(person) => Some(person),
        Actor::System => None,
    };
    actor.into_iter().chain(subject.flatten()).collect()
}

fn row(entry: &Entry, names: &HashMap<PersonId, String>) -> EntryRow {
    let who = match &entry.actor {
        Actor::Person(person) => name_in(names, person),
        Actor::System => "Lectern".to_owned(),
    };
    EntryRow {
        number: entry.seq,
        at: Moment::minute(entry.at.date_time()),
        who,
        what: deed(&entry.deed),
        details: details(entry, names),
    }
}

/// What it was about, what changed, and why, in one line.
fn details(entry: &Entry, names: &HashMap<PersonId, String>) -> String {
    let person = entry.subject.id.parse().ok();
    let subject = match person.filter(|_| entry.subject.kind == "person") {
        Some(person) => name_in(names, &person),
        None => format!("{} {}", entry.subject.kind, entry.subject.id),
    };
    let mut line = subject;
    let (old, new) = (entry.old.as_ref().map(plain), entry.new.as_ref().map(plain));
    line += &match (old, new) {
        (Some(old), Some(new)) => format!(": {new} (was: {old})"),
        (None, Some(new)) => format!(": {new}"),
        (Some(old), None) => format!(": was {old}"),
        (None, None) => String::new(),
    };
    if let Some(reason) = &entry.reason {
        line += &format!(" – “{reason}”");
    }
    line
}

/// A recorded value for people: `{"login":"ada","roles":["trainer"]}` is "login ada, roles trainer".
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                format!("{} {}", name.replace('_', " "), plain(value))
            };
            fields.iter().map(field).collect::<Vec<_>>().join(", ")
        }
    }
}

/// "person.added" as "Person added".
fn deed(name: &str) -> String {
    capitalised(&name.replace(['.', '_'], " "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_recorded_reads_as_words() {
        let recorded = json!({"login": "ada", "roles": [{"role": "trainer"}], "may_sign": false});
        assert_eq!(
            plain(&recorded),
            "login ada, may sign no, roles role trainer"
        );
        assert_eq!(plain(&json!({"members": []})), "members none");
        assert_eq!(deed("review.requested"), "Review requested");
    }
}

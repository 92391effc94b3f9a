//! The audit trail, for administrators: the journal page by page.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;

use super::layout::{self, Frame};
use super::view::Moment;
use super::visit::{Visit, name_in};
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
        what: entry.deed.clone(),
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
    match (&entry.old, &entry.new) {
        (Some(old), Some(new)) => line.push_str(&format!(": {old} → {new}")),
        (None, Some(new)) => line.push_str(&format!(": {new}")),
        (Some(old), None) => line.push_str(&format!(": was {old}")),
        (None, None) => {}
    }
    if let Some(reason) = &entry.reason {
        line.push_str(&format!(" – “{reason}”"));
    }
    line
}

//! Reading status as CSV (RFC 4180): a line per person and version.

use std::collections::HashMap;

use lectern_app::App;
use lectern_base::{ArticleId, PersonId, Timestamp, Zone};
use lectern_identity::Person;
use lectern_module::Module;
use lectern_reading::{Acknowledgement, Assignment, Progress, ReadingStatus};

use crate::csv;
use crate::error::Reply;

const HEAD: [&str; 24] = [
    "module",
    "article_id",
    "title",
    "version",
    "content_sha256",
    "person_id",
    "login",
    "name",
    "state",
    "reason",
    "assigned_by",
    "assigned_at_utc",
    "due_utc",
    "first_opened_utc",
    "acknowledged_at_utc",
    "late",
    "statement",
    "statement_version",
    "meaning",
    "signature_id",
    "asked_for_version",
    "journal_entry",
    "due_day",
    "time_zone",
];

/// A line of the file.
pub struct StatusLine {
    article: ArticleId,
    title: String,
    person: PersonId,
    state: &'static str,
    asked: Option<Assignment>,
    given: Option<Acknowledgement>,
}

impl StatusLine {
    /// Makes a line of an acknowledgement.
    pub fn given(given: Acknowledgement) -> Self {
        Self {
            article: given.article,
            title: given.title.clone(),
            person: given.person,
            state: "acknowledged",
            asked: None,
            given: Some(given),
        }
    }

    /// Makes a line of a person's status for an article.
    pub fn of(article: ArticleId, title: &str, row: ReadingStatus) -> Self {
        Self {
            article,
            title: title.to_owned(),
            person: row.person,
            state: match row.progress {
                Progress::Overdue => "overdue",
                Progress::Open => "open",
                Progress::Done => "acknowledged",
            },
            asked: row.assignment,
            given: row.acknowledgement,
        }
    }

    fn cells(&self, module: &str, people: &HashMap<PersonId, Person>, zone: &Zone) -> [String; 24] {
        let known = |id: &PersonId| people.get(id);
        let login = |id: &PersonId| known(id).map_or_else(String::new, |p| p.login.clone());
        let name = known(&self.person).map(|person| person.name.clone());
        let (asked, given) = (self.asked.as_ref(), self.given.as_ref());
        let when = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let said = |told: fn(&Acknowledgement) -> String| given.map(told).unwrap_or_default();
        let reason = given.map(|g| g.reason).or(asked.map(|a| a.reason));
        let assigner = given.map_or(asked.and_then(|a| a.assigner), |g| g.assigner);
        let asked_at = given.map_or(asked.map(|a| a.assigned_at), |g| g.assigned_at);
        let due = given.map_or(asked.map(|a| a.due), |g| g.due);
        [
            module.to_owned(),
            self.article.to_string(),
            self.title.clone(),
            said(|g| format!("{}.0", g.version)),
            said(|g| g.content_sha256.to_string()),
            self.person.to_string(),
            login(&self.person),
            given
                .map(|g| g.printed_name.clone())
                .or(name)
                .unwrap_or_default(),
            self.state.to_owned(),
            reason
                .map(|reason| reason.word().to_owned())
                .unwrap_or_default(),
            assigner.map(|id| login(&id)).unwrap_or_default(),
            when(asked_at),
            when(due),
            when(given.and_then(|g| g.first_opened)),
            when(given.map(|g| g.completed_at)),
            said(|g| if g.late { "yes" } else { "no" }.to_owned()),
            said(|g| g.statement.clone()),
            said(|g| g.statement_version.to_string()),
            said(|g| g.meaning.clone()),
            said(|g| g.signature.map(|id| id.to_string()).unwrap_or_default()),
            asked
                .map(|a| format!("{}.0", a.version))
                .unwrap_or_default(),
            said(|g| g.journal_seq.to_string()),
            due.map(|due| zone.day_of(due).to_string())
                .unwrap_or_default(),
            zone.to_string(),
        ]
    }
}

/// Writes the lines so that a spreadsheet never takes a cell for a formula.
pub async fn table(app: &App, module: &Module, rows: Vec<StatusLine>) -> Reply<Vec<u8>> {
    let everybody = app.identity.everybody().await?;
    let people = everybody.into_iter().map(|person| (person.id, person));
    let people = people.collect();
    let mut table = csv::MARK.as_bytes().to_vec();
    table.extend(csv::line(HEAD));
    for row in rows {
        let cells = row.cells(&module.title, &people, app.zone());
        table.extend(csv::line(cells.iter().map(String::as_str)));
    }
    Ok(table)
}

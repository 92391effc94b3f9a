//! The audit trail for administrators: paged, filtered, printable.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use lectern_audit::{SubjectLabels, SubjectLink};
use lectern_base::{ArticleId, Page, Seek, Timestamp};
use lectern_journal::{Actor, Entry, EntryFilter, FoundEntries};

use crate::error::Reply;
use crate::journal::event_labels;
use crate::journal::field_change::{FieldChange, ValueText, field_changes};
use crate::journal::filter_form::{JournalFilterForm, address};
use crate::page::layout::{Frame, render};
use crate::page::view::{Choice, Field, Moment};
use crate::page::visit::Visit;

/// The most entries on paper: about sixty sheets.
const ON_PAPER: usize = 1_000;

#[derive(Template)]
#[template(path = "journal.html")]
pub(crate) struct JournalPage {
    pub frame: Frame,
    /// Everybody; nobody if there are too many to list.
    pub people: Vec<Choice>,
    /// The login of the person.
    pub person: Field,
    pub modules: Vec<Choice>,
    /// Kinds of events, each with its events.
    pub kinds: Vec<(Choice, Vec<Choice>)>,
    pub article: Field,
    pub from: Field,
    pub before: Field,
    pub filtered: bool,
    /// The filter in words.
    pub only: String,
    /// The number of entries shown, in words.
    pub found: String,
    pub entries: Vec<EntryRow>,
    pub older: Option<String>,
    /// The address of the same entries as CSV.
    pub csv: String,
    /// The address of the same entries for print.
    pub print: String,
    /// The address of the same entries on screen.
    pub screen: String,
    /// Whether this is the print view: everything at once, unfolded.
    pub whole: bool,
    pub printed_by: String,
    pub printed_at: String,
    /// The number of the last entry in the journal.
    pub end: u64,
}

/// One event.
pub(crate) struct EntryRow {
    pub number: u64,
    pub at: Moment,
    /// The time to the millisecond, in UTC.
    pub exactly: String,
    pub who: Link,
    pub what: String,
    pub subject: Link,
    pub module: Option<Link>,
    pub changes: Vec<FieldChange>,
    pub reason: Option<ValueText>,
    pub deed: String,
    pub subject_id: String,
    pub prev: String,
    pub hash: String,
    /// Filters that narrow the view to entries like this one.
    pub narrow: Vec<Link>,
}

/// Words that may link to what they name.
#[derive(Default)]
pub(crate) struct Link {
    pub words: String,
    pub href: Option<String>,
}

/// Shows the matching entries, newest first.
pub async fn show(visit: Visit) -> Reply<Response> {
    visit.caller.admin()?;
    let filter = JournalFilterForm::read(&visit).await?;
    let whole = !visit.asked.one("print").is_empty();
    let mut page = match (&filter.wanted, whole) {
        (None, _) => Page {
            items: Vec::new(),
            next: None,
        },
        (Some(wanted), false) => visit.app.journal.find(wanted, &seek(&visit)).await?,
        (Some(wanted), true) => {
            let found = visit.app.journal.find_before(wanted, None, ON_PAPER);
            let FoundEntries { entries, before } = found.await?;
            Page {
                items: entries,
                next: before.map(|seq| seq.to_string()),
            }
        }
    };
    let audit = &visit.app.audit;
    audit
        .fold_restricted(&visit.caller, &mut page.items)
        .await?;
    let mut things = SubjectLabels::new();
    audit
        .label_everything(&visit.caller, &page.items, &mut things)
        .await?;
    let status = match filter.wanted {
        Some(_) => StatusCode::OK,
        None => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = fill(visit, filter, page, &things, whole).await?;
    Ok(render(status, &page))
}

fn seek(visit: &Visit) -> Seek {
    let after = Some(visit.asked.one("after")).filter(|after| !after.is_empty());
    Seek {
        after: after.map(str::to_owned),
        limit: None,
    }
}

async fn fill(
    visit: Visit,
    filter: JournalFilterForm,
    page: Page<Entry>,
    things: &SubjectLabels,
    whole: bool,
) -> Reply<JournalPage> {
    let wanted = filter.wanted.clone().unwrap_or_default();
    let to = |more: &[(&str, &str)]| address("/admin/journal", &wanted, more);
    let person = visit.caller.person();
    let choices = filter.choices(&visit).await?;
    Ok(JournalPage {
        only: choices.only(&wanted, &filter),
        found: match (&page.next, page.items.len()) {
            (Some(_), 0) => "No entry so far, older ones follow".to_owned(),
            (Some(_), number) => format!("{}, older ones follow", entries(number)),
            (None, number) => entries(number),
        },
        entries: page
            .items
            .iter()
            .map(|entry| row(entry, things, &wanted))
            .collect(),
        older: page.next.map(|next| to(&[("after", &next)])),
        csv: address("/api/v1/journal", &wanted, &[("format", "csv")]),
        print: to(&[("print", "1")]),
        screen: to(&[]),
        filtered: filter.wanted.is_none_or(|wanted| !wanted.is_empty()),
        people: choices.people,
        modules: choices.modules,
        kinds: choices.kinds,
        person: filter.person,
        article: filter.article,
        from: filter.from,
        before: filter.before,
        whole,
        printed_by: format!("{} ({})", person.name, person.login),
        printed_at: exact(visit.app.clock.now()),
        end: visit.app.journal.head(),
        frame: visit.frame.at("admin"),
    })
}

fn entries(number: usize) -> String {
    match number {
        0 => "No entry".to_owned(),
        1 => "1 entry".to_owned(),
        many => format!("{many} entries"),
    }
}

fn row(entry: &Entry, things: &SubjectLabels, wanted: &EntryFilter) -> EntryRow {
    EntryRow {
        number: entry.seq,
        at: Moment::minute(entry.at.date_time()),
        exactly: exact(entry.at),
        who: match &entry.actor {
            Actor::Person(person) => link(&person.to_string(), things),
            Actor::System => words("Lectern"),
        },
        what: event_labels::label(&entry.deed),
        subject: subject(entry, things),
        module: entry.module.map(|module| link(&module.to_string(), things)),
        changes: field_changes(entry.old.as_ref(), entry.new.as_ref(), things),
        reason: entry.reason.clone().map(ValueText::of),
        deed: entry.deed.clone(),
        subject_id: format!("{} {}", entry.subject.kind, entry.subject.id),
        prev: entry.prev.to_string(),
        hash: entry.hash.to_string(),
        narrow: narrow(entry, wanted),
    }
}

/// "2026-05-04 10:05:12.345 UTC".
fn exact(at: Timestamp) -> String {
    at.to_string().replace('T', " ").replace('Z', " UTC")
}

fn words(words: impl Into<String>) -> Link {
    Link {
        words: words.into(),
        href: None,
    }
}

fn link(id: &str, things: &SubjectLabels) -> Link {
    let Some(named) = things.get(id) else {
        return words(id);
    };
    let href = named.link.as_ref().map(|link| match link {
        SubjectLink::Person(id) => format!("/admin/people/{id}"),
        SubjectLink::Module(slug) => format!("/m/{slug}"),
        SubjectLink::Article(slug) => format!("/a/{slug}"),
        SubjectLink::Revision(slug, id) => format!("/a/{slug}/revisions/{id}"),
        SubjectLink::Review(id) => format!("/reviews/{id}"),
    });
    Link {
        words: named.label.clone(),
        href,
    }
}

/// Names the subject of an entry, or what the entry says of it.
fn subject(entry: &Entry, things: &SubjectLabels) -> Link {
    let (kind, id) = (entry.subject.kind.as_str(), entry.subject.id.as_str());
    if things.contains_key(id) {
        return link(id, things);
    }
    let says = |name: &str| {
        let told = [&entry.new, &entry.old].into_iter().flatten();
        told.into_iter().find_map(|told| told.get(name)?.as_str())
    };
    match kind {
        "session" | "organisation" | "instance" => Link::default(),
        "login" => words(format!("Login “{id}”")),
        "token" => words(says("label").map_or("A token".to_owned(), |label| format!("“{label}”"))),
        "attachment" => words(says("name").unwrap_or("A file")),
        kind => match says("title") {
            Some(title) => words(format!("“{title}”")),
            None => words(format!("{} {id}", event_labels::spoken(kind))),
        },
    }
}

/// Returns filters that narrow the view.
fn narrow(entry: &Entry, wanted: &EntryFilter) -> Vec<Link> {
    let person = match entry.actor {
        Actor::Person(person) => Some(person),
        Actor::System => None,
    };
    let choices = [
        ("this person", with(wanted, |w| w.person = person)),
        (
            "this article",
            with(wanted, |w| w.article = article_of(entry)),
        ),
        (
            "this kind of deed",
            with(wanted, |w| w.deed = Some(entry.deed.clone())),
        ),
        ("this module", with(wanted, |w| w.module = entry.module)),
    ];
    let narrower = choices
        .into_iter()
        .filter(|(_, narrowed)| narrowed != wanted);
    narrower
        .map(|(words, narrowed)| Link {
            words: words.to_owned(),
            href: Some(address("/admin/journal", &narrowed, &[])),
        })
        .collect()
}

/// Applies a change to the filter unless it would widen it.
fn with(wanted: &EntryFilter, change: impl FnOnce(&mut EntryFilter)) -> EntryFilter {
    let mut narrowed = wanted.clone();
    change(&mut narrowed);
    let widened = (wanted.person.is_some() && narrowed.person.is_none())
        || (wanted.article.is_some() && narrowed.article.is_none())
        || (wanted.module.is_some() && narrowed.module.is_none());
    match widened {
        true => wanted.clone(),
        false => narrowed,
    }
}

fn article_of(entry: &Entry) -> Option<ArticleId> {
    if entry.subject.kind == "article" {
        return entry.subject.id.parse().ok();
    }
    let told = [&entry.new, &entry.old].into_iter().flatten();
    told.into_iter()
        .find_map(|told| told.get("article")?.as_str()?.parse().ok())
}

/// Returns a checkpoint as a download; it is stored nowhere.
pub async fn checkpoint(visit: Visit) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    let made = visit.app.audit.checkpoint(admin.person().id).await?;
    let mut response = format!("{:#}\n", json!(made)).into_response();
    let way = format!(
        "attachment; filename=\"lectern-checkpoint-{}.json\"",
        made.seq
    );
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if let Ok(way) = HeaderValue::from_str(&way) {
        headers.insert(header::CONTENT_DISPOSITION, way);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_base::{ModuleId, PersonId};

    #[test]
    fn a_filter_is_narrowed_and_never_widened() {
        let (person, module) = (Some(PersonId::new()), Some(ModuleId::new()));
        let wanted = EntryFilter {
            person,
            ..EntryFilter::default()
        };
        assert_eq!(with(&wanted, |wanted| wanted.person = None), wanted);
        let narrowed = with(&wanted, |wanted| wanted.module = module);
        assert_eq!((narrowed.person, narrowed.module), (person, module));
    }

    #[test]
    fn entries_are_counted_and_times_are_exact() {
        assert_eq!(entries(0), "No entry");
        assert_eq!(entries(1), "1 entry");
        assert_eq!(entries(50), "50 entries");
        let at = Timestamp::from_millis(1_777_000_000_123);
        assert_eq!(exact(at), "2026-04-24 03:06:40.123 UTC");
    }
}

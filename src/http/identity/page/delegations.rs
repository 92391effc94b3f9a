//! Delegations that the caller gave and got.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use lectern_base::{DelegationId, ModuleId, PersonId, Zone};
use lectern_identity::{Delegation, NewDelegation};

use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::page::form::{FormData, RejectedForm, day, empty_as_none, go};
use crate::page::layout::{Frame, render};
use crate::page::view::{CalendarDay, Choice, Field};
use crate::page::visit::Visit;

#[derive(Template)]
#[template(path = "delegations.html")]
pub(crate) struct DelegationsPage {
    pub frame: Frame,
    pub problem: Option<String>,
    /// Whether the person reviews in some module and so has a right to delegate.
    pub reviews: bool,
    pub given: Vec<DelegationRow>,
    pub got: Vec<DelegationRow>,
    pub people: Vec<Choice>,
    pub to: Field,
    pub modules: Vec<Choice>,
    pub starts: Field,
    pub ends: Field,
    pub reason: Field,
    /// When days begin and end.
    pub days: String,
}

/// A delegation as one of its two people sees it.
pub(crate) struct DelegationRow {
    pub id: String,
    /// The other person.
    pub person: String,
    pub place: String,
    /// "from 4 May 2026 to 8 May 2026 (UTC)".
    pub time: String,
    pub reason: String,
    /// Whether it can be ended: it holds now or later.
    pub lasts: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DelegationForm {
    #[serde(deserialize_with = "empty_as_none")]
    to: Option<PersonId>,
    #[serde(deserialize_with = "empty_as_none")]
    module: Option<ModuleId>,
    starts: String,
    ends: String,
    reason: String,
}

/// Shows the caller's delegations.
pub async fn show(visit: Visit) -> Reply<Response> {
    page(visit, RejectedForm::default()).await
}

async fn page(visit: Visit, rejected: RejectedForm) -> Reply<Response> {
    let modules = visit
        .app
        .delegations
        .reviewed_modules(&visit.caller)
        .await?;
    let people = visit
        .app
        .delegations
        .eligible_delegates(&visit.caller, &modules)
        .await?;
    let (given, got) = visit.app.identity.delegations(visit.caller.id()).await?;
    let chosen = |value: String, name: &str| value == rejected.sent.one(name);
    let choice = |id: String, label: &str, name: &str| Choice {
        chosen: chosen(id.clone(), name),
        ..Choice::new(id, label)
    };
    let today = visit.app.zone().day_of(visit.app.clock.now()).to_string();
    let mut starts = rejected.field("starts");
    if starts.value.is_empty() && starts.error.is_none() {
        starts.value = today;
    }
    let page = DelegationsPage {
        problem: rejected.problem(&["to", "starts", "ends", "reason"]),
        reviews: visit.caller.person().reviews_anywhere(),
        given: rows(&visit, &given, true).await?,
        got: rows(&visit, &got, false).await?,
        people: people
            .iter()
            .map(|person| choice(person.id.to_string(), &person.name, "to"))
            .collect(),
        to: rejected.field("to"),
        modules: modules
            .iter()
            .map(|module| choice(module.id.to_string(), &module.title, "module"))
            .collect(),
        starts,
        ends: rejected.field("ends"),
        reason: rejected.field("reason"),
        days: format!("Days begin and end at midnight in {}.", visit.app.zone()),
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

async fn rows(visit: &Visit, found: &[Delegation], given: bool) -> Reply<Vec<DelegationRow>> {
    let now = visit.app.clock.now();
    let mut rows = Vec::new();
    for delegation in found {
        let other = if given {
            delegation.to
        } else {
            delegation.from
        };
        rows.push(DelegationRow {
            id: delegation.id.to_string(),
            person: visit.name(other).await?,
            place: place(visit, delegation).await?,
            time: times(delegation, visit.app.zone()),
            reason: delegation.reason.clone().unwrap_or_default(),
            lasts: !delegation.is_over(now),
        });
    }
    Ok(rows)
}

/// Says where it holds, without naming a module that the caller cannot see.
async fn place(visit: &Visit, delegation: &Delegation) -> Reply<String> {
    let Some(module) = delegation.module else {
        return Ok("every module".to_owned());
    };
    let found = visit.app.modules.get(module).await?;
    let found = found.filter(|module| visit.caller.reader(&module.place()).is_ok());
    Ok(found.map_or_else(|| "a module".to_owned(), |module| module.title))
}

/// Names the first and the last day.
fn times(delegation: &Delegation, zone: &Zone) -> String {
    let first = CalendarDay::of(zone, delegation.starts).words();
    let last = CalendarDay::new(zone, zone.last_day_before(delegation.ends)).zoned();
    let time = format!("from {first} to {}", last.words());
    match delegation.ended_at {
        Some(at) => format!("{time}; ended on {}", CalendarDay::of(zone, at).words()),
        None => time,
    }
}

/// Creates a delegation.
pub async fn give(visit: Visit, sent: FormData) -> Reply<Response> {
    match hand_over(&visit, &sent).await {
        Ok(()) => Ok(go("/me/delegations?done=delegated")),
        Err(cause) => page(visit, RejectedForm::of(sent, cause)?).await,
    }
}

async fn hand_over(visit: &Visit, sent: &FormData) -> Reply<()> {
    let form: DelegationForm = sent.fields()?;
    let nobody = || HttpError::invalid("to", "Choose who stands in for you.");
    let to = form.to.ok_or_else(nobody)?;
    let last = day("ends", &form.ends, "Give the last day, such as 2027-01-08.")?;
    let sentence = "Give the first day, such as 2027-01-04.";
    let first = day("starts", &form.starts, sentence)?;
    let zone = visit.app.zone();
    let new = NewDelegation {
        to,
        module: form.module,
        starts: zone.start_of(first),
        ends: zone.start_of(last.plus_days(1)),
        reason: Some(form.reason),
    };
    visit.app.delegations.delegate(&visit.caller, new).await?;
    Ok(())
}

/// Ends a delegation.
pub async fn end(visit: Visit, Id(id): Id<DelegationId>) -> Reply<Response> {
    visit.app.identity.end_delegation(&visit.caller, id).await?;
    Ok(go("/me/delegations?done=delegation-ended"))
}

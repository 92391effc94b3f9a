//! Alerts on administrators' pages.

use axum::response::Response;
use serde::Deserialize;

use lectern_base::AlertId;
use lectern_identity::{Alert, AlertKind};

use crate::error::Reply;
use crate::extract::Id;
use crate::identity::page::sign_in::local;
use crate::page::form::{FormData, go};
use crate::page::view::Moment;
use crate::page::visit::{Visit, name_in};

/// An open alert.
pub(crate) struct AlertRow {
    pub id: String,
    pub words: String,
    pub at: Moment,
    /// The page of the person concerned.
    pub person: Option<String>,
}

/// Returns the open alerts, or none unless the caller is an administrator.
pub(crate) async fn rows(visit: &Visit) -> Reply<Vec<AlertRow>> {
    let Ok(admin) = visit.caller.admin() else {
        return Ok(Vec::new());
    };
    let open = visit.app.identity.open_alerts(&admin).await?;
    let people: Vec<_> = open.iter().filter_map(|alert| alert.person).collect();
    let names = visit.name_map(&people).await?;
    let row = |alert: &Alert| {
        let name = alert.person.map(|id| name_in(&names, &id));
        AlertRow {
            id: alert.id.to_string(),
            words: words(alert, &name.unwrap_or_default()),
            at: Moment::minute(alert.at.date_time()),
            person: alert.person.map(|id| format!("/admin/people/{id}")),
        }
    };
    Ok(open.iter().map(row).collect())
}

fn words(alert: &Alert, name: &str) -> String {
    let from = alert.from.as_deref().unwrap_or_default();
    let last = match from {
        "" => String::new(),
        from => format!(" The last came from {from}."),
    };
    match alert.kind {
        AlertKind::AccountLocked => {
            format!(
                "The account of {name} was locked after too many wrong passwords or codes.{last}"
            )
        }
        AlertKind::AddressGuessing => format!("Many wrong passwords came from {from}."),
        AlertKind::SignInReported => {
            format!("{name} says that a sign-in from {from} was not theirs.")
        }
        AlertKind::ReviewerSelfGranted => {
            format!("{name}, an administrator, gave themself the role of a reviewer.")
        }
        AlertKind::SignedAfterReset => {
            format!("{name} signed soon after a link had set their password. Ask them about it.")
        }
        AlertKind::SecondFactorRemoved => {
            format!("The second factor of {name} was removed by an administrator.")
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SettleForm {
    note: String,
    back: String,
}

/// Settles an alert.
pub async fn settle(visit: Visit, Id(id): Id<AlertId>, sent: FormData) -> Reply<Response> {
    let admin = visit.caller.admin()?;
    let SettleForm { note, back } = sent.fields()?;
    let note = Some(note);
    visit.app.identity.settle_alert(&admin, id, note).await?;
    let back = local(&back);
    Ok(go(format!("{back}?done=settled")))
}

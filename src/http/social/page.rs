//! Notifications, by day.

use askama::Template;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use lectern_base::{Timestamp, Zone};
use lectern_notify::{NoticeDetails, NoticeKind, Selection};
use lectern_notify::{NoticeQuery, NoticeTarget, NoticeView};

use crate::error::Reply;
use crate::extract::Id;
use crate::identity::page::sign_in::local;
use crate::page::form::{FormData, empty_as_none, go};
use crate::page::layout::{self, Frame};
use crate::page::view::{CalendarDay, Html, Moment};
use crate::page::visit::Visit;

/// Notifications on a page.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    frame: Frame,
    days: Vec<Day>,
    /// The number of unread ones, in words.
    unread: String,
    any_unread: bool,
    /// Whether only unread ones are shown.
    only_unread: bool,
    /// The address of the next, older page.
    older: Option<String>,
    /// Whether this is not the first page.
    is_later: bool,
}

/// The notifications of a day of the organisation: unread ones first, newest first.
struct Day {
    day: Html,
    rows: Vec<NotificationRow>,
}

/// A notification in a list.
pub(crate) struct NotificationRow {
    pub number: u64,
    pub words: String,
    pub excerpt: Option<String>,
    /// "Cold chain · by 4 May 2026 (UTC) · 2 May 2026, 10:00 UTC".
    pub quiet: Html,
    pub read: bool,
}

/// Shows the notifications.
pub async fn show(visit: Visit) -> Reply<Response> {
    let only_unread = !visit.asked.one("unread").is_empty();
    let before = visit.asked.one("after").parse().ok();
    let wanted = NoticeQuery {
        unread: only_unread,
        kinds: &[],
        before,
        limit: SHOWN,
    };
    let found = visit.app.notifications.list(&visit.caller, wanted).await?;
    let narrowed = if only_unread { "unread=yes&" } else { "" };
    let page = InboxPage {
        days: by_day(found.items, visit.app.zone()),
        unread: match found.unread {
            0 => "Everything is read.".to_owned(),
            1 => "One is unread.".to_owned(),
            many => format!("{many} are unread."),
        },
        any_unread: found.unread > 0,
        only_unread,
        older: found
            .next
            .map(|number| format!("/notifications?{narrowed}after={number}")),
        is_later: before.is_some(),
        frame: visit.frame.at("notifications"),
    };
    Ok(layout::show(&page))
}

fn by_day(items: Vec<NoticeView>, zone: &Zone) -> Vec<Day> {
    let date = |at: Timestamp| zone.day_of(at);
    let mut days = Vec::new();
    for day in items.chunk_by(|one, next| date(one.at) == date(next.at)) {
        let mut rows: Vec<NotificationRow> = day.iter().map(|shown| row(shown, zone)).collect();
        rows.sort_by_key(|row| row.read);
        days.push(Day {
            day: Html::default().on(CalendarDay::of(zone, day[0].at)),
            rows,
        });
    }
    days
}

/// Describes a notification.
pub(crate) fn row(shown: &NoticeView, zone: &Zone) -> NotificationRow {
    let mut quiet = Html::default();
    if let Some(module) = &shown.module {
        quiet = quiet.and(module);
    }
    quiet = dates(quiet, &shown.details, zone);
    NotificationRow {
        number: shown.number,
        words: shown.words.clone(),
        excerpt: shown.excerpt.clone(),
        quiet: quiet.dot().at(Moment::minute(shown.at.date_time())),
        read: shown.read,
    }
}

/// Says on which day it takes effect or is due.
fn dates(quiet: Html, matter: &NoticeDetails, zone: &Zone) -> Html {
    use NoticeKind::*;
    let from = match matter.kind {
        ReviewApproved => "effective on ",
        _ => "from ",
    };
    let until = match matter.kind {
        ReviewDateNear | ReviewDatePassed | VersionExpired => "review date ",
        DelegationGiven => "until ",
        ReadingAssigned | ReadingReminded | ReadingOverdue | ReadersOverdue => "by ",
        _ => "",
    };
    let over = matches!(matter.kind, DelegationEnded | DelegationReturned);
    let day = |day| CalendarDay::new(zone, day).zoned();
    let quiet = match matter.from_day(zone) {
        Some(first) if !over => quiet.dot().and(from).on(day(first)),
        _ => quiet,
    };
    match matter.until_day(zone) {
        Some(last) if !until.is_empty() => quiet.dot().and(until).on(day(last)),
        _ => quiet,
    }
}

/// Marks a notification as read and leads to its subject, or to the list if it is gone.
///
/// Following the link changes only that mark, and a prefetching browser does not set it.
pub async fn open(visit: Visit, Id(number): Id<u64>, headers: HeaderMap) -> Reply<Response> {
    let Some(leads) = visit
        .app
        .notifications
        .target(&visit.caller, number)
        .await?
    else {
        return Ok(go("/notifications?done=notification-gone"));
    };
    let purpose = headers.get("sec-purpose");
    let looks_ahead = purpose.is_some_and(|purpose| purpose.as_bytes().starts_with(b"prefetch"));
    if !looks_ahead {
        let read = Selection::These(vec![number]);
        visit.app.inbox.mark(visit.caller.id(), &read).await?;
    }
    Ok(go(address(&leads)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ReadForm {
    #[serde(deserialize_with = "empty_as_none")]
    number: Option<u64>,
    back: String,
}

/// Marks one notification or all as read.
pub async fn read(visit: Visit, sent: FormData) -> Reply<Response> {
    let ReadForm { number, back } = sent.fields()?;
    let which = number.map_or(Selection::All, |number| Selection::These(vec![number]));
    visit.app.inbox.mark(visit.caller.id(), &which).await?;
    Ok(go(local(&back)))
}

/// Returns the address that a notification leads to.
pub fn address(leads: &NoticeTarget) -> String {
    match leads {
        NoticeTarget::Review(id) => format!("/reviews/{id}"),
        NoticeTarget::Article(slug) => format!("/a/{slug}"),
        NoticeTarget::Thread(slug, id) => format!("/a/{slug}/edit?thread={id}"),
        NoticeTarget::Module(slug) => format!("/m/{slug}"),
        NoticeTarget::Delegations => "/me/delegations".to_owned(),
        NoticeTarget::Home => "/".to_owned(),
    }
}

//! The caller's notifications.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use lectern_base::{ArticleId, Day, ModuleId, ReviewId, Seek, ThreadId, Timestamp, Zone};
use lectern_notify::{NoticeKind, Selection};
use lectern_notify::{NoticeQuery, NoticeView};

use crate::article::api::writer::WriterReply;
use crate::body::{Json, Query};
use crate::error::{HttpError, Reply};
use crate::extract::{SignedIn, State};
use crate::social::page::address;

/// Which notifications are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NotificationQuery {
    /// Only those that were not read.
    unread: Option<bool>,
    /// The `next` of the page before; none for the first.
    after: Option<String>,
    /// Items wanted, 1 to 200; 50 when left out.
    limit: Option<usize>,
}

/// Some of the caller's notifications, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationsReply {
    /// The notifications.
    pub items: Vec<NotificationReply>,
    /// What to give as `after` for the next page; none on the last.
    #[schema(required = true)]
    pub next: Option<String>,
    /// How many are unread, in all.
    pub unread: usize,
}

/// Something that concerns the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationReply {
    /// Its number among the caller's: that of the audit trail's entry.
    pub id: u64,
    /// What happened.
    pub kind: NoticeKind,
    /// When.
    pub at: Timestamp,
    /// Whether the caller has read it.
    pub read: bool,
    /// Who did it; nobody when the server did by itself.
    #[schema(required = true)]
    pub by: Option<WriterReply>,
    /// What happened, in a sentence with the titles of now.
    pub text: String,
    /// Why, or what was said; shortened.
    #[schema(required = true)]
    pub excerpt: Option<String>,
    /// In which module.
    #[schema(required = true)]
    pub module: Option<ModuleId>,
    /// To which article.
    #[schema(required = true)]
    pub article: Option<ArticleId>,
    /// To which review.
    #[schema(required = true)]
    pub review: Option<ReviewId>,
    /// In which thread.
    #[schema(required = true)]
    pub thread: Option<ThreadId>,
    /// The version, such as `3.0`.
    #[schema(required = true)]
    pub version: Option<String>,
    /// Since when it holds, or will: an approved version, a delegation.
    #[schema(required = true)]
    pub from: Option<Timestamp>,
    /// Until when something is to be done, or holds.
    #[schema(required = true)]
    pub until: Option<Timestamp>,
    /// The day on which it starts or takes effect, in the organisation's time zone.
    #[schema(required = true)]
    pub from_day: Option<Day>,
    /// The last day for it, or of it, in the organisation's time zone.
    #[schema(required = true)]
    pub until_day: Option<Day>,
    /// The page where it can be looked at.
    pub address: String,
}

impl NotificationReply {
    fn of(shown: NoticeView, zone: &Zone) -> Self {
        let matter = shown.details;
        Self {
            id: shown.number,
            kind: matter.kind,
            at: shown.at,
            read: shown.read,
            by: shown.by.map(|(id, name)| WriterReply { id, name }),
            text: shown.words,
            excerpt: shown.excerpt,
            module: matter.module,
            article: matter.article,
            review: matter.review,
            thread: matter.thread,
            version: matter.version.map(|number| format!("{number}.0")),
            from: matter.from,
            until: matter.until,
            from_day: matter.from_day(zone),
            until_day: matter.until_day(zone),
            address: address(&shown.target),
        }
    }
}

/// Lists what the caller is told, as far as they may see it still; the newest 500 are kept.
#[utoipa::path(get, path = "/api/v1/me/notifications", tag = "people", params(NotificationQuery),
    responses((status = 200, description = "Some of them.", body = NotificationsReply)))]
pub async fn list(
    app: State,
    SignedIn(caller): SignedIn,
    Query(asked): Query<NotificationQuery>,
) -> Reply<Json<NotificationsReply>> {
    let seek = Seek {
        after: asked.after,
        limit: asked.limit,
    };
    let wanted = NoticeQuery {
        unread: asked.unread.unwrap_or(false),
        kinds: &[],
        before: seek.after.as_deref().and_then(|number| number.parse().ok()),
        limit: seek.limit(),
    };
    let found = app.notifications.list(&caller, wanted).await?;
    let zone = app.zone();
    let items = found.items.into_iter();
    Ok(Json(NotificationsReply {
        items: items
            .map(|shown| NotificationReply::of(shown, zone))
            .collect(),
        next: found.next.map(|number| number.to_string()),
        unread: found.unread,
    }))
}

/// Which notifications were read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadRequest {
    /// These; what is not there, or no longer, is passed over.
    #[serde(default)]
    pub ids: Vec<u64>,
    /// All.
    #[serde(default)]
    pub all: bool,
}

/// Remembers what the caller has read. It stands in no audit trail.
#[utoipa::path(post, path = "/api/v1/me/notifications/read", tag = "people",
    request_body = ReadRequest, responses((status = 204, description = "Remembered.")))]
pub async fn read(
    app: State,
    SignedIn(caller): SignedIn,
    Json(given): Json<ReadRequest>,
) -> Reply<StatusCode> {
    let which = match (given.all, given.ids) {
        (true, ids) if ids.is_empty() => Selection::All,
        (false, ids) if !ids.is_empty() => Selection::These(ids),
        _ => {
            let detail = "Name the notifications under `ids`, or say `all`.";
            return Err(HttpError::invalid("ids", detail));
        }
    };
    app.inbox.mark(caller.id(), &which).await?;
    Ok(StatusCode::NO_CONTENT)
}

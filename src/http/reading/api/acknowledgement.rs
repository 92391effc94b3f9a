//! Assignments and acknowledgements.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use lectern_base::{ArticleId, Day, Hash, ModuleId, PersonId, Seek, Subject, Timestamp, Zone};
use lectern_reading::{
    Acknowledgement, Assignment, AssignmentReason, MEANING, Progress, ReadVersion, ReadingError,
    ReadingRefusal, ReadingStatus, ReadingTask,
};

use crate::body::{Json, Query};
use crate::csv;
use crate::error::{HttpError, Reply};
use crate::extract::{Id, SignedIn, State};
use crate::reading::status_table;
use crate::version::api::signature::SignatureRequest;

/// In which form acknowledgements are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AcknowledgementQuery {
    /// JSON when left out.
    format: Option<ListFormat>,
}

/// The forms of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AcknowledgementFormat)]
pub enum ListFormat {
    /// What was acknowledged, and who is missing.
    Json,
    /// What was acknowledged as a table (RFC 4180, UTF-8).
    Csv,
}

/// What was acknowledged of an article, and who is missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcknowledgementList {
    /// Every acknowledgement of any version, in the order in which they were given.
    pub items: Vec<Acknowledgement>,
    /// Who is asked to read what is effective now, and has not acknowledged it.
    pub missing: Vec<Missing>,
    /// The organisation's time zone (IANA), in which days end.
    pub time_zone: String,
}

/// Somebody who is asked and has not acknowledged.
#[derive(Debug, Serialize, ToSchema)]
pub struct Missing {
    /// What is asked of them.
    #[serde(flatten)]
    pub asked: Assignment,
    /// Whether the day for it has passed.
    pub late: bool,
    /// The day by which they shall have read it, in the organisation's time zone.
    pub due_day: Day,
}

/// Lists what was acknowledged of an article, and who is missing.
#[utoipa::path(get, path = "/api/v1/articles/{id}/acknowledgements", tag = "reading",
    params(("id" = ArticleId, Path, description = "The article."), AcknowledgementQuery),
    responses((status = 200, description = "The acknowledgements.",
        content((AcknowledgementList = "application/json"), (String = "text/csv")))))]
pub async fn list(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Query(wanted): Query<AcknowledgementQuery>,
) -> Reply<Response> {
    let opened = app.access.open_article(&caller, id).await?;
    let overseer = caller.overseer(&opened.place)?;
    let items = app.readings.acknowledgements(id).await?;
    if wanted.format == Some(ListFormat::Csv) {
        let rows = items
            .into_iter()
            .map(status_table::StatusLine::given)
            .collect();
        let name = format!("acknowledgements-{}.csv", opened.article.slug);
        let table = status_table::table(&app, &opened.module, rows).await?;
        return Ok(csv::download(&name, Body::from(table)));
    }
    let status = app
        .readings
        .reading_status(&overseer, &opened.article)
        .await?;
    let missing = |row: ReadingStatus| {
        let asked = row.assignment.filter(|_| row.acknowledgement.is_none())?;
        let late = row.progress == Progress::Overdue;
        let due_day = app.zone().day_of(asked.due);
        Some(Missing {
            asked,
            late,
            due_day,
        })
    };
    let missing = status.into_iter().filter_map(missing).collect();
    let time_zone = app.zone().to_string();
    Ok(Json(AcknowledgementList {
        items,
        missing,
        time_zone,
    })
    .into_response())
}

/// What somebody has read and understood.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeRequest {
    /// The n of n.0: the version that is effective.
    pub version: u32,
    /// The hash of its text.
    pub revision_hash: Hash,
    /// A signature, which a controlled module asks for.
    pub signature: Option<AcknowledgeSignature>,
}

/// A signature under an acknowledgement (21 CFR 11.200(a)(1)).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeSignature {
    /// The caller's login; their own when left out.
    pub login: Option<String>,
    /// The caller's password, asked for again.
    pub password: String,
    /// A code of the caller's second factor, where one is set.
    pub code: Option<String>,
    /// `read and understood`; nothing else can be meant.
    pub meaning: Option<String>,
}

impl std::fmt::Debug for AcknowledgeSignature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AcknowledgeSignature")
            .finish_non_exhaustive()
    }
}

impl AcknowledgeSignature {
    fn meant(self) -> Result<SignatureRequest, ReadingRefusal> {
        let other = |meaning: &String| meaning.trim() != MEANING;
        if self.meaning.as_ref().is_some_and(other) {
            return Err(ReadingRefusal::OtherMeaning(MEANING));
        }
        Ok(SignatureRequest {
            login: self.login,
            password: self.password,
            code: self.code,
            meaning: MEANING.to_owned(),
        })
    }
}

/// Records that the caller has read and understood the effective version, asked or not. Saying so
/// twice gives the record of the first time.
#[utoipa::path(post, path = "/api/v1/articles/{id}/acknowledgements", tag = "reading",
    params(("id" = ArticleId, Path, description = "The article.")),
    request_body = AcknowledgeRequest,
    responses((status = 201, description = "The acknowledgement.", body = Acknowledgement),
        (status = 200, description = "It was acknowledged before.", body = Acknowledgement),
        (status = 401, description = "Wrong password; nothing is recorded.",
            body = crate::Problem),
        (status = 409, description = "Another version is effective, or none.",
            body = crate::Problem)))]
pub async fn give(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Json(request): Json<AcknowledgeRequest>,
) -> Reply<Response> {
    let opened = app.access.open_article(&caller, id).await?;
    let reader = caller.reader(&opened.place)?;
    let signing = match request.signature {
        Some(signature) => {
            let signature = signature.meant().map_err(ReadingError::from)?;
            let what = Subject::article(id);
            let signing = signature.signing(&app, &caller, &opened.place, what);
            Some(signing.await?)
        }
        None => None,
    };
    let read = ReadVersion {
        version: request.version,
        hash: request.revision_hash,
    };
    let given = app.readings.acknowledge(&reader, id, read, signing);
    let (given, is_new) = given.await?;
    let status = match is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok((status, Json(given)).into_response())
}

/// Whom to ask, and by when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignRequest {
    /// The people.
    pub people: Vec<PersonId>,
    /// A moment (RFC 3339) of the last day, in the organisation's time zone, on which they may do
    /// it; needed without `due_day`.
    pub due: Option<Timestamp>,
    /// The last day, such as `2026-12-05`, on which they may do it; instead of `due`.
    pub due_day: Option<Day>,
}

/// People who were asked or reminded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Addressed {
    /// The people.
    pub people: Vec<PersonId>,
}

/// Asks people by hand to read what is effective; those who acknowledged it are left out.
#[utoipa::path(post, path = "/api/v1/articles/{id}/assignments", tag = "reading",
    params(("id" = ArticleId, Path, description = "The article.")), request_body = AssignRequest,
    responses((status = 201, description = "Who was asked.", body = Addressed),
        (status = 409, description = "There is nothing to read, or everybody has.",
            body = crate::Problem)))]
pub async fn assign(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Json(request): Json<AssignRequest>,
) -> Reply<Response> {
    let opened = app.access.open_article(&caller, id).await?;
    let steward = caller.steward(&opened.place)?;
    let people = request.people.into_iter().collect();
    let due = match (request.due, request.due_day) {
        (Some(due), None) => app.zone().day_of(due),
        (None, Some(day)) => day,
        _ => {
            let why = "Give either `due_day` or `due`.";
            return Err(HttpError::invalid("due", why));
        }
    };
    let asked = app.readings.assign(&steward, id, &people, due);
    let people = asked.await?;
    Ok((StatusCode::CREATED, Json(Addressed { people })).into_response())
}

/// Reminds everybody who is asked to read what is effective and has not acknowledged it.
#[utoipa::path(post, path = "/api/v1/articles/{id}/reminders", tag = "reading",
    params(("id" = ArticleId, Path, description = "The article.")),
    responses((status = 200, description = "Who was reminded.", body = Addressed),
        (status = 409, description = "Nobody is missing.", body = crate::Problem)))]
pub async fn remind(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
) -> Reply<Json<Addressed>> {
    let opened = app.access.open_article(&caller, id).await?;
    let steward = caller.steward(&opened.place)?;
    let people = app.readings.remind_now(&steward, id).await?;
    Ok(Json(Addressed { people }))
}

/// Which pages of the caller's reading are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MyReadingQuery {
    /// The `next` of the page before; none for the first page of `items`.
    pub after: Option<String>,
    /// The `acknowledged_next` of the page before; none for the first page of `acknowledged`.
    pub acknowledged_after: Option<String>,
    /// Items wanted of each, 1 to 200; 50 when left out.
    pub limit: Option<usize>,
}

/// What the caller is asked to read, and what they have acknowledged.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyReading {
    /// What they are asked to read, soonest first.
    pub items: Vec<AskedToRead>,
    /// What to give as `after` for the next page of `items`; none on the last.
    #[schema(required = true)]
    pub next: Option<String>,
    /// What they acknowledged, by article.
    pub acknowledged: Vec<Acknowledgement>,
    /// What to give as `acknowledged_after` for the next page of `acknowledged`; none on the last.
    #[schema(required = true)]
    pub acknowledged_next: Option<String>,
    /// The organisation's time zone (IANA), in which days end.
    pub time_zone: String,
}

/// An article that the caller is asked to read.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedToRead {
    /// The article.
    pub article: ArticleId,
    /// Its part of the address.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its module.
    pub module: ModuleId,
    /// The n of the version that is effective.
    pub version: u32,
    /// The hash of its text; an acknowledgement names both.
    pub revision_hash: Hash,
    /// Why they are asked.
    pub reason: AssignmentReason,
    /// Who asked, where a person did.
    #[schema(required = true)]
    pub assigner: Option<PersonId>,
    /// When they were asked.
    pub assigned_at: Timestamp,
    /// The last moment of the day by which they shall have read it.
    pub due: Timestamp,
    /// Whether that has passed.
    pub late: bool,
    /// The day that ends then, in the organisation's time zone.
    pub due_day: Day,
}

impl AskedToRead {
    fn of(one: ReadingTask, zone: &Zone) -> Option<Self> {
        let now = one.article.readable()?.clone();
        Some(Self {
            article: one.article.id,
            slug: one.article.slug,
            title: now.title,
            module: one.article.module,
            version: now.version,
            revision_hash: now.hash,
            reason: one.assignment.reason,
            assigner: one.assignment.assigner,
            assigned_at: one.assignment.assigned_at,
            due: one.assignment.due,
            late: one.late,
            due_day: zone.day_of(one.assignment.due),
        })
    }
}

/// Lists what the caller is asked to read, and what they have acknowledged.
#[utoipa::path(get, path = "/api/v1/me/reading", tag = "reading", params(MyReadingQuery),
    responses((status = 200, description = "What there is to read.", body = MyReading)))]
pub async fn mine(
    app: State,
    SignedIn(caller): SignedIn,
    Query(asked): Query<MyReadingQuery>,
) -> Reply<Json<MyReading>> {
    let seek = |after| Seek {
        after,
        limit: asked.limit,
    };
    let tasks = app.readings.tasks(&caller, &seek(asked.after)).await?;
    let acknowledged = seek(asked.acknowledged_after);
    let acknowledged = app.readings.acknowledged_by(&caller, &acknowledged).await?;
    let zone = app.zone();
    let items = tasks
        .items
        .into_iter()
        .filter_map(|task| AskedToRead::of(task, zone));
    Ok(Json(MyReading {
        items: items.collect(),
        next: tasks.next,
        acknowledged: acknowledged.items,
        acknowledged_next: acknowledged.next,
        time_zone: zone.to_string(),
    }))
}

//! The journal, for administrators.

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;

use lectern_app::App;
use lectern_audit::SubjectLabels;
use lectern_base::{ArticleId, ModuleId, Page, PersonId, Seek, Timestamp};
use lectern_identity::Caller;
use lectern_journal::{Actor, Entry, EntryFilter, FoundEntries, SignedCheckpoint};

use crate::body::{Json, Query};
use crate::created::Created;
use crate::csv;
use crate::error::{HttpError, Reply};
use crate::extract::{SignedIn, State};
use crate::journal::event_labels;

/// Which deeds are wanted, and in which form.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct JournalQuery {
    /// Who did it, or whom it was about.
    person: Option<PersonId>,
    /// The article it was about.
    article: Option<ArticleId>,
    /// What was done, such as `review.approved`, or all of a kind, such as `review`.
    deed: Option<String>,
    /// In which module.
    module: Option<ModuleId>,
    /// The first moment (RFC 3339).
    from: Option<Timestamp>,
    /// The first moment that is too late (RFC 3339).
    before: Option<Timestamp>,
    /// JSON when left out; CSV holds everything that is wanted, whatever `limit` says.
    format: Option<JournalFormat>,
    /// The `next` of the page before; none for the first.
    after: Option<String>,
    /// Items wanted, 1 to 200; 50 when left out.
    limit: Option<usize>,
}

/// The forms of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JournalFormat {
    /// A page of entries.
    Json,
    /// All entries as a table (RFC 4180, UTF-8).
    Csv,
}

/// Lists deeds, newest first.
#[utoipa::path(get, path = "/api/v1/journal", tag = "journal", params(JournalQuery),
    responses((status = 200, description = "One page of the journal, or all of it as CSV.",
        content((Page<Entry> = "application/json"), (String = "text/csv")))))]
pub async fn list(
    app: State,
    SignedIn(caller): SignedIn,
    Query(asked): Query<JournalQuery>,
) -> Reply<Response> {
    caller.admin()?;
    let wanted = EntryFilter {
        person: asked.person,
        article: asked.article,
        deed: asked.deed,
        module: asked.module,
        from: asked.from,
        before: asked.before,
    };
    if asked.format == Some(JournalFormat::Csv) {
        let day = app.clock.now().to_string();
        let name = format!("audit-trail-{}.csv", &day[..10]);
        return Ok(csv::download(&name, table(app.0.clone(), caller, wanted)));
    }
    let seek = Seek {
        after: asked.after,
        limit: asked.limit,
    };
    let mut page = app.journal.find(&wanted, &seek).await?;
    app.audit.fold_restricted(&caller, &mut page.items).await?;
    Ok(Json(page).into_response())
}

/// Signs where the journal ends, to be kept off the machine: it shows later whether entries were
/// cut off or everything was written anew.
#[utoipa::path(post, path = "/api/v1/journal/checkpoints", tag = "journal",
    responses((status = 201, description = "The checkpoint; it is not kept here.",
        body = SignedCheckpoint)))]
pub async fn checkpoint(
    app: State,
    SignedIn(caller): SignedIn,
) -> Reply<Created<SignedCheckpoint>> {
    let admin = caller.admin()?;
    let body = app.audit.checkpoint(admin.person().id).await?;
    let at = format!("/api/v1/journal?after={}", body.seq + 1);
    Ok(Created { at, body })
}

/// Entries of a table at a time: what is made while the lines before are on their way.
const STRETCH: usize = 500;
/// Names that are kept while a table is made, at most.
const LABELS: usize = 5_000;

const HEAD: [&str; 16] = [
    "number",
    "time_utc",
    "person_id",
    "person",
    "deed",
    "what",
    "subject_kind",
    "subject_id",
    "subject",
    "module_id",
    "module",
    "old_json",
    "new_json",
    "reason",
    "previous_hash",
    "hash",
];

/// A table on its way: where it goes on, and the names that are known.
struct Export {
    app: Arc<App>,
    caller: Caller,
    wanted: EntryFilter,
    before: Option<u64>,
    things: SubjectLabels,
    ended: bool,
}

/// Everything that is wanted as lines of CSV, made as they are read.
fn table(app: Arc<App>, caller: Caller, wanted: EntryFilter) -> Body {
    let mut head = csv::MARK.as_bytes().to_vec();
    head.extend(csv::line(HEAD));
    let export = Export {
        app,
        caller,
        wanted,
        before: None,
        things: SubjectLabels::new(),
        ended: false,
    };
    let rest = stream::try_unfold(export, |mut export| async move {
        let lines = export.stretch().await.inspect_err(|cause| {
            tracing::error!(cause = %cause.problem().detail, "A CSV export of the journal was cut off");
        });
        let lines = lines.map_err(|cause| std::io::Error::other(cause.problem().detail.clone()))?;
        Ok::<_, std::io::Error>(lines.map(|lines| (lines, export)))
    });
    let all = futures_util::StreamExt::chain(stream::iter([Ok(head)]), rest);
    Body::from_stream(all)
}

impl Export {
    /// The next lines; none at the end.
    async fn stretch(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        let mut lines = Vec::new();
        while lines.is_empty() && !self.ended {
            let journal = &self.app.journal;
            let found = journal.find_before(&self.wanted, self.before, STRETCH);
            let FoundEntries {
                mut entries,
                before,
            } = found.await?;
            self.ended = before.is_none();
            self.before = before;
            if self.things.len() > LABELS {
                self.things.clear();
            }
            self.app
                .audit
                .fold_restricted(&self.caller, &mut entries)
                .await?;
            self.app
                .audit
                .label_subjects(&self.caller, &entries, &mut self.things)
                .await?;
            lines.extend(entries.iter().flat_map(|entry| self.line(entry)));
        }
        Ok((!lines.is_empty()).then_some(lines))
    }

    fn line(&self, entry: &Entry) -> Vec<u8> {
        let (person_id, person) = match entry.actor {
            Actor::Person(id) => (id.to_string(), self.called(&id.to_string())),
            Actor::System => (String::new(), "Lectern".to_owned()),
        };
        let module = entry.module.map(|id| id.to_string()).unwrap_or_default();
        let json = |value: &Option<serde_json::Value>| {
            value.as_ref().map(ToString::to_string).unwrap_or_default()
        };
        let cells = [
            entry.seq.to_string(),
            entry.at.to_string(),
            person_id,
            person,
            entry.deed.clone(),
            event_labels::label(&entry.deed),
            entry.subject.kind.clone(),
            entry.subject.id.clone(),
            self.called(&entry.subject.id),
            module.clone(),
            self.called(&module),
            json(&entry.old),
            json(&entry.new),
            entry.reason.clone().unwrap_or_default(),
            entry.prev.to_string(),
            entry.hash.to_string(),
        ];
        csv::line(cells.iter().map(String::as_str))
    }

    fn called(&self, id: &str) -> String {
        let named = self.things.get(id);
        named.map(|named| named.label.clone()).unwrap_or_default()
    }
}

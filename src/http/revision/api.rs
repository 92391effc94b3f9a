//! Revisions: save one by name, list, compare, restore.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use lectern_base::{ArticleId, Hash, Page, PersonId, RevisionId, Seek, Timestamp};
use lectern_rendering::ComparedSection;
use lectern_revision::{Change, ChangeKind, Reason, Revision};

use crate::body::{Json, MaybeJson, Query};
use crate::created::Created;
use crate::error::Reply;
use crate::extract::{Id, SignedIn, State};

/// A revision to be saved.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevisionRequest {
    /// A name to find it by.
    pub name: Option<String>,
}

/// A revision, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionReply {
    /// Its id.
    pub id: RevisionId,
    /// The article.
    pub article: ArticleId,
    /// Its number in the article, from 1.
    pub number: u32,
    /// Why it was made.
    pub reason: Reason,
    /// Its name, if it was given one.
    #[schema(required = true)]
    pub name: Option<String>,
    /// The title then.
    pub title: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who asked for it; none when an editing session ended.
    #[schema(required = true)]
    pub created_by: Option<PersonId>,
    /// Everybody whose edits came in since the revision before.
    pub contributors: Vec<PersonId>,
    /// SHA-256 of its content as canonical JSON.
    pub hash: Hash,
}

impl From<Revision> for RevisionReply {
    fn from(revision: Revision) -> Self {
        Self {
            id: revision.id,
            article: revision.article,
            number: revision.number,
            reason: revision.reason,
            name: revision.name,
            title: revision.title,
            created_at: revision.created_at,
            created_by: revision.created_by,
            contributors: revision.contributors,
            hash: revision.hash,
        }
    }
}

/// Saves the draft as a revision, named or not.
#[utoipa::path(post, path = "/api/v1/articles/{id}/revisions", tag = "revisions",
    params(("id" = ArticleId, Path, description = "The article.")), request_body = RevisionRequest,
    responses((status = 201, description = "The revision.", body = RevisionReply)))]
pub async fn create(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    MaybeJson(given): MaybeJson<RevisionRequest>,
) -> Reply<Created<RevisionReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    let editor = caller.editor(&opened.place)?;
    let revision = app
        .revisions
        .save_named(&editor, &opened.article, given.name)
        .await?;
    let at = format!("/api/v1/revisions/{}", revision.id);
    Ok(Created {
        at,
        body: RevisionReply::from(revision),
    })
}

/// Lists an article's revisions, newest first.
#[utoipa::path(get, path = "/api/v1/articles/{id}/revisions", tag = "revisions",
    params(("id" = ArticleId, Path, description = "The article."), Seek),
    responses((status = 200, description = "One page.", body = Page<RevisionReply>)))]
pub async fn list(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Query(seek): Query<Seek>,
) -> Reply<Json<Page<RevisionReply>>> {
    let opened = app.access.open_article(&caller, id).await?;
    caller.editor(&opened.place)?;
    let page = app.revisions.history(id, &seek).await?;
    Ok(Json(page.map(RevisionReply::from)))
}

/// Shows a revision.
#[utoipa::path(get, path = "/api/v1/revisions/{id}", tag = "revisions",
    params(("id" = RevisionId, Path, description = "The revision.")),
    responses((status = 200, description = "The revision.", body = RevisionReply)))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<RevisionId>,
) -> Reply<Json<RevisionReply>> {
    let (revision, _) = app.access.open_revision(&caller, id).await?;
    Ok(Json(RevisionReply::from(revision)))
}

/// Which revision to compare with.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DiffQuery {
    /// The older revision.
    pub from: RevisionId,
}

/// What changed between two revisions, section by section.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffReply {
    /// Sections in order.
    pub sections: Vec<SectionDiffReply>,
}

/// What changed in one section, in the title or in a field.
#[derive(Debug, Serialize, ToSchema)]
pub struct SectionDiffReply {
    /// The section's key; `title`, `template`, `files`, or `field:` and the key of a field.
    pub key: String,
    /// What stands above it.
    pub title: String,
    /// Whether it stands behind another section than before.
    pub moved: bool,
    /// Runs of words in order, as Markdown.
    pub changes: Vec<ChangeReply>,
    /// Both texts in one as safe HTML, with `ins` and `del` around what differs in what readers
    /// see; none for what is no section.
    #[schema(required = true)]
    pub html: Option<String>,
}

/// A run of words.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeReply {
    /// `same`, `added` or `removed`.
    pub kind: ChangeKind,
    /// The words.
    pub text: String,
}

impl From<ComparedSection> for SectionDiffReply {
    fn from(compared: ComparedSection) -> Self {
        let ComparedSection { diff, parts } = compared;
        let change = |change: Change| ChangeReply {
            kind: change.kind,
            text: change.text,
        };
        let html = || parts.into_iter().map(|part| part.html).collect();
        Self {
            changes: diff.words().into_iter().map(change).collect(),
            html: diff.is_section.then(html),
            key: diff.key,
            title: diff.title,
            moved: diff.moved,
        }
    }
}

/// Compares a revision with an older one, word by word.
#[utoipa::path(get, path = "/api/v1/revisions/{id}/diff", tag = "revisions",
    params(("id" = RevisionId, Path, description = "The newer revision."), DiffQuery),
    responses((status = 200, description = "What changed.", body = DiffReply)))]
pub async fn diff(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<RevisionId>,
    Query(wanted): Query<DiffQuery>,
) -> Reply<Json<DiffReply>> {
    let (newer, opened) = app.access.open_revision(&caller, id).await?;
    let (older, _) = app.access.open_revision(&caller, wanted.from).await?;
    let diffs = app.revisions.diff(&older, &newer).await?;
    let links = app
        .renderer
        .links_between(&opened.article, older.id, newer.id)
        .await?;
    let sections = app
        .renderer
        .compare_sections(&caller, diffs, &links, true)
        .await?;
    let sections = sections.into_iter().map(SectionDiffReply::from).collect();
    Ok(Json(DiffReply { sections }))
}

/// Puts the text of a revision back into the draft, as a live edit of the caller.
#[utoipa::path(post, path = "/api/v1/revisions/{id}/restore", tag = "revisions",
    params(("id" = RevisionId, Path, description = "The revision.")),
    responses((status = 201, description = "The revision that the restored draft makes.",
        body = RevisionReply)))]
pub async fn restore(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<RevisionId>,
) -> Reply<Created<RevisionReply>> {
    let (revision, opened) = app.access.open_revision(&caller, id).await?;
    let steward = caller.steward(&opened.place)?;
    let made = app
        .revisions
        .restore(&steward, &opened.article, revision.id)
        .await?;
    let at = format!("/api/v1/revisions/{}", made.id);
    Ok(Created {
        at,
        body: RevisionReply::from(made),
    })
}

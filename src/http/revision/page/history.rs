//! The history of a draft: its revisions, and one of them.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use lectern_access::OpenedArticle;
use lectern_article::Article;
use lectern_base::{RevisionId, Seek};
use lectern_revision::{Reason, Revision};

use crate::article::page::read::sections_to_read;
use crate::error::Reply;
use crate::extract::{Id, Ids};
use crate::page::form::{FormData, RejectedForm, go, needed};
use crate::page::layout::{Frame, render, show as show_page};
use crate::page::view::{Field, Html, Moment, SectionView};
use crate::page::visit::Visit;
use crate::revision::api::RevisionRequest;

#[derive(Template)]
#[template(path = "history.html")]
pub(crate) struct HistoryPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub slug: String,
    pub title: String,
    pub revisions: Vec<RevisionRow>,
    pub next: Option<String>,
    pub name: Field,
    pub may_write: bool,
    pub may_restore: bool,
    /// May create an audit package, and there is something to put in.
    pub may_export: bool,
}

/// A revision in the list.
pub(crate) struct RevisionRow {
    pub id: String,
    pub number: u32,
    /// Its name, or why it was made.
    pub label: String,
    pub made_at: Moment,
    pub contributors: String,
    /// "Became v2.0", if it did.
    pub version: Option<Html>,
    /// The id of the revision before it.
    pub earlier: Option<String>,
}

#[derive(Template)]
#[template(path = "revision.html")]
pub(crate) struct RevisionPage {
    pub frame: Frame,
    pub title: String,
    pub number: u32,
    pub label: String,
    pub made_at: Moment,
    pub contributors: String,
    pub sections: Vec<SectionView>,
    pub hash: String,
}

/// Lists the revisions of an article, newest first.
pub async fn show(visit: Visit, Id(slug): Id<String>) -> Reply<Response> {
    page(visit, &slug, RejectedForm::default()).await
}

async fn page(visit: Visit, slug: &str, rejected: RejectedForm) -> Reply<Response> {
    let OpenedArticle { article, place, .. } = visit
        .app
        .access
        .open_article_at(&visit.caller, slug)
        .await?;
    visit.caller.editor(&place)?;
    let after = Some(visit.asked.one("after")).filter(|after| !after.is_empty());
    let seek = Seek {
        after: after.map(str::to_owned),
        limit: None,
    };
    let found = visit.app.revisions.history(article.id, &seek).await?;
    let on_record = !visit.app.reviews.of_article(article.id).await?.is_empty();
    let page = HistoryPage {
        problem: rejected.problem(&["name"]),
        revisions: rows(&visit, &article, &found.items).await?,
        next: found.next,
        name: rejected.field("name"),
        may_write: true,
        may_restore: visit.caller.steward(&place).is_ok(),
        may_export: on_record && visit.caller.archivist(&place).is_ok(),
        slug: article.slug,
        title: article.title,
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

async fn rows(visit: &Visit, article: &Article, found: &[Revision]) -> Reply<Vec<RevisionRow>> {
    let versions = visit.app.reviews.versions(article.id).await?;
    let mut rows = Vec::new();
    for (at, revision) in found.iter().enumerate() {
        let version = versions
            .iter()
            .find(|version| version.revision == revision.id);
        rows.push(RevisionRow {
            id: revision.id.to_string(),
            number: revision.number,
            label: label(revision),
            made_at: Moment::minute(revision.created_at.date_time()),
            contributors: visit.names(&revision.contributors).await?,
            version: version.map(|version| Html::text(format!("Became v{}.0", version.number))),
            earlier: found.get(at + 1).map(|earlier| earlier.id.to_string()),
        });
    }
    Ok(rows)
}

/// Returns the name of a revision, or why it was made.
pub(crate) fn label(revision: &Revision) -> String {
    let why = match revision.reason {
        Reason::SessionEnd => "End of a writing session",
        Reason::Review => "Request for review",
        Reason::Named => "Saved by name",
        Reason::Restore => "Restored an earlier revision",
    };
    revision.name.clone().unwrap_or_else(|| why.to_owned())
}

/// Shows a revision.
pub async fn revision(visit: Visit, Ids(_, id): Ids<String, RevisionId>) -> Reply<Response> {
    let (revision, opened) = visit.app.access.open_revision(&visit.caller, id).await?;
    let content = visit.app.revisions.content(&revision).await?;
    let links = visit
        .app
        .reviews
        .links_of(&opened.article, Some(id))
        .await?;
    let page = RevisionPage {
        sections: sections_to_read(&visit, &content, &links).await?,
        label: label(&revision),
        number: revision.number,
        made_at: Moment::minute(revision.created_at.date_time()),
        contributors: visit.names(&revision.contributors).await?,
        hash: revision.hash.to_string(),
        title: content.title,
        frame: visit.frame,
    };
    Ok(show_page(&page))
}

/// Saves the draft under a name.
pub async fn save(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    match keep(&visit, &slug, &sent).await {
        Ok(()) => Ok(go(format!("/a/{slug}/history?done=revision"))),
        Err(cause) => page(visit, &slug, RejectedForm::of(sent, cause)?.beside("name")).await,
    }
}

async fn keep(visit: &Visit, slug: &str, sent: &FormData) -> Reply<()> {
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, slug)
        .await?;
    let editor = visit.caller.editor(&opened.place)?;
    let RevisionRequest { name } = sent.fields()?;
    let name = needed(
        "name",
        name.unwrap_or_default(),
        "Give the revision a name.",
    )?;
    visit
        .app
        .revisions
        .save_named(&editor, &opened.article, Some(name))
        .await?;
    Ok(())
}

#[derive(Debug, Deserialize)]
struct RestoreForm {
    revision: RevisionId,
}

/// Restores a revision into the draft.
pub async fn restore(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    let RestoreForm { revision } = sent.fields()?;
    let (revision, opened) = visit
        .app
        .access
        .open_revision(&visit.caller, revision)
        .await?;
    let steward = visit.caller.steward(&opened.place)?;
    visit
        .app
        .revisions
        .restore(&steward, &opened.article, revision.id)
        .await?;
    Ok(go(format!("/a/{slug}/history?done=restored")))
}

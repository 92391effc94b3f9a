//! Requesting a review of the draft.

use askama::Template;
use axum::response::Response;

use lectern_access::OpenedArticle;
use lectern_authoring::Draft;
use lectern_base::ReviewId;
use lectern_review::{ChangeKind, ExpectedStage, open_suggestions};
use lectern_template::Quorum;

use crate::error::Reply;
use crate::extract::Id;
use crate::page::form::{FormData, RejectedForm, go, needed};
use crate::page::layout::{Frame, render};
use crate::page::view::Field;
use crate::page::visit::Visit;
use crate::review::api::review::ReviewRequest;

#[derive(Template)]
#[template(path = "request_review.html")]
pub(crate) struct RequestReviewPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub slug: String,
    pub title: String,
    pub missing: Vec<MissingSection>,
    /// Sections with open suggestions, and how many.
    pub suggested: Vec<(String, usize)>,
    pub change_summary: Field,
    pub minor: bool,
    /// Why the change is minor.
    pub justification: Field,
    /// Eligible reviewers of a major change, a line per stage.
    pub who_decides: Vec<String>,
    /// The same for a minor change.
    pub minor_decides: Vec<String>,
}

/// A required section without text.
pub(crate) struct MissingSection {
    pub key: String,
    pub title: String,
}

/// Shows the form.
pub async fn show(visit: Visit, Id(slug): Id<String>) -> Reply<Response> {
    page(visit, &slug, RejectedForm::default()).await
}

async fn page(visit: Visit, slug: &str, rejected: RejectedForm) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, slug)
        .await?;
    visit.caller.editor(&opened.place)?;
    let draft = visit.app.drafts.read(&opened.article).await?;
    let page = RequestReviewPage {
        problem: rejected.problem(&["change_summary", "justification"]),
        missing: missing(&draft),
        suggested: open_suggestions(&draft.template, &draft.content.suggestions),
        change_summary: rejected.field("change_summary"),
        minor: rejected.sent.one("kind") == "minor",
        minor_decides: who_decides(&visit, &opened, &draft, ChangeKind::Minor).await?,
        who_decides: who_decides(&visit, &opened, &draft, ChangeKind::Major).await?,
        justification: rejected.field("justification"),
        slug: opened.article.slug,
        title: draft.content.title,
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

fn missing(draft: &Draft) -> Vec<MissingSection> {
    let section = |key: &String| {
        let section = draft.template.section(key)?;
        Some(MissingSection {
            key: key.clone(),
            title: section.title.clone(),
        })
    };
    draft
        .completeness
        .missing
        .iter()
        .filter_map(section)
        .collect()
}

/// Describes the eligible reviewers, a line per stage.
async fn who_decides(
    visit: &Visit,
    opened: &OpenedArticle,
    draft: &Draft,
    kind: ChangeKind,
) -> Reply<Vec<String>> {
    let reviews = &visit.app.reviews;
    let stages = reviews
        .expected(&opened.article, &draft.template, kind)
        .await?;
    let several = stages.len() > 1;
    let mut lines = Vec::new();
    for stage in stages {
        let asked = match stage.approvers.is_empty() {
            true => "nobody can decide here yet".to_owned(),
            false => format!(
                "{} of {}",
                enough(&stage),
                visit.names(&stage.approvers).await?
            ),
        };
        lines.push(match several {
            true => format!("{}: {asked}", stage.title),
            false => format!("Approved by {asked}"),
        });
    }
    Ok(lines)
}

/// Names the quorum of a stage: "one", "all", "2".
fn enough(stage: &ExpectedStage) -> String {
    match stage.quorum {
        Quorum::All => "all".to_owned(),
        quorum => match quorum.needed(stage.approvers.len()) {
            1 => "one".to_owned(),
            many => many.to_string(),
        },
    }
}

/// Freezes the draft and requests the review.
pub async fn request(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    match ask(&visit, &slug, &sent).await {
        Ok(review) => Ok(go(format!("/reviews/{review}?done=requested"))),
        Err(cause) => page(visit, &slug, RejectedForm::of(sent, cause)?).await,
    }
}

async fn ask(visit: &Visit, slug: &str, sent: &FormData) -> Reply<ReviewId> {
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, slug)
        .await?;
    let editor = visit.caller.editor(&opened.place)?;
    let mut change: ReviewRequest = sent.fields()?;
    let why = "Say what changed, and why.";
    change.change_summary = needed("change_summary", change.change_summary, why)?;
    Ok(visit
        .app
        .reviews
        .request(&editor, &opened.article, change.into())
        .await?
        .id)
}

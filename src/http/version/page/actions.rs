//! The versions of an article, and signed actions on the effective one.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use lectern_access::OpenedArticle;
use lectern_article::{Article, Standing};
use lectern_base::Subject;
use lectern_review::{Version, VersionAction};

use crate::article::page::status::standing;
use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::page::form::{FormData, RejectedForm, go, parsed};
use crate::page::layout::{Frame, render};
use crate::page::view::{CalendarDay, Field, Html, title_for};
use crate::page::visit::Visit;
use crate::version::page::signing::{SignatureRow, login, signatures_under, signed};

/// The meaning of a signature on an action.
const MEANING: &str = "approved";

#[derive(Template)]
#[template(path = "measures.html")]
pub(crate) struct VersionsPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub slug: String,
    pub title: String,
    pub standing: Html,
    pub notice: Option<String>,
    /// Who signed the retirement first, and why.
    pub retirement: Option<(String, String)>,
    pub versions: Vec<VersionRow>,
    pub choices: Vec<ActionChoice>,
    /// Earlier versions that may be reissued.
    pub earlier: Vec<u32>,
    pub hash: String,
    pub reason: Field,
    pub login: Field,
    pub password: Field,
    pub code: Field,
    pub meaning: &'static str,
}

/// A version with its signatures.
pub(crate) struct VersionRow {
    pub number: u32,
    pub words: Html,
    pub change_summary: String,
    pub signatures: Vec<SignatureRow>,
}

/// An action that is possible now.
pub(crate) struct ActionChoice {
    pub value: &'static str,
    pub title: &'static str,
    pub explanation: &'static str,
    pub chosen: bool,
}

/// Shows the versions of an article and the possible actions.
pub async fn show(visit: Visit, Id(slug): Id<String>) -> Reply<Response> {
    page(visit, &slug, RejectedForm::default()).await
}

async fn page(visit: Visit, slug: &str, rejected: RejectedForm) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, slug)
        .await?;
    let OpenedArticle { article, .. } = &opened;
    let reviews = &visit.app.reviews;
    let may_act = reviews.may_act(&visit.caller, article, &opened.place);
    if !may_act.await? {
        visit.caller.reviewer(&opened.place)?;
        return Err(HttpError::not_found("version"));
    }
    let writes = visit.caller.editor(&opened.place).is_ok();
    let current = article.effective.as_ref().map(|now| now.version);
    let versions = visit.app.reviews.versions(article.id).await?;
    let earlier = versions.iter().map(|version| version.number);
    let earlier = earlier.filter(|number| Some(*number) < current).collect();
    let retirement = match visit.app.reviews.retirement(article).await? {
        Some(first) => Some((visit.name(first.by).await?, first.reason)),
        None => None,
    };
    let hash = article.effective.as_ref().map(|now| now.hash.to_string());
    let page = VersionsPage {
        problem: rejected.problem(&["reason", "measure", "login", "password", "code"]),
        standing: standing(&visit, article, writes).await?,
        notice: article.notice.clone(),
        retirement,
        versions: rows(&visit, article, versions).await?,
        choices: choices(&visit, &opened, &rejected),
        earlier,
        hash: hash.unwrap_or_default(),
        reason: rejected.field("reason"),
        login: login(&visit, &rejected),
        password: rejected.secret("password"),
        code: rejected.field("code"),
        meaning: MEANING,
        title: title_for(article, writes),
        slug: article.slug.clone(),
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

async fn rows(visit: &Visit, article: &Article, versions: Vec<Version>) -> Reply<Vec<VersionRow>> {
    let mut rows = Vec::new();
    for version in versions {
        let day = |at| CalendarDay::of(visit.app.zone(), at);
        let since = day(version.effective_at).zoned();
        let mut words = Html::text("Effective since ").on(since);
        if let Some(at) = version.reissued_at {
            words = words.and(" · reissued ").on(day(at));
        }
        if let Some(at) = version.reaffirmed_at {
            words = words.and(" · reaffirmed ").on(day(at));
        }
        if let Some(at) = version.superseded_at {
            words = words.and(" · superseded ").on(day(at));
        }
        rows.push(VersionRow {
            number: version.number,
            words,
            signatures: signatures_under(visit, article, version.revision).await?,
            change_summary: version.change_summary,
        });
    }
    Ok(rows)
}

/// Returns the actions that the caller can take now.
fn choices(visit: &Visit, opened: &OpenedArticle, rejected: &RejectedForm) -> Vec<ActionChoice> {
    let standing = opened.article.standing;
    let reviews = visit.caller.reviewer(&opened.place).is_ok();
    let earlier = opened.article.effective.as_ref().map(|now| now.version) > Some(1);
    let offered = [
        (
            reviews && standing.is_readable(),
            "reaffirm",
            "Reaffirm",
            "You read it again and it is right still. It gets another review date.",
        ),
        (
            reviews && matches!(standing, Standing::Effective | Standing::Due),
            "suspend",
            "Suspend at once",
            "Readers get your reason instead of the text.",
        ),
        (
            reviews && standing == Standing::Suspended,
            "reinstate",
            "Reinstate",
            "Readers get the suspended version again.",
        ),
        (
            reviews && standing == Standing::Suspended && earlier,
            "reissue",
            "Reissue an earlier version",
            "It takes the place of the suspended one.",
        ),
        (
            standing.is_readable() || standing == Standing::Suspended,
            "retire",
            "Retire",
            "The article is given up. Its owner and a reviewer sign, in either order.",
        ),
    ];
    let chosen = rejected.sent.one("measure");
    let choices = offered.into_iter().filter(|(offered, ..)| *offered);
    let choices = choices.map(|(_, value, title, explanation)| ActionChoice {
        value,
        title,
        explanation,
        chosen: chosen == value,
    });
    choices.collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct VersionActionForm {
    measure: String,
    /// The version to reissue.
    version: String,
    /// The text to reaffirm.
    revision_hash: String,
    reason: String,
}

/// Carries out an action.
pub async fn take(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    match carry_out(&visit, &slug, &sent).await {
        Ok(()) => Ok(go(format!("/a/{slug}/standing?done=signed"))),
        Err(cause) => page(visit, &slug, RejectedForm::of(sent, cause)?).await,
    }
}

async fn carry_out(visit: &Visit, slug: &str, sent: &FormData) -> Reply<()> {
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, slug)
        .await?;
    let id = opened.article.id;
    let form: VersionActionForm = sent.fields()?;
    let reason = Some(form.reason);
    let measure = match form.measure.as_str() {
        "suspend" => Some(VersionAction::Suspend),
        "reinstate" => Some(VersionAction::Reinstate),
        "reissue" => Some(VersionAction::Reissue {
            version: parsed("version", &form.version)?,
        }),
        "reaffirm" => Some(VersionAction::Reaffirm {
            hash: parsed("revision_hash", &form.revision_hash)?,
        }),
        "retire" => None,
        _ => return Err(HttpError::invalid("measure", "Choose what shall be done.")),
    };
    let reviews = &visit.app.reviews;
    let what = Subject::article(id);
    match measure {
        Some(measure) => {
            let reviewer = visit.caller.reviewer(&opened.place)?;
            let signing = signed(visit, &opened.place, what, MEANING, sent).await?;
            let taken = reviews.act_on_version(&reviewer, id, &measure, reason, signing);
            taken.await?;
        }
        None => {
            let signing = signed(visit, &opened.place, what, MEANING, sent).await?;
            reviews.retire(&visit.caller, id, reason, signing).await?;
        }
    }
    Ok(())
}

//! Acknowledgement for readers: the panel at the end of an article, and the changes since their
//! last acknowledgement.

use askama::Template;
use axum::response::Response;

use lectern_access::OpenedArticle;
use lectern_base::{Timestamp, Zone};
use lectern_module::Control;
use lectern_reading::{Acknowledgement, Assignment, MEANING, Reading, statement};
use lectern_review::Version;

use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::page::form::RejectedForm;
use crate::page::layout::{self, Frame};
use crate::page::view::{CalendarDay, Field, Html};
use crate::page::visit::Visit;
use crate::revision::page::comparison::Compared;
use crate::version::page::signing::login;

/// The panel at the end of an article.
pub(crate) struct Panel {
    /// What the reader is asked, or has done.
    pub words: Html,
    /// Whether the form is folded, since nobody asked for it.
    pub folded: bool,
    /// The form, until the version is acknowledged.
    pub form: Option<AcknowledgementForm>,
    /// The version since which changes can be shown.
    pub changes: Option<u32>,
}

/// "I have read and understood".
pub(crate) struct AcknowledgementForm {
    pub version: u32,
    pub hash: String,
    pub statement: String,
    /// Whether a signature is needed.
    pub signed: bool,
    pub problem: Option<String>,
    pub login: Field,
    pub password: Field,
    pub code: Field,
    pub meaning: &'static str,
}

/// Returns the panel, unless no acknowledgement is offered.
pub(crate) async fn panel(
    visit: &Visit,
    opened: &OpenedArticle,
    version: &Version,
    rejected: &RejectedForm,
) -> Reply<Option<Panel>> {
    let readings = &visit.app.readings;
    let reader = visit.caller.reader(&opened.place)?;
    let reading = readings.opened(&reader, &opened.article).await?;
    let controlled = opened.module.control == Control::Controlled;
    let audience = readings.audience_of(&opened.article).await?;
    if !reading.is_offered(&audience, opened.module.control) {
        return Ok(None);
    }
    let words = match (&reading.acknowledgement, &reading.assignment) {
        (Some(given), _) => done(given, version, visit.app.zone()),
        (None, Some(asked)) => self::asked(visit, asked, reading.late).await?,
        (None, None) => Html::text("Acknowledge that you have read this"),
    };
    let form = reading
        .acknowledgement
        .is_none()
        .then(|| AcknowledgementForm {
            version: version.number,
            hash: version.hash.to_string(),
            statement: statement(&version.title, version.number),
            signed: controlled,
            problem: rejected.problem(&["login", "password", "code"]),
            login: login(visit, rejected),
            password: rejected.secret("password"),
            code: rejected.field("code"),
            meaning: MEANING,
        });
    let folded = reading.assignment.is_none() && reading.acknowledgement.is_none();
    Ok(Some(Panel {
        words,
        folded,
        form,
        changes: changed_since(visit, opened, &reading).await?,
    }))
}

/// "You acknowledged v3.0 on 4 May 2026."
fn done(given: &Acknowledgement, version: &Version, zone: &Zone) -> Html {
    let words = Html::text(format!("You acknowledged v{}.0 on ", given.version))
        .on(CalendarDay::of(zone, given.completed_at))
        .and(".");
    match given.version == version.number {
        true => words,
        false => words.and(format!(
            " v{}.0 brought minor changes; you need not acknowledge them.",
            version.number
        )),
    }
}

/// "Ada has asked you to read this by 12 December 2026 (Europe/Berlin)."
async fn asked(visit: &Visit, asked: &Assignment, late: bool) -> Reply<Html> {
    let day = due_day(visit.app.zone(), asked.due);
    let who = match asked.assigner {
        Some(assigner) => Some(visit.name(assigner).await?),
        None => None,
    };
    Ok(Html::text(match (who, late) {
        (None, false) => format!("You have been asked to read this by {day}."),
        (Some(who), false) => format!("{who} has asked you to read this by {day}."),
        (None, true) => format!("You were asked to read this by {day}. It is overdue."),
        (Some(who), true) => format!("{who} asked you to read this by {day}. It is overdue."),
    }))
}

/// Returns a due day with its zone: the same for everybody, wherever they are.
pub(crate) fn due_day(zone: &Zone, due: Timestamp) -> String {
    CalendarDay::of(zone, due).zoned().words()
}

async fn changed_since(
    visit: &Visit,
    opened: &OpenedArticle,
    reading: &Reading,
) -> Reply<Option<u32>> {
    let Some(before) = reading.before else {
        return Ok(None);
    };
    let article = &opened.article;
    let versions = visit.app.reviews.since_version(article, before).await?;
    Ok(versions.map(|(older, _)| older.number))
}

#[derive(Template)]
#[template(path = "read_changes.html")]
pub(crate) struct ReadChangesPage {
    pub frame: Frame,
    pub slug: String,
    pub title: String,
    pub older: u32,
    pub newer: u32,
    /// When the reader acknowledged the older version.
    pub acknowledged: Html,
    pub compared: Compared,
}

/// Shows the changes since a version that the caller acknowledged. Both versions were approved.
pub async fn changes(visit: Visit, Id(slug): Id<String>) -> Reply<Response> {
    let (app, caller) = (&visit.app, &visit.caller);
    let opened = app.access.open_article_at(caller, &slug).await?;
    let since = visit.asked.read("since");
    let since: u32 = since.map_err(|_| HttpError::not_found("version"))?;
    let shown = app
        .renderer
        .changes_since_acknowledged(caller, &opened.article, since);
    let shown = shown.await?;
    let page = ReadChangesPage {
        compared: Compared::of(shown.sections, Vec::new(), true).0,
        older: shown.older.number,
        newer: shown.newer.number,
        acknowledged: visit.day(shown.acknowledged.completed_at),
        title: shown.newer.title,
        slug: opened.article.slug,
        frame: visit.frame,
    };
    Ok(layout::show(&page))
}

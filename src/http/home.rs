//! The home page: tasks first, then drafts, news and modules.

use askama::Template;
use axum::response::Response;

use lectern_article::Article;
use lectern_base::{Page, Seek};
use lectern_module::Module;
use lectern_notify::{NoticeKind, NoticeQuery};
use lectern_review::{Baseline, PendingReview, Review};

use crate::article::page::status::{progress, standing};
use crate::error::Reply;
use crate::identity::page::alerts::{self, AlertRow};
use crate::module::page::module::nature;
use crate::page::form::go;
use crate::page::layout::{self, Frame};
use crate::page::view::{ArticleRow, Html, count, title_for};
use crate::page::visit::Visit;
use crate::reading::page::acknowledgement::due_day;
use crate::revision::page::comparison::extent_words;
use crate::routes::{Routes, get, post};
use crate::social::page::{NotificationRow, row as notification_row};

#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    pub frame: Frame,
    pub greeting: String,
    pub first_run: Option<FirstRun>,
    /// Open alerts, for administrators.
    pub alerts: Vec<AlertRow>,
    pub waiting: Vec<WaitingReview>,
    /// The cursor of more of them.
    pub more_waiting: Option<String>,
    pub to_read: Vec<ToRead>,
    /// The cursor of more of them.
    pub more_to_read: Option<String>,
    /// Unread notifications that ask for something.
    pub calls: Vec<NotificationRow>,
    /// Whether the inbox has more of them.
    pub more_calls: bool,
    pub drafts: Vec<ArticleRow>,
    /// The articles opened last.
    pub viewed: Vec<ArticleRow>,
    pub published: Vec<ArticleRow>,
    pub modules: Vec<ModuleCard>,
    /// The cursor of more of them.
    pub more_modules: Option<String>,
    pub may_found: bool,
    pub sample: Option<SampleState>,
}

/// The number of tasks, by kind.
pub(crate) struct FirstRun {
    pub people: bool,
    pub modules: bool,
}

/// A review that needs the caller's decision.
pub(crate) struct WaitingReview {
    pub id: String,
    pub title: String,
    pub module: String,
    pub kind: &'static str,
    pub requested_by: String,
    pub requested_on: Html,
    /// The extent: "7 changes in 3 sections".
    pub size: String,
    /// "1 of 2 approvals".
    pub progress: String,
    /// For whom the caller decides.
    pub instead_of: Option<String>,
}

/// An article that the caller is asked to read.
pub(crate) struct ToRead {
    pub slug: String,
    pub title: String,
    pub module: String,
    pub version: u32,
    /// "Read it by 12 December 2026".
    pub words: String,
}

/// A module that the caller can see.
pub(crate) struct ModuleCard {
    pub slug: String,
    pub title: String,
    pub purpose: String,
    pub articles: String,
    /// Whether it has no article that the caller may know of.
    pub is_empty: bool,
    pub nature: String,
}

/// The state of the sample module.
pub(crate) struct SampleState {
    pub present: bool,
    /// May remove it.
    pub may_remove: bool,
}

/// The number of articles in the lists of drafts, articles opened last and news.
const SHORT: usize = 6;
/// The number of tasks on a page of a list.
const TASKS: usize = 10;
/// The number of notifications that are shown.
const CALLS: usize = 5;
/// The kinds of notifications that ask for something.
const ASKING: &[NoticeKind] = &[
    NoticeKind::ReviewRejected,
    NoticeKind::ReviewersMissing,
    NoticeKind::ReviewStale,
    NoticeKind::ReviewOutdated,
    NoticeKind::VersionSuspended,
    NoticeKind::ReviewDateNear,
    NoticeKind::ReviewDatePassed,
    NoticeKind::VersionExpired,
    NoticeKind::Mentioned,
    NoticeKind::ThreadReplied,
    NoticeKind::ThreadReopened,
];
/// The number of modules on a page of their list.
const CARDS: usize = 24;

/// The names of the cursors in the query.
const WAITING: &str = "waiting";
const TO_READ: &str = "reading";
const MODULES: &str = "modules";

/// Shows the home page.
pub async fn show(visit: Visit) -> Reply<Response> {
    let cards = cards(&visit).await?;
    let may_found = visit.caller.founder().is_ok();
    let admin = visit.caller.admin().is_ok();
    let is_first = cards.next.is_none() && visit.asked.one(MODULES).is_empty();
    let is_empty = is_first && cards.items.iter().all(|card| card.is_empty);
    let is_new = is_empty && (admin || may_found);
    let waiting = waiting(&visit).await?;
    let to_read = to_read(&visit).await?;
    let (calls, more_calls) = calls(&visit).await?;
    let page = HomePage {
        greeting: format!(
            "Good to see you, {}",
            first_name(&visit.caller.person().name)
        ),
        first_run: is_new.then_some(FirstRun {
            people: admin,
            modules: may_found,
        }),
        alerts: alerts::rows(&visit).await?,
        waiting: waiting.items,
        more_waiting: waiting.next,
        to_read: to_read.items,
        more_to_read: to_read.next,
        calls,
        more_calls,
        viewed: viewed(&visit).await?,
        drafts: drafts(&visit).await?,
        published: published(&visit).await?,
        sample: match admin || may_found {
            true => Some(sample(&visit).await?),
            false => None,
        },
        modules: cards.items,
        more_modules: cards.next,
        may_found,
        frame: visit.frame.at("home"),
    };
    Ok(layout::show(&page))
}

fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

async fn cards(visit: &Visit) -> Reply<Page<ModuleCard>> {
    let (app, caller) = (&visit.app, &visit.caller);
    let seek = visit.seek(MODULES, CARDS);
    let page = app.modules.visible_page(caller, &seek).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for module in page.items {
        let articles = app.access.article_count(caller, &module).await?;
        items.push(ModuleCard {
            articles: count(articles, "article"),
            is_empty: articles == 0,
            nature: nature(&module).to_lowercase(),
            slug: module.slug,
            title: module.title,
            purpose: module.purpose,
        });
    }
    let next = page.next;
    Ok(Page { items, next })
}

async fn sample(visit: &Visit) -> Reply<SampleState> {
    let sample = visit.app.modules.sample().await?;
    let is_visible = |module: &Module| visit.caller.reader(&module.place()).is_ok();
    Ok(SampleState {
        present: sample.as_ref().is_some_and(is_visible),
        may_remove: visit.caller.admin().is_ok(),
    })
}

async fn waiting(visit: &Visit) -> Reply<Page<WaitingReview>> {
    let seek = visit.seek(WAITING, TASKS);
    let page = visit.app.reviews.waiting_for(&visit.caller, &seek).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for PendingReview { review, instead_of } in page.items {
        let opened = visit
            .app
            .access
            .open_article(&visit.caller, review.article)
            .await?;
        items.push(WaitingReview {
            id: review.id.to_string(),
            title: opened.article.title,
            module: opened.module.title,
            kind: review.kind.word(),
            requested_by: visit.name(review.requested_by).await?,
            requested_on: visit.day(review.requested_at),
            size: size(visit, &review).await?,
            progress: format!("{} approvals", progress(&review)),
            instead_of: match instead_of {
                Some(reviewer) => Some(visit.name(reviewer).await?),
                None => None,
            },
        });
    }
    let next = page.next;
    Ok(Page { items, next })
}

async fn to_read(visit: &Visit) -> Reply<Page<ToRead>> {
    let seek = visit.seek(TO_READ, TASKS);
    let asked = visit.app.readings.tasks(&visit.caller, &seek).await?;
    let row = |one: lectern_reading::ReadingTask| {
        let now = one.article.readable()?;
        let day = due_day(visit.app.zone(), one.assignment.due);
        Some(ToRead {
            title: now.title.clone(),
            version: now.version,
            module: one.module.title,
            words: match one.late {
                true => format!("overdue since {day}"),
                false => format!("read it by {day}"),
            },
            slug: one.article.slug,
        })
    };
    Ok(Page {
        items: asked.items.into_iter().filter_map(row).collect(),
        next: asked.next,
    })
}

/// Lists unread notifications that ask the caller for something that no other list has, and
/// tells whether there are more.
async fn calls(visit: &Visit) -> Reply<(Vec<NotificationRow>, bool)> {
    let unread = NoticeQuery {
        unread: true,
        kinds: ASKING,
        before: None,
        limit: CALLS,
    };
    let found = visit.app.notifications.list(&visit.caller, unread).await?;
    let rows = found.items.iter();
    let rows = rows.map(|one| notification_row(one, visit.app.zone()));
    Ok((rows.collect(), found.next.is_some()))
}

/// Lists the articles that the caller opened last.
async fn viewed(visit: &Visit) -> Reply<Vec<ArticleRow>> {
    let ids = visit.app.recent.of(visit.caller.id()).await?;
    let known = visit.app.access.articles_known(&visit.caller, &ids).await?;
    let mut rows = Vec::new();
    for opened in known.iter().take(SHORT) {
        let writes = visit.caller.editor(&opened.place).is_ok();
        rows.push(row(visit, &opened.article, &opened.module.title, writes).await?);
    }
    Ok(rows)
}

/// Tells whether the draft of an article says something else than its effective version.
fn is_ahead(article: &Article) -> bool {
    let effective = article.effective.as_ref().map(|now| now.revision);
    effective.is_none() || article.open_review.is_some() || article.latest_revision != effective
}

/// Describes the extent of a review.
async fn size(visit: &Visit, review: &Review) -> Reply<String> {
    let reviews = &visit.app.reviews;
    let (since, extent) = reviews.extent(review, visit.caller.id()).await?;
    Ok(match since {
        Baseline::Beginning => format!("First version, {}", count(extent.stats.added, "word")),
        Baseline::Mine => format!("{} since you decided last", extent_words(&extent)),
        Baseline::Effective => extent_words(&extent),
    })
}

/// Lists the caller's newest drafts, in modules where they still write, that differ from what
/// readers have.
async fn drafts(visit: &Visit) -> Reply<Vec<ArticleRow>> {
    let (app, caller) = (&visit.app, &visit.caller);
    let mut rows = Vec::new();
    let mut seek = Seek::first(SHORT);
    loop {
        let page = app.articles.of_person(caller.id(), &seek).await?;
        for article in page.items {
            let Some(module) = app.modules.get(article.module).await? else {
                continue;
            };
            if rows.len() < SHORT && is_ahead(&article) && caller.editor(&module.place()).is_ok() {
                rows.push(row(visit, &article, &module.title, true).await?);
            }
        }
        seek.after = page.next;
        if rows.len() == SHORT || seek.after.is_none() {
            return Ok(rows);
        }
    }
}

async fn published(visit: &Visit) -> Reply<Vec<ArticleRow>> {
    let mut rows = Vec::new();
    for (article, module) in visit.app.access.newest(&visit.caller, SHORT).await? {
        let writes = visit.caller.editor(&module.place()).is_ok();
        rows.push(row(visit, &article, &module.title, writes).await?);
    }
    Ok(rows)
}

async fn row(visit: &Visit, article: &Article, module: &str, writes: bool) -> Reply<ArticleRow> {
    Ok(ArticleRow {
        id: article.id.to_string(),
        slug: article.slug.clone(),
        title: title_for(article, writes),
        module: module.to_owned(),
        standing: standing(visit, article, writes).await?,
    })
}

/// Adds the sample module.
pub async fn add_sample(visit: Visit) -> Reply<Response> {
    visit.app.add_sample(&visit.caller).await?;
    Ok(go("/?done=sample"))
}

/// Removes the sample module.
pub async fn remove_sample(visit: Visit) -> Reply<Response> {
    visit.app.remove_sample(&visit.caller.admin()?).await?;
    Ok(go("/?done=sample-removed"))
}

/// Returns the routes of this page.
pub fn routes() -> Routes {
    Routes::new()
        .route("/", get(show))
        .route("/sample", post(add_sample))
        .route("/sample/remove", post(remove_sample))
}

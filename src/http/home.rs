//! The home page: tasks first, then drafts, news and modules.

use askama::Template;
use axum::response::Response;

use lectern_article::Article;
use lectern_module::Module;
use lectern_review::{Baseline, PendingReview, Review};

use crate::article::page::status::{progress, standing, title_for};
use crate::error::Reply;
use crate::identity::page::alerts::{self, AlertRow};
use crate::module::page::module::nature;
use crate::page::form::go;
use crate::page::layout::{self, Frame};
use crate::page::view::{ArticleRow, Moment, count};
use crate::page::visit::Visit;
use crate::reading::page::acknowledgement::due_day;
use crate::revision::page::comparison::extent_words;
use crate::routes::{Routes, get, post};

#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    pub frame: Frame,
    pub greeting: String,
    pub first_run: Option<FirstRun>,
    /// Open alerts, for administrators.
    pub alerts: Vec<AlertRow>,
    pub waiting: Vec<WaitingReview>,
    pub to_read: Vec<ToRead>,
    pub drafts: Vec<ArticleRow>,
    pub published: Vec<ArticleRow>,
    pub modules: Vec<ModuleCard>,
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
    pub requested_at: Moment,
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
    pub nature: String,
}

/// The state of the sample module.
pub(crate) struct SampleState {
    pub present: bool,
}

/// The longest list of articles.
const SHORT: usize = 8;

/// Shows the home page.
pub async fn show(visit: Visit) -> Reply<Response> {
    let modules = Shelf::of(&visit).await?;
    let may_found = visit.caller.founder().is_ok();
    let admin = visit.caller.admin().is_ok();
    let is_new = modules.articles.is_empty() && (admin || may_found);
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
        waiting: waiting(&visit).await?,
        to_read: to_read(&visit).await?,
        drafts: drafts(&visit, &modules).await?,
        published: published(&visit, &modules).await?,
        sample: (admin || may_found).then_some(SampleState {
            present: modules.has_sample(),
        }),
        modules: modules.cards(),
        may_found,
        frame: visit.frame.at("home"),
    };
    Ok(layout::show(&page))
}

fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// Returns the modules that the caller can see, with their visible articles.
struct Shelf {
    modules: Vec<(Module, usize)>,
    articles: Vec<(Article, String, bool)>,
}

impl Shelf {
    async fn of(visit: &Visit) -> Reply<Self> {
        let (mut modules, mut articles) = (Vec::new(), Vec::new());
        for module in visit.app.modules.visible_to(&visit.caller).await? {
            let writes = visit.caller.editor(&module.place()).is_ok();
            let known = visit
                .app
                .access
                .articles_shown(&visit.caller, &module)
                .await?;
            let count = known.len();
            articles.extend(
                known
                    .into_iter()
                    .map(|one| (one, module.title.clone(), writes)),
            );
            modules.push((module, count));
        }
        Ok(Self { modules, articles })
    }

    fn has_sample(&self) -> bool {
        self.modules.iter().any(|(module, _)| module.sample)
    }

    fn cards(&self) -> Vec<ModuleCard> {
        let card = |(module, articles): &(Module, usize)| ModuleCard {
            slug: module.slug.clone(),
            title: module.title.clone(),
            purpose: module.purpose.clone(),
            articles: count(*articles, "article"),
            nature: nature(module).to_lowercase(),
        };
        self.modules.iter().map(card).collect()
    }
}

async fn waiting(visit: &Visit) -> Reply<Vec<WaitingReview>> {
    let mut rows = Vec::new();
    for PendingReview { review, instead_of } in visit.app.reviews.waiting_for(&visit.caller).await?
    {
        let opened = visit
            .app
            .access
            .open_article(&visit.caller, review.article)
            .await?;
        rows.push(WaitingReview {
            id: review.id.to_string(),
            title: opened.article.title,
            module: opened.module.title,
            kind: review.kind.word(),
            requested_by: visit.name(review.requested_by).await?,
            requested_at: Moment::day(review.requested_at.date_time()),
            size: size(visit, &review).await?,
            progress: format!("{} approvals", progress(&review)),
            instead_of: match instead_of {
                Some(reviewer) => Some(visit.name(reviewer).await?),
                None => None,
            },
        });
    }
    Ok(rows)
}

async fn to_read(visit: &Visit) -> Reply<Vec<ToRead>> {
    let asked = visit.app.readings.tasks(&visit.caller).await?;
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
    Ok(asked.into_iter().filter_map(row).collect())
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

async fn drafts(visit: &Visit, shelf: &Shelf) -> Reply<Vec<ArticleRow>> {
    let mine = visit.app.articles.of_person(visit.caller.id()).await?;
    let mut rows = Vec::new();
    for article in mine.into_iter().take(SHORT) {
        let known = shelf.articles.iter().find(|(one, ..)| one.id == article.id);
        if let Some((article, module, true)) = known {
            rows.push(row(visit, article, module, true).await?);
        }
    }
    Ok(rows)
}

async fn published(visit: &Visit, shelf: &Shelf) -> Reply<Vec<ArticleRow>> {
    let since = |article: &Article| article.effective.as_ref().map(|now| now.since);
    let mut newest: Vec<_> = shelf.articles.iter().collect();
    newest.retain(|(article, ..)| article.standing.is_readable());
    newest.sort_by_key(|(article, ..)| std::cmp::Reverse(since(article)));
    let mut rows = Vec::new();
    for (article, module, writes) in newest.into_iter().take(SHORT) {
        rows.push(row(visit, article, module, *writes).await?);
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
    visit.app.remove_sample(&visit.caller).await?;
    Ok(go("/?done=sample-removed"))
}

/// Returns the routes of this page.
pub fn routes() -> Routes {
    Routes::new()
        .route("/", get(show))
        .route("/sample", post(add_sample))
        .route("/sample/remove", post(remove_sample))
}

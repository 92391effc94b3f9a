//! Creating an article: title, module, template.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use lectern_app::App;
use lectern_article::NewArticle;
use lectern_template::Template as ArticleTemplate;

use crate::error::Reply;
use crate::page::form::{FormData, RejectedForm, go, needed};
use crate::page::layout::{Frame, render};
use crate::page::view::{Choice, Field};
use crate::page::visit::Visit;

#[derive(Template)]
#[template(path = "new_article.html")]
pub(crate) struct NewArticlePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub title: Field,
    pub template: Field,
    pub modules: Vec<Choice>,
    pub templates: Vec<TemplateCard>,
    pub may_found: bool,
}

/// A template to pick.
pub(crate) struct TemplateCard {
    pub id: String,
    pub title: String,
    pub purpose: String,
    pub sections: String,
    pub audience: String,
    pub chosen: bool,
}

/// Shows the form, with the module and template of the query selected.
pub async fn show(visit: Visit) -> Reply<Response> {
    let mut rejected = RejectedForm::default();
    rejected.sent = visit.asked.clone();
    page(visit, rejected).await
}

async fn page(visit: Visit, rejected: RejectedForm) -> Reply<Response> {
    let page = NewArticlePage {
        problem: rejected.problem(&["title", "template"]),
        title: rejected.field("title"),
        template: rejected.field("template"),
        modules: writable(&visit, rejected.sent.one("module")).await?,
        templates: cards(&visit.app, rejected.sent.one("template")),
        may_found: visit.caller.founder().is_ok(),
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

async fn writable(visit: &Visit, chosen: &str) -> Reply<Vec<Choice>> {
    let mut choices = Vec::new();
    for module in visit.app.modules.visible_to(&visit.caller).await? {
        if visit.caller.author(&module.place()).is_ok() {
            choices.push(Choice {
                chosen: module.slug == chosen,
                ..Choice::new(module.slug, module.title)
            });
        }
    }
    Ok(choices)
}

/// Returns the latest version of each template.
pub(crate) fn cards(app: &App, chosen: &str) -> Vec<TemplateCard> {
    let card = |template: &ArticleTemplate| {
        let titles: Vec<&str> = template.sections.iter().map(|s| s.title.as_str()).collect();
        TemplateCard {
            id: template.id.clone(),
            title: template.title.clone(),
            purpose: template.purpose.clone(),
            sections: titles.join(" · "),
            audience: template.audience.clone(),
            chosen: template.id == chosen,
        }
    };
    app.templates.all().into_iter().map(card).collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ArticleForm {
    title: String,
    template: String,
    /// The module's slug.
    module: String,
}

/// Creates the article and leads to its draft.
pub async fn create(visit: Visit, sent: FormData) -> Reply<Response> {
    match start(&visit, &sent).await {
        Ok(slug) => Ok(go(format!("/a/{slug}/edit"))),
        Err(cause) => page(visit, RejectedForm::of(sent, cause)?.beside("title")).await,
    }
}

async fn start(visit: &Visit, sent: &FormData) -> Reply<String> {
    let form: ArticleForm = sent.fields()?;
    let title = needed("title", form.title, "Give the article a title.")?;
    let template = needed("template", form.template, "Pick a template.")?;
    let opened = visit.app.access.open_module_at(&visit.caller, &form.module);
    let opened = opened.await?;
    let author = visit.caller.author(&opened.place)?;
    let template = visit.app.templates.named(&template)?;
    let article = visit
        .app
        .articles
        .create(&author, template, NewArticle { title })
        .await?;
    Ok(article.slug)
}

//! The reading page: the effective version, or why there is none. Never draft text.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use lectern_access::OpenedArticle;
use lectern_app::App;
use lectern_article::links::{LinkBindings, TextKind};
use lectern_article::{Article, Standing};
use lectern_base::{ArticleId, Hash, Subject, Zone};
use lectern_document::{LANGUAGE_FIELD, SectionText, language_tag};
use lectern_module::{Control, Module};
use lectern_reading::{MEANING, ReadVersion};
use lectern_review::Version;
use lectern_revision::Content;
use lectern_template::{Field as TemplateField, TemplateRef, not_applicable_key};

use crate::article::page::status::{Ahead, ahead, in_review, open_review};
use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::page::form::{FormData, RejectedForm, go};
use crate::page::layout::{Frame, render};
use crate::page::view::{CalendarDay, Fact, Html, ModuleLink, SectionView, names, title_for};
use crate::page::visit::Visit;
use crate::reading::page::acknowledgement::{Panel, panel};
use crate::version::page::signing::{SignatureRow, signatures_under, signed, utc};

#[derive(Template)]
#[template(path = "read.html")]
pub(crate) struct ReadPage {
    pub frame: Frame,
    pub module: ModuleLink,
    pub slug: String,
    pub title: String,
    /// "v3.0 · effective 4 May 2026 · approved by … · review by November 2028".
    pub standing: Html,
    /// For writers: "v4.0 in review (1 of 2)".
    pub note: Option<String>,
    pub open_review: Option<String>,
    pub ahead: Option<Ahead>,
    pub may_write: bool,
    /// May act on the version.
    pub may_act: bool,
    /// May see the reading status.
    pub may_oversee: bool,
    /// The acknowledgement panel.
    pub panel: Option<Panel>,
    /// A warning that the version is due for review or expired.
    pub banner: Option<Banner>,
    pub signatures: Vec<SignatureRow>,
    /// What only print shows.
    pub paper: Paper,
    /// The language of the text (BCP 47), if its field is filled.
    pub language: Option<String>,
    pub sections: Vec<SectionView>,
    pub fields: Vec<Fact>,
    pub backlinks: Vec<Backlink>,
    /// The article before it in its module.
    pub previous: Option<Neighbour>,
    /// The article after it in its module.
    pub next: Option<Neighbour>,
    pub contributors: String,
    pub hash: String,
}

/// The identification of an uncontrolled print-out.
pub(crate) struct Paper {
    pub version: u32,
    pub effective: Html,
    pub review_by: Option<Html>,
    pub template: String,
    /// Who printed it.
    pub by: String,
    /// When it was printed, in UTC.
    pub at: String,
    /// The first digits of its hash.
    pub hash: String,
}

/// A notice above the text.
pub(crate) struct Banner {
    /// The kind of notice.
    pub kind: &'static str,
    pub words: Html,
}

/// An article beside this one in the order of the module.
pub(crate) struct Neighbour {
    pub slug: String,
    pub title: String,
}

/// An article that links here.
pub(crate) struct Backlink {
    pub slug: String,
    pub title: String,
    pub module: String,
}

#[derive(Template)]
#[template(path = "unapproved.html")]
pub(crate) struct UnapprovedPage {
    pub frame: Frame,
    pub module: ModuleLink,
    pub slug: String,
    pub title: String,
    pub headline: &'static str,
    pub explanation: String,
    /// The reason that was given for it.
    pub notice: Option<String>,
    pub may_write: bool,
    pub may_act: bool,
}

/// Shows the effective version.
pub async fn show(visit: Visit, Id(slug): Id<String>) -> Reply<Response> {
    page(visit, &slug, RejectedForm::default()).await
}

/// Renders the page, with a rejected acknowledgement if there was one.
pub(crate) async fn page(visit: Visit, slug: &str, rejected: RejectedForm) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, slug)
        .await?;
    visit.app.recent.open(visit.caller.id(), opened.article.id);
    match visit.app.reviews.effective_content(&opened.article).await? {
        Some((version, content)) => approved(visit, opened, version, content, rejected).await,
        None => unapproved(visit, opened, rejected.status()).await,
    }
}

async fn approved(
    visit: Visit,
    opened: OpenedArticle,
    version: Version,
    content: Content,
    rejected: RejectedForm,
) -> Reply<Response> {
    let panel = panel(&visit, &opened, &version, &rejected).await?;
    let OpenedArticle {
        article,
        module,
        place,
    } = opened;
    let may_write = visit.caller.editor(&place).is_ok();
    let review = open_review(&visit, &article).await?.filter(|_| may_write);
    let (previous, next) = neighbours(&visit, &article, &module).await?;
    let page = ReadPage {
        may_act: {
            let reviews = &visit.app.reviews;
            reviews.may_act(&visit.caller, &article, &place).await?
        },
        may_oversee: visit.caller.overseer(&place).is_ok(),
        panel,
        banner: banner(&article, visit.app.zone()),
        signatures: signatures_under(&visit, &article, version.revision).await?,
        paper: paper(&visit, &version),
        standing: headline(&visit, &version).await?,
        note: review
            .as_ref()
            .map(|review| in_review(&article, review) + "."),
        ahead: match &review {
            Some(review) => ahead(&visit, &article, review).await?,
            None => None,
        },
        open_review: review.map(|review| review.id.to_string()),
        sections: {
            let links = visit.app.reviews.version_links(article.id, version.number);
            sections_to_read(&visit, &content, &links.await?).await?
        },
        language: language(&content.fields),
        fields: facts(&visit.app, &content.template, &content.fields),
        backlinks: backlinks(&visit, &article).await?,
        previous,
        next,
        contributors: visit.names(&content.contributors).await?,
        hash: version.hash.to_string(),
        module: ModuleLink {
            slug: module.slug,
            title: module.title,
        },
        slug: article.slug,
        title: content.title,
        may_write,
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

/// Finds the articles before and after an article in its module, of those that the caller may know
/// of.
async fn neighbours(
    visit: &Visit,
    article: &Article,
    module: &Module,
) -> Reply<(Option<Neighbour>, Option<Neighbour>)> {
    let access = &visit.app.access;
    let around = access.articles_around(&visit.caller, module, article.id, 1);
    let Some(around) = around.await? else {
        return Ok((None, None));
    };
    let beside = |ids: Vec<ArticleId>| async move {
        let known = access.articles_known(&visit.caller, &ids).await?;
        let opened = known.into_iter().next();
        Ok::<_, HttpError>(opened.map(|opened| Neighbour {
            title: title_for(&opened.article, visit.caller.editor(&opened.place).is_ok()),
            slug: opened.article.slug,
        }))
    };
    Ok((beside(around.before).await?, beside(around.after).await?))
}

/// "v3.0 · effective 4 May 2026 (UTC) · approved by … · review by November 2028".
async fn headline(visit: &Visit, version: &Version) -> Reply<Html> {
    let zone = visit.app.zone();
    let approvers = approvers(visit, version).await?;
    let words = Html::text(format!("v{}.0 · effective ", version.number))
        .on(CalendarDay::of(zone, version.effective_at).zoned())
        .and(format!(" · approved by {approvers}"));
    let due = version.review_due;
    Ok(match due {
        Some(due) => words
            .and(" · review by ")
            .on(CalendarDay::of(zone, due).month()),
        None => words,
    })
}

/// "Rob Hale and Tom Reed for Sue Park".
async fn approvers(visit: &Visit, version: &Version) -> Reply<String> {
    let review = visit.app.reviews.get(version.review).await?;
    let mut approvers = Vec::new();
    for person in &version.approved_by {
        let decision = review
            .as_ref()
            .and_then(|review| review.decision_of(*person));
        let name = visit.name(*person).await?;
        approvers.push(match decision.and_then(|decision| decision.on_behalf_of) {
            Some(other) => format!("{name} for {}", visit.name(other).await?),
            None => name,
        });
    }
    Ok(names(&approvers))
}

fn paper(visit: &Visit, version: &Version) -> Paper {
    let template = visit.app.templates.get(&version.template);
    let title = template.map(|template| template.title.clone());
    let day = |at| Html::default().on(CalendarDay::of(visit.app.zone(), at).zoned());
    Paper {
        version: version.number,
        effective: day(version.effective_at),
        review_by: version.review_due.map(day),
        template: title.unwrap_or_else(|| version.template.to_string()),
        by: visit.caller.person().name.clone(),
        at: utc(visit.app.clock.now()),
        hash: version.hash.to_string()[..12].to_owned(),
    }
}

/// Returns the warning that the version is due for review or expired.
fn banner(article: &Article, zone: &Zone) -> Option<Banner> {
    let due = article.readable()?.review_due?;
    let day = CalendarDay::of(zone, due).zoned();
    let (kind, words) = match article.standing {
        Standing::Due => ("warning", "This version was to be looked at again by "),
        Standing::Expired => (
            "danger",
            "This version expired and must not be used. Its review was due on ",
        ),
        _ => return None,
    };
    let words = Html::text(words).on(day).and(".");
    Some(Banner { kind, words })
}

async fn unapproved(visit: Visit, opened: OpenedArticle, status: StatusCode) -> Reply<Response> {
    let may_write = visit.caller.editor(&opened.place).is_ok();
    let reviews = &visit.app.reviews;
    let may_act = reviews.may_act(&visit.caller, &opened.article, &opened.place);
    let may_act = may_act.await?;
    let (headline, explanation) = match opened.article.standing {
        Standing::Suspended => (
            "Suspended",
            "The approved version was taken back and is not to be used until it is reinstated.",
        ),
        Standing::Retired => ("Retired", "This article is no longer in use."),
        _ => (
            "No approved version yet",
            "It is being written. It will stand here as soon as it is approved.",
        ),
    };
    let page = UnapprovedPage {
        module: ModuleLink {
            slug: opened.module.slug,
            title: opened.module.title,
        },
        title: title_for(&opened.article, may_write),
        slug: opened.article.slug,
        headline,
        explanation: explanation.to_owned(),
        notice: opened.article.notice,
        may_write,
        may_act,
        frame: visit.frame,
    };
    Ok(render(status, &page))
}

#[derive(Debug, Deserialize)]
struct AcknowledgeForm {
    version: u32,
    revision_hash: Hash,
}

/// Acknowledges the version.
pub async fn acknowledge(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    match record(&visit, &slug, &sent).await {
        Ok(()) => Ok(go(format!("/a/{slug}?done=acknowledged#acknowledge"))),
        Err(cause) => page(visit, &slug, RejectedForm::of(sent, cause)?).await,
    }
}

async fn record(visit: &Visit, slug: &str, sent: &FormData) -> Reply<()> {
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, slug)
        .await?;
    let reader = visit.caller.reader(&opened.place)?;
    let form: AcknowledgeForm = sent.fields()?;
    let read = ReadVersion {
        version: form.version,
        hash: form.revision_hash,
    };
    let id = opened.article.id;
    let signing = match opened.module.control {
        Control::Controlled => {
            Some(signed(visit, &opened.place, Subject::article(id), MEANING, sent).await?)
        }
        Control::Informal => None,
    };
    let given = visit.app.readings.acknowledge(&reader, id, read, signing);
    given.await?;
    Ok(())
}

/// Returns the sections of a revision that have text.
pub(crate) async fn sections_to_read(
    visit: &Visit,
    content: &Content,
    links: &LinkBindings,
) -> Reply<Vec<SectionView>> {
    let (template, fields) = (&content.template, &content.fields);
    let mut all = sections(visit, template, &content.sections, fields, links).await?;
    all.retain(|section| !section.html.trim().is_empty());
    Ok(all)
}

/// Renders sections as safe HTML under the titles of the template.
pub(crate) async fn sections(
    visit: &Visit,
    template: &TemplateRef,
    texts: &[SectionText],
    fields: &BTreeMap<String, String>,
    links: &LinkBindings,
) -> Reply<Vec<SectionView>> {
    let template = visit.app.templates.get(template);
    let rendered = visit
        .app
        .renderer
        .html_sections(&visit.caller, texts, links)
        .await?;
    let view = |(key, mut html): (String, String)| {
        if let Some(reason) = fields.get(&not_applicable_key(&key)) {
            let reason = Html::text(format!("Does not apply: {reason}"));
            html.push_str(&format!("<p class=\"quiet\">{reason}</p>"));
        }
        let section = template.and_then(|template| template.section(&key));
        SectionView {
            title: section.map_or_else(|| key.clone(), |section| section.title.clone()),
            guidance: section.map_or_else(String::new, |section| section.guidance.clone()),
            key,
            html,
        }
    };
    Ok(rendered.into_iter().map(view).collect())
}

/// Returns the language of the text (BCP 47) from its field.
pub(crate) fn language(fields: &BTreeMap<String, String>) -> Option<String> {
    language_tag(fields.get(LANGUAGE_FIELD)?)
}

/// Returns the filled fields under the titles of the template.
pub(crate) fn facts(
    app: &App,
    template: &TemplateRef,
    fields: &BTreeMap<String, String>,
) -> Vec<Fact> {
    let Some(template) = app.templates.get(template) else {
        return Vec::new();
    };
    let fact = |field: &TemplateField| {
        let value = fields.get(&field.key).filter(|value| !value.is_empty())?;
        Some(Fact {
            title: field.title.clone(),
            value: value.clone(),
        })
    };
    template.fields.iter().filter_map(fact).collect()
}

async fn backlinks(visit: &Visit, article: &Article) -> Reply<Vec<Backlink>> {
    let mut links = Vec::new();
    for source in visit
        .app
        .articles
        .backlinks(article, TextKind::Effective)
        .await?
    {
        if let Ok(opened) = visit.app.access.open_article(&visit.caller, source).await {
            links.push(Backlink {
                title: title_for(&opened.article, false),
                slug: opened.article.slug,
                module: opened.module.title,
            });
        }
    }
    Ok(links)
}

//! Reading status of a module: its audience, who has acknowledged, who is missing.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::body::Body;
use axum::response::Response;
use serde::Deserialize;

use lectern_access::OpenedModule;
use lectern_article::{Article, Standing};
use lectern_base::{Page, PersonId, Seek, Zone};
use lectern_identity::Overseer;
use lectern_reading::{AssignmentReason, Audience, Progress, ReadingCounts, ReadingStatus};

use crate::csv;
use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::identity::page::roles::{capitalised, module_role_choices, role_word};
use crate::page::form::{FormData, RejectedForm, day, go};
use crate::page::layout::{Frame, render};
use crate::page::view::{CalendarDay, Choice, Field, Html, ModuleLink, names, title_for};
use crate::page::visit::{Visit, name_in};
use crate::reading::page::acknowledgement::due_day;
use crate::reading::status_table::{self, StatusLine};

#[derive(Template)]
#[template(path = "reading.html")]
pub(crate) struct ReadingPage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub module: ModuleLink,
    pub may_change: bool,
    /// The chosen article, or `None` for all.
    pub one: Option<ChosenArticle>,
    pub articles: Vec<ArticleStatus>,
    /// Where the next page of the articles begins.
    pub next: Option<String>,
    pub audience: AudienceForm,
    pub csv: String,
}

/// The number of articles or people on a page.
const LISTED: usize = 50;
/// The number of articles that are read at once for a table.
const CHUNK: usize = 200;

/// An article in the list.
pub(crate) struct ArticleStatus {
    pub slug: String,
    pub title: String,
    pub words: String,
    /// Whether it has an audience of its own.
    pub own: bool,
}

/// The chosen article.
pub(crate) struct ChosenArticle {
    pub slug: String,
    pub title: String,
    pub words: String,
    pub people: Vec<ReaderRow>,
    /// Where the next page of the people begins.
    pub next: Option<String>,
    /// Whether somebody can be reminded.
    pub missing: bool,
    /// Whether there is a version to read.
    pub readable: bool,
    /// The people to assign.
    pub whom: Field,
    pub due: Field,
    /// The time zone of that day.
    pub zone: String,
}

/// A person with their status.
pub(crate) struct ReaderRow {
    pub name: String,
    pub words: Html,
    pub why: String,
}

/// The audience of a module or an article.
pub(crate) struct AudienceForm {
    /// The audience in one line.
    pub words: String,
    /// Whether an article has one of its own.
    pub own: bool,
    pub everybody: bool,
    pub members: bool,
    pub roles: Vec<Choice>,
    pub people: Field,
    pub days: Field,
}

/// The form that was rejected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WhichForm {
    Audience,
    Assignment,
}

/// Shows the page, or the same as a CSV download.
pub async fn show(visit: Visit, Id(slug): Id<String>) -> Reply<Response> {
    if visit.asked.one("format") == "csv" {
        return table(&visit, &slug).await;
    }
    let article = visit.asked.one("article").to_owned();
    page(
        visit,
        &slug,
        &article,
        WhichForm::Audience,
        RejectedForm::default(),
    )
    .await
}

async fn page(
    visit: Visit,
    slug: &str,
    article: &str,
    which: WhichForm,
    rejected: RejectedForm,
) -> Reply<Response> {
    let opened = visit.app.access.open_module_at(&visit.caller, slug).await?;
    let overseer = visit.caller.overseer(&opened.place)?;
    let chosen = chosen(&visit, &opened, article).await?;
    let chosen = chosen.as_ref();
    let nothing = RejectedForm::default();
    let (audience_again, assign_again) = match which {
        WhichForm::Audience => (&rejected, &nothing),
        WhichForm::Assignment => (&nothing, &rejected),
    };
    let fields: &[&str] = match which {
        WhichForm::Audience => &["people", "days"],
        WhichForm::Assignment => &["people", "due"],
    };
    let one = match chosen {
        Some(article) => Some(one(&visit, &overseer, article, assign_again).await?),
        None => None,
    };
    let (rows, next) = match chosen {
        Some(_) => (Vec::new(), None),
        None => article_rows(&visit, &opened, &overseer).await?,
    };
    let mut csv = format!("/m/{slug}/reading?format=csv");
    if let Some(article) = chosen {
        csv += &format!("&article={}", article.slug);
    }
    let page = ReadingPage {
        problem: rejected.problem(fields),
        may_change: visit.caller.steward(&opened.place).is_ok(),
        audience: audience_form(&visit, &opened, chosen, audience_again).await?,
        one,
        articles: rows,
        next,
        csv,
        module: ModuleLink {
            slug: opened.module.slug,
            title: opened.module.title,
        },
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

/// Finds the article of a slug among those of a module that the caller may see.
async fn chosen(visit: &Visit, module: &OpenedModule, slug: &str) -> Reply<Option<Article>> {
    if slug.is_empty() {
        return Ok(None);
    }
    let opened = visit.app.access.open_article_at(&visit.caller, slug);
    let article = opened.await?.article;
    match article.module == module.module.id {
        true => Ok(Some(article)),
        false => Err(HttpError::not_found("article")),
    }
}

async fn article_rows(
    visit: &Visit,
    opened: &OpenedModule,
    overseer: &Overseer,
) -> Reply<(Vec<ArticleStatus>, Option<String>)> {
    let seek = visit.seek("after", LISTED);
    let access = &visit.app.access;
    let page = access.articles_shown(&visit.caller, &opened.module, &seek);
    let page = page.await?;
    let mut rows = Vec::with_capacity(page.items.len());
    for article in &page.items {
        rows.push(article_status(visit, overseer, article).await?);
    }
    Ok((rows, page.next))
}

async fn article_status(
    visit: &Visit,
    overseer: &Overseer,
    article: &Article,
) -> Reply<ArticleStatus> {
    let readings = &visit.app.readings;
    let counts = readings.reading_counts(overseer, article).await?;
    Ok(ArticleStatus {
        slug: article.slug.clone(),
        title: title_for(article, false),
        words: summary(article, counts),
        own: readings.own_audience(article.id).await?.is_some(),
    })
}

/// "3 of 5 have acknowledged v3.0, 1 is overdue."
fn summary(article: &Article, counts: ReadingCounts) -> String {
    let Some(now) = article.readable() else {
        return match article.standing {
            Standing::Suspended => "Suspended: nobody can read it, and nobody is reminded.",
            Standing::Retired => "Retired.",
            _ => "No approved version yet; people are asked as soon as there is one.",
        }
        .to_owned();
    };
    let ReadingCounts {
        done,
        open,
        overdue,
    } = counts;
    let all = done + open;
    if all == 0 {
        return format!("Nobody is asked to read v{}.0.", now.version);
    }
    let have = if done == 1 { "has" } else { "have" };
    let late = match overdue {
        0 => String::new(),
        1 => ", 1 is overdue".to_owned(),
        many => format!(", {many} are overdue"),
    };
    let version = now.version;
    format!("{done} of {all} {have} acknowledged v{version}.0{late}.")
}

async fn one(
    visit: &Visit,
    overseer: &Overseer,
    article: &Article,
    rejected: &RejectedForm,
) -> Reply<ChosenArticle> {
    let readings = &visit.app.readings;
    let counts = readings.reading_counts(overseer, article).await?;
    let words = summary(article, counts);
    let seek = visit.seek("after", LISTED);
    let page = readings.reading_status_page(overseer, article, &seek);
    let page = page.await?;
    let mut roll = page.items;
    let asked = roll
        .iter()
        .filter_map(|row| row.assignment.as_ref()?.assigner);
    let people: Vec<_> = roll.iter().map(|row| row.person).chain(asked).collect();
    let known = visit.name_map(&people).await?;
    roll.sort_by_key(|row| (row.progress, name_in(&known, &row.person).to_lowercase()));
    Ok(ChosenArticle {
        missing: counts.open > 0,
        next: page.next,
        readable: article.readable().is_some(),
        people: roll
            .iter()
            .map(|row| person(row, &known, visit.app.zone()))
            .collect(),
        zone: visit.app.zone().to_string(),
        words,
        whom: rejected.field("people"),
        due: rejected.field("due"),
        slug: article.slug.clone(),
        title: title_for(article, false),
    })
}

fn person(row: &ReadingStatus, known: &HashMap<PersonId, String>, zone: &Zone) -> ReaderRow {
    let by = row
        .assignment
        .as_ref()
        .map(|asked| due_day(zone, asked.due));
    let by = by.unwrap_or_default();
    let words = match (&row.acknowledgement, row.progress) {
        (Some(given), _) => {
            let on = CalendarDay::of(zone, given.completed_at);
            let words = Html::text(format!("Acknowledged v{}.0 on ", given.version)).on(on);
            match given.late {
                true => words.and(", after the day it was due"),
                false => words,
            }
        }
        (None, Progress::Overdue) => Html::text(format!("Overdue since {by}")),
        (None, _) => Html::text(format!("To be read by {by}")),
    };
    let reason = row.acknowledgement.as_ref().map(|given| given.reason);
    let reason = reason.or(row.assignment.as_ref().map(|asked| asked.reason));
    ReaderRow {
        name: name_in(known, &row.person),
        words,
        why: match reason {
            Some(AssignmentReason::NewVersion) => "Of the audience".to_owned(),
            Some(AssignmentReason::Role) => "Came to the audience later".to_owned(),
            Some(AssignmentReason::Assigned) => {
                let who = row.assignment.as_ref().and_then(|asked| asked.assigner);
                who.map_or_else(
                    || "Asked by hand".to_owned(),
                    |who| format!("Asked by {}", name_in(known, &who)),
                )
            }
            Some(AssignmentReason::Unasked) | None => "Unasked".to_owned(),
        },
    }
}

async fn audience_form(
    visit: &Visit,
    opened: &OpenedModule,
    article: Option<&Article>,
    rejected: &RejectedForm,
) -> Reply<AudienceForm> {
    let readings = &visit.app.readings;
    let own = match article {
        Some(article) => readings.own_audience(article.id).await?,
        None => None,
    };
    let is_own = own.is_some();
    let audience = match own {
        Some(own) => own,
        None => readings.module_audience(opened.module.id).await?,
    };
    let ids: Vec<_> = audience.people.iter().copied().collect();
    let known = visit.name_map(&ids).await?;
    let came_back = rejected.problem(&[]).is_some();
    let typed = |name: &str, value: &str| rejected.sent.all(name).any(|sent| sent == value);
    let mut roles = module_role_choices();
    for role in &mut roles {
        role.chosen = match came_back {
            true => typed("roles", &role.value),
            false => audience.roles.iter().any(|held| held.word() == role.value),
        };
    }
    let field = |name: &str, kept: String| match came_back {
        true => rejected.field(name),
        false => Field::of(kept),
    };
    Ok(AudienceForm {
        words: audience_words(&audience, &known),
        own: is_own,
        everybody: match came_back {
            true => typed("who", "everybody"),
            false => audience.everybody,
        },
        members: match came_back {
            true => typed("who", "members"),
            false => audience.members,
        },
        roles,
        people: field("people", logins(visit, &ids).await?),
        days: field("days", audience.days.to_string()),
    })
}

/// "Learners, trainers and Ada. They get 14 days for each new version."
fn audience_words(audience: &Audience, known: &HashMap<PersonId, String>) -> String {
    if audience.is_empty() {
        return "Nobody is asked.".to_owned();
    }
    let mut who = Vec::new();
    if audience.everybody {
        who.push("everybody who may read here".to_owned());
    }
    if audience.members {
        who.push("all members".to_owned());
    }
    let roles = audience.roles.iter();
    who.extend(roles.map(|role| format!("{}s", role_word(*role).to_lowercase())));
    who.extend(audience.people.iter().map(|id| name_in(known, id)));
    let days = match audience.days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let who = capitalised(&names(&who));
    format!("{who}. They get {days} for each new version.")
}

async fn logins(visit: &Visit, people: &[PersonId]) -> Reply<String> {
    let mut logins = Vec::new();
    for id in people {
        let person = visit.app.identity.person(*id).await?;
        logins.extend(person.map(|person| person.login));
    }
    Ok(logins.join(", "))
}

/// Returns the status as CSV.
async fn table(visit: &Visit, slug: &str) -> Reply<Response> {
    let opened = visit.app.access.open_module_at(&visit.caller, slug).await?;
    let overseer = visit.caller.overseer(&opened.place)?;
    let chosen = chosen(visit, &opened, visit.asked.one("article")).await?;
    let mut rows = Vec::new();
    let mut seek = Seek::first(CHUNK);
    loop {
        let page = match &chosen {
            Some(article) => Page {
                items: vec![article.clone()],
                next: None,
            },
            None => {
                let access = &visit.app.access;
                access
                    .articles_shown(&visit.caller, &opened.module, &seek)
                    .await?
            }
        };
        for article in &page.items {
            let title = title_for(article, false);
            let readings = &visit.app.readings;
            let roll = readings
                .reading_status(&overseer, article)
                .await?
                .into_iter();
            rows.extend(roll.map(|row| StatusLine::of(article.id, &title, row)));
        }
        seek.after = page.next;
        if seek.after.is_none() {
            break;
        }
    }
    let table = status_table::table(&visit.app, &opened.module, rows).await?;
    let name = format!(
        "reading-{}.csv",
        chosen.as_ref().map_or(slug, |article| &article.slug)
    );
    Ok(csv::download(&name, Body::from(table)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ChosenArticleForm {
    /// The article's slug; empty for the module.
    article: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AudienceFields {
    who: Vec<String>,
    roles: Vec<String>,
    people: String,
    days: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AssignForm {
    people: String,
    due: String,
}

/// Sets the audience of the module or of an article.
pub async fn choose(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    let ChosenArticleForm { article } = sent.fields()?;
    match set(&visit, &slug, &article, &sent).await {
        Ok(()) => Ok(go(back(&slug, &article, "audience"))),
        Err(cause) => {
            let rejected = RejectedForm::of(sent, cause)?;
            page(visit, &slug, &article, WhichForm::Audience, rejected).await
        }
    }
}

async fn set(visit: &Visit, slug: &str, article: &str, sent: &FormData) -> Reply<()> {
    let opened = visit.app.access.open_module_at(&visit.caller, slug).await?;
    let steward = visit.caller.steward(&opened.place)?;
    let readings = &visit.app.readings;
    if article.is_empty() {
        let audience = read(visit, sent).await?;
        readings.set_module_audience(&steward, audience).await?;
        return Ok(());
    }
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, article)
        .await?;
    let audience = match sent.one("as") {
        "module" => None,
        _ => Some(read(visit, sent).await?),
    };
    let id = opened.article.id;
    Ok(readings.set_own_audience(&steward, id, audience).await?)
}

async fn read(visit: &Visit, sent: &FormData) -> Reply<Audience> {
    let form: AudienceFields = sent.fields()?;
    let who = |wanted: &str| form.who.iter().any(|who| who == wanted);
    let mut roles = BTreeSet::new();
    for role in &form.roles {
        let unknown = |_| HttpError::invalid("roles", "Choose one of the roles offered.");
        roles.insert(role.parse().map_err(unknown)?);
    }
    let days = form.days.parse();
    Ok(Audience {
        everybody: who("everybody"),
        members: who("members"),
        roles,
        people: people(visit, &form.people).await?,
        days: days.map_err(|_| HttpError::invalid("days", "Give a whole number of days."))?,
    })
}

/// Finds people by login.
async fn people(visit: &Visit, logins: &str) -> Reply<BTreeSet<PersonId>> {
    let mut people = BTreeSet::new();
    let logins = logins.split([',', ';', ' ', '\n', '\r', '\t']);
    for login in logins.filter(|login| !login.is_empty()) {
        let found = visit.app.identity.find_by_login(login).await?;
        let nobody = || HttpError::invalid("people", format!("Nobody signs in as “{login}”."));
        people.insert(found.ok_or_else(nobody)?.id);
    }
    Ok(people)
}

/// Assigns an article to people.
pub async fn assign(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    let ChosenArticleForm { article } = sent.fields()?;
    match ask(&visit, &slug, &article, &sent).await {
        Ok(()) => Ok(go(back(&slug, &article, "asked"))),
        Err(cause) => {
            let rejected = RejectedForm::of(sent, cause)?;
            page(visit, &slug, &article, WhichForm::Assignment, rejected).await
        }
    }
}

async fn ask(visit: &Visit, slug: &str, article: &str, sent: &FormData) -> Reply<()> {
    let opened = visit.app.access.open_module_at(&visit.caller, slug).await?;
    let steward = visit.caller.steward(&opened.place)?;
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, article)
        .await?;
    let form: AssignForm = sent.fields()?;
    let people = people(visit, &form.people).await?;
    let due = day("due", &form.due, "Give a day, such as 2026-12-24.")?;
    let readings = &visit.app.readings;
    let asked = readings.assign(&steward, opened.article.id, &people, due);
    asked.await?;
    Ok(())
}

/// Reminds everybody who has not acknowledged an article.
pub async fn remind(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_module_at(&visit.caller, &slug)
        .await?;
    let steward = visit.caller.steward(&opened.place)?;
    let ChosenArticleForm { article } = sent.fields()?;
    let opened = visit
        .app
        .access
        .open_article_at(&visit.caller, &article)
        .await?;
    let readings = &visit.app.readings;
    match readings.remind_now(&steward, opened.article.id).await {
        Ok(_) => Ok(go(back(&slug, &article, "reminded"))),
        Err(cause) => {
            let rejected = RejectedForm::of(sent, cause)?;
            page(visit, &slug, &article, WhichForm::Audience, rejected).await
        }
    }
}

fn back(slug: &str, article: &str, done: &str) -> String {
    match article.is_empty() {
        true => format!("/m/{slug}/reading?done={done}"),
        false => format!("/m/{slug}/reading?article={article}&done={done}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_identity::Role;

    #[test]
    fn an_audience_is_described_in_one_line() {
        let ada = PersonId::new();
        let known = HashMap::from([(ada, "Ada".to_owned())]);
        let words = |audience: &Audience| audience_words(audience, &known);
        assert_eq!(words(&Audience::default()), "Nobody is asked.");
        let some = Audience {
            members: true,
            roles: BTreeSet::from([Role::Learner]),
            people: BTreeSet::from([ada]),
            days: 1,
            ..Audience::default()
        };
        assert_eq!(
            words(&some),
            "All members, learners and Ada. They get 1 day for each new version."
        );
    }
}

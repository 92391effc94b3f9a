//! The page of a module: its articles in order, and its members.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use lectern_access::OpenedModule;
use lectern_base::{ArticleId, Page, PersonId, Seek};
use lectern_identity::Role;
use lectern_module::{Control, Direction, Learners, Module, ModuleChange, Visibility};

use crate::article::page::status::standing;
use crate::error::{HttpError, Reply};
use crate::extract::Id;
use crate::identity::page::roles::{module_role_choices, role_list};
use crate::module::api::module::ModuleRequest;
use crate::page::form::{FormData, RejectedForm, go};
use crate::page::layout::{Frame, render, show as found};
use crate::page::view::{ArticleRow, Choice, Field, title_for};
use crate::page::visit::Visit;

#[derive(Template)]
#[template(path = "module.html")]
pub(crate) struct ModulePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub module: ModuleHead,
    pub articles: Vec<ArticleRow>,
    /// Where this page of the articles begins; empty on the first.
    pub after: String,
    /// Where the next page begins.
    pub next: Option<String>,
    pub members: Vec<Member>,
    pub roles: Vec<Choice>,
    pub login: Field,
    pub may_write: bool,
    /// May see drafts and review rules.
    pub edits: bool,
    /// May see the reading status.
    pub may_oversee: bool,
    pub suggests: bool,
    pub may_steward: bool,
    /// May create an audit package.
    pub may_export: bool,
}

/// The number of articles on a page.
const LISTED: usize = 50;

/// The head of a module's page.
pub(crate) struct ModuleHead {
    pub slug: String,
    pub title: String,
    pub purpose: String,
    pub nature: String,
}

/// A member of the module.
pub(crate) struct Member {
    pub id: String,
    pub name: String,
    pub roles: String,
}

#[derive(Template, Default)]
#[template(path = "new_module.html")]
pub(crate) struct NewModulePage {
    pub frame: Frame,
    pub problem: Option<String>,
    pub title: Field,
    pub purpose: Field,
    pub restricted: bool,
    pub controlled: bool,
}

/// Describes who reads a module and how strict its approval is.
pub fn nature(module: &Module) -> String {
    let readers = match module.visibility {
        Visibility::Open => "Open to everyone",
        Visibility::Restricted => "Members only",
    };
    let control = match module.control {
        Control::Informal => "informal",
        Control::Controlled => "controlled",
    };
    let learners = match module.learners {
        Learners::Write => "",
        Learners::Suggest => " · learners suggest changes",
    };
    format!("{readers} · {control}{learners}")
}

/// Shows a module.
pub async fn show(visit: Visit, Id(slug): Id<String>) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_module_at(&visit.caller, &slug)
        .await?;
    page(visit, opened, RejectedForm::default()).await
}

async fn page(visit: Visit, opened: OpenedModule, rejected: RejectedForm) -> Reply<Response> {
    let OpenedModule { module, place } = opened;
    let may_write = visit.caller.editor(&place).is_ok();
    let seek = visit.seek("after", LISTED);
    let listed = articles(&visit, &module, may_write, &seek).await?;
    let page = ModulePage {
        problem: rejected.problem(&["login"]),
        articles: listed.items,
        after: seek.after.unwrap_or_default(),
        next: listed.next,
        members: members(&visit, &module).await?,
        roles: module_role_choices(),
        login: rejected.field("login"),
        may_write: visit.caller.author(&place).is_ok(),
        edits: may_write,
        may_oversee: visit.caller.overseer(&place).is_ok(),
        suggests: module.learners == Learners::Suggest,
        may_steward: visit.caller.steward(&place).is_ok(),
        may_export: visit.caller.archivist(&place).is_ok(),
        module: ModuleHead {
            nature: nature(&module),
            slug: module.slug,
            title: module.title,
            purpose: module.purpose,
        },
        frame: visit.frame,
    };
    Ok(render(rejected.status(), &page))
}

async fn articles(
    visit: &Visit,
    module: &Module,
    writes: bool,
    seek: &Seek,
) -> Reply<Page<ArticleRow>> {
    let access = &visit.app.access;
    let page = access.articles_shown(&visit.caller, module, seek).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for article in page.items {
        items.push(ArticleRow {
            standing: standing(visit, &article, writes).await?,
            title: title_for(&article, writes),
            id: article.id.to_string(),
            slug: article.slug,
            module: module.title.clone(),
        });
    }
    let next = page.next;
    Ok(Page { items, next })
}

async fn members(visit: &Visit, module: &Module) -> Reply<Vec<Member>> {
    let people = visit.app.identity.members_of(module.id).await?;
    let member = |person: lectern_identity::Person| Member {
        id: person.id.to_string(),
        roles: role_list(
            person
                .roles
                .iter()
                .filter(|grant| grant.module == Some(module.id)),
        ),
        name: person.name,
    };
    Ok(people.into_iter().map(member).collect())
}

/// Shows the form for a new module.
pub async fn new(visit: Visit) -> Reply<Response> {
    visit.caller.founder()?;
    let page = NewModulePage {
        frame: visit.frame,
        ..NewModulePage::default()
    };
    Ok(found(&page))
}

/// Creates a module and leads to it.
pub async fn create(visit: Visit, sent: FormData) -> Reply<Response> {
    match try_create(&visit, &sent).await {
        Ok(module) => Ok(go(format!("/m/{}", module.slug))),
        Err(cause) => {
            let rejected = RejectedForm::of(sent, cause)?.beside("title");
            let page = NewModulePage {
                problem: rejected.problem(&["title", "purpose"]),
                title: rejected.field("title"),
                purpose: rejected.field("purpose"),
                restricted: rejected.sent.one("visibility") == "restricted",
                controlled: rejected.sent.one("control") == "controlled",
                frame: visit.frame,
            };
            Ok(render(rejected.status(), &page))
        }
    }
}

async fn try_create(visit: &Visit, sent: &FormData) -> Reply<Module> {
    let founder = visit.caller.founder()?;
    let wanted: ModuleRequest = sent.fields()?;
    Ok(visit.app.modules.create(&founder, wanted.into()).await?)
}

#[derive(Debug, Deserialize)]
struct LearnersForm {
    learners: Learners,
}

#[derive(Debug, Deserialize)]
struct MoveForm {
    article: ArticleId,
    #[serde(default, rename = "move")]
    direction: String,
    /// The page of the list that the form is on.
    #[serde(default)]
    after: String,
}

#[derive(Debug, Deserialize)]
struct MemberForm {
    #[serde(default)]
    login: String,
    role: Role,
}

#[derive(Debug, Deserialize)]
struct RemovalForm {
    person: PersonId,
}

/// Sets what learners do in the module's drafts.
pub async fn choose_learners(
    visit: Visit,
    Id(slug): Id<String>,
    sent: FormData,
) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_module_at(&visit.caller, &slug)
        .await?;
    let steward = visit.caller.steward(&opened.place)?;
    let LearnersForm { learners } = sent.fields()?;
    let change = ModuleChange {
        learners: Some(learners),
        ..ModuleChange::default()
    };
    visit.app.change_module(&steward, change).await?;
    Ok(go(format!("/m/{slug}?done=learners")))
}

/// Moves an article one place up or down.
pub async fn reorder(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_module_at(&visit.caller, &slug)
        .await?;
    let steward = visit.caller.steward(&opened.place)?;
    let form: MoveForm = sent.fields()?;
    let direction = match form.direction.as_str() {
        "up" => Direction::Up,
        _ => Direction::Down,
    };
    let modules = &visit.app.modules;
    modules
        .move_by_one(&steward, form.article, direction)
        .await?;
    // The cursor is an article, which the move may have taken to another page.
    Ok(match form.after.parse::<ArticleId>() {
        Ok(after) if after != form.article => go(format!("/m/{slug}?after={after}")),
        _ => go(format!("/m/{slug}")),
    })
}

/// Adds a member.
pub async fn add_member(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_module_at(&visit.caller, &slug)
        .await?;
    match grant(&visit, &opened, &sent).await {
        Ok(()) => Ok(go(format!("/m/{slug}?done=member"))),
        Err(cause) => {
            page(
                visit,
                opened,
                RejectedForm::of(sent, cause)?.beside("login"),
            )
            .await
        }
    }
}

async fn grant(visit: &Visit, opened: &OpenedModule, sent: &FormData) -> Reply<()> {
    let steward = visit.caller.steward(&opened.place)?;
    let MemberForm { login, role } = sent.fields()?;
    let found = visit.app.identity.find_by_login(&login).await?;
    let nobody = || HttpError::invalid("login", "Nobody signs in with this login.");
    let person = found.ok_or_else(nobody)?;
    visit
        .app
        .modules
        .add_member(&steward, person.id, role)
        .await?;
    Ok(())
}

/// Removes a member.
pub async fn remove_member(visit: Visit, Id(slug): Id<String>, sent: FormData) -> Reply<Response> {
    let opened = visit
        .app
        .access
        .open_module_at(&visit.caller, &slug)
        .await?;
    let steward = visit.caller.steward(&opened.place)?;
    let RemovalForm { person } = sent.fields()?;
    visit.app.modules.remove_member(&steward, person).await?;
    Ok(go(format!("/m/{slug}?done=member-removed")))
}

//! The sidebar of every page: favourites, the articles opened last, and the tree of modules.
//!
//! It costs what it shows: one page of modules, and the articles around the current one. Other
//! branches are loaded when somebody opens them.

use askama::Template;

use lectern_access::{Access, AccessError, OpenedArticle, OpenedModule};
use lectern_app::App;
use lectern_article::{Article, Standing};
use lectern_base::{ArticleId, Seek};
use lectern_identity::Caller;
use lectern_module::Module;

use crate::error::{HttpError, Reply};
use crate::page::view::title_for;

/// The modules in the tree; the home page has all.
const MODULES: usize = 30;
/// The articles of a branch on each side of the current one, or at its beginning.
const AROUND: usize = 40;
/// The favourites that are shown.
const FAVOURITES: usize = 15;
/// The articles opened last that are shown.
const RECENT: usize = 5;

/// The cookie that holds whether the sidebar is collapsed to icons.
pub const SIDEBAR: &str = "lectern_sidebar";
/// The value of [`SIDEBAR`] for a collapsed one.
pub const COLLAPSED: &str = "collapsed";

/// What a page is about, which the tree marks.
#[derive(Debug, Default)]
pub enum Location {
    /// Neither a module nor an article.
    #[default]
    Elsewhere,
    /// A module.
    Module(Box<OpenedModule>),
    /// An article.
    Article(Box<OpenedArticle>),
}

impl Location {
    /// Finds out from the parameters of a path, as `module`, `slug` and, under `/reviews`, `id`.
    ///
    /// What the caller may not know of, or what does not exist, is [`Location::Elsewhere`].
    pub async fn of_path(access: &Access, caller: &Caller, path: &str, named: &[Named]) -> Self {
        let parameter = |name: &str| {
            let found = named.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        if let Some(slug) = parameter("slug") {
            let opened = access.open_article_at(caller, slug).await;
            return opened.map_or(Self::Elsewhere, |opened| Self::Article(opened.into()));
        }
        if let Some(slug) = parameter("module") {
            let opened = access.open_module_at(caller, slug).await;
            return opened.map_or(Self::Elsewhere, |opened| Self::Module(opened.into()));
        }
        let review = parameter("id").filter(|_| path.starts_with("/reviews/"));
        if let Some(review) = review.and_then(|id| id.parse().ok())
            && let Ok((_, opened)) = access.open_review(caller, review).await
        {
            return Self::Article(opened.into());
        }
        Self::Elsewhere
    }

    fn module(&self) -> Option<&Module> {
        match self {
            Self::Elsewhere => None,
            Self::Module(opened) => Some(&opened.module),
            Self::Article(opened) => Some(&opened.module),
        }
    }

    fn article(&self) -> Option<ArticleId> {
        match self {
            Self::Article(opened) => Some(opened.article.id),
            _ => None,
        }
    }
}

/// A parameter of a path: its name and its value.
pub type Named = (String, String);

/// The sidebar of a page.
#[derive(Debug, Clone, Default)]
pub struct Sidebar {
    /// Whether it is collapsed to icons.
    pub is_collapsed: bool,
    /// Favourites, articles opened last and modules: safe HTML.
    pub tree: String,
    /// The article or module of the page.
    pub trail: Trail,
}

/// What the sidebar lists.
#[derive(Template)]
#[template(path = "sidebar.html")]
struct Tree {
    /// The favourites, as they were added.
    favourites: Vec<Leaf>,
    /// The articles opened last, newest first.
    recent: Vec<Leaf>,
    /// Modules by title.
    modules: Vec<Branch>,
    /// Whether there are more modules.
    more_modules: bool,
}

/// The articles of one module, as the tree shows them.
#[derive(Template)]
#[template(path = "branch.html")]
pub(crate) struct BranchPart {
    pub branch: Branch,
}

/// Where a page stands: its module and its article.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    /// The module.
    pub module: Option<Leaf>,
    /// The article.
    pub article: Option<Leaf>,
    /// The article's slug.
    pub slug: String,
    /// Whether the article is a favourite of the caller.
    pub is_favourite: bool,
}

/// A module in the tree.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The module's id.
    pub id: String,
    /// The module's slug.
    pub slug: String,
    /// The module's title.
    pub title: String,
    /// Whether the page is that of the module itself.
    pub is_current: bool,
    /// Its articles, if the branch is open.
    pub leaves: Option<Leaves>,
}

/// Articles of a module in their order.
#[derive(Debug, Clone, Default)]
pub struct Leaves {
    /// The articles.
    pub items: Vec<Leaf>,
    /// Whether others come before these.
    pub more_before: bool,
    /// Whether others come after these.
    pub more_after: bool,
    /// Whether the caller may change their order.
    pub may_order: bool,
}

/// An article in the sidebar.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// The article's id.
    pub id: String,
    /// Where it leads: readers to the effective version, writers of a first version to the draft.
    pub href: String,
    /// Its title.
    pub title: String,
    /// The name of its state in style sheets.
    pub state: &'static str,
    /// Its state in words: "Draft".
    pub state_words: &'static str,
    /// Whether the page is about it.
    pub is_current: bool,
}

impl Leaf {
    fn of(caller: &Caller, opened: &OpenedArticle, current: Option<ArticleId>) -> Self {
        let writes = caller.editor(&opened.place).is_ok();
        Self::new(&opened.article, writes, current)
    }

    fn new(article: &Article, writes: bool, current: Option<ArticleId>) -> Self {
        let (state, state_words) = state(article, writes);
        let is_first_draft = article.standing == Standing::Draft && writes;
        let draft = if is_first_draft { "/edit" } else { "" };
        Self {
            id: article.id.to_string(),
            href: format!("/a/{}{draft}", article.slug),
            title: title_for(article, writes),
            state,
            state_words,
            is_current: current == Some(article.id),
        }
    }
}

/// Returns the state of an article for the tree. Only those who write it see that it is in review.
fn state(article: &Article, writes: bool) -> (&'static str, &'static str) {
    let in_review = writes && article.open_review.is_some();
    match article.standing {
        Standing::Draft | Standing::Effective if in_review => ("review", "In review"),
        Standing::Draft => ("draft", "Draft"),
        Standing::Effective => ("effective", "Effective"),
        Standing::Due => ("due", "Due for review"),
        Standing::Expired => ("due", "Expired"),
        Standing::Suspended => ("suspended", "Suspended"),
        Standing::Retired => ("retired", "Retired"),
    }
}

impl Sidebar {
    /// Loads the sidebar of a page that went wrong: the modules, and nothing that changes with what
    /// its reader opened.
    pub async fn of_modules(app: &App, caller: &Caller, is_collapsed: bool) -> Reply<Self> {
        let found = app
            .modules
            .visible_page(caller, &Seek::first(MODULES))
            .await?;
        let tree = Tree {
            favourites: Vec::new(),
            recent: Vec::new(),
            modules: found.items.iter().map(Branch::closed).collect(),
            more_modules: found.next.is_some(),
        };
        Ok(Self {
            is_collapsed,
            tree: rendered(&tree)?,
            trail: Trail::default(),
        })
    }

    /// Loads the sidebar for a page.
    pub async fn load(
        app: &App,
        caller: &Caller,
        location: &Location,
        is_collapsed: bool,
    ) -> Reply<Self> {
        let current = location.article();
        let here = location.module().map(|module| module.id);
        let first = Seek::first(MODULES);
        let found = app.modules.visible_page(caller, &first).await?;
        let mut listed = found.items;
        if let Some(module) = location.module()
            && !listed.iter().any(|known| known.id == module.id)
        {
            listed.insert(0, module.clone());
        }
        let mut modules = Vec::with_capacity(listed.len());
        for module in listed {
            let leaves = match here == Some(module.id) {
                true => Some(Leaves::around(app, caller, &module, current).await?),
                false => None,
            };
            modules.push(Branch {
                is_current: here == Some(module.id) && current.is_none(),
                leaves,
                ..Branch::closed(&module)
            });
        }
        let favourites = app.favourites.of(caller.id()).await?;
        let mut recent = app.recent.of(caller.id()).await?;
        recent.retain(|id| Some(*id) != current && !favourites.contains(id));
        let is_favourite = current.is_some_and(|id| favourites.contains(&id));
        let tree = Tree {
            favourites: leaves_of(app, caller, &favourites, FAVOURITES, current).await?,
            recent: leaves_of(app, caller, &recent, RECENT, current).await?,
            modules,
            more_modules: found.next.is_some(),
        };
        Ok(Self {
            is_collapsed,
            tree: rendered(&tree)?,
            trail: Trail::of(caller, location, is_favourite),
        })
    }
}

fn rendered(tree: &Tree) -> Reply<String> {
    let html = tree.render();
    html.map_err(|cause| HttpError::internal(&cause))
}

impl Trail {
    fn of(caller: &Caller, location: &Location, is_favourite: bool) -> Self {
        let module = location.module().map(|module| Leaf {
            id: module.id.to_string(),
            href: format!("/m/{}", module.slug),
            title: module.title.clone(),
            state: "",
            state_words: "",
            is_current: location.article().is_none(),
        });
        let article = match location {
            Location::Article(opened) => Some(Leaf::of(caller, opened, location.article())),
            _ => None,
        };
        let slug = match location {
            Location::Article(opened) => opened.article.slug.clone(),
            _ => String::new(),
        };
        Self {
            module,
            article,
            slug,
            is_favourite,
        }
    }
}

impl Branch {
    fn closed(module: &Module) -> Self {
        Self {
            id: module.id.to_string(),
            slug: module.slug.clone(),
            title: module.title.clone(),
            is_current: false,
            leaves: None,
        }
    }

    /// Loads the articles of a module from the beginning.
    pub async fn open(app: &App, caller: &Caller, module: &Module) -> Reply<Self> {
        Ok(Self {
            leaves: Some(Leaves::around(app, caller, module, None).await?),
            ..Self::closed(module)
        })
    }
}

impl Leaves {
    /// Loads the articles of a module around the current one, or the first ones.
    async fn around(
        app: &App,
        caller: &Caller,
        module: &Module,
        current: Option<ArticleId>,
    ) -> Reply<Self> {
        let access = &app.access;
        let place = module.place();
        let stretch = match current {
            Some(id) => access.articles_around(caller, module, id, AROUND).await?,
            None => None,
        };
        let (ids, more_before, more_after) = match (stretch, current) {
            (Some(around), Some(current)) => {
                let ids = [around.before, vec![current], around.after].concat();
                (ids, around.more_before, around.more_after)
            }
            _ => {
                let first = Seek::first(2 * AROUND);
                let page = access.article_ids_shown(caller, module, &first).await?;
                (page.items, false, page.next.is_some())
            }
        };
        let writes = caller.editor(&place).is_ok();
        let articles = app.articles.all_with(&ids).await?;
        Ok(Self {
            items: articles
                .iter()
                .map(|article| Leaf::new(article, writes, current))
                .collect(),
            more_before,
            more_after,
            may_order: caller.steward(&place).is_ok(),
        })
    }
}

/// Opens articles until there are `most`; those that the caller may no longer see are left out.
async fn leaves_of(
    app: &App,
    caller: &Caller,
    ids: &[ArticleId],
    most: usize,
    current: Option<ArticleId>,
) -> Result<Vec<Leaf>, AccessError> {
    let mut leaves = Vec::new();
    for id in ids {
        if leaves.len() == most {
            break;
        }
        let known = app.access.articles_known(caller, &[*id]).await?;
        leaves.extend(known.iter().map(|opened| Leaf::of(caller, opened, current)));
    }
    Ok(leaves)
}

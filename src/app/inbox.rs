//! A person's notices in words, as far as the person may see now what they are about.

use lectern_article::{Article, Standing};
use lectern_base::{PersonId, ReviewId, ThreadId, Timestamp};
use lectern_identity::{Caller, Grant, Role};
use lectern_module::Module;
use lectern_review::Verdict;
use lectern_social::inbox::{
    DisplayNames, InboxItem, Notice, NoticeDetails, NoticeKind, RequiredAccess, sentence,
};

use super::{App, AppError};

/// Letters of somebody's words that stand below a notice.
const EXCERPT: usize = 240;

/// Which notices are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only those that were not read.
    pub unread: bool,
    /// Only those with a smaller number than this.
    pub before: Option<u64>,
    /// How many at most.
    pub limit: usize,
}

/// Some notices of a person, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notices {
    /// The notices.
    pub items: Vec<Shown>,
    /// The number of the last, if there are more.
    pub next: Option<u64>,
    /// How many are unread, in all.
    pub unread: usize,
}

/// A notice in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The number of the journal's entry that it comes from.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Whether it was read.
    pub read: bool,
    /// Who did it.
    pub by: Option<(PersonId, String)>,
    /// What happened, to what.
    pub matter: NoticeDetails,
    /// The same in a sentence.
    pub words: String,
    /// Why, or what was said.
    pub excerpt: Option<String>,
    /// The title of the module.
    pub module: Option<String>,
    /// Where to look at it.
    pub leads: Leads,
}

/// Where a notice leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// To a review.
    Review(ReviewId),
    /// To an article, by its name in addresses.
    Article(String),
    /// To a thread beside an article's draft.
    Thread(String, ThreadId),
    /// To a module, by its name in addresses.
    Module(String),
    /// To the delegations that the person gave and got.
    Delegations,
    /// To what waits for the person.
    Home,
}

/// What a notice is about, for somebody who may see it.
struct About {
    module: Option<Module>,
    article: Option<Article>,
    title: Option<String>,
}

impl App {
    /// Returns notices of a person.
    pub async fn notices(&self, caller: &Caller, wanted: Wanted) -> Result<Notices, AppError> {
        let mut kept = self.inbox.of(caller.id()).await?;
        kept.retain(|kept| {
            let earlier = wanted
                .before
                .is_none_or(|number| kept.notice.number < number);
            earlier && !(wanted.unread && kept.read)
        });
        let (mut items, mut next) = (Vec::new(), None);
        for kept in kept {
            if let Some(shown) = self.shown(caller, kept).await? {
                if items.len() == wanted.limit {
                    next = items.last().map(|last: &Shown| last.number);
                    break;
                }
                items.push(shown);
            }
        }
        let unread = self.inbox.unread(caller.id()).await?;
        Ok(Notices {
            items,
            next,
            unread,
        })
    }

    /// Returns where a notice leads; nowhere when it is not there, or no longer for this person.
    pub async fn notice_leads(
        &self,
        caller: &Caller,
        number: u64,
    ) -> Result<Option<Leads>, AppError> {
        let Some(notice) = self.inbox.get(caller.id(), number).await? else {
            return Ok(None);
        };
        let about = self.about(caller, &notice.details).await?;
        Ok(about.map(|about| leads(&notice.details, &about)))
    }

    async fn shown(&self, caller: &Caller, kept: InboxItem) -> Result<Option<Shown>, AppError> {
        let InboxItem { notice, read } = kept;
        let Some(about) = self.about(caller, &notice.details).await? else {
            return Ok(None);
        };
        let by = match notice.by {
            Some(id) => self.identity.person(id).await?.map(|by| (id, by.name)),
            None => None,
        };
        let names = DisplayNames {
            who: by.as_ref().map(|(_, name)| name.clone()),
            title: about.title.clone(),
            module: about.module.as_ref().map(|module| module.title.clone()),
            roles: self.roles(caller, &notice.details).await?,
        };
        Ok(Some(Shown {
            number: notice.number,
            at: notice.at,
            read,
            by,
            words: sentence(&notice.details, &names),
            excerpt: self.excerpt(&notice, &about).await?,
            module: names.module,
            leads: leads(&notice.details, &about),
            matter: notice.details,
        }))
    }

    /// What a notice is about; nothing when the caller may not know of it any more.
    async fn about(
        &self,
        caller: &Caller,
        matter: &NoticeDetails,
    ) -> Result<Option<About>, AppError> {
        let need = matter.kind.required_access();
        let module = match matter.module {
            Some(id) => self.modules.get(id).await?,
            None => None,
        };
        let module = module.filter(|module| caller.reader(&module.place()).is_ok());
        let writes = module.as_ref();
        let writes = writes.is_some_and(|module| caller.editor(&module.place()).is_ok());
        let may = match need {
            RequiredAccess::Nothing => true,
            RequiredAccess::Read => module.is_some(),
            RequiredAccess::Write => writes,
        };
        let article = match matter.article {
            Some(id) if may && need != RequiredAccess::Nothing => self.articles.get(id).await?,
            _ => None,
        };
        let title = article.as_ref().and_then(|article| title(article, writes));
        let known = may && (title.is_some() || matter.article.is_none());
        Ok(known.then_some(About {
            module,
            article,
            title,
        }))
    }

    /// The roles that were given, as far as the caller may know where.
    async fn roles(
        &self,
        caller: &Caller,
        matter: &NoticeDetails,
    ) -> Result<Vec<String>, AppError> {
        let mut words = Vec::new();
        for Grant { role, module } in &matter.roles {
            let role = match role {
                Role::Admin => "administrator",
                other => other.word(),
            };
            let Some(id) = module.filter(|_| matter.kind == NoticeKind::RoleGranted) else {
                words.push(role.to_owned());
                continue;
            };
            let module = self.modules.get(id).await?;
            if let Some(module) = module.filter(|one| caller.reader(&one.place()).is_ok()) {
                words.push(format!("{role} in “{}”", module.title));
            }
        }
        Ok(words)
    }

    /// Why it happened, or what was said: in the words that stand there now.
    async fn excerpt(&self, notice: &Notice, about: &About) -> Result<Option<String>, AppError> {
        use NoticeKind::*;
        let matter = &notice.details;
        let stands = |standing| {
            let article = about.article.as_ref();
            let article = article.filter(|article| article.standing == standing);
            article.and_then(|article| article.notice.clone())
        };
        let words = match matter.kind {
            ReviewRequested | ReviewResubmitted | StageReached | ReviewReminded
            | ReviewRejected => {
                let Some(id) = matter.review else {
                    return Ok(None);
                };
                let Some(review) = self.reviews.get(id).await? else {
                    return Ok(None);
                };
                match matter.kind {
                    ReviewRejected => {
                        let mut decisions = review.decisions.into_iter();
                        let rejected = decisions.rfind(|one| one.verdict == Verdict::Reject);
                        rejected.and_then(|rejected| rejected.reason)
                    }
                    _ => Some(review.change_summary),
                }
            }
            ReviewWithdrawn | RetirementSigned => {
                let entries = self
                    .journal
                    .read(notice.number.saturating_sub(1), 1)
                    .await?;
                let entry = entries.into_iter().find(|entry| entry.seq == notice.number);
                entry.and_then(|entry| entry.reason)
            }
            VersionSuspended => stands(Standing::Suspended),
            ArticleRetired => stands(Standing::Retired),
            Mentioned | ThreadReplied => self.said(notice).await?,
            _ => None,
        };
        Ok(words.map(|words| shortened(&words)))
    }

    /// The comment that a notice is about, as it reads now.
    async fn said(&self, notice: &Notice) -> Result<Option<String>, AppError> {
        let Some(id) = notice.details.thread else {
            return Ok(None);
        };
        let thread = self.threads.get(id).await?;
        let mut comments = thread.into_iter().flat_map(|thread| thread.comments);
        let is_it = |at: Timestamp, by| at <= notice.at && Some(by) == notice.by;
        let said = comments.rfind(|comment| is_it(comment.at, comment.by));
        Ok(said.map(|comment| comment.text))
    }
}

/// The title that somebody may know: writers that of the draft, readers the approved one.
fn title(article: &Article, writes: bool) -> Option<String> {
    let approved = article.effective.as_ref().map(|now| now.title.clone());
    match writes {
        true => Some(article.title.clone()),
        false => approved,
    }
}

fn leads(matter: &NoticeDetails, about: &About) -> Leads {
    let slug = about.article.as_ref().map(|article| article.slug.clone());
    let written = matter.kind.required_access() == RequiredAccess::Write;
    if matter.kind.is_delegation() {
        return Leads::Delegations;
    }
    match (matter.review, matter.thread, slug) {
        (Some(review), ..) if written => Leads::Review(review),
        (_, Some(thread), Some(slug)) => Leads::Thread(slug, thread),
        (.., Some(slug)) => Leads::Article(slug),
        _ => match &about.module {
            Some(module) if matter.kind == NoticeKind::ModuleJoined => {
                Leads::Module(module.slug.clone())
            }
            _ => Leads::Home,
        },
    }
}

fn shortened(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

//! Notices as their recipients see them: in words, as far as they may know what these are context.

use std::sync::Arc;

use lectern_article::{Article, Articles, Standing};
use lectern_base::{PersonId, ReviewId, ThreadId, Timestamp};
use lectern_identity::{Caller, Grant, Identity, Role};
use lectern_journal::Journal;
use lectern_module::{Module, Modules};
use lectern_review::{Reviews, Verdict};
use lectern_social::Threads;

use crate::NotifyError;
use crate::inbox::{Inbox, InboxItem};
use crate::notice::{Notice, NoticeDetails, NoticeKind, RequiredAccess};
use crate::sentence::{DisplayNames, sentence};

/// The length of an excerpt in characters.
const EXCERPT_LENGTH: usize = 240;

/// Which notices to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoticeQuery {
    /// Only unread ones.
    pub unread: bool,
    /// Only those of these kinds; all when empty.
    pub kinds: &'static [NoticeKind],
    /// Only those with a smaller number than this.
    pub before: Option<u64>,
    /// The page size.
    pub limit: usize,
}

/// A page of notices, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticePage {
    /// The notices.
    pub items: Vec<NoticeView>,
    /// The number of the last notice of this page, if there are more.
    pub next: Option<u64>,
    /// The number of unread notices on all pages.
    pub unread: usize,
}

/// A notice in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeView {
    /// The sequence number of the journal entry that caused it.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Whether it was read.
    pub read: bool,
    /// Who did it.
    pub by: Option<(PersonId, String)>,
    /// What it says, as data.
    pub details: NoticeDetails,
    /// What it says, in a sentence.
    pub words: String,
    /// The reason, or the beginning of the comment.
    pub excerpt: Option<String>,
    /// The title of the module.
    pub module: Option<String>,
    /// The page to open.
    pub target: NoticeTarget,
}

/// The page that a notice links to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeTarget {
    /// A review.
    Review(ReviewId),
    /// An article, by its slug.
    Article(String),
    /// A thread on the draft of an article, by its slug.
    Thread(String, ThreadId),
    /// A module, by its slug.
    Module(String),
    /// The recipient's delegations.
    Delegations,
    /// The home page.
    Home,
}

/// What a notice is about, as far as its recipient may see it.
struct Context {
    module: Option<Module>,
    article: Option<Article>,
    title: Option<String>,
}

/// The notices of each person, in words.
pub struct Notifications {
    /// The inboxes.
    pub inbox: Arc<Inbox>,
    /// The journal, for reasons.
    pub journal: Arc<Journal>,
    /// People.
    pub identity: Arc<Identity>,
    /// Modules.
    pub modules: Arc<Modules>,
    /// Articles.
    pub articles: Arc<Articles>,
    /// Their reviews.
    pub reviews: Arc<Reviews>,
    /// Comments on their drafts.
    pub threads: Arc<Threads>,
}

impl Notifications {
    /// Lists notices of the caller.
    pub async fn list(
        &self,
        caller: &Caller,
        query: NoticeQuery,
    ) -> Result<NoticePage, NotifyError> {
        let mut found = self.inbox.of(caller.id()).await?;
        found.retain(|item| {
            let earlier = query
                .before
                .is_none_or(|number| item.notice.number < number);
            let kinds = query.kinds;
            let wanted = kinds.is_empty() || kinds.contains(&item.notice.details.kind);
            earlier && wanted && !(query.unread && item.read)
        });
        let (mut items, mut next) = (Vec::new(), None);
        for item in found {
            if let Some(view) = self.view(caller, item).await? {
                if items.len() == query.limit {
                    next = items.last().map(|last: &NoticeView| last.number);
                    break;
                }
                items.push(view);
            }
        }
        let unread = self.inbox.unread(caller.id()).await?;
        Ok(NoticePage {
            items,
            next,
            unread,
        })
    }

    /// Returns the page that a notice links to; `None` if the caller has no such notice, or may no
    /// longer see what it is about.
    pub async fn target(
        &self,
        caller: &Caller,
        number: u64,
    ) -> Result<Option<NoticeTarget>, NotifyError> {
        let Some(notice) = self.inbox.get(caller.id(), number).await? else {
            return Ok(None);
        };
        let context = self.context(caller, &notice.details).await?;
        Ok(context.map(|context| target(&notice.details, &context)))
    }

    async fn view(
        &self,
        caller: &Caller,
        item: InboxItem,
    ) -> Result<Option<NoticeView>, NotifyError> {
        let InboxItem { notice, read } = item;
        let Some(context) = self.context(caller, &notice.details).await? else {
            return Ok(None);
        };
        let by = match notice.by {
            Some(id) => self.identity.person(id).await?.map(|by| (id, by.name)),
            None => None,
        };
        let known = self.identity.names(&notice.details.people).await?;
        let people = notice.details.people.iter();
        let names = DisplayNames {
            people: people.filter_map(|id| known.get(id).cloned()).collect(),
            who: by.as_ref().map(|(_, name)| name.clone()),
            title: context.title.clone(),
            module: context.module.as_ref().map(|module| module.title.clone()),
            roles: self.roles(caller, &notice.details).await?,
        };
        Ok(Some(NoticeView {
            number: notice.number,
            at: notice.at,
            read,
            by,
            words: sentence(&notice.details, &names),
            excerpt: self.excerpt(&notice, &context).await?,
            module: names.module,
            target: target(&notice.details, &context),
            details: notice.details,
        }))
    }

    /// Looks up what a notice is about; `None` if the caller may no longer see it.
    async fn context(
        &self,
        caller: &Caller,
        details: &NoticeDetails,
    ) -> Result<Option<Context>, NotifyError> {
        let required_access = details.kind.required_access();
        let module = match details.module {
            Some(id) => self.modules.get(id).await?,
            None => None,
        };
        let module = module.filter(|module| caller.reader(&module.place()).is_ok());
        let writes = module.as_ref();
        let writes = writes.is_some_and(|module| caller.editor(&module.place()).is_ok());
        let may = match required_access {
            RequiredAccess::Nothing => true,
            RequiredAccess::Read => module.is_some(),
            RequiredAccess::Write => writes,
        };
        let article = match details.article {
            Some(id) if may && required_access != RequiredAccess::Nothing => {
                self.articles.get(id).await?
            }
            _ => None,
        };
        let title = article.as_ref().and_then(|article| title(article, writes));
        let known = may && (title.is_some() || details.article.is_none());
        Ok(known.then_some(Context {
            module,
            article,
            title,
        }))
    }

    /// Returns the granted roles in words, without modules that the caller may not know of.
    async fn roles(
        &self,
        caller: &Caller,
        details: &NoticeDetails,
    ) -> Result<Vec<String>, NotifyError> {
        let mut words = Vec::new();
        for Grant { role, module } in &details.roles {
            let role = match role {
                Role::Admin => "administrator",
                other => other.word(),
            };
            let Some(id) = module.filter(|_| details.kind == NoticeKind::RoleGranted) else {
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

    /// Returns the reason for what happened, or the comment, in its current wording.
    async fn excerpt(
        &self,
        notice: &Notice,
        context: &Context,
    ) -> Result<Option<String>, NotifyError> {
        use NoticeKind::*;
        let details = &notice.details;
        let notice_if = |standing| {
            let article = context.article.as_ref();
            let article = article.filter(|article| article.standing == standing);
            article.and_then(|article| article.notice.clone())
        };
        let words = match details.kind {
            ReviewRequested | ReviewResubmitted | StageReached | ReviewReminded
            | ReviewRejected => {
                let Some(id) = details.review else {
                    return Ok(None);
                };
                let Some(review) = self.reviews.get(id).await? else {
                    return Ok(None);
                };
                match details.kind {
                    ReviewRejected => {
                        let mut decisions = review.decisions.into_iter();
                        let rejected = decisions.rfind(|one| one.verdict == Verdict::Reject);
                        rejected.and_then(|rejected| rejected.reason)
                    }
                    _ => Some(review.change_summary),
                }
            }
            ReviewWithdrawn | RetirementSigned | SubstituteNamed => {
                let entries = self
                    .journal
                    .read(notice.number.saturating_sub(1), 1)
                    .await?;
                let entry = entries.into_iter().find(|entry| entry.seq == notice.number);
                entry.and_then(|entry| entry.reason)
            }
            VersionSuspended => notice_if(Standing::Suspended),
            ArticleRetired => notice_if(Standing::Retired),
            Mentioned | ThreadReplied => self.comment(notice).await?,
            _ => None,
        };
        Ok(words.map(|words| shortened(&words)))
    }

    /// Returns the current text of the comment that a notice is about.
    async fn comment(&self, notice: &Notice) -> Result<Option<String>, NotifyError> {
        let Some(id) = notice.details.thread else {
            return Ok(None);
        };
        let thread = self.threads.get(id).await?;
        let mut comments = thread.into_iter().flat_map(|thread| thread.comments);
        let is_meant = |at: Timestamp, by| at <= notice.at && Some(by) == notice.by;
        let comment = comments.rfind(|comment| is_meant(comment.at, comment.by));
        Ok(comment.map(|comment| comment.text))
    }
}

/// Returns the title of the draft for writers, and of the effective version for readers.
fn title(article: &Article, writes: bool) -> Option<String> {
    let approved = article.effective.as_ref().map(|now| now.title.clone());
    match writes {
        true => Some(article.title.clone()),
        false => approved,
    }
}

fn target(details: &NoticeDetails, context: &Context) -> NoticeTarget {
    let slug = context.article.as_ref().map(|article| article.slug.clone());
    let written = details.kind.required_access() == RequiredAccess::Write;
    if details.kind.is_delegation() {
        return NoticeTarget::Delegations;
    }
    match (details.review, details.thread, slug) {
        (Some(review), ..) if written => NoticeTarget::Review(review),
        (_, Some(thread), Some(slug)) => NoticeTarget::Thread(slug, thread),
        (.., Some(slug)) => NoticeTarget::Article(slug),
        _ => match &context.module {
            Some(module) if details.kind == NoticeKind::ModuleJoined => {
                NoticeTarget::Module(module.slug.clone())
            }
            _ => NoticeTarget::Home,
        },
    }
}

fn shortened(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT_LENGTH) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

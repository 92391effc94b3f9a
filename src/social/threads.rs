//! Opening threads, answering, correcting and settling them.

use std::sync::Arc;

use serde_json::json;

use lectern_article::Article;
use lectern_base::{ArticleId, Clock, Page, PersonId, Seek, Subject, ThreadId};
use lectern_identity::{Editor, Steward};
use lectern_journal::{Deed, Journal, JournalError};
use lectern_live::Rooms;
use lectern_store::{Batch, Key, Range, Store};

use super::SocialError;
use super::thread::{Anchor, Comment, OF_ARTICLE, Remark, THREADS, Thread, ThreadState};

/// Comments of a thread.
const MOST_COMMENTS: usize = 200;
/// Threads of an article, settled ones included.
const MOST_THREADS: usize = 2_000;
/// Two people may say something at the same time.
const TRIES: usize = 8;

/// All threads.
pub struct Threads {
    store: Store,
    journal: Arc<Journal>,
    rooms: Arc<Rooms>,
    clock: Arc<dyn Clock>,
}

impl Threads {
    /// Keeps threads in `store` and tells the rooms when one changes.
    pub fn new(
        store: Store,
        journal: Arc<Journal>,
        rooms: Arc<Rooms>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            journal,
            rooms,
            clock,
        }
    }

    /// Returns a thread.
    pub async fn get(&self, id: ThreadId) -> Result<Option<Thread>, SocialError> {
        Ok(THREADS.get(&self.store, &id).await?)
    }

    /// Returns a page of an article's threads, oldest first.
    pub async fn of_article(
        &self,
        article: ArticleId,
        seek: &Seek,
    ) -> Result<Page<Thread>, SocialError> {
        let range = Range::prefix(&article.encode());
        let found = OF_ARTICLE.page(&self.store, range, seek).await?;
        let mut items = Vec::with_capacity(found.items.len());
        for ((_, id), ()) in found.items {
            items.extend(THREADS.get(&self.store, &id).await?);
        }
        Ok(Page {
            items,
            next: found.next,
        })
    }

    /// Puts a thread into `batch` that comes from another instance.
    pub fn adopt(&self, batch: &mut Batch, thread: &Thread) {
        THREADS.insert(batch, &thread.id, thread);
        OF_ARTICLE.put(batch, &(thread.article, thread.id), &());
    }

    /// Returns the threads of an article that are not settled, oldest first.
    pub async fn unsettled(&self, article: ArticleId) -> Result<Vec<Thread>, SocialError> {
        let mut open = Vec::new();
        for ((_, id), ()) in OF_ARTICLE.scan_under(&self.store, &article).await? {
            let thread = THREADS.get(&self.store, &id).await?;
            open.extend(thread.filter(|thread| thread.state == ThreadState::Open));
        }
        Ok(open)
    }

    /// Opens a thread about a passage.
    pub async fn open(
        &self,
        by: &Editor,
        article: &Article,
        anchor: Anchor,
        remark: Remark,
    ) -> Result<Thread, SocialError> {
        anchor.check()?;
        let comment = self.comment(by.person().id, remark.checked()?);
        let draft = self.rooms.read(article.id).await?;
        if !draft.sections.iter().any(|text| text.key == anchor.section) {
            let why = "the article has no such section";
            return Err(SocialError::invalid("section", why));
        }
        let known = OF_ARTICLE.scan_under(&self.store, &article.id).await?;
        if known.len() >= MOST_THREADS {
            let why = "an article has at most 2000 threads";
            return Err(SocialError::Full(why));
        }
        let thread = Thread {
            id: ThreadId::new(),
            article: article.id,
            module: article.module,
            anchor,
            state: ThreadState::Open,
            changed_by: None,
            comments: vec![comment],
        };
        let mut batch = Batch::new();
        THREADS.insert(&mut batch, &thread.id, &thread);
        OF_ARTICLE.put(&mut batch, &(article.id, thread.id), &());
        let told = deed(by.person().id, "thread.opened", &thread).to(json!({
            "article": thread.article,
            "section": thread.anchor.section,
            "quote": thread.anchor.quote,
            "text": thread.comments[0].text,
            "mentions": thread.comments[0].mentions,
        }));
        self.journal.record(batch, vec![told]).await?;
        self.rooms.send_news(thread.article);
        Ok(thread)
    }

    /// Adds a comment to a thread.
    pub async fn reply(
        &self,
        by: &Editor,
        id: ThreadId,
        remark: Remark,
    ) -> Result<Thread, SocialError> {
        let comment = self.comment(by.person().id, remark.checked()?);
        self.change(id, |thread| {
            if thread.state == ThreadState::Resolved {
                return Err(SocialError::Resolved);
            }
            if thread.comments.len() >= MOST_COMMENTS {
                let why = "a thread has at most 200 comments; open another";
                return Err(SocialError::Full(why));
            }
            thread.comments.push(comment.clone());
            let told = json!({
                "article": thread.article,
                "text": comment.text,
                "mentions": comment.mentions,
            });
            Ok(Some(deed(comment.by, "thread.replied", thread).to(told)))
        })
        .await
    }

    /// Puts other words in the place of one's own; `number` counts a thread's comments from 0.
    pub async fn edit(
        &self,
        by: &Editor,
        id: ThreadId,
        number: usize,
        remark: Remark,
    ) -> Result<Thread, SocialError> {
        let (by, remark, now) = (by.person().id, remark.checked()?, self.clock.now());
        self.change(id, |thread| {
            let comment = thread.comments.get_mut(number);
            let comment = comment.ok_or(SocialError::NotFound("comment"))?;
            if comment.by != by {
                return Err(SocialError::NotTheirs);
            }
            let told = |text: &str, mentions: &[PersonId]| {
                json!({"article": thread.article, "text": text, "mentions": mentions})
            };
            let old = told(&comment.text, &comment.mentions);
            let new = told(&remark.text, &remark.mentions);
            if old == new {
                return Ok(None);
            }
            comment.text.clone_from(&remark.text);
            comment.mentions.clone_from(&remark.mentions);
            comment.edited_at = Some(now);
            Ok(Some(deed(by, "comment.edited", thread).from(old).to(new)))
        })
        .await
    }

    /// Settles a thread: whoever opened it may, and whoever looks after the module.
    pub async fn resolve(
        &self,
        by: &Editor,
        steward: Option<&Steward>,
        id: ThreadId,
    ) -> Result<Thread, SocialError> {
        let by = by.person().id;
        self.change(id, |thread| {
            if thread.opened_by() != Some(by) && steward.is_none() {
                return Err(SocialError::MayNotResolve);
            }
            Ok(settle(thread, by, ThreadState::Resolved, "thread.resolved"))
        })
        .await
    }

    /// Opens a settled thread again.
    pub async fn reopen(&self, by: &Editor, id: ThreadId) -> Result<Thread, SocialError> {
        let by = by.person().id;
        self.change(id, |thread| {
            Ok(settle(thread, by, ThreadState::Open, "thread.reopened"))
        })
        .await
    }

    fn comment(&self, by: PersonId, remark: Remark) -> Comment {
        Comment {
            by,
            at: self.clock.now(),
            edited_at: None,
            text: remark.text,
            mentions: remark.mentions,
        }
    }

    /// Changes a thread together with its entry in the journal; without a deed it stays as it is.
    async fn change(
        &self,
        id: ThreadId,
        change: impl Fn(&mut Thread) -> Result<Option<Deed>, SocialError>,
    ) -> Result<Thread, SocialError> {
        for _ in 0..TRIES {
            let found = THREADS.get_versioned(&self.store, &id).await?;
            let found = found.ok_or(SocialError::NotFound("thread"))?;
            let mut thread = found.value.clone();
            let Some(deed) = change(&mut thread)? else {
                return Ok(thread);
            };
            let mut batch = Batch::new();
            THREADS.put_expecting(&mut batch, &id, &thread, &found);
            match self.journal.record(batch, vec![deed]).await {
                Err(JournalError::Conflict { .. }) => continue,
                done => done?,
            };
            self.rooms.send_news(thread.article);
            return Ok(thread);
        }
        Err(SocialError::Full(
            "too many people change this thread at once; try again",
        ))
    }
}

fn settle(thread: &mut Thread, by: PersonId, state: ThreadState, name: &str) -> Option<Deed> {
    if thread.state == state {
        return None;
    }
    let told = |state: ThreadState| json!({"article": thread.article, "state": state});
    let (old, new) = (told(thread.state), told(state));
    thread.state = state;
    thread.changed_by = Some(by);
    Some(deed(by, name, thread).from(old).to(new))
}

fn deed(by: PersonId, name: &str, thread: &Thread) -> Deed {
    Deed::new(by, name, Subject::new("thread", thread.id)).in_module(thread.module)
}

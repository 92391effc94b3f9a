//! Opens, answers, edits and resolves threads.

use std::sync::Arc;

use lectern_article::Article;
use lectern_base::{ArticleId, Clock, Page, PersonId, Seek, Subject, ThreadId};
use lectern_identity::{Editor, Steward};
use lectern_journal::{AuditEvent, Journal};
use lectern_live::Rooms;
use lectern_store::{Batch, Key, Range, Store, retrying};

use super::SocialError;
use super::event::{CommentText, OpenedThread, SocialEvent, ThreadStatus};
use super::thread::{Anchor, Comment, NewComment, OF_ARTICLE, THREADS, Thread, ThreadState};

/// Maximum number of comments in a thread.
const MOST_COMMENTS: usize = 200;
/// Maximum number of threads in an article, resolved ones included.
const MOST_THREADS: usize = 2_000;

/// Stores threads.
pub struct Threads {
    store: Store,
    journal: Arc<Journal>,
    rooms: Arc<Rooms>,
    clock: Arc<dyn Clock>,
}

impl Threads {
    /// Creates the service on top of `store`. Connected editors are notified through `rooms`.
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

    /// Adds a thread imported from another instance to `batch`.
    pub fn adopt(&self, batch: &mut Batch, thread: &Thread) {
        THREADS.insert(batch, &thread.id, thread);
        OF_ARTICLE.put(batch, &(thread.article, thread.id), &());
    }

    /// Returns the open threads of an article, oldest first.
    pub async fn open_threads(&self, article: ArticleId) -> Result<Vec<Thread>, SocialError> {
        let mut open = Vec::new();
        for ((_, id), ()) in OF_ARTICLE.scan_under(&self.store, &article).await? {
            let thread = THREADS.get(&self.store, &id).await?;
            open.extend(thread.filter(|thread| thread.state == ThreadState::Open));
        }
        Ok(open)
    }

    /// Opens a thread on a passage.
    pub async fn open(
        &self,
        by: &Editor,
        article: &Article,
        anchor: Anchor,
        remark: NewComment,
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
        let opened = SocialEvent::ThreadOpened {
            new: OpenedThread {
                article: thread.article,
                section: thread.anchor.section.clone(),
                quote: thread.anchor.quote.clone(),
                text: thread.comments[0].text.clone(),
                mentions: thread.comments[0].mentions.clone(),
            },
        };
        let event = event(by.person().id, opened, &thread);
        self.journal.record(batch, vec![event]).await?;
        self.rooms.send_news(thread.article);
        Ok(thread)
    }

    /// Adds a comment to a thread.
    pub async fn reply(
        &self,
        by: &Editor,
        id: ThreadId,
        remark: NewComment,
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
            let by = comment.by;
            let new = CommentText {
                article: thread.article,
                text: comment.text.clone(),
                mentions: comment.mentions.clone(),
            };
            Ok(Some(event(by, SocialEvent::ThreadReplied { new }, thread)))
        })
        .await
    }

    /// Edits the author's own comment; `number` is its index within the thread.
    pub async fn edit(
        &self,
        by: &Editor,
        id: ThreadId,
        number: usize,
        remark: NewComment,
    ) -> Result<Thread, SocialError> {
        let (by, remark, now) = (by.person().id, remark.checked()?, self.clock.now());
        self.change(id, |thread| {
            let comment = thread.comments.get_mut(number);
            let comment = comment.ok_or(SocialError::NotFound("comment"))?;
            if comment.by != by {
                return Err(SocialError::NotAuthor);
            }
            let says = |text: &str, mentions: &[PersonId]| CommentText {
                article: thread.article,
                text: text.to_owned(),
                mentions: mentions.to_vec(),
            };
            let old = says(&comment.text, &comment.mentions);
            let new = says(&remark.text, &remark.mentions);
            if old == new {
                return Ok(None);
            }
            comment.text.clone_from(&remark.text);
            comment.mentions.clone_from(&remark.mentions);
            comment.edited_at = Some(now);
            let edited = SocialEvent::CommentEdited { old, new };
            Ok(Some(event(by, edited, thread)))
        })
        .await
    }

    /// Resolves a thread. The person who opened it may do so, and stewards of the module.
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
            Ok(set_state(thread, by, ThreadState::Resolved))
        })
        .await
    }

    /// Reopens a resolved thread.
    pub async fn reopen(&self, by: &Editor, id: ThreadId) -> Result<Thread, SocialError> {
        let by = by.person().id;
        self.change(id, |thread| Ok(set_state(thread, by, ThreadState::Open)))
            .await
    }

    fn comment(&self, by: PersonId, remark: NewComment) -> Comment {
        Comment {
            by,
            at: self.clock.now(),
            edited_at: None,
            text: remark.text,
            mentions: remark.mentions,
        }
    }

    /// Applies a change and records its event; without an event nothing is written.
    async fn change(
        &self,
        id: ThreadId,
        change: impl Fn(&mut Thread) -> Result<Option<AuditEvent>, SocialError>,
    ) -> Result<Thread, SocialError> {
        let busy = SocialError::Full("too many people change this thread at once; try again");
        retrying(busy, || async {
            let found = THREADS.get_versioned(&self.store, &id).await?;
            let found = found.ok_or(SocialError::NotFound("thread"))?;
            let mut thread = found.value.clone();
            let Some(deed) = change(&mut thread)? else {
                return Ok(thread);
            };
            let mut batch = Batch::new();
            THREADS.put_expecting(&mut batch, &id, &thread, &found);
            self.journal.record(batch, vec![deed]).await?;
            self.rooms.send_news(thread.article);
            Ok(thread)
        })
        .await
    }
}

fn set_state(thread: &mut Thread, by: PersonId, state: ThreadState) -> Option<AuditEvent> {
    if thread.state == state {
        return None;
    }
    let status = |state| ThreadStatus {
        article: thread.article,
        state,
    };
    let (old, new) = (status(thread.state), status(state));
    thread.state = state;
    thread.changed_by = Some(by);
    let changed = match state {
        ThreadState::Open => SocialEvent::ThreadReopened { old, new },
        ThreadState::Resolved => SocialEvent::ThreadResolved { old, new },
    };
    Some(event(by, changed, thread))
}

fn event(by: PersonId, what: SocialEvent, thread: &Thread) -> AuditEvent {
    AuditEvent::new(by, what, Subject::new("thread", thread.id)).in_module(thread.module)
}

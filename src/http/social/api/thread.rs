//! Comments on passages of a draft.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use lectern_access::OpenedArticle;
use lectern_app::App;
use lectern_base::{ArticleId, Page, PersonId, Seek, ThreadId, Timestamp};
use lectern_identity::Caller;
use lectern_social::{Anchor, NewComment, Thread, ThreadState};

use crate::article::api::writer::WriterReply;
use crate::body::{Json, Query};
use crate::created::Created;
use crate::error::Reply;
use crate::extract::{Id, Ids, SignedIn, State};

/// A thread to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadRequest {
    /// The passage.
    pub anchor: Anchor,
    /// The first comment.
    pub remark: NewComment,
}

/// A passage of a draft and what was said about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadReply {
    /// Its id.
    pub id: ThreadId,
    /// The article.
    pub article: ArticleId,
    /// The passage.
    pub anchor: Anchor,
    /// Whether it is settled.
    pub state: ThreadState,
    /// Who settled it, or opened it again.
    #[schema(required = true)]
    pub changed_by: Option<WriterReply>,
    /// Whether the caller may settle it.
    pub may_resolve: bool,
    /// What was said, oldest first.
    pub comments: Vec<CommentReply>,
}

/// What somebody said.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentReply {
    /// Who.
    pub by: WriterReply,
    /// When.
    pub at: Timestamp,
    /// When it was changed last.
    #[schema(required = true)]
    pub edited_at: Option<Timestamp>,
    /// The words.
    pub text: String,
    /// The people it speaks to; `@` and their names stand in the words.
    pub mentions: Vec<WriterReply>,
}

/// Puts names to people and says what the caller may do.
struct ThreadPresenter<'a> {
    app: &'a App,
    caller: PersonId,
    steward: bool,
    names: HashMap<PersonId, String>,
}

impl<'a> ThreadPresenter<'a> {
    fn new(app: &'a App, caller: &Caller, opened: &OpenedArticle) -> Self {
        Self {
            app,
            caller: caller.id(),
            steward: caller.steward(&opened.place).is_ok(),
            names: HashMap::new(),
        }
    }

    async fn name(&mut self, id: PersonId) -> Reply<WriterReply> {
        if let Some(name) = self.names.get(&id) {
            let name = name.clone();
            return Ok(WriterReply { id, name });
        }
        let person = self.app.identity.person(id).await?;
        let name = person.map(|person| person.name).unwrap_or_default();
        self.names.insert(id, name.clone());
        Ok(WriterReply { id, name })
    }

    async fn thread(&mut self, thread: Thread) -> Reply<ThreadReply> {
        let may_resolve = self.steward || thread.opened_by() == Some(self.caller);
        let changed_by = match thread.changed_by {
            Some(id) => Some(self.name(id).await?),
            None => None,
        };
        let mut comments = Vec::with_capacity(thread.comments.len());
        for comment in thread.comments {
            let mut mentions = Vec::with_capacity(comment.mentions.len());
            for id in comment.mentions {
                mentions.push(self.name(id).await?);
            }
            comments.push(CommentReply {
                by: self.name(comment.by).await?,
                at: comment.at,
                edited_at: comment.edited_at,
                text: comment.text,
                mentions,
            });
        }
        Ok(ThreadReply {
            id: thread.id,
            article: thread.article,
            anchor: thread.anchor,
            state: thread.state,
            changed_by,
            may_resolve,
            comments,
        })
    }
}

/// Lists the threads of an article's draft, oldest first.
#[utoipa::path(get, path = "/api/v1/articles/{id}/threads", tag = "comments",
    params(("id" = ArticleId, Path, description = "The article."), Seek),
    responses((status = 200, description = "A page of threads.", body = Page<ThreadReply>)))]
pub async fn list(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Query(seek): Query<Seek>,
) -> Reply<Json<Page<ThreadReply>>> {
    let opened = app.access.open_article(&caller, id).await?;
    caller.editor(&opened.place)?;
    let found = app.threads.of_article(id, &seek).await?;
    let mut presenter = ThreadPresenter::new(&app, &caller, &opened);
    let mut items = Vec::with_capacity(found.items.len());
    for thread in found.items {
        items.push(presenter.thread(thread).await?);
    }
    let next = found.next;
    Ok(Json(Page { items, next }))
}

/// Opens a thread about a passage.
#[utoipa::path(post, path = "/api/v1/articles/{id}/threads", tag = "comments",
    params(("id" = ArticleId, Path, description = "The article.")),
    request_body = ThreadRequest,
    responses((status = 201, description = "The thread.", body = ThreadReply),
        (status = 422, description = "A field breaks a rule.", body = crate::Problem)))]
pub async fn open(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ArticleId>,
    Json(wanted): Json<ThreadRequest>,
) -> Reply<Created<ThreadReply>> {
    let opened = app.access.open_article(&caller, id).await?;
    let editor = caller.editor(&opened.place)?;
    app.access
        .check_mentions(&opened.place, &wanted.remark)
        .await?;
    let ThreadRequest { anchor, remark } = wanted;
    let thread = app
        .threads
        .open(&editor, &opened.article, anchor, remark)
        .await?;
    let at = format!("/api/v1/threads/{}", thread.id);
    let body = ThreadPresenter::new(&app, &caller, &opened)
        .thread(thread)
        .await?;
    Ok(Created { at, body })
}

/// Shows a thread.
#[utoipa::path(get, path = "/api/v1/threads/{id}", tag = "comments",
    params(("id" = ThreadId, Path, description = "The thread.")),
    responses((status = 200, description = "The thread.", body = ThreadReply)))]
pub async fn show(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ThreadId>,
) -> Reply<Json<ThreadReply>> {
    let (thread, opened) = app.access.open_thread(&caller, id).await?;
    let told = ThreadPresenter::new(&app, &caller, &opened)
        .thread(thread)
        .await?;
    Ok(Json(told))
}

/// Adds a comment to a thread.
#[utoipa::path(post, path = "/api/v1/threads/{id}/comments", tag = "comments",
    params(("id" = ThreadId, Path, description = "The thread.")),
    request_body = NewComment,
    responses((status = 200, description = "The thread.", body = ThreadReply),
        (status = 409, description = "It is resolved.", body = crate::Problem)))]
pub async fn reply(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ThreadId>,
    Json(remark): Json<NewComment>,
) -> Reply<Json<ThreadReply>> {
    let (_, opened) = app.access.open_thread(&caller, id).await?;
    let editor = caller.editor(&opened.place)?;
    app.access.check_mentions(&opened.place, &remark).await?;
    let thread = app.threads.reply(&editor, id, remark).await?;
    let told = ThreadPresenter::new(&app, &caller, &opened)
        .thread(thread)
        .await?;
    Ok(Json(told))
}

/// Puts other words in the place of one's own comment; a thread's comments are counted from 0.
#[utoipa::path(put, path = "/api/v1/threads/{id}/comments/{number}", tag = "comments",
    params(("id" = ThreadId, Path, description = "The thread."),
        ("number" = usize, Path, description = "Which comment, from 0.")),
    request_body = NewComment,
    responses((status = 200, description = "The thread.", body = ThreadReply),
        (status = 403, description = "Somebody else wrote it.", body = crate::Problem)))]
pub async fn edit(
    app: State,
    SignedIn(caller): SignedIn,
    Ids(id, number): Ids<ThreadId, usize>,
    Json(remark): Json<NewComment>,
) -> Reply<Json<ThreadReply>> {
    let (_, opened) = app.access.open_thread(&caller, id).await?;
    let editor = caller.editor(&opened.place)?;
    app.access.check_mentions(&opened.place, &remark).await?;
    let thread = app.threads.edit(&editor, id, number, remark).await?;
    let told = ThreadPresenter::new(&app, &caller, &opened)
        .thread(thread)
        .await?;
    Ok(Json(told))
}

/// Settles a thread.
#[utoipa::path(post, path = "/api/v1/threads/{id}/resolve", tag = "comments",
    params(("id" = ThreadId, Path, description = "The thread.")),
    responses((status = 200, description = "The thread.", body = ThreadReply),
        (status = 403, description = "Others may.", body = crate::Problem)))]
pub async fn resolve(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ThreadId>,
) -> Reply<Json<ThreadReply>> {
    let (_, opened) = app.access.open_thread(&caller, id).await?;
    let editor = caller.editor(&opened.place)?;
    let steward = caller.steward(&opened.place).ok();
    let thread = app.threads.resolve(&editor, steward.as_ref(), id).await?;
    let told = ThreadPresenter::new(&app, &caller, &opened)
        .thread(thread)
        .await?;
    Ok(Json(told))
}

/// Opens a settled thread again.
#[utoipa::path(post, path = "/api/v1/threads/{id}/reopen", tag = "comments",
    params(("id" = ThreadId, Path, description = "The thread.")),
    responses((status = 200, description = "The thread.", body = ThreadReply)))]
pub async fn reopen(
    app: State,
    SignedIn(caller): SignedIn,
    Id(id): Id<ThreadId>,
) -> Reply<Json<ThreadReply>> {
    let (_, opened) = app.access.open_thread(&caller, id).await?;
    let editor = caller.editor(&opened.place)?;
    let thread = app.threads.reopen(&editor, id).await?;
    let told = ThreadPresenter::new(&app, &caller, &opened)
        .thread(thread)
        .await?;
    Ok(Json(told))
}

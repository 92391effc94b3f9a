//! The task that owns one open draft.
//!
//! It works in turns: take the queued commands, check and apply them, append the changes to the
//! edit log in one commit, and only then send anything. If the commit fails, the document in memory
//! is ahead of the disk; it is dropped with all connections, and clients that reconnect get what is
//! on disk.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};

use lectern_article::Edit;
use lectern_base::ArticleId;

use super::awareness::ConnectionId;
use super::command::{Command, ConnectionCommand, DraftQuery, DraftView, RoomCommand, RoomError};
use super::draft::Draft;
use super::draft_records::{Backlog, LoadedDraft};
use super::error::{Close, LiveError};
use super::event::RoomEvent;
use super::full_state_cache::FullStateCache;
use super::member::Member;
use super::metrics::{CountGauge, SumGauge};
use super::presence::Presence;
use super::room_registry::RoomRegistry;
use super::session::Session;
use super::turn::Turn;

/// How long a room rests after a change, per member.
const REST_PER_MEMBER: Duration = Duration::from_micros(12);
/// The timer counts in milliseconds, so a shorter rest would take too long.
const MIN_REST: Duration = Duration::from_millis(1);
/// A room that closes with at least this many edits since the last snapshot takes a new one, so
/// that the next load need not replay them.
const SNAPSHOT_MIN_ENTRIES: u64 = 128;
/// How long a stopping room may spend on its final snapshot.
const FINAL_COMPACTION_TIMEOUT: Duration = Duration::from_secs(2);
/// The most commands handled in one turn. With more, the first would wait for the last.
const MAX_COMMANDS_PER_TURN: usize = 256;

/// An open draft and its members.
pub struct Room {
    pub(super) article: ArticleId,
    pub(super) id: u64,
    pub(super) registry: Arc<RoomRegistry>,
    pub(super) sender: UnboundedSender<Command>,
    pub(super) draft: Draft,
    pub(super) members: HashMap<ConnectionId, Member>,
    pub(super) presence: Arc<Presence>,
    pub(super) full_state: FullStateCache,
    position: u64,
    backlog: Backlog,
    /// The part of the backlog that is being compacted.
    compacting: Option<Backlog>,
    session: Session,
    idle_since: Option<Instant>,
    next_turn: Instant,
    /// Notified when the room has stopped.
    on_stopped: Option<oneshot::Sender<()>>,
    log_bytes: SumGauge,
    _counted: CountGauge,
}

impl Room {
    /// Creates a room for a loaded draft.
    pub fn new(
        article: ArticleId,
        id: u64,
        registry: Arc<RoomRegistry>,
        sender: UnboundedSender<Command>,
        loaded: LoadedDraft,
    ) -> Self {
        let presence = Arc::new(Presence::new(&registry.settings));
        Self {
            article,
            id,
            registry,
            sender,
            draft: loaded.draft,
            members: HashMap::new(),
            presence,
            full_state: FullStateCache::with_state(&loaded.state),
            position: loaded.position,
            backlog: loaded.backlog,
            log_bytes: SumGauge::new("lectern_live_log_bytes", loaded.backlog.bytes),
            compacting: None,
            session: Session::default(),
            idle_since: None,
            next_turn: Instant::now(),
            on_stopped: None,
            _counted: CountGauge::new("lectern_live_rooms"),
        }
    }

    /// Runs until the room is idle, is shut down, or the store fails.
    pub async fn run(mut self, mut inbox: UnboundedReceiver<Command>) {
        let mut waiting = Vec::new();
        loop {
            let deadline = self.check_timers();
            if self.on_stopped.is_some() || (self.is_expired() && inbox.is_empty()) {
                break;
            }
            tokio::select! {
                _ = inbox.recv_many(&mut waiting, MAX_COMMANDS_PER_TURN) => {}
                () = sleep_until_some(deadline) => {}
            }
            self.rest(&mut inbox, &mut waiting).await;
            if let Err(why) = self.run_turn(std::mem::take(&mut waiting)).await {
                self.abort(&why);
                self.unregister(&mut inbox);
                return;
            }
        }
        self.unregister(&mut inbox);
        if self.compacting.is_none() && self.backlog.entries >= SNAPSHOT_MIN_ENTRIES {
            // Boxed so that an open room does not reserve space for it. If it does not finish in
            // time, the next load only takes longer.
            let compacted = Box::pin(compact(&self.registry, self.article));
            let _ = timeout(FINAL_COMPACTION_TIMEOUT, compacted).await;
        }
        if let Some(done) = self.on_stopped.take() {
            let _ = done.send(());
        }
    }

    /// Removes the room from the registry and rejects the commands still in its queue.
    fn unregister(&self, inbox: &mut UnboundedReceiver<Command>) {
        self.registry.remove(self.article, self.id);
        inbox.close();
        while let Ok(command) = inbox.try_recv() {
            command.reject(RoomError::Closed);
        }
    }

    /// Lets a crowded room gather commands, so that an article with hundreds of people takes its
    /// share of the machine and no more.
    async fn rest(&self, inbox: &mut UnboundedReceiver<Command>, waiting: &mut Vec<Command>) {
        let left = self.next_turn.saturating_duration_since(Instant::now());
        if waiting.is_empty() || left < MIN_REST {
            return;
        }
        sleep_until(self.next_turn).await;
        while waiting.len() < MAX_COMMANDS_PER_TURN
            && let Ok(command) = inbox.try_recv()
        {
            waiting.push(command);
        }
    }

    async fn run_turn(&mut self, commands: Vec<Command>) -> Result<(), LiveError> {
        metrics::histogram!("lectern_live_turn_size").record(commands.len() as f64);
        let mut turn = Turn::default();
        for group in by_sender(commands) {
            match group {
                Group::Connection(connection, commands) => {
                    self.handle_messages(connection, commands, &mut turn)
                        .await?;
                }
                Group::Room(commands) => commands
                    .into_iter()
                    .for_each(|command| self.handle_command(command, &mut turn)),
            }
        }
        self.commit(turn).await
    }

    /// Writes the changes of a turn to disk, then sends its messages.
    pub(super) async fn commit(&mut self, turn: Turn) -> Result<(), LiveError> {
        let now = self.registry.clock.now();
        let edits = turn.changes().map(|change| Edit {
            author: change.author,
            at: now,
            clients: change.bound.clone(),
            update: change.update.to_vec(),
        });
        let edits: Vec<_> = edits.collect();
        if !edits.is_empty()
            && let Err(why) = self.append(&edits).await
        {
            turn.fail(&why);
            return Err(why);
        }
        let members = || {
            self.members
                .iter()
                .map(|(id, member)| (*id, &member.outbox))
                .collect()
        };
        if !edits.is_empty() {
            self.next_turn = Instant::now() + REST_PER_MEMBER * self.members.len() as u32;
        }
        let queries = turn.publish(members);
        self.answer_queries(queries);
        self.compact_if_due();
        Ok(())
    }

    async fn append(&mut self, edits: &[Edit]) -> Result<(), LiveError> {
        metrics::histogram!("lectern_live_group_size").record(edits.len() as f64);
        let last = self.registry.drafts.append(self.article, edits).await?;
        self.session.record_edit(self.position);
        let first = last + 1 - edits.len() as u64;
        for (position, edit) in (first..).zip(edits) {
            self.draft.record_edit(edit.author, position);
        }
        self.position = last;
        let sizes = edits.iter().map(|edit| edit.update.len());
        self.set_backlog(sizes.fold(self.backlog, Backlog::with_entry));
        Ok(())
    }

    fn answer_queries(&self, queries: Vec<DraftQuery>) {
        if queries.is_empty() {
            return;
        }
        let mut present: Vec<_> = self.members.values().map(|member| member.person).collect();
        present.sort();
        present.dedup();
        let view = DraftView {
            doc: self.draft.doc(),
            position: self.position,
            authors: self.draft.authors(),
            present,
        };
        queries.into_iter().for_each(|query| query(Ok(&view)));
    }

    /// Reloads the draft after an update failed half-way.
    pub(super) async fn reload(&mut self) -> Result<(), LiveError> {
        let loaded = self.registry.load_draft(self.article).await?;
        self.full_state.invalidate();
        (self.draft, self.position) = (loaded.draft, loaded.position);
        self.set_backlog(loaded.backlog);
        Ok(())
    }

    fn set_backlog(&mut self, backlog: Backlog) {
        self.backlog = backlog;
        self.log_bytes.set(backlog.bytes);
    }

    fn compact_if_due(&mut self) {
        let (backlog, settings) = (self.backlog, &self.registry.settings);
        // The size of the document, so that loading costs no more than that and each byte is
        // compacted once or twice, however large the document becomes.
        let large = settings.compact_bytes.max(self.draft.size());
        let due = backlog.entries >= settings.compact_after || backlog.bytes >= large;
        if self.compacting.is_some() || !due {
            return;
        }
        self.compacting = Some(backlog);
        let (registry, sender, article) =
            (self.registry.clone(), self.sender.clone(), self.article);
        tokio::spawn(async move {
            let compacted = compact(&registry, article).await;
            let _ = sender.send(Command::Room(RoomCommand::Compacted(compacted)));
        });
    }

    /// Records that a compaction has ended. After a failed one, the next is due later.
    pub(super) fn finish_compaction(&mut self, size: Option<usize>) {
        let taken = self.compacting.take().unwrap_or_default();
        self.set_backlog(self.backlog.without(taken));
        if let Some(size) = size {
            self.draft.resize(size + self.backlog.bytes);
        }
    }

    /// Ends whatever is due and returns when to check again.
    fn check_timers(&mut self) -> Option<Instant> {
        let now = Instant::now();
        let settings = &self.registry.settings;
        let writers = self
            .members
            .values()
            .filter(|member| member.writes())
            .count();
        self.session
            .update_deadline(writers, settings.session_grace(), now);
        if let Some(before) = self.session.end_if_due(now) {
            self.end_session(before);
        }
        let needed = !self.members.is_empty() || self.session.is_on() || self.compacting.is_some();
        self.idle_since = if needed {
            None
        } else {
            self.idle_since.or(Some(now))
        };
        let idle_until = self
            .idle_since
            .map(|since| since + self.registry.settings.idle_grace());
        [
            self.session.deadline(),
            idle_until,
            self.full_state.expire(now),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn is_expired(&self) -> bool {
        let grace = self.registry.settings.idle_grace();
        self.idle_since
            .is_some_and(|since| Instant::now() >= since + grace)
    }

    fn end_session(&self, before: u64) {
        let contributors = self.draft.authors().contributors_since(before);
        let (article, position) = (self.article, self.position);
        self.registry.emit(RoomEvent::SessionEnded {
            article,
            contributors,
            position,
        });
    }

    /// Ends the session and closes all connections.
    pub(super) fn shut_down(&mut self, done: oneshot::Sender<()>, turn: &mut Turn) {
        for (_, member) in self.members.drain() {
            turn.close(&member.outbox, Close::going_away());
        }
        if let Some(before) = self.session.end() {
            self.end_session(before);
        }
        self.on_stopped = Some(done);
    }

    fn abort(&mut self, why: &LiveError) {
        tracing::error!(article = %self.article, %why, "A draft was closed because it could not be stored");
        for member in self.members.values() {
            member.outbox.close(Close::not_saved());
        }
        if let Some(before) = self.session.end() {
            self.end_session(before);
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.presence.close();
        for member in self.members.values() {
            member.outbox.close(Close::not_saved());
        }
    }
}

/// Compacts a draft and returns the size of its full state in bytes.
async fn compact(registry: &RoomRegistry, article: ArticleId) -> Option<usize> {
    let compacted = registry.drafts.compact(article).await;
    let failed = |why: &LiveError| tracing::warn!(%article, %why, "A draft could not be compacted");
    compacted.inspect_err(failed).ok()
}

async fn sleep_until_some(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// The commands of one sender within a turn, in order.
enum Group {
    Connection(ConnectionId, Vec<ConnectionCommand>),
    Room(Vec<RoomCommand>),
}

/// Groups commands by sender.
///
/// Each sender keeps its order. Updates of one sender end up next to each other, so that they can
/// be applied as one change.
fn by_sender(commands: Vec<Command>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for command in commands {
        match command {
            Command::Connection(id, command) => {
                let own = groups.iter_mut().find_map(|group| match group {
                    Group::Connection(other, commands) if *other == id => Some(commands),
                    _ => None,
                });
                match own {
                    Some(commands) => commands.push(command),
                    None => groups.push(Group::Connection(id, vec![command])),
                }
            }
            Command::Room(command) => {
                let own = groups.iter_mut().find_map(|group| match group {
                    Group::Room(commands) => Some(commands),
                    Group::Connection(..) => None,
                });
                match own {
                    Some(commands) => commands.push(command),
                    None => groups.push(Group::Room(vec![command])),
                }
            }
        }
    }
    groups
}

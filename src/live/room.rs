//! One task that owns one open draft.
//!
//! It works in turns: take what waits, check and apply it, append the changes to the edit log in
//! one commit, and only then tell anybody. If the commit fails the document in memory is ahead of
//! the disk, so it is thrown away with all connections; whoever comes back gets what is on disk.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};

use lectern_article::Edit;
use lectern_base::ArticleId;

use super::awareness::ConnectionId;
use super::command::{Command, ConnectionCommand, Look, RoomCommand, Turned, View};
use super::draft::Draft;
use super::error::{Close, LiveError};
use super::event::RoomEvent;
use super::house::Shared;
use super::member::Member;
use super::metrics::{Counted, Weighed};
use super::presence::Presence;
use super::records::{Backlog, Opened};
use super::session::Session;
use super::turn::Turn;
use super::whole::Whole;

/// How long a room rests after a change, for each of its members.
const REST: Duration = Duration::from_micros(12);
/// The timer counts milliseconds: a shorter rest would become longer than it should be.
const SHORTEST_REST: Duration = Duration::from_millis(1);
/// Edits that are worth making into a snapshot when a room closes: whoever opens it next does not
/// have to play them again.
const MANY: u64 = 128;
/// How long a room that has to stop may take for that.
const LAST_WORK: Duration = Duration::from_secs(2);
/// Commands taken in one turn at most; more would make the first wait for the last.
const TURN: usize = 256;

/// An open draft with everybody in it.
pub struct Room {
    pub(super) article: ArticleId,
    pub(super) number: u64,
    pub(super) shared: Arc<Shared>,
    pub(super) me: UnboundedSender<Command>,
    pub(super) draft: Draft,
    pub(super) members: HashMap<ConnectionId, Member>,
    pub(super) presence: Arc<Presence>,
    pub(super) whole: Whole,
    position: u64,
    backlog: Backlog,
    /// The part of the backlog that is being made into a snapshot.
    compacting: Option<Backlog>,
    session: Session,
    idle_since: Option<Instant>,
    next_turn: Instant,
    /// Told when the room has stopped.
    stopping: Option<oneshot::Sender<()>>,
    log_bytes: Weighed,
    _counted: Counted,
}

impl Room {
    /// Opens a room over a draft that has been loaded.
    pub fn new(
        article: ArticleId,
        number: u64,
        shared: Arc<Shared>,
        me: UnboundedSender<Command>,
        opened: Opened,
    ) -> Self {
        let presence = Arc::new(Presence::new(&shared.settings));
        Self {
            article,
            number,
            shared,
            me,
            draft: opened.draft,
            members: HashMap::new(),
            presence,
            whole: Whole::of(&opened.state),
            position: opened.position,
            backlog: opened.backlog,
            log_bytes: Weighed::new("lectern_live_log_bytes", opened.backlog.bytes),
            compacting: None,
            session: Session::default(),
            idle_since: None,
            next_turn: Instant::now(),
            stopping: None,
            _counted: Counted::new("lectern_live_rooms"),
        }
    }

    /// Works until nobody needs the room any more, or the store fails.
    pub async fn run(mut self, mut inbox: UnboundedReceiver<Command>) {
        let mut waiting = Vec::new();
        loop {
            let deadline = self.keep_time();
            if self.stopping.is_some() || (self.is_over() && inbox.is_empty()) {
                break;
            }
            tokio::select! {
                _ = inbox.recv_many(&mut waiting, TURN) => {}
                () = until(deadline) => {}
            }
            self.rest(&mut inbox, &mut waiting).await;
            if let Err(why) = self.turn(std::mem::take(&mut waiting)).await {
                self.fail(&why);
                self.leave(&mut inbox);
                return;
            }
        }
        self.leave(&mut inbox);
        if self.compacting.is_none() && self.backlog.entries >= MANY {
            // Boxed, so that a room that is open does not keep space for it. What is not done in
            // time is only slower next time.
            let compacted = Box::pin(compact(&self.shared, self.article));
            let _ = timeout(LAST_WORK, compacted).await;
        }
        if let Some(stopped) = self.stopping.take() {
            let _ = stopped.send(());
        }
    }

    /// Takes the room off the list and turns away who still asks.
    fn leave(&self, inbox: &mut UnboundedReceiver<Command>) {
        self.shared.forget(self.article, self.number);
        inbox.close();
        while let Ok(command) = inbox.try_recv() {
            command.turn_away(Turned::Away);
        }
    }

    /// Lets a crowded room gather what comes in between, so that one article with hundreds of
    /// people takes its share of the machine and no more.
    async fn rest(&self, inbox: &mut UnboundedReceiver<Command>, waiting: &mut Vec<Command>) {
        let left = self.next_turn.saturating_duration_since(Instant::now());
        if waiting.is_empty() || left < SHORTEST_REST {
            return;
        }
        sleep_until(self.next_turn).await;
        while waiting.len() < TURN
            && let Ok(command) = inbox.try_recv()
        {
            waiting.push(command);
        }
    }

    async fn turn(&mut self, commands: Vec<Command>) -> Result<(), LiveError> {
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
        self.settle(turn).await
    }

    /// Puts what changed on disk, then tells everybody.
    pub(super) async fn settle(&mut self, turn: Turn) -> Result<(), LiveError> {
        let now = self.shared.clock.now();
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
            turn.abandon(&why);
            return Err(why);
        }
        let members = || {
            self.members
                .iter()
                .map(|(id, member)| (*id, &member.outbox))
                .collect()
        };
        if !edits.is_empty() {
            self.next_turn = Instant::now() + REST * self.members.len() as u32;
        }
        let looks = turn.tell(members);
        self.show(looks);
        self.compact_if_due();
        Ok(())
    }

    async fn append(&mut self, edits: &[Edit]) -> Result<(), LiveError> {
        metrics::histogram!("lectern_live_group_size").record(edits.len() as f64);
        let last = self.shared.ledger.append(self.article, edits).await?;
        self.session.edited(self.position);
        let first = last + 1 - edits.len() as u64;
        for (position, edit) in (first..).zip(edits) {
            self.draft.edited(edit.author, position);
        }
        self.position = last;
        let sizes = edits.iter().map(|edit| edit.update.len());
        self.keep_backlog(sizes.fold(self.backlog, Backlog::plus));
        Ok(())
    }

    fn show(&self, looks: Vec<Look>) {
        if looks.is_empty() {
            return;
        }
        let mut present: Vec<_> = self.members.values().map(|member| member.person).collect();
        present.sort();
        present.dedup();
        let view = View {
            doc: self.draft.doc(),
            position: self.position,
            authors: self.draft.authors(),
            present,
        };
        looks.into_iter().for_each(|look| look(Ok(&view)));
    }

    /// Reads the draft anew after an update went wrong half-way.
    pub(super) async fn reload(&mut self) -> Result<(), LiveError> {
        let opened = self.shared.load(self.article).await?;
        self.whole.forget();
        (self.draft, self.position) = (opened.draft, opened.position);
        self.keep_backlog(opened.backlog);
        Ok(())
    }

    fn keep_backlog(&mut self, backlog: Backlog) {
        self.backlog = backlog;
        self.log_bytes.set(backlog.bytes);
    }

    fn compact_if_due(&mut self) {
        let (backlog, settings) = (self.backlog, &self.shared.settings);
        // As many bytes as the document has: so opening costs the document's size, and each byte
        // that is written is folded in once or twice, however large the document becomes.
        let large = settings.compact_bytes.max(self.draft.size());
        let due = backlog.entries >= settings.compact_after || backlog.bytes >= large;
        if self.compacting.is_some() || !due {
            return;
        }
        self.compacting = Some(backlog);
        let (shared, me, article) = (self.shared.clone(), self.me.clone(), self.article);
        tokio::spawn(async move {
            let compacted = compact(&shared, article).await;
            let _ = me.send(Command::Room(RoomCommand::Compacted(compacted)));
        });
    }

    /// Notes that a compaction has ended; after a failed one the next is due later.
    pub(super) fn compacted(&mut self, size: Option<usize>) {
        let taken = self.compacting.take().unwrap_or_default();
        self.keep_backlog(self.backlog.minus(taken));
        if let Some(size) = size {
            self.draft.resize(size + self.backlog.bytes);
        }
    }

    /// Ends what is due and says when to look again.
    fn keep_time(&mut self) -> Option<Instant> {
        let now = Instant::now();
        let settings = &self.shared.settings;
        let writers = self
            .members
            .values()
            .filter(|member| member.writes())
            .count();
        self.session.watch(writers, settings.session_grace(), now);
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
            .map(|since| since + self.shared.settings.idle_grace());
        [self.session.deadline(), idle_until, self.whole.keep(now)]
            .into_iter()
            .flatten()
            .min()
    }

    fn is_over(&self) -> bool {
        let grace = self.shared.settings.idle_grace();
        self.idle_since
            .is_some_and(|since| Instant::now() >= since + grace)
    }

    fn end_session(&self, before: u64) {
        let contributors = self.draft.authors().since(before);
        let (article, position) = (self.article, self.position);
        self.shared.announce(RoomEvent::SessionEnded {
            article,
            contributors,
            position,
        });
    }

    /// Ends the room in good order.
    pub(super) fn stop(&mut self, stopped: oneshot::Sender<()>, turn: &mut Turn) {
        for (_, member) in self.members.drain() {
            turn.close(&member.outbox, Close::going_away());
        }
        if let Some(before) = self.session.end() {
            self.end_session(before);
        }
        self.stopping = Some(stopped);
    }

    fn fail(&mut self, why: &LiveError) {
        tracing::error!(article = %self.article, %why, "A draft was closed, as it could not be stored");
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

/// Makes a draft into a snapshot; returns the bytes of its whole state.
async fn compact(shared: &Shared, article: ArticleId) -> Option<usize> {
    let compacted = shared.ledger.compact(article).await;
    let failed = |why: &LiveError| tracing::warn!(%article, %why, "A draft could not be made into a snapshot");
    compacted.inspect_err(failed).ok()
}

async fn until(deadline: Option<Instant>) {
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
/// Each sender keeps its order, and its updates, now next to each other, can be applied as one
/// change.
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

//! How a room handles commands: the protocol rules, one connection at a time.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::awareness::ConnectionId;
use super::command::{
    ConnectionCommand, DocMessage, Membership, Participant, Reply, RoomCommand, RoomError,
    ServerEdit,
};
use super::draft::{Rejection, Rights, ScannedUpdate, Writer};
use super::error::{Close, LiveError};
use super::event::RoomEvent;
use super::member::Member;
use super::outbox::Outbox;
use super::protocol::ServerMessage;
use super::room::Room;
use super::turn::Turn;

impl Room {
    /// Handles everything one connection sent within a turn, in order.
    ///
    /// Consecutive updates are applied together.
    pub(super) async fn handle_messages(
        &mut self,
        connection: ConnectionId,
        commands: Vec<ConnectionCommand>,
        turn: &mut Turn,
    ) -> Result<(), LiveError> {
        self.remove_if_signed_out(connection);
        let mut updates = Vec::new();
        for command in commands {
            if !command.is_update() {
                let before = std::mem::take(&mut updates);
                self.apply_updates(connection, before, false, turn).await?;
            }
            match command {
                ConnectionCommand::Join {
                    participant,
                    outbox,
                    reply,
                } => self.join(connection, &participant, outbox, reply, turn),
                ConnectionCommand::Leave => {
                    self.members.remove(&connection);
                }
                ConnectionCommand::CatchUp => self.catch_up(connection, turn),
                ConnectionCommand::Say { message, .. } => match *message {
                    DocMessage::Update(update) => updates.push(update),
                    DocMessage::StepTwo(update) => {
                        self.apply_updates(connection, vec![update], true, turn)
                            .await?;
                    }
                    DocMessage::StepOne(clocks) => self.send_missing(connection, &clocks, turn),
                    DocMessage::Barrier(label) => self.hold_or_echo(connection, label, turn),
                },
            }
        }
        self.apply_updates(connection, updates, false, turn).await
    }

    /// Removes a connection whose session or token has ended, so that nothing it sent is applied.
    fn remove_if_signed_out(&mut self, connection: ConnectionId) {
        let signed_out = Member::has_signed_out;
        if self.members.get(&connection).is_some_and(signed_out)
            && let Some(member) = self.members.remove(&connection)
        {
            self.presence.leave(connection);
            member.outbox.discard(Close::signed_out());
        }
    }

    fn join(
        &mut self,
        connection: ConnectionId,
        participant: &Participant,
        outbox: Arc<Outbox>,
        reply: Reply<Membership>,
        turn: &mut Turn,
    ) {
        tracing::debug!(article = %self.article, person = %participant.person, "A person joined a draft");
        turn.send(&outbox, &ServerMessage::StepOne(&self.draft.state_vector()));
        self.presence.join(connection, &outbox);
        let member = Member::new(participant, outbox.clone());
        self.members.insert(connection, member);
        let membership = Membership {
            connection,
            room: self.sender.clone(),
            presence: self.presence.clone(),
        };
        let _ = reply.send(Ok(membership));
    }

    /// Sends the whole draft to a client that fell behind; what it already has changes nothing. The
    /// step 1 repeats a question that may have been dropped with the queue.
    fn catch_up(&mut self, connection: ConnectionId, turn: &mut Turn) {
        if let Some(member) = self.members.get(&connection) {
            let frames = vec![
                ServerMessage::StepOne(&self.draft.state_vector()).frame(),
                self.full_state.frame(&self.draft),
                self.presence.snapshot_frame(),
            ];
            turn.catch_up(&member.outbox, frames);
        }
    }

    /// Sends what a client with this state vector lacks.
    fn send_missing(&mut self, connection: ConnectionId, clocks: &[(u64, u32)], turn: &mut Turn) {
        let Some(member) = self.members.get(&connection) else {
            return;
        };
        if clocks.is_empty() {
            turn.send_frame(&member.outbox, self.full_state.frame(&self.draft));
        } else {
            let lacking = self.draft.encode_since(clocks);
            turn.send(&member.outbox, &ServerMessage::StepTwo(&lacking));
        }
    }

    /// Echoes a barrier at the end of the turn, or once an update that is missing before it has
    /// arrived.
    fn hold_or_echo(&mut self, connection: ConnectionId, label: Bytes, turn: &mut Turn) {
        if let Some(member) = self.members.get_mut(&connection)
            && let Some(label) = member.hold_barrier(label)
        {
            turn.send(&member.outbox, &ServerMessage::Barrier(&label));
        }
    }

    /// Applies updates of one connection. `full` means that they answer a step 1.
    async fn apply_updates(
        &mut self,
        connection: ConnectionId,
        updates: Vec<ScannedUpdate>,
        full: bool,
        turn: &mut Turn,
    ) -> Result<(), LiveError> {
        let mut updates = VecDeque::from(updates);
        while !updates.is_empty() {
            let Some(member) = self.members.get_mut(&connection) else {
                return Ok(());
            };
            let (change, rejection) = self.draft.apply(member.writer(), updates.make_contiguous());
            if let Some(change) = change {
                self.full_state.invalidate();
                turn.broadcast(Some(connection), change);
            }
            match rejection {
                None => {
                    if full && let Some(label) = member.record_synced() {
                        turn.send(&member.outbox, &ServerMessage::Barrier(&label));
                    }
                    return Ok(());
                }
                Some((place, Rejection::Missing)) => {
                    updates.drain(..=place);
                    self.request_missing(connection, full, turn);
                }
                Some((_, rejection)) => return self.expel(connection, rejection, turn).await,
            }
        }
        Ok(())
    }

    /// Asks a client for everything the draft lacks.
    fn request_missing(&mut self, connection: ConnectionId, full: bool, turn: &mut Turn) {
        let Some(member) = self.members.get_mut(&connection) else {
            return;
        };
        match member.record_missing(full) {
            Ok(true) => turn.send(
                &member.outbox,
                &ServerMessage::StepOne(&self.draft.state_vector()),
            ),
            Ok(false) => {}
            Err(close) => {
                turn.close(&member.outbox, close);
                self.members.remove(&connection);
            }
        }
    }

    async fn expel(
        &mut self,
        connection: ConnectionId,
        rejection: Rejection,
        turn: &mut Turn,
    ) -> Result<(), LiveError> {
        let Some(member) = self.members.remove(&connection) else {
            return Ok(());
        };
        self.presence.leave(connection);
        let close = member.close_for(rejection, self.registry.settings.draft_limit);
        if matches!(
            rejection,
            Rejection::ForeignClient(_) | Rejection::ReadOnly | Rejection::NotASuggestion
        ) {
            let (article, person, why) = (self.article, member.person, close.reason.clone());
            self.registry.emit(RoomEvent::Refused {
                article,
                person,
                why,
            });
        }
        turn.close(&member.outbox, close);
        if matches!(rejection, Rejection::Broken(_)) {
            tracing::warn!(article = %self.article, person = %member.person, "An update failed half-way; the draft is reloaded");
            // Boxed because it is rare, and every open room would reserve space for it.
            Box::pin(self.recover(turn)).await?;
        }
        Ok(())
    }

    /// Commits what was applied before the failed update, then reloads the draft from disk.
    async fn recover(&mut self, turn: &mut Turn) -> Result<(), LiveError> {
        // The document is inconsistent until the reload, so queries wait for it.
        let later = turn.take_queries();
        self.commit(std::mem::replace(turn, later)).await?;
        self.reload().await
    }

    /// Handles a command that does not come from a connection.
    pub(super) fn handle_command(&mut self, command: RoomCommand, turn: &mut Turn) {
        match command {
            RoomCommand::Submit { edit, reply } => self.submit(*edit, reply, turn),
            RoomCommand::Query(query) => turn.query(query),
            RoomCommand::ClosePerson(person, close) => {
                for (_, member) in self.members.extract_if(|_, member| member.person == person) {
                    turn.close(&member.outbox, (*close).clone());
                }
            }
            RoomCommand::SetRights(person, rights) => {
                let members = self.members.values_mut();
                members
                    .filter(|member| member.person == person)
                    .for_each(|member| member.set_rights(rights));
            }
            RoomCommand::News(what) => self.presence.send_news(what),
            RoomCommand::Compacted(size) => self.finish_compaction(size),
            RoomCommand::Shutdown(done) => self.shut_down(done, turn),
        }
    }

    fn submit(&mut self, edit: ServerEdit, reply: Reply<()>, turn: &mut Turn) {
        let writer = Writer {
            author: Some(edit.person),
            rights: Rights::Write,
        };
        match self.draft.apply(writer, &[edit.incoming]) {
            (change, None) => {
                if let Some(change) = change {
                    self.full_state.invalidate();
                    turn.broadcast(None, change);
                }
                turn.acknowledge(reply);
            }
            (_, Some((_, rejection))) => {
                let why = LiveError::Refused(rejection_message(rejection).to_owned());
                let _ = reply.send(Err(RoomError::Failed(why)));
            }
        }
    }
}

fn rejection_message(rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::TooLarge => "the draft would grow beyond its limit.",
        Rejection::Malformed(why) | Rejection::Broken(why) => why.0,
        Rejection::Missing
        | Rejection::ReadOnly
        | Rejection::NotASuggestion
        | Rejection::ForeignClient(_) => "the draft has changed in between.",
    }
}

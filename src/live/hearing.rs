//! How a room answers what it is told: the protocol's rules, one connection at a time.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::awareness::ConnectionId;
use super::command::{
    Answer, ConnectionCommand, Membership, Participant, RoomCommand, Said, ServerEdit, Turned,
};
use super::draft::{Incoming, Rights, Stop, Writer};
use super::error::LiveError;
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
        let mut updates = Vec::new();
        for command in commands {
            if !command.is_update() {
                let before = std::mem::take(&mut updates);
                self.take(connection, before, false, turn).await?;
            }
            match command {
                ConnectionCommand::Join {
                    participant,
                    outbox,
                    answer,
                } => self.join(connection, &participant, outbox, answer, turn),
                ConnectionCommand::Leave => {
                    self.members.remove(&connection);
                }
                ConnectionCommand::CatchUp => self.catch_up(connection, turn),
                ConnectionCommand::Say { message, .. } => match *message {
                    Said::Update(update) => updates.push(update),
                    Said::StepTwo(update) => {
                        self.take(connection, vec![update], true, turn).await?;
                    }
                    Said::StepOne(clocks) => self.send_missing(connection, &clocks, turn),
                    Said::Barrier(label) => self.hold_or_echo(connection, label, turn),
                },
            }
        }
        self.take(connection, updates, false, turn).await
    }

    fn join(
        &mut self,
        connection: ConnectionId,
        participant: &Participant,
        outbox: Arc<Outbox>,
        answer: Answer<Membership>,
        turn: &mut Turn,
    ) {
        tracing::debug!(article = %self.article, person = %participant.person, "Somebody joins a draft");
        turn.send(&outbox, &ServerMessage::StepOne(&self.draft.state_vector()));
        self.presence.enter(connection, &outbox);
        let member = Member::new(participant, outbox.clone());
        self.members.insert(connection, member);
        let membership = Membership {
            connection,
            room: self.me.clone(),
            presence: self.presence.clone(),
        };
        let _ = answer.send(Ok(membership));
    }

    /// Sends a client that fell behind the whole draft in one message; what it has already changes
    /// nothing. A question that was lost with its queue is asked again.
    fn catch_up(&mut self, connection: ConnectionId, turn: &mut Turn) {
        if let Some(member) = self.members.get(&connection) {
            let frames = vec![
                ServerMessage::StepOne(&self.draft.state_vector()).frame(),
                self.whole.frame(&self.draft),
                self.presence.everybody(),
            ];
            turn.catch_up(&member.outbox, frames);
        }
    }

    /// Sends what a client with these clocks lacks.
    fn send_missing(&mut self, connection: ConnectionId, clocks: &[(u64, u32)], turn: &mut Turn) {
        let Some(member) = self.members.get(&connection) else {
            return;
        };
        if clocks.is_empty() {
            turn.send_frame(&member.outbox, self.whole.frame(&self.draft));
        } else {
            let lacking = self.draft.since(clocks);
            turn.send(&member.outbox, &ServerMessage::StepTwo(&lacking));
        }
    }

    /// Echoes a barrier at the end of the turn, or later if an update before it is missing.
    fn hold_or_echo(&mut self, connection: ConnectionId, label: Bytes, turn: &mut Turn) {
        if let Some(member) = self.members.get_mut(&connection)
            && let Some(label) = member.hold(label)
        {
            turn.send(&member.outbox, &ServerMessage::Barrier(&label));
        }
    }

    /// Takes updates of one connection; `full` says that they answer a step 1.
    async fn take(
        &mut self,
        connection: ConnectionId,
        updates: Vec<Incoming>,
        full: bool,
        turn: &mut Turn,
    ) -> Result<(), LiveError> {
        let mut updates = VecDeque::from(updates);
        while !updates.is_empty() {
            let Some(member) = self.members.get_mut(&connection) else {
                return Ok(());
            };
            let (change, stop) = self.draft.take(member.writer(), updates.make_contiguous());
            if let Some(change) = change {
                self.whole.forget();
                turn.changed(Some(connection), change);
            }
            match stop {
                None => {
                    if full && let Some(label) = member.complete() {
                        turn.send(&member.outbox, &ServerMessage::Barrier(&label));
                    }
                    return Ok(());
                }
                Some((place, Stop::Missing)) => {
                    updates.drain(..=place);
                    self.ask(connection, full, turn);
                }
                Some((_, stop)) => return self.expel(connection, stop, turn).await,
            }
        }
        Ok(())
    }

    /// Asks a client for all that the draft lacks.
    fn ask(&mut self, connection: ConnectionId, full: bool, turn: &mut Turn) {
        let Some(member) = self.members.get_mut(&connection) else {
            return;
        };
        match member.lacks(full) {
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
        stop: Stop,
        turn: &mut Turn,
    ) -> Result<(), LiveError> {
        let Some(member) = self.members.remove(&connection) else {
            return Ok(());
        };
        self.presence.leave(connection);
        let close = member.expulsion(stop, self.shared.settings.draft_limit);
        if matches!(stop, Stop::Foreign(_) | Stop::ReadOnly | Stop::NoSuggestion) {
            let (article, person, why) = (self.article, member.person, close.reason.clone());
            self.shared.announce(RoomEvent::Refused {
                article,
                person,
                why,
            });
        }
        turn.close(&member.outbox, close);
        if matches!(stop, Stop::Broken(_)) {
            tracing::warn!(article = %self.article, person = %member.person, "An update went wrong half-way");
            // Boxed, as it is rare, and each open room would keep space for it.
            Box::pin(self.begin_anew(turn)).await?;
        }
        Ok(())
    }

    /// Keeps what was taken before an update went wrong, and reads the draft from disk.
    async fn begin_anew(&mut self, turn: &mut Turn) -> Result<(), LiveError> {
        // Nobody looks at what is half-way: those who wait see the draft that was read anew.
        let later = turn.postpone_looks();
        self.settle(std::mem::replace(turn, later)).await?;
        self.reload().await
    }

    /// Handles a command that does not come from a connection.
    pub(super) fn handle_command(&mut self, command: RoomCommand, turn: &mut Turn) {
        match command {
            RoomCommand::Submit { edit, answer } => self.submit(*edit, answer, turn),
            RoomCommand::Look(look) => turn.look(look),
            RoomCommand::ClosePerson(person, close) => {
                for (_, member) in self.members.extract_if(|_, member| member.person == person) {
                    turn.close(&member.outbox, (*close).clone());
                }
            }
            RoomCommand::Refresh(person, rights) => {
                let members = self.members.values_mut();
                members
                    .filter(|member| member.person == person)
                    .for_each(|member| member.refresh(rights));
            }
            RoomCommand::News(what) => self.presence.tell_news(what),
            RoomCommand::Compacted(size) => self.compacted(size),
            RoomCommand::Stop(stopped) => self.stop(stopped, turn),
        }
    }

    fn submit(&mut self, edit: ServerEdit, answer: Answer<()>, turn: &mut Turn) {
        let writer = Writer {
            author: Some(edit.person),
            rights: Rights::Write,
        };
        match self.draft.take(writer, &[edit.incoming]) {
            (change, None) => {
                if let Some(change) = change {
                    self.whole.forget();
                    turn.changed(None, change);
                }
                turn.done(answer);
            }
            (_, Some((_, stop))) => {
                let why = LiveError::Refused(refusal(stop).to_owned());
                let _ = answer.send(Err(Turned::Down(why)));
            }
        }
    }
}

fn refusal(stop: Stop) -> &'static str {
    match stop {
        Stop::TooLarge => "the draft would grow beyond its limit.",
        Stop::Malformed(why) | Stop::Broken(why) => why.0,
        Stop::Missing | Stop::ReadOnly | Stop::NoSuggestion | Stop::Foreign(_) => {
            "the draft has changed in between."
        }
    }
}

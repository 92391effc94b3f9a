//! How a room answers what it is told: the protocol's rules, one connection at a time.

use std::collections::VecDeque;

use super::awareness::ConnectionId;
use super::command::{Command, Participant, Said, Turned};
use super::connection::Inlet;
use super::draft::{Incoming, Rights, Stop, Writer};
use super::error::LiveError;
use super::house::RoomEvent;
use super::member::Member;
use super::protocol::ServerMessage;
use super::room::Room;
use super::turn::Turn;

impl Room {
    /// Deals with everything one connection sent within a turn, in its order.
    pub(super) async fn hear(
        &mut self,
        connection: ConnectionId,
        commands: Vec<Command>,
        turn: &mut Turn,
    ) -> Result<(), LiveError> {
        let mut updates = Vec::new();
        for command in commands {
            match command {
                Command::Say { said, .. } => match *said {
                    Said::Update(incoming) => updates.push(incoming),
                    said => {
                        self.take(connection, std::mem::take(&mut updates), false, turn)
                            .await?;
                        self.answer(connection, said, turn).await?;
                    }
                },
                other => {
                    self.take(connection, std::mem::take(&mut updates), false, turn)
                        .await?;
                    self.admit(connection, other, turn);
                }
            }
        }
        self.take(connection, updates, false, turn).await
    }

    /// Deals with whether a connection is there, rather than with what it says.
    fn admit(&mut self, connection: ConnectionId, command: Command, turn: &mut Turn) {
        match command {
            Command::Join {
                participant,
                outbox,
                answer,
                ..
            } => {
                self.welcome(
                    connection,
                    &participant,
                    Member::new(&participant, outbox),
                    turn,
                );
                let inlet = self.inlet(connection, &participant);
                let _ = answer.send(inlet.ok_or(Turned::Away));
            }
            Command::Leave(_) => {
                self.members.remove(&connection);
            }
            Command::CatchUp(_) => self.catch_up(connection, turn),
            other => self.obey(other, turn),
        }
    }

    fn welcome(
        &mut self,
        connection: ConnectionId,
        participant: &Participant,
        member: Member,
        turn: &mut Turn,
    ) {
        tracing::debug!(article = %self.article, person = %participant.person, "Somebody joins a draft");
        turn.send(
            &member.outbox,
            &ServerMessage::StepOne(&self.draft.state_vector()),
        );
        self.presence.enter(connection, &member.outbox);
        self.members.insert(connection, member);
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

    fn inlet(&self, connection: ConnectionId, participant: &Participant) -> Option<Inlet> {
        let outbox = self.members.get(&connection)?.outbox.clone();
        Some(Inlet::new(
            connection,
            participant.nameplate(),
            self.me.clone(),
            self.presence.clone(),
            outbox,
            &self.shared.settings,
        ))
    }

    async fn answer(
        &mut self,
        connection: ConnectionId,
        said: Said,
        turn: &mut Turn,
    ) -> Result<(), LiveError> {
        let Some(member) = self.members.get_mut(&connection) else {
            return Ok(());
        };
        match said {
            Said::StepOne(clocks) if clocks.is_empty() => {
                turn.send_frame(&member.outbox, self.whole.frame(&self.draft));
            }
            Said::StepOne(clocks) => {
                let lacking = self.draft.since(&clocks);
                turn.send(&member.outbox, &ServerMessage::StepTwo(&lacking));
            }
            Said::Barrier(label) => {
                if let Some(label) = member.hold(label) {
                    turn.send(&member.outbox, &ServerMessage::Barrier(&label));
                }
            }
            Said::StepTwo(incoming) => self.take(connection, vec![incoming], true, turn).await?,
            Said::Update(incoming) => self.take(connection, vec![incoming], false, turn).await?,
        }
        Ok(())
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

    /// Deals with what does not come from a connection.
    pub(super) fn obey(&mut self, command: Command, turn: &mut Turn) {
        match command {
            Command::Submit {
                person,
                incoming,
                answer,
            } => {
                let writer = Writer {
                    author: Some(person),
                    rights: Rights::Write,
                };
                match self.draft.take(writer, &[*incoming]) {
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
            Command::Look(look) => turn.look(look),
            Command::ClosePerson(person, close) => {
                for (_, member) in self.members.extract_if(|_, member| member.person == person) {
                    turn.close(&member.outbox, (*close).clone());
                }
            }
            Command::Refresh(person, rights) => {
                let theirs = self
                    .members
                    .values_mut()
                    .filter(|member| member.person == person);
                theirs.for_each(|member| member.refresh(rights));
            }
            Command::News(what) => self.presence.tell_news(what),
            Command::Compacted(size) => self.compacted(size),
            Command::Stop(stopped) => self.stop(stopped, turn),
            Command::Join { .. }
            | Command::Say { .. }
            | Command::CatchUp(_)
            | Command::Leave(_) => {}
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

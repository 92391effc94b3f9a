//! What one turn of a room wants to tell, held back until what it changed is on disk.

use std::sync::Arc;

use bytes::Bytes;

use super::awareness::ConnectionId;
use super::command::{Answer, Look, Turned};
use super::draft::Change;
use super::error::{Close, LiveError};
use super::outbox::Outbox;
use super::protocol::ServerMessage;

/// Everything that a turn will say, in order.
#[derive(Default)]
pub struct Turn {
    events: Vec<Event>,
    looks: Vec<Look>,
}

enum Event {
    Changed {
        origin: Option<ConnectionId>,
        change: Change,
    },
    Send {
        outbox: Arc<Outbox>,
        frame: Bytes,
    },
    CatchUp {
        outbox: Arc<Outbox>,
        frames: Vec<Bytes>,
    },
    Close {
        outbox: Arc<Outbox>,
        close: Close,
    },
    Done(Answer<()>),
}

impl Turn {
    /// The draft has changed; everybody but the origin is to hear of it.
    pub fn changed(&mut self, origin: Option<ConnectionId>, change: Change) {
        self.events.push(Event::Changed { origin, change });
    }

    /// One connection is to get a message.
    pub fn send(&mut self, outbox: &Arc<Outbox>, message: &ServerMessage<'_>) {
        self.send_frame(outbox, message.frame());
    }

    /// One connection is to get a message that others may get as well.
    pub fn send_frame(&mut self, outbox: &Arc<Outbox>, frame: Bytes) {
        self.events.push(Event::Send {
            outbox: outbox.clone(),
            frame,
        });
    }

    /// One connection that fell behind is to get all it lacks.
    pub fn catch_up(&mut self, outbox: &Arc<Outbox>, frames: Vec<Bytes>) {
        let outbox = outbox.clone();
        self.events.push(Event::CatchUp { outbox, frames });
    }

    /// One connection is to end.
    pub fn close(&mut self, outbox: &Arc<Outbox>, close: Close) {
        self.events.push(Event::Close {
            outbox: outbox.clone(),
            close,
        });
    }

    /// Somebody waits for the changes so far to be on disk.
    pub fn done(&mut self, answer: Answer<()>) {
        self.events.push(Event::Done(answer));
    }

    /// Somebody wants to look at the draft.
    pub fn look(&mut self, look: Look) {
        self.looks.push(look);
    }

    /// Takes those out who want to look: they wait for a later turn.
    pub fn postpone_looks(&mut self) -> Self {
        Self {
            events: Vec::new(),
            looks: std::mem::take(&mut self.looks),
        }
    }

    /// The changes of the turn, in order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.events.iter().filter_map(|event| match event {
            Event::Changed { change, .. } => Some(change),
            _ => None,
        })
    }

    /// Tells everything, now that it is on disk, and hands over those who want to look.
    pub fn tell<'a>(self, members: impl Fn() -> Vec<(ConnectionId, &'a Arc<Outbox>)>) -> Vec<Look> {
        let members = members();
        let mut longest = 0;
        for event in self.events {
            match event {
                Event::Changed { origin, change } => {
                    let frame = ServerMessage::Update(&change.update).frame();
                    for (connection, outbox) in &members {
                        if Some(*connection) != origin {
                            longest = longest.max(outbox.send(frame.clone()));
                        }
                    }
                }
                Event::Send { outbox, frame } => longest = longest.max(outbox.send(frame)),
                Event::CatchUp { outbox, frames } => outbox.catch_up(frames),
                Event::Close { outbox, close } => outbox.close(close),
                Event::Done(answer) => drop(answer.send(Ok(()))),
            }
        }
        if longest > 0 {
            metrics::histogram!("lectern_live_queue_bytes").record(longest as f64);
        }
        self.looks
    }

    /// Tells nothing of what changed: it is not on disk.
    pub fn abandon(self, why: &LiveError) {
        for event in self.events {
            match event {
                Event::Changed { .. } | Event::Send { .. } | Event::CatchUp { .. } => {}
                Event::Close { outbox, close } => outbox.close(close),
                Event::Done(answer) => drop(answer.send(Err(Turned::Down(why.clone())))),
            }
        }
        for look in self.looks {
            look(Err(Turned::Down(why.clone())));
        }
    }
}

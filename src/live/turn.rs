//! The effects of one turn of a room, held back until its changes are on disk.

use std::sync::Arc;

use bytes::Bytes;

use super::awareness::ConnectionId;
use super::command::{DraftQuery, Reply, RoomError};
use super::draft::Change;
use super::error::{Close, LiveError};
use super::outbox::Outbox;
use super::protocol::ServerMessage;

/// What a turn changes and sends, in order.
#[derive(Default)]
pub struct Turn {
    effects: Vec<Effect>,
    queries: Vec<DraftQuery>,
}

enum Effect {
    Broadcast {
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
    Acknowledge(Reply<()>),
}

impl Turn {
    /// Records a change, to be sent to everyone but its origin.
    pub fn broadcast(&mut self, origin: Option<ConnectionId>, change: Change) {
        self.effects.push(Effect::Broadcast { origin, change });
    }

    /// Queues a message to one connection.
    pub fn send(&mut self, outbox: &Arc<Outbox>, message: &ServerMessage<'_>) {
        self.send_frame(outbox, message.frame());
    }

    /// Queues an encoded message, which several connections can share.
    pub fn send_frame(&mut self, outbox: &Arc<Outbox>, frame: Bytes) {
        self.effects.push(Effect::Send {
            outbox: outbox.clone(),
            frame,
        });
    }

    /// Queues everything that a connection missed.
    pub fn catch_up(&mut self, outbox: &Arc<Outbox>, frames: Vec<Bytes>) {
        let outbox = outbox.clone();
        self.effects.push(Effect::CatchUp { outbox, frames });
    }

    /// Queues the end of a connection.
    pub fn close(&mut self, outbox: &Arc<Outbox>, close: Close) {
        self.effects.push(Effect::Close {
            outbox: outbox.clone(),
            close,
        });
    }

    /// Queues a reply that the changes so far are on disk.
    pub fn acknowledge(&mut self, reply: Reply<()>) {
        self.effects.push(Effect::Acknowledge(reply));
    }

    /// Queues a query.
    pub fn query(&mut self, query: DraftQuery) {
        self.queries.push(query);
    }

    /// Moves the queries to a new turn.
    pub fn take_queries(&mut self) -> Self {
        Self {
            effects: Vec::new(),
            queries: std::mem::take(&mut self.queries),
        }
    }

    /// Returns the changes of the turn, in order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.effects.iter().filter_map(|effect| match effect {
            Effect::Broadcast { change, .. } => Some(change),
            _ => None,
        })
    }

    /// Sends everything, now that the changes are on disk, and returns the queries.
    pub fn publish<'a>(
        self,
        members: impl Fn() -> Vec<(ConnectionId, &'a Arc<Outbox>)>,
    ) -> Vec<DraftQuery> {
        let members = members();
        let mut longest = 0;
        for effect in self.effects {
            match effect {
                Effect::Broadcast { origin, change } => {
                    let frame = ServerMessage::Update(&change.update).frame();
                    for (connection, outbox) in &members {
                        if Some(*connection) != origin {
                            longest = longest.max(outbox.send(frame.clone()));
                        }
                    }
                }
                Effect::Send { outbox, frame } => longest = longest.max(outbox.send(frame)),
                Effect::CatchUp { outbox, frames } => outbox.catch_up(frames),
                Effect::Close { outbox, close } => outbox.close(close),
                Effect::Acknowledge(reply) => drop(reply.send(Ok(()))),
            }
        }
        if longest > 0 {
            metrics::histogram!("lectern_live_queue_bytes").record(longest as f64);
        }
        self.queries
    }

    /// Discards the changes, which are not on disk, and reports the error to those who wait.
    pub fn fail(self, error: &LiveError) {
        for effect in self.effects {
            match effect {
                Effect::Broadcast { .. } | Effect::Send { .. } | Effect::CatchUp { .. } => {}
                Effect::Close { outbox, close } => outbox.close(close),
                Effect::Acknowledge(reply) => {
                    drop(reply.send(Err(RoomError::Failed(error.clone()))))
                }
            }
        }
        for query in self.queries {
            query(Err(RoomError::Failed(error.clone())));
        }
    }
}

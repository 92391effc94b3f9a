//! What waits to be sent to one connection: bounded, and never silently dropped from.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use super::error::Close;
use super::protocol::is_barrier;

/// A connection that is this many frames behind cannot keep up, however small they are.
const FRAMES_LIMIT: usize = 4096;

/// What goes out to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// One binary frame.
    Frame(Bytes),
    /// A question whether the client is still there (RFC 6455, section 5.5.2).
    Ping,
    /// The last thing: close the socket like this.
    Close(Close),
}

/// What a connection's way out finds in its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// Send this.
    Out(Outgoing),
    /// The client has read all it was sent, but fell behind: the room is to be asked for the rest.
    Behind,
    /// The connection has ended.
    Ended,
}

/// The queue of one connection, filled by the room and emptied by the socket.
///
/// A client that reads more slowly than others write falls behind: its queue is emptied and stays
/// small until it has read what was already on its way. Then it gets all it lacks in one message,
/// however many changes that holds.
#[derive(Debug)]
pub struct Outbox {
    queue: Mutex<Queue>,
    bell: Notify,
    limit: usize,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    close: Option<Close>,
    ended: bool,
    behind: Option<Behind>,
    /// Leading frames that catch a client up; they stay even if it falls behind once more, or it
    /// would never get through them while others write.
    promised: usize,
}

/// What is kept for a client that fell behind.
#[derive(Debug, Default)]
struct Behind {
    /// The newest barrier that was answered meanwhile; it implies all before it.
    barrier: Option<Bytes>,
    /// The room has been asked to help.
    asked: bool,
}

impl Behind {
    fn keep(&mut self, frame: Bytes) {
        if is_barrier(&frame) {
            self.barrier = Some(frame);
        }
    }
}

impl Outbox {
    /// Makes a queue of at most `limit` bytes; one frame of any size always fits.
    pub fn new(limit: usize) -> Self {
        Self {
            queue: Mutex::default(),
            bell: Notify::new(),
            limit,
        }
    }

    /// Puts a frame into the queue; returns how many bytes wait now.
    pub fn send(&self, frame: Bytes) -> usize {
        let mut queue = self.lock();
        if queue.close.is_some() || queue.ended {
            return 0;
        }
        if let Some(behind) = &mut queue.behind {
            behind.keep(frame);
            return self.limit;
        }
        let full = queue.bytes + frame.len() > self.limit || queue.frames.len() >= FRAMES_LIMIT;
        if full && !queue.frames.is_empty() {
            metrics::counter!("lectern_live_resyncs_total", "cause" => "slow").increment(1);
            queue.fall_behind(frame);
        } else {
            queue.push(frame);
        }
        let waiting = queue.bytes;
        drop(queue);
        self.bell.notify_one();
        waiting
    }

    /// Gives a client that fell behind all it lacks; from here on it gets every change again.
    pub fn catch_up(&self, frames: impl IntoIterator<Item = Bytes>) {
        let mut queue = self.lock();
        let barrier = queue.behind.take().and_then(|behind| behind.barrier);
        for frame in frames.into_iter().chain(barrier) {
            queue.push(frame);
        }
        queue.promised = queue.frames.len();
        drop(queue);
        self.bell.notify_one();
    }

    /// Ends the connection once everything before has been sent.
    pub fn close(&self, close: Close) {
        let mut queue = self.lock();
        if queue.close.is_none() {
            queue.close = Some(close);
        }
        drop(queue);
        self.bell.notify_one();
    }

    /// Waits for what is to be done next.
    pub(super) async fn next(&self) -> Next {
        loop {
            if let Some(next) = self.ready() {
                return next;
            }
            self.bell.notified().await;
        }
    }

    /// What is to be done next, if there is something already.
    pub(super) fn ready(&self) -> Option<Next> {
        let mut queue = self.lock();
        if let Some(frame) = queue.frames.pop_front() {
            queue.bytes -= frame.len();
            queue.promised = queue.promised.saturating_sub(1);
            return Some(Next::Out(Outgoing::Frame(frame)));
        }
        if queue.ended {
            return Some(Next::Ended);
        }
        if let Some(close) = queue.close.take() {
            queue.ended = true;
            return Some(Next::Out(Outgoing::Close(close)));
        }
        let behind = queue.behind.as_mut().filter(|behind| !behind.asked)?;
        behind.asked = true;
        Some(Next::Behind)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn push(&mut self, frame: Bytes) {
        self.bytes += frame.len();
        self.frames.push_back(frame);
    }

    fn fall_behind(&mut self, frame: Bytes) {
        let mut behind = Behind::default();
        let dropped = self.frames.split_off(self.promised);
        self.bytes -= dropped.iter().map(Bytes::len).sum::<usize>();
        dropped.into_iter().for_each(|frame| behind.keep(frame));
        behind.keep(frame);
        self.behind = Some(behind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: &'static [u8]) -> Next {
        Next::Out(Outgoing::Frame(Bytes::from_static(bytes)))
    }

    #[tokio::test]
    async fn frames_leave_in_order_and_the_close_comes_last() {
        let outbox = Outbox::new(100);
        outbox.send(Bytes::from_static(b"a"));
        outbox.send(Bytes::from_static(b"b"));
        outbox.close(Close::going_away());
        outbox.send(Bytes::from_static(b"too late"));
        assert_eq!(outbox.next().await, frame(b"a"));
        assert_eq!(outbox.next().await, frame(b"b"));
        let close = Next::Out(Outgoing::Close(Close::going_away()));
        assert_eq!(outbox.next().await, close);
        assert_eq!(outbox.next().await, Next::Ended);
    }

    #[tokio::test]
    async fn a_client_that_falls_behind_holds_no_memory_and_gets_all_at_once() {
        let outbox = Outbox::new(10);
        outbox.send(Bytes::from_static(b"12345678"));
        outbox.send(Bytes::from_static(b"90123"));
        outbox.send(Bytes::from_static(b"nothing more is kept"));
        assert_eq!(outbox.next().await, Next::Behind);
        assert_eq!(outbox.ready(), None, "the room is asked once");
        outbox.catch_up([Bytes::from_static(b"everything, however long")]);
        outbox.send(Bytes::from_static(b"too much again"));
        assert_eq!(outbox.next().await, frame(b"everything, however long"));
        assert_eq!(outbox.next().await, Next::Behind);
    }

    #[tokio::test]
    async fn the_newest_barrier_outlives_falling_behind() {
        let outbox = Outbox::new(8);
        outbox.send(Bytes::from_static(&[102, 1, 1]));
        outbox.send(Bytes::from_static(&[102, 1, 2]));
        outbox.send(Bytes::from_static(b"an update"));
        outbox.send(Bytes::from_static(&[102, 1, 3]));
        assert_eq!(outbox.next().await, Next::Behind);
        outbox.catch_up([Bytes::from_static(b"all")]);
        assert_eq!(outbox.next().await, frame(b"all"));
        assert_eq!(outbox.next().await, frame(&[102, 1, 3]));
        assert_eq!(outbox.ready(), None);
    }

    #[tokio::test]
    async fn one_frame_fits_whatever_its_size() {
        let outbox = Outbox::new(4);
        outbox.send(Bytes::from_static(b"the whole article"));
        assert_eq!(outbox.next().await, frame(b"the whole article"));
    }
}

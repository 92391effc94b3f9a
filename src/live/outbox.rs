//! The queue of messages to one connection. It is bounded, and never drops anything silently.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use super::error::Close;
use super::protocol::is_barrier;

/// A connection this many frames behind cannot keep up, however small they are.
const MAX_FRAMES: usize = 4096;

/// What goes out to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// One binary frame.
    Frame(Bytes),
    /// A ping (RFC 6455, section 5.5.2).
    Ping,
    /// The end: close the socket with this.
    Close(Close),
}

/// What the outbound half finds in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OutboxItem {
    /// Send this.
    Send(Outgoing),
    /// The client fell behind and has read everything that was queued: ask the room to catch it up.
    Behind,
    /// The connection has ended.
    Ended,
}

/// The queue of one connection, filled by the room and emptied by the socket.
///
/// A client that reads more slowly than others write falls behind: its queue is emptied and stays
/// small until it has read what was already queued. Then it gets everything it missed in one
/// message, however many changes that contains.
#[derive(Debug)]
pub struct Outbox {
    queue: Mutex<Queue>,
    notify: Notify,
    limit: usize,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    close: Option<Close>,
    ended: bool,
    behind: Option<LaggingClient>,
    /// The number of leading frames that catch a client up. They stay even if it falls behind
    /// again; otherwise it would never get through them while others write.
    catch_up_frames: usize,
}

/// What is kept for a client that fell behind.
#[derive(Debug, Default)]
struct LaggingClient {
    /// The newest barrier answered in the meantime. It implies all earlier ones.
    barrier: Option<Bytes>,
    /// Whether the room has been asked to catch the client up.
    catch_up_requested: bool,
}

impl LaggingClient {
    fn keep(&mut self, frame: Bytes) {
        if is_barrier(&frame) {
            self.barrier = Some(frame);
        }
    }
}

impl Outbox {
    /// Creates a queue of at most `limit` bytes. One frame always fits, whatever its size.
    pub fn new(limit: usize) -> Self {
        Self {
            queue: Mutex::default(),
            notify: Notify::new(),
            limit,
        }
    }

    /// Queues a frame. Returns how many bytes are queued now.
    pub fn send(&self, frame: Bytes) -> usize {
        let mut queue = self.lock();
        if queue.close.is_some() || queue.ended {
            return 0;
        }
        if let Some(behind) = &mut queue.behind {
            behind.keep(frame);
            return self.limit;
        }
        let full = queue.bytes + frame.len() > self.limit || queue.frames.len() >= MAX_FRAMES;
        if full && !queue.frames.is_empty() {
            metrics::counter!("lectern_live_resyncs_total", "cause" => "slow").increment(1);
            queue.fall_behind(frame);
        } else {
            queue.push(frame);
        }
        let waiting = queue.bytes;
        drop(queue);
        self.notify.notify_one();
        waiting
    }

    /// Queues everything that a client missed. From now on it gets every change again.
    pub fn catch_up(&self, frames: impl IntoIterator<Item = Bytes>) {
        let mut queue = self.lock();
        let barrier = queue.behind.take().and_then(|behind| behind.barrier);
        for frame in frames.into_iter().chain(barrier) {
            queue.push(frame);
        }
        queue.catch_up_frames = queue.frames.len();
        drop(queue);
        self.notify.notify_one();
    }

    /// Ends the connection after everything that is queued.
    pub fn close(&self, close: Close) {
        let mut queue = self.lock();
        if queue.close.is_none() {
            queue.close = Some(close);
        }
        drop(queue);
        self.notify.notify_one();
    }

    /// Ends the connection without sending what is queued.
    pub fn discard(&self, close: Close) {
        let mut queue = self.lock();
        queue.frames.clear();
        queue.bytes = 0;
        queue.catch_up_frames = 0;
        queue.behind = None;
        drop(queue);
        self.close(close);
    }

    /// Waits for the next item.
    pub(super) async fn next(&self) -> OutboxItem {
        loop {
            if let Some(next) = self.ready() {
                return next;
            }
            self.notify.notified().await;
        }
    }

    /// Returns the next item if there is one.
    pub(super) fn ready(&self) -> Option<OutboxItem> {
        let mut queue = self.lock();
        if let Some(frame) = queue.frames.pop_front() {
            queue.bytes -= frame.len();
            queue.catch_up_frames = queue.catch_up_frames.saturating_sub(1);
            return Some(OutboxItem::Send(Outgoing::Frame(frame)));
        }
        if queue.ended {
            return Some(OutboxItem::Ended);
        }
        if let Some(close) = queue.close.take() {
            queue.ended = true;
            return Some(OutboxItem::Send(Outgoing::Close(close)));
        }
        let behind = queue
            .behind
            .as_mut()
            .filter(|behind| !behind.catch_up_requested)?;
        behind.catch_up_requested = true;
        Some(OutboxItem::Behind)
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
        let mut behind = LaggingClient::default();
        let dropped = self.frames.split_off(self.catch_up_frames);
        self.bytes -= dropped.iter().map(Bytes::len).sum::<usize>();
        dropped.into_iter().for_each(|frame| behind.keep(frame));
        behind.keep(frame);
        self.behind = Some(behind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: &'static [u8]) -> OutboxItem {
        OutboxItem::Send(Outgoing::Frame(Bytes::from_static(bytes)))
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
        let close = OutboxItem::Send(Outgoing::Close(Close::going_away()));
        assert_eq!(outbox.next().await, close);
        assert_eq!(outbox.next().await, OutboxItem::Ended);
    }

    #[tokio::test]
    async fn nothing_queued_is_sent_after_a_sign_out() {
        let outbox = Outbox::new(100);
        outbox.send(Bytes::from_static(b"a"));
        outbox.discard(Close::signed_out());
        let close = OutboxItem::Send(Outgoing::Close(Close::signed_out()));
        assert_eq!(outbox.next().await, close);
        assert_eq!(outbox.next().await, OutboxItem::Ended);
    }

    #[tokio::test]
    async fn a_client_that_falls_behind_is_caught_up_in_one_message() {
        let outbox = Outbox::new(10);
        outbox.send(Bytes::from_static(b"12345678"));
        outbox.send(Bytes::from_static(b"90123"));
        outbox.send(Bytes::from_static(b"nothing more is kept"));
        assert_eq!(outbox.next().await, OutboxItem::Behind);
        assert_eq!(outbox.ready(), None, "the room is asked once");
        outbox.catch_up([Bytes::from_static(b"everything, however long")]);
        outbox.send(Bytes::from_static(b"too much again"));
        assert_eq!(outbox.next().await, frame(b"everything, however long"));
        assert_eq!(outbox.next().await, OutboxItem::Behind);
    }

    #[tokio::test]
    async fn the_newest_barrier_survives_falling_behind() {
        let outbox = Outbox::new(8);
        outbox.send(Bytes::from_static(&[102, 1, 1]));
        outbox.send(Bytes::from_static(&[102, 1, 2]));
        outbox.send(Bytes::from_static(b"an update"));
        outbox.send(Bytes::from_static(&[102, 1, 3]));
        assert_eq!(outbox.next().await, OutboxItem::Behind);
        outbox.catch_up([Bytes::from_static(b"all")]);
        assert_eq!(outbox.next().await, frame(b"all"));
        assert_eq!(outbox.next().await, frame(&[102, 1, 3]));
        assert_eq!(outbox.ready(), None);
    }

    #[tokio::test]
    async fn one_frame_of_any_size_fits() {
        let outbox = Outbox::new(4);
        outbox.send(Bytes::from_static(b"the whole article"));
        assert_eq!(outbox.next().await, frame(b"the whole article"));
    }
}

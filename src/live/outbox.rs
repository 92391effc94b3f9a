//! What waits to be sent to one connection: bounded, and never silently dropped from.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use super::error::Close;

/// A connection that is this many frames behind cannot keep up, however small they are.
const FRAMES_LIMIT: usize = 4096;

/// What goes out to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// One binary frame.
    Frame(Bytes),
    /// The last thing: close the socket like this.
    Close(Close),
}

/// The queue of one connection, filled by the room and emptied by the socket.
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

    /// Puts a frame into the queue.
    ///
    /// A client that falls behind is told to come back, since it would otherwise miss something.
    pub fn send(&self, frame: Bytes) {
        let mut queue = self.lock();
        if queue.close.is_some() || queue.ended {
            return;
        }
        let full = queue.bytes + frame.len() > self.limit || queue.frames.len() >= FRAMES_LIMIT;
        if full && !queue.frames.is_empty() {
            metrics::counter!("lectern_live_resyncs_total", "cause" => "slow").increment(1);
            queue.frames.clear();
            queue.close = Some(Close::too_slow());
        } else {
            queue.bytes += frame.len();
            queue.frames.push_back(frame);
        }
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

    /// Waits for what is to be sent next; `None` once the connection has ended.
    pub async fn next(&self) -> Option<Outgoing> {
        loop {
            if let Some(ready) = self.take() {
                return ready;
            }
            self.bell.notified().await;
        }
    }

    /// What is to be sent next, if something waits already.
    pub fn ready(&self) -> Option<Outgoing> {
        self.take().flatten()
    }

    fn take(&self) -> Option<Option<Outgoing>> {
        let mut queue = self.lock();
        if let Some(frame) = queue.frames.pop_front() {
            queue.bytes -= frame.len();
            return Some(Some(Outgoing::Frame(frame)));
        }
        if queue.ended {
            return Some(None);
        }
        let close = queue.close.take()?;
        queue.ended = true;
        Some(Some(Outgoing::Close(close)))
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_leave_in_order_and_the_close_comes_last() {
        let outbox = Outbox::new(100);
        outbox.send(Bytes::from_static(b"a"));
        outbox.send(Bytes::from_static(b"b"));
        outbox.close(Close::going_away());
        outbox.send(Bytes::from_static(b"too late"));
        assert_eq!(
            outbox.next().await,
            Some(Outgoing::Frame(Bytes::from_static(b"a")))
        );
        assert_eq!(
            outbox.next().await,
            Some(Outgoing::Frame(Bytes::from_static(b"b")))
        );
        assert_eq!(
            outbox.next().await,
            Some(Outgoing::Close(Close::going_away()))
        );
        assert_eq!(outbox.next().await, None);
    }

    #[tokio::test]
    async fn a_client_that_falls_behind_is_closed_and_holds_no_memory() {
        let outbox = Outbox::new(10);
        outbox.send(Bytes::from_static(b"12345678"));
        outbox.send(Bytes::from_static(b"90123"));
        assert_eq!(
            outbox.next().await,
            Some(Outgoing::Close(Close::too_slow()))
        );
    }

    #[tokio::test]
    async fn one_frame_fits_whatever_its_size() {
        let outbox = Outbox::new(4);
        outbox.send(Bytes::from_static(b"the whole article"));
        assert!(matches!(outbox.next().await, Some(Outgoing::Frame(_))));
    }
}

//! The full state that every newly opened editor asks for, encoded once for all.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::draft::Draft;
use super::protocol::ServerMessage;

/// How long the frame is kept after its last use.
const TIME_TO_LIVE: Duration = Duration::from_secs(2);

/// A step 2 with the full state. Dropped when the document changes or the frame is not used.
#[derive(Debug, Default)]
pub struct FullStateCache {
    frame: Option<Bytes>,
    used: Option<Instant>,
}

impl FullStateCache {
    /// Creates a cache that holds a state.
    pub fn with_state(state: &[u8]) -> Self {
        Self {
            frame: Some(ServerMessage::StepTwo(state).frame()),
            used: Some(Instant::now()),
        }
    }

    /// Returns the frame, encoding it if the document has changed since the last call.
    pub fn frame(&mut self, draft: &Draft) -> Bytes {
        self.used = Some(Instant::now());
        let make = || ServerMessage::StepTwo(&draft.encode_since(&[])).frame();
        self.frame.get_or_insert_with(make).clone()
    }

    /// Drops the frame because the document has changed.
    pub fn invalidate(&mut self) {
        self.frame = None;
    }

    /// Drops the frame if it has not been used for a while; otherwise returns when that will be.
    pub fn expire(&mut self, now: Instant) -> Option<Instant> {
        self.frame.as_ref()?;
        let until = self.used? + TIME_TO_LIVE;
        if until <= now {
            self.frame = None;
            return None;
        }
        Some(until)
    }
}

#[cfg(test)]
mod tests {
    use yrs::{Doc, Text, Transact};

    use super::super::authors::Authors;
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_frame_is_shared_and_dropped_when_unused() {
        let doc = Doc::with_client_id(1);
        let title = doc.get_or_insert_text("title");
        title.push(&mut doc.transact_mut(), "Cold chain");
        let (draft, state) = Draft::open(doc, Authors::default(), 1 << 20).unwrap();
        let mut cache = FullStateCache::with_state(&state);
        let first = cache.frame(&draft);
        assert_eq!(first.as_ptr(), cache.frame(&draft).as_ptr());
        cache.invalidate();
        assert_ne!(first.as_ptr(), cache.frame(&draft).as_ptr());
        assert_eq!(first, cache.frame(&draft));
        assert_eq!(
            cache.expire(Instant::now()),
            Some(Instant::now() + TIME_TO_LIVE)
        );
        tokio::time::advance(TIME_TO_LIVE).await;
        assert_eq!(cache.expire(Instant::now()), None);
        assert!(cache.frame.is_none());
    }
}

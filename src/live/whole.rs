//! The answer to whoever opens a draft: the whole document, made once for all who come together.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::draft::Draft;
use super::protocol::ServerMessage;

/// How long it is kept after it was last asked for.
const KEPT: Duration = Duration::from_secs(2);

/// A step 2 with the whole document, for as long as the document does not change and is asked for.
#[derive(Debug, Default)]
pub struct Whole {
    frame: Option<Bytes>,
    used: Option<Instant>,
}

impl Whole {
    /// Keeps a state that is at hand.
    pub fn of(state: &[u8]) -> Self {
        Self {
            frame: Some(ServerMessage::StepTwo(state).frame()),
            used: Some(Instant::now()),
        }
    }

    /// The frame, shared with all who got it since the last change.
    pub fn frame(&mut self, draft: &Draft) -> Bytes {
        self.used = Some(Instant::now());
        let make = || ServerMessage::StepTwo(&draft.since(&[])).frame();
        self.frame.get_or_insert_with(make).clone()
    }

    /// Notes that the document has changed.
    pub fn forget(&mut self) {
        self.frame = None;
    }

    /// Gives the memory back when its time has come; otherwise says when that will be.
    pub fn keep(&mut self, now: Instant) -> Option<Instant> {
        self.frame.as_ref()?;
        let until = self.used? + KEPT;
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
    async fn who_comes_together_shares_one_frame_that_is_then_given_back() {
        let doc = Doc::with_client_id(1);
        let title = doc.get_or_insert_text("title");
        title.push(&mut doc.transact_mut(), "Cold chain");
        let (draft, state) = Draft::open(doc, Authors::default(), 1 << 20).unwrap();
        let mut whole = Whole::of(&state);
        let first = whole.frame(&draft);
        assert_eq!(first.as_ptr(), whole.frame(&draft).as_ptr());
        whole.forget();
        assert_ne!(first.as_ptr(), whole.frame(&draft).as_ptr());
        assert_eq!(first, whole.frame(&draft));
        assert_eq!(whole.keep(Instant::now()), Some(Instant::now() + KEPT));
        tokio::time::advance(KEPT).await;
        assert_eq!(whole.keep(Instant::now()), None);
        assert!(whole.frame.is_none());
    }
}

//! Errors of live editing, in words for the people who write.

use thiserror::Error;

use lectern_base::{ArticleId, ErrorKind};
use lectern_pool::PoolError;

use super::lib0::Malformed;

/// The reason a connection ends, as sent to the client.
///
/// Codes from 4400 to 4499 tell the stock client not to come back. After all others it reconnects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The WebSocket close code (RFC 6455, section 7.4).
    pub code: u16,
    /// A sentence for the person. At most 123 bytes are sent.
    pub reason: String,
}

impl Close {
    /// Creates a close.
    pub fn new(code: u16, reason: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
        }
    }

    /// The bytes are not a message of the protocol.
    pub fn malformed(why: Malformed) -> Self {
        Self::new(1003, format!("Not a Yjs message: {why}."))
    }

    /// A text frame arrived; only binary frames are allowed.
    pub fn not_binary() -> Self {
        Self::new(
            1003,
            "Not a Yjs message: live editing speaks binary frames.",
        )
    }

    /// A frame is over the limit, in bytes.
    pub fn too_large(limit: usize) -> Self {
        Self::new(
            1009,
            format!("Too large: one message may have {limit} bytes."),
        )
    }

    /// The draft has reached its size limit.
    pub fn draft_full(limit: usize) -> Self {
        Self::new(
            1009,
            format!("Too large: one draft may have {limit} bytes with its history."),
        )
    }

    /// The client is not signed in.
    pub fn not_signed_in() -> Self {
        Self::new(4401, "Sign in to write here.")
    }

    /// The session or token of the connection has ended.
    pub fn signed_out() -> Self {
        Self::new(4401, "You are signed out. Sign in to go on.")
    }

    /// Somebody else is signed in than the page was opened for.
    pub fn other_person() -> Self {
        Self::new(
            4401,
            "Somebody else is signed in now. Sign in again to go on.",
        )
    }

    /// The person may not do this.
    pub fn forbidden(why: impl Into<String>) -> Self {
        Self::new(4403, why)
    }

    /// There is no such article.
    pub fn unknown_article() -> Self {
        Self::new(4404, "There is no such article.")
    }

    /// The page was loaded before Lectern was upgraded.
    pub fn reload() -> Self {
        Self::new(
            4409,
            "Lectern has been renewed. Reload the page to go on writing.",
        )
    }

    /// What the client sent could not be stored.
    pub fn not_saved() -> Self {
        Self::new(
            1013,
            "Not saved: the server could not store it. It will be sent again.",
        )
    }

    /// The client has fallen out of step and must start over.
    pub fn too_slow() -> Self {
        Self::new(1013, "This connection fell behind and starts anew.")
    }

    /// The client sends more than any page does.
    pub fn flood() -> Self {
        Self::new(1008, "Too many messages at once. Slow down and come back.")
    }

    /// Nothing was heard for a long time, not even the answer to a ping.
    pub fn silent() -> Self {
        Self::new(
            4508,
            "Nothing was heard from this connection for a long time.",
        )
    }

    /// The server is stopping.
    pub fn going_away() -> Self {
        Self::new(1012, "Lectern restarts. Nothing is lost.")
    }
}

/// Why a draft cannot be opened, read or changed.
#[derive(Debug, Clone, Error)]
pub enum LiveError {
    /// There is no draft.
    #[error("There is no such article.")]
    NotFound,
    /// A record of the draft cannot be read. The draft stays closed, so nothing overwrites it.
    #[error("The draft of this article is damaged and stays closed until it is restored.")]
    Damaged {
        /// The article.
        article: ArticleId,
        /// The first record that could not be read.
        record: String,
    },
    /// The store does not respond.
    #[error("The draft cannot be stored or read just now. Nothing was lost; try again.")]
    Unavailable,
    /// The change breaks a rule of drafts.
    #[error("The change was refused: {0}")]
    Refused(String),
    /// The server is stopping.
    #[error("Lectern restarts. Try again in a moment.")]
    Stopping,
    /// The person opens connections faster than any human would.
    #[error("Too many connections in a short time. Try again in a moment.")]
    Crowded,
    /// Reading or editing the draft takes too long, or the server is busy.
    #[error(transparent)]
    Pool(#[from] PoolError),
}

impl LiveError {
    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Damaged { .. } => ErrorKind::Internal,
            Self::Unavailable | Self::Stopping | Self::Crowded => ErrorKind::Unavailable,
            Self::Refused(_) => ErrorKind::Invalid,
            Self::Pool(error) => error.kind(),
        }
    }

    /// Returns how to close an open socket.
    pub fn close(&self) -> Close {
        match self {
            Self::NotFound => Close::unknown_article(),
            Self::Damaged { .. } => Close::new(4500, self.to_string()),
            Self::Refused(_) => Close::forbidden(self.to_string()),
            Self::Unavailable | Self::Stopping | Self::Crowded | Self::Pool(_) => {
                Close::new(1013, self.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_fits_in_a_close_frame() {
        let damaged = LiveError::Damaged {
            article: ArticleId::new(),
            record: "x".repeat(400),
        };
        let longest = Malformed("this kind of content has no place in an article");
        for close in [
            Close::malformed(longest),
            Close::not_binary(),
            Close::too_large(usize::MAX),
            Close::draft_full(usize::MAX),
            Close::not_signed_in(),
            Close::signed_out(),
            Close::other_person(),
            Close::unknown_article(),
            Close::reload(),
            Close::not_saved(),
            Close::too_slow(),
            Close::silent(),
            Close::flood(),
            Close::going_away(),
            damaged.close(),
            LiveError::Unavailable.close(),
            LiveError::Stopping.close(),
            LiveError::Crowded.close(),
        ] {
            assert!(close.reason.len() <= 123, "{}", close.reason);
        }
    }
}

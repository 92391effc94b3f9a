//! Why an acknowledgement, an audience or an assignment is refused.

use lectern_base::ErrorKind;

/// Why an acknowledgement, an audience or an assignment is refused, in words for the person who
/// asked for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadingRefusal {
    /// Another version is effective now.
    #[error(
        "v{asked}.0 is not what is effective: v{effective}.0 is; nothing was recorded, read that and acknowledge it"
    )]
    OtherVersion {
        /// The n of the version that was read.
        asked: u32,
        /// The n of the one that is effective.
        effective: u32,
    },
    /// The hash is not that of the effective version.
    #[error("what was read is not the text of v{0}.0, which is effective; read it again")]
    OtherText(u32),
    /// The version is suspended.
    #[error(
        "this article is suspended, so nobody can read or acknowledge it; whoever was asked is asked again when it is reinstated"
    )]
    Suspended,
    /// The article is retired.
    #[error("this article is retired, so there is nothing to acknowledge")]
    Retired,
    /// No version is approved yet.
    #[error("this article has no approved version yet, so there is nothing to acknowledge")]
    NoVersion,
    /// The number of days is out of range; the most that is allowed.
    #[error("people get from 1 to {0} days to read a version")]
    Days(u32),
    /// Nobody is named, or too many people; the most that can be.
    #[error("name from 1 to {0} people; for more, use a role or all members")]
    Crowd(usize),
    /// Somebody named, by their name, may not read in the module.
    #[error("{0} cannot see this module, so they cannot be asked to read in it")]
    Stranger(String),
    /// The due date is in the past or too far ahead.
    #[error("the day by which it is to be read lies ahead, and within five years")]
    Due,
    /// Everybody named has acknowledged the version.
    #[error("everybody you named has acknowledged v{0}.0 already")]
    AllDone(u32),
    /// Everybody who is asked has acknowledged.
    #[error("nobody is asked to read this who has not acknowledged it")]
    NobodyMissing,
    /// The signature has another meaning than the one given here.
    #[error("a signature under an acknowledgement means “{0}” and nothing else")]
    OtherMeaning(&'static str),
}

impl ReadingRefusal {
    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::OtherVersion { .. } | Self::OtherText(_) => ErrorKind::Conflict,
            Self::Suspended | Self::Retired | Self::NoVersion => ErrorKind::Conflict,
            Self::AllDone(_) | Self::NobodyMissing => ErrorKind::Conflict,
            Self::Days(_) | Self::Crowd(_) | Self::Stranger(_) => ErrorKind::Invalid,
            Self::Due | Self::OtherMeaning(_) => ErrorKind::Invalid,
        }
    }

    /// Returns the field that is wrong.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Days(_) => Some("days"),
            Self::Crowd(_) | Self::Stranger(_) => Some("people"),
            Self::Due => Some("due"),
            Self::OtherMeaning(_) => Some("signature.meaning"),
            _ => None,
        }
    }
}

//! Why something is not acknowledged, or nobody is asked.

use lectern_base::ErrorKind;

/// Why an acknowledgement, an audience or an assignment is refused, in words for the person who
/// tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unacknowledged {
    /// Readers get another version now.
    #[error(
        "v{asked}.0 is not what is effective: v{effective}.0 is; nothing was recorded, read that and acknowledge it"
    )]
    OtherVersion {
        /// The n of the version that was meant.
        asked: u32,
        /// The n of the one that is effective.
        effective: u32,
    },
    /// What was read is not the text of that version.
    #[error("what was read is not the text of v{0}.0, which is effective; read it again")]
    OtherText(u32),
    /// The version was taken back.
    #[error(
        "this article is suspended, so nobody can read or acknowledge it; whoever was asked is asked again when it is reinstated"
    )]
    Suspended,
    /// The article was given up.
    #[error("this article is retired, so there is nothing to acknowledge")]
    Retired,
    /// There is nothing to read yet.
    #[error("this article has no approved version yet, so there is nothing to acknowledge")]
    NoVersion,
    /// The days are too few or too many.
    #[error("people get from 1 to {0} days to read a version")]
    Days(u32),
    /// More people are named than can be.
    #[error("name from 1 to {0} people; for more, use a role or all members")]
    Crowd(usize),
    /// Somebody who is named cannot read it.
    #[error("{0} cannot see this module, so they cannot be asked to read in it")]
    Stranger(String),
    /// The day lies in the past, or beyond what anybody means.
    #[error("the day by which it is to be read lies ahead, and within five years")]
    Due,
    /// Everybody who was named has done it.
    #[error("everybody you named has acknowledged v{0}.0 already")]
    AllDone(u32),
    /// There is nobody to remind.
    #[error("nobody is asked to read this who has not acknowledged it")]
    NobodyMissing,
    /// The signature means something else.
    #[error("a signature under an acknowledgement means “{0}” and nothing else")]
    OtherMeaning(&'static str),
}

impl Unacknowledged {
    /// Sorts the refusal for the front door.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::OtherVersion { .. } | Self::OtherText(_) => ErrorKind::Conflict,
            Self::Suspended | Self::Retired | Self::NoVersion => ErrorKind::Conflict,
            Self::AllDone(_) | Self::NobodyMissing => ErrorKind::Conflict,
            Self::Days(_) | Self::Crowd(_) | Self::Stranger(_) => ErrorKind::Invalid,
            Self::Due | Self::OtherMeaning(_) => ErrorKind::Invalid,
        }
    }

    /// Returns the field that breaks a rule.
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

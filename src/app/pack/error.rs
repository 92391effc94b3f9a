//! Why a pack is not made, or not taken in.

use lectern_base::ErrorKind;

/// Why a pack was not made or not taken in; files are named as they are called in it.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Nothing was reviewed yet.
    #[error("nothing is on record yet: no review of it was ever requested")]
    Nothing,
    /// People change it all the time.
    #[error("“{0}” is being changed right now; try again in a moment")]
    Busy(String),
    /// The reason is too long.
    #[error("a reason has at most {0} letters")]
    LongReason(usize),
    /// The file is no ZIP, or was cut short.
    #[error("the pack cannot be read: {0}")]
    Unreadable(String),
    /// It is a ZIP of something else.
    #[error("this is no pack of Lectern: {0} is missing")]
    NoPack(&'static str),
    /// A newer Lectern made it.
    #[error("the pack is of version {found}; this Lectern reads version {known}")]
    OtherVersion {
        /// What it says.
        found: u32,
        /// What can be read.
        known: u32,
    },
    /// A name leads out of the pack, or is no plain file.
    #[error("the pack holds {0:?}, which is no name of a file inside it")]
    BadName(String),
    /// It would unfold into too much.
    #[error("{file} of the pack is too large: {what}")]
    TooLarge {
        /// Which file.
        file: String,
        /// How large one may be.
        what: String,
    },
    /// It is not in the manifest.
    #[error("{0} stands in the pack and not in SHA256SUMS")]
    Unlisted(String),
    /// It is in the manifest alone.
    #[error("{0} stands in SHA256SUMS and not in the pack")]
    Missing(String),
    /// Its bytes are others.
    #[error("{0} is not what SHA256SUMS says: it was changed")]
    Changed(String),
    /// What it says does not fit, or not with the rest.
    #[error("{file} of the pack cannot be taken in: {what}")]
    Wrong {
        /// Which file.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// Somebody works there already.
    #[error(
        "{folder} is not empty ({holds}); a pack is taken into a new data directory, and nothing \
         was written"
    )]
    Occupied {
        /// The data directory.
        folder: String,
        /// What is there.
        holds: String,
    },
}

impl PackError {
    /// Says what is wrong with a file.
    pub fn wrong(file: &str, what: impl ToString) -> Self {
        Self::Wrong {
            file: file.to_owned(),
            what: what.to_string(),
        }
    }

    /// Sorts the error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Nothing | Self::Busy(_) | Self::Occupied { .. } => ErrorKind::Conflict,
            _ => ErrorKind::Invalid,
        }
    }
}

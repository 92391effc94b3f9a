//! Why a text cannot be shown.

use lectern_article::ArticleError;
use lectern_base::ErrorKind;
use lectern_pool::PoolError;
use lectern_reading::ReadingError;
use lectern_review::ReviewError;

/// Why a text cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum RenderingError {
    /// It does not exist, or is not for this reader.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The article has no version that readers get; says why.
    #[error("{0}")]
    NotEffective(&'static str),
    /// The text takes too long, or the server is busy.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// Articles.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// Reviews and versions.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// Acknowledgements.
    #[error(transparent)]
    Reading(#[from] ReadingError),
}

impl RenderingError {
    /// Returns what kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) | Self::NotEffective(_) => ErrorKind::NotFound,
            Self::Pool(cause) => cause.kind(),
            Self::Article(cause) => cause.kind(),
            Self::Review(cause) => cause.kind(),
            Self::Reading(cause) => cause.kind(),
        }
    }

    /// Returns the name of the input field that broke a rule, where one did.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Review(cause) => cause.field(),
            Self::Reading(cause) => cause.field(),
            _ => None,
        }
    }
}

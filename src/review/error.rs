//! What can go wrong with a review.

use lectern_article::ArticleError;
use lectern_base::{ArticleId, ErrorKind};
use lectern_identity::{Denied, IdentityError};
use lectern_journal::JournalError;
use lectern_module::ModuleError;
use lectern_revision::RevisionError;
use lectern_store::{Contended, StoreError};

use super::decision::Verdict;
use super::refusal::Refusal;
use super::review_state::ReviewState;

/// Why a review was not requested, decided or found.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// There is no such review.
    #[error("there is no such review")]
    NotFound,
    /// There is no such article.
    #[error("there is no such article")]
    NoArticle,
    /// The state of the review or the article does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody else decided at the same moment.
    #[error("{who} {} this at the same moment; look at the review again before you decide", verb(*.verdict))]
    Overtaken {
        /// The other person's name.
        who: String,
        /// What they decided.
        verdict: Verdict,
    },
    /// The meaning of a signature is empty or too long; the most letters.
    #[error("a signature says in at most {0} letters what it means, such as approved")]
    Meaning(usize),
    /// A rule of a module is invalid.
    #[error("{why}")]
    Rule {
        /// Which one.
        field: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The review has ended.
    #[error("{}", over(*.state, .decided.as_ref()))]
    Over {
        /// How it ended.
        state: ReviewState,
        /// Who decided last, and what.
        decided: Option<(String, Verdict)>,
    },
    /// The summary is too long.
    #[error("a summary of changes has at most {0} letters")]
    LongSummary(usize),
    /// The reason is too long.
    #[error("a reason has at most {0} letters")]
    LongReason(usize),
    /// The text under review has no such section.
    #[error("the text under review has no such section")]
    NoSection,
    /// The section does not contain the quoted words.
    #[error("these words do not stand in this section. Copy them from its text")]
    NotQuoted,
    /// The text shows pictures that are not files of the article.
    #[error(
        "pictures from elsewhere could change after the approval: {}. Add them to the article as files",
        .0.join(", ")
    )]
    ExternalPictures(Vec<String>),
    /// There is nothing to compare with.
    #[error(
        "there is nothing to compare with: no decision of yours before, or no approved version"
    )]
    NothingSince,
    /// The article kept changing at every attempt.
    #[error("others are changing this article right now; nothing was lost, try again")]
    Busy,
    /// The stored text is not the approved one; readers get nothing.
    #[error(
        "the approved text of this article is damaged; it is kept from readers until it is restored"
    )]
    Damaged(ArticleId),
    /// A right is missing.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// People could not be looked up.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The module could not be looked up.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The article could not be read or written.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// The draft could not be frozen or read.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal refused.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl ReviewError {
    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound | Self::NoArticle | Self::NoSection => ErrorKind::NotFound,
            Self::Overtaken { .. } | Self::Over { .. } | Self::Busy => ErrorKind::Conflict,
            Self::LongSummary(_) | Self::LongReason(_) | Self::NothingSince => ErrorKind::Invalid,
            Self::Meaning(_) | Self::Rule { .. } | Self::NotQuoted | Self::ExternalPictures(_) => {
                ErrorKind::Invalid
            }
            Self::Damaged(_) => ErrorKind::Internal,
            Self::Refused(refusal) => refusal.kind(),
            Self::Denied(error) => error.kind(),
            Self::Identity(error) => error.kind(),
            Self::Module(error) => error.kind(),
            Self::Article(error) => error.kind(),
            Self::Revision(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Journal(error) => error.kind(),
        }
    }

    /// Returns the field that is wrong.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::LongSummary(_) | Self::Refused(Refusal::NoSummary) => Some("change_summary"),
            Self::LongReason(_) | Self::Refused(Refusal::NoReason) => Some("reason"),
            Self::Refused(Refusal::ChecklistOpen) => Some("checklist"),
            Self::Refused(Refusal::NotSigned) => Some("signature"),
            Self::Refused(
                Refusal::NoReviewer | Refusal::SubstituteWrote | Refusal::DecidesAlready,
            ) => Some("substitute"),
            Self::Meaning(_) => Some("signature.meaning"),
            Self::Rule { field, .. } => Some(field),
            Self::NothingSince => Some("since"),
            Self::NotQuoted => Some("quote"),
            _ => None,
        }
    }
}

impl Contended for ReviewError {
    fn is_conflict(&self) -> bool {
        match self {
            Self::Store(error) => error.is_conflict(),
            Self::Journal(error) => error.is_conflict(),
            _ => false,
        }
    }
}

fn verb(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "approved",
        Verdict::Reject => "rejected",
    }
}

fn over(state: ReviewState, decided: Option<&(String, Verdict)>) -> String {
    let how = match (state, decided) {
        (ReviewState::Effective | ReviewState::Rejected, Some((who, verdict))) => {
            format!("{who} {} it", verb(*verdict))
        }
        (ReviewState::Withdrawn, _) => "it was withdrawn".to_owned(),
        (ReviewState::Outdated, _) => "another version became effective meanwhile".to_owned(),
        (ReviewState::Stale, _) => "nobody decided in time".to_owned(),
        (ReviewState::Approved, _) => "it is approved and waits for its time".to_owned(),
        _ => "it has been decided".to_owned(),
    };
    format!("this review is over: {how}")
}

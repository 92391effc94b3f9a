//! Why an event is refused, in words for the person who caused it.

use lectern_article::Standing;
use lectern_base::ErrorKind;

/// Why an event cannot happen now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Required sections are empty.
    #[error("these required sections are empty: {}; fill them, or say why they do not apply", .0.join(", "))]
    Missing(Vec<String>),
    /// Fields have invalid values.
    #[error("these facts about the article are not as they should be: {}", .0.join(", "))]
    Unfit(Vec<String>),
    /// Sections have open suggestions, each with how many.
    #[error("suggestions are open in {}; accept or reject them first", places(.0))]
    Suggested(Vec<(String, usize)>),
    /// It does not say what changed.
    #[error("a review needs a summary of what changed")]
    NoSummary,
    /// Only those who wrote may ask for review.
    #[error("only those who contributed to this draft may request its review")]
    NotContributor,
    /// Too few people could approve.
    #[error("{}", too_few(.stage.as_deref(), *needed, *reviewers, *eligible))]
    TooFewApprovers {
        /// The stage that has a group of its own.
        stage: Option<String>,
        /// Approvals that the policy asks for.
        needed: usize,
        /// Reviewers of the module, or of the stage's group.
        reviewers: usize,
        /// Those of them who did not contribute.
        eligible: usize,
    },
    /// A review is open already.
    #[error("a review of this article is open already; resubmit to replace it")]
    ReviewOpen,
    /// No review is open.
    #[error("no review of this article is open")]
    NoReview,
    /// The quorum is reached; nothing is left to decide.
    #[error("this review is approved already")]
    AlreadyApproved,
    /// The quorum is not reached.
    #[error("this review is not approved")]
    NotApproved,
    /// The reviewer contributed to the text.
    #[error("you contributed to this text, so somebody else must decide on it")]
    OwnWork,
    /// The person the reviewer stands in for contributed to the text.
    #[error("the person you stand in for contributed to this text, so somebody else must decide")]
    TheirWork,
    /// Another group decides now.
    #[error("the review is at the stage “{0}”, whose group approves now")]
    OtherStage(String),
    /// The hash is not that of the text under review.
    #[error("this is not the text under review; read it again before you decide")]
    OtherText,
    /// Questions of the checklist are not answered with yes.
    #[error("an approval answers every question of the checklist with yes")]
    ChecklistOpen,
    /// A reason is missing.
    #[error("please give a reason")]
    NoReason,
    /// A signature is missing.
    #[error("this needs a signature")]
    NotSigned,
    /// The caller neither requested the review nor is a steward.
    #[error(
        "only the person who requested the review, or somebody who looks after the module, may withdraw it"
    )]
    NotYours,
    /// Every approver who is needed can still decide, or was reported as missing.
    #[error("nobody is missing in this review")]
    NobodyMissing,
    /// The approver can still decide, or their decision is not needed.
    #[error(
        "only a reviewer whose decision is needed and who can no longer give it has a substitute"
    )]
    NotMissing,
    /// Nobody names themselves as a substitute.
    #[error("you cannot name yourself as the substitute; somebody else must name you")]
    NamesThemselves,
    /// The substitute is no reviewer of the module.
    #[error("the substitute must be a reviewer of this module")]
    NoReviewer,
    /// The substitute contributed to the text.
    #[error("the substitute contributed to this text; name a reviewer who did not")]
    SubstituteWrote,
    /// The substitute decides at this stage already.
    #[error("the substitute decides at this stage already; name another reviewer")]
    DecidesAlready,
    /// The standing of the article does not allow it.
    #[error("{}", wrong(*.0))]
    WrongStanding(Standing),
    /// There is no such earlier version.
    #[error("there is no earlier version {0}.0")]
    NoSuchVersion(u32),
    /// Neither the owner nor a reviewer.
    #[error("the article's owner and a reviewer retire it together; you are neither")]
    NotOwner,
    /// Two reviewers signed, and the owner did not.
    #[error("a reviewer has signed already; the article's owner signs next")]
    OwnerMissing,
    /// Two people must agree.
    #[error("the owner and a reviewer must agree, and they must be two people")]
    OnePerson,
}

impl Refusal {
    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Missing(_) | Self::Unfit(_) | Self::NoSummary | Self::NoReason => {
                ErrorKind::Invalid
            }
            Self::ChecklistOpen | Self::NotSigned | Self::OnePerson => ErrorKind::Invalid,
            Self::NoSuchVersion(_) => ErrorKind::Invalid,
            Self::NoReviewer | Self::SubstituteWrote | Self::DecidesAlready => ErrorKind::Invalid,
            Self::NamesThemselves => ErrorKind::Forbidden,
            Self::NobodyMissing | Self::NotMissing => ErrorKind::Conflict,
            Self::NotContributor | Self::OwnWork | Self::TheirWork => ErrorKind::Forbidden,
            Self::NotYours | Self::OtherStage(_) | Self::NotOwner => ErrorKind::Forbidden,
            Self::OwnerMissing => ErrorKind::Conflict,
            Self::TooFewApprovers { .. } | Self::ReviewOpen | Self::NoReview => ErrorKind::Conflict,
            Self::AlreadyApproved | Self::NotApproved => ErrorKind::Conflict,
            Self::OtherText | Self::WrongStanding(_) | Self::Suggested(_) => ErrorKind::Conflict,
        }
    }
}

fn places(sections: &[(String, usize)]) -> String {
    let named = sections
        .iter()
        .map(|(title, count)| format!("{title} ({count})"));
    named.collect::<Vec<_>>().join(", ")
}

fn too_few(stage: Option<&str>, needed: usize, reviewers: usize, eligible: usize) -> String {
    let of = match stage {
        Some(stage) => format!("the group of the stage “{stage}”"),
        None => "the module".to_owned(),
    };
    let who = match (reviewers, eligible) {
        (0, _) => format!("{of} has no reviewer"),
        (_, 0) => format!("every reviewer of {of} contributed to this text"),
        (_, 1) => format!("only one reviewer of {of} did not contribute to this text"),
        _ => format!("only {eligible} reviewers of {of} did not contribute to this text"),
    };
    let approvals = if needed == 1 { "approval" } else { "approvals" };
    let whom = match stage {
        Some(_) => "ask a reviewer of the module to add somebody to the group",
        None => "ask an admin to add a reviewer",
    };
    format!("nobody could carry this review: it needs {needed} {approvals}, and {who}; {whom}")
}

fn wrong(standing: Standing) -> &'static str {
    match standing {
        Standing::Draft => "this article has no version yet",
        Standing::Effective => "the version is effective, so this cannot be done",
        Standing::Due => "the version is due for review, so this cannot be done",
        Standing::Expired => "the version has expired, so this cannot be done",
        Standing::Suspended => "the version is suspended, so this cannot be done",
        Standing::Retired => "the article is retired; only a new version revives it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_approvers_are_explained() {
        let refusal = |needed, reviewers, eligible| {
            Refusal::TooFewApprovers {
                stage: None,
                needed,
                reviewers,
                eligible,
            }
            .to_string()
        };
        assert!(refusal(1, 0, 0).contains("needs 1 approval, and the module has no reviewer"));
        assert!(refusal(1, 2, 0).contains("every reviewer of the module contributed"));
        assert!(refusal(2, 2, 1).contains("needs 2 approvals, and only one reviewer"));
        assert!(refusal(3, 4, 2).contains("only 2 reviewers"));
        let staged = Refusal::TooFewApprovers {
            stage: Some("Medical".into()),
            needed: 1,
            reviewers: 0,
            eligible: 0,
        };
        let said = staged.to_string();
        assert!(
            said.contains("the group of the stage “Medical” has no reviewer"),
            "{said}"
        );
    }

    #[test]
    fn sections_with_open_suggestions_are_named() {
        let open = Refusal::Suggested(vec![("Lead".into(), 2), ("References".into(), 1)]);
        assert!(
            open.to_string()
                .contains("open in Lead (2), References (1);")
        );
    }

    #[test]
    fn missing_sections_are_named() {
        let missing = Refusal::Missing(vec!["Lead".into(), "References".into()]);
        assert!(missing.to_string().contains("Lead, References"));
    }
}

//! The text of a notice, in one sentence.

use crate::notice::{NoticeDetails, NoticeKind};

/// Display names for a notice; `None` for what the recipient may not see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DisplayNames {
    /// The person who did it.
    pub who: Option<String>,
    /// The article's title.
    pub title: Option<String>,
    /// The module's title.
    pub module: Option<String>,
    /// The people it is about.
    pub people: Vec<String>,
    /// The granted roles, such as "reviewer" or "trainer in “Cold chain”".
    pub roles: Vec<String>,
}

/// Returns the sentence.
pub fn sentence(details: &NoticeDetails, names: &DisplayNames) -> String {
    use NoticeKind::*;
    let who = names.who.as_deref().unwrap_or("Lectern");
    let text = match &names.title {
        Some(title) => format!("“{title}”"),
        None => "an article".to_owned(),
    };
    let version = match details.version {
        Some(version) => format!("v{version}.0 of {text}"),
        None => text.clone(),
    };
    let place = names.module.as_ref();
    let place = place
        .map(|title| format!(" in “{title}”"))
        .unwrap_or_default();
    match details.kind {
        ReviewRequested => format!("{who} asks you to review {text}"),
        ReviewResubmitted => format!("{who} asks you to review {text} anew, as it was changed"),
        StageReached => format!("The review of {text} has come to the stage at which you decide"),
        ReviewReminded => format!("The review of {text} still waits for you"),
        ReviewersMissing => format!(
            "{} can no longer decide on {text}; name a substitute, or withdraw the review",
            listed(&names.people)
        ),
        SubstituteNamed => format!(
            "{who} asks you to decide on {text} in place of {}",
            listed(&names.people)
        ),
        ReviewApproved => format!("{text} is approved"),
        ReviewRejected => format!("{who} rejected {text}"),
        ReviewWithdrawn => format!("{who} took the review of {text} back"),
        ReviewStale => format!("The review of {text} was closed, as nobody decided in time"),
        ReviewOutdated => {
            format!("The review of {text} ended, as another version became effective")
        }
        VersionEffective => format!("{version} is effective"),
        VersionSuspended => format!("{who} suspended {version}"),
        VersionReinstated => format!("{who} reinstated {version}"),
        VersionReissued => format!("{who} issued {version} again, in place of a later one"),
        VersionReaffirmed => format!("{who} reaffirmed {version}"),
        ReviewDateNear => format!("{version} is soon to be looked at again"),
        ReviewDatePassed => format!("{version} should have been looked at again"),
        VersionExpired => format!("{version} has expired"),
        RetirementSigned => format!("{who} wants to retire {text}; a second signature is needed"),
        ArticleRetired => format!("{who} retired {text}"),
        Mentioned => format!("{who} mentioned you in a comment on {text}"),
        ThreadReplied => format!("{who} answered a comment on {text}"),
        ThreadResolved => format!("{who} resolved a comment on {text}"),
        ThreadReopened => format!("{who} reopened a comment on {text}"),
        PasswordLinkMade => {
            format!("{who} made a link to set your password, which ended your sessions and tokens")
        }
        SelfGrantConfirmed => format!("{who} confirmed that you are a reviewer"),
        SignedAfterReset => {
            "You signed soon after your password was reset; if it was not you, report it".to_owned()
        }
        RoleGranted => format!("{who} gave you {}", roles(&names.roles)),
        ModuleJoined => match names.roles.is_empty() {
            true => format!("{who} made you a member{place}"),
            false => format!("{who} made you {}{place}", names.roles.join(" and ")),
        },
        ReadingAssigned => format!("You are asked to read {version} and to confirm it"),
        ReadingReminded => format!("{version} still waits for you to confirm that you read it"),
        ReadingOverdue => format!("You have not confirmed in time that you read {version}"),
        ReadersOverdue => match details.count {
            Some(1) => format!("One person has not confirmed in time that they read {version}"),
            Some(many) => {
                format!("{many} people have not confirmed in time that they read {version}")
            }
            None => format!("Somebody has not confirmed in time that they read {version}"),
        },
        DelegationGiven => format!("{who} lets you decide in their place{place}"),
        DelegationReturned => format!("{who} no longer decides in your place{place}"),
        DelegationEnded => format!("You no longer decide in the place of {who}{place}"),
    }
}

fn listed(people: &[String]) -> String {
    match people {
        [] => "a reviewer".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn roles(names: &[String]) -> String {
    match names {
        [] => "a role".to_owned(),
        [one] => format!("the role {one}"),
        [first @ .., last] => format!("the roles {} and {last}", first.join(", ")),
    }
}

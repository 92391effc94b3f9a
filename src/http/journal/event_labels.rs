//! Labels of journal events, for the page, its filter and CSV.
//!
//! Every event is matched, so that one that is added without a label does not compile.

use lectern_article::ArticleEventName;
use lectern_events::JournalEventName;
use lectern_identity::IdentityEventName;
use lectern_journal::CheckpointEventName;
use lectern_module::ModuleEventName;
use lectern_pack::PackEventName;
use lectern_reading::ReadingEventName;
use lectern_review::ReviewEventName;
use lectern_revision::RevisionEventName;
use lectern_social::SocialEventName;

/// The groups of events in the filter: the part of their names before the point, and a label.
const GROUPS: &[(&str, &str)] = &[
    ("article", "Articles"),
    ("revision", "Revisions"),
    ("review", "Reviews"),
    ("signature", "Signatures"),
    ("version", "Versions"),
    ("reading", "Reading"),
    ("thread", "Comments"),
    ("comment", "Own comments"),
    ("attachment", "Pictures and files"),
    ("draft", "Damaged drafts"),
    ("edit", "Refused edits"),
    ("pack", "Inspector’s packs"),
    ("module", "Modules"),
    ("person", "People"),
    ("delegation", "Standing in"),
    ("account", "Locked accounts"),
    ("second_factor", "Second factors"),
    ("alert", "Alerts"),
    ("session", "Signing in"),
    ("token", "Tokens"),
    ("organisation", "Organisation"),
    ("checkpoint", "Checkpoints"),
];

/// A group of events with its label, and the events with theirs.
pub struct EventGroup {
    /// The part of their names before the point.
    pub name: &'static str,
    /// The label.
    pub label: &'static str,
    /// The names and labels of the events.
    pub events: Vec<(&'static str, &'static str)>,
}

/// Returns the label of an event, or of a group of events. An event that this release does not
/// know gets one from its name.
pub fn label(name: &str) -> String {
    let event = JournalEventName::parse(name).map(label_of);
    let group = || GROUPS.iter().find(|(group, _)| *group == name);
    let known = event.or_else(|| group().map(|(_, label)| *label));
    known.map_or_else(|| spoken(name), str::to_owned)
}

/// Returns the groups of events, for the filter.
pub fn groups() -> impl Iterator<Item = EventGroup> {
    GROUPS.iter().map(|(name, label)| EventGroup {
        name,
        label,
        events: JournalEventName::all()
            .filter(|event| group_of(*event) == *name)
            .map(|event| (event.as_str(), label_of(event)))
            .collect(),
    })
}

/// Turns a name into words: `review.more_time` is "Review more time".
pub fn spoken(name: &str) -> String {
    let words = name.replace(['.', '_'], " ");
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.map_or_else(String::new, |first| format!("{first}{}", letters.as_str()))
}

fn group_of(event: JournalEventName) -> &'static str {
    let name = event.as_str();
    name.split_once('.').map_or(name, |(group, _)| group)
}

fn label_of(event: JournalEventName) -> &'static str {
    match event {
        JournalEventName::Article(name) => of_article(name),
        JournalEventName::Revision(name) => of_revision(name),
        JournalEventName::Review(name) => of_review(name),
        JournalEventName::Reading(name) => of_reading(name),
        JournalEventName::Social(name) => of_social(name),
        JournalEventName::Pack(name) => of_pack(name),
        JournalEventName::Module(name) => of_module(name),
        JournalEventName::Identity(name) => of_identity(name),
        JournalEventName::Checkpoint(name) => of_checkpoint(name),
    }
}

fn of_article(name: ArticleEventName) -> &'static str {
    use ArticleEventName::*;
    match name {
        Created => "Article started",
        Imported => "Article taken in from a pack",
        AttachmentAdded => "File added",
        AttachmentRemoved => "File cleared away",
        DraftSetAside => "Damaged part of a draft set aside",
        DraftSetAsideSettled => "Damaged draft looked after",
        EditRefused => "Edit refused",
    }
}

fn of_revision(name: RevisionEventName) -> &'static str {
    use RevisionEventName::*;
    match name {
        Saved => "Revision saved",
    }
}

fn of_review(name: ReviewEventName) -> &'static str {
    use ReviewEventName::*;
    match name {
        Requested => "Review requested",
        Decided => "Review decided",
        StagePassed => "Stage of a review passed",
        ReviewersMissing => "Reviewer missing",
        SubstituteNamed => "Substitute named",
        Reminded => "Reviewers reminded",
        Approved => "Review approved",
        Rejected => "Review rejected",
        Withdrawn => "Review withdrawn",
        Outdated => "Review outdated",
        Stale => "Review closed, as nobody decided",
        SignatureGiven => "Signed",
        VersionEffective => "Version became effective",
        VersionSuperseded => "Version superseded",
        VersionSuspended => "Version suspended",
        VersionReinstated => "Version reinstated",
        VersionReissued => "Earlier version issued again",
        VersionReaffirmed => "Version reaffirmed",
        ReviewDateNear => "Review date near",
        VersionDue => "Review date passed",
        VersionExpired => "Version expired",
        RetirementSigned => "Retirement signed by the first of two",
        ArticleRetired => "Article retired",
        RulesChanged => "Rules of review changed",
    }
}

fn of_reading(name: ReadingEventName) -> &'static str {
    use ReadingEventName::*;
    match name {
        AudienceChanged => "Audience changed",
        Assigned => "People asked to read",
        Released => "People asked no longer",
        Reminded => "Readers reminded",
        Overdue => "Reading overdue",
        Acknowledged => "Read and acknowledged",
    }
}

fn of_social(name: SocialEventName) -> &'static str {
    use SocialEventName::*;
    match name {
        ThreadOpened => "Comment made",
        ThreadReplied => "Comment answered",
        ThreadResolved => "Comments resolved",
        ThreadReopened => "Comments reopened",
        CommentEdited => "Comment corrected",
    }
}

fn of_pack(name: PackEventName) -> &'static str {
    use PackEventName::*;
    match name {
        Exported => "Inspector’s pack made",
        Imported => "Inspector’s pack taken in",
    }
}

fn of_module(name: ModuleEventName) -> &'static str {
    use ModuleEventName::*;
    match name {
        Created => "Module created",
        Changed => "Module changed",
        Reordered => "Articles put in order",
        ArticleMoved => "Article moved",
        Removed => "Module removed",
    }
}

fn of_identity(name: IdentityEventName) -> &'static str {
    use IdentityEventName::*;
    match name {
        OrganisationFounded => "Organisation named",
        PersonAdded => "Person added",
        PersonRecovered => "Let back in by the operator",
        RolesChanged => "Roles changed",
        SelfGrantConfirmed => "Role that an administrator gave themself confirmed",
        Deactivated => "Access ended",
        Reactivated => "Access given again",
        PasswordChanged => "Password changed",
        PasswordLinkMade => "Link for a new password made",
        PasswordLinkUsed => "Password chosen with a link",
        PasswordRefused => "Wrong password at a confirmation",
        MemberAdded => "Member added",
        MemberRemoved => "Member removed",
        DelegationGiven => "Right to decide handed over",
        DelegationEnded => "Right to decide taken back",
        AccountLocked => "Account locked",
        AccountUnlocked => "Account unlocked",
        SecondFactorSet => "Second factor set",
        SecondFactorRemoved => "Second factor removed",
        RecoveryCodeUsed => "Recovery code used",
        AlertSettled => "Alert settled",
        SessionOpened => "Signed in",
        SessionClosed => "Session ended",
        SignInThrottled => "Sign-in slowed down",
        SignInReported => "Sign-in reported as not one's own",
        TokenCreated => "Token made",
        TokenRevoked => "Token revoked",
        SignatureRefused => "Signature refused",
        SignedAfterReset => "Signed soon after a password reset",
    }
}

fn of_checkpoint(name: CheckpointEventName) -> &'static str {
    use CheckpointEventName::*;
    match name {
        KeyMade => "Key for checkpoints made",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_a_label_gets_one_from_its_name() {
        assert_eq!(label("session.opened"), "Signed in");
        assert_eq!(label("session"), "Signing in");
        assert_eq!(label("review.more_time"), "Review more time");
        assert_eq!(label(""), "");
    }

    #[test]
    fn every_event_is_in_one_group() {
        let grouped: usize = groups().map(|group| group.events.len()).sum();
        assert_eq!(grouped, JournalEventName::all().count());
        assert!(groups().all(|group| !group.events.is_empty()));
    }
}

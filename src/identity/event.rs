//! The events that this crate records in the journal.

use serde::{Deserialize, Serialize};

use lectern_base::{DelegationId, ModuleId, PersonId, Subject, Timestamp};

use super::{AlertKind, Grant, SigningMethod, TokenScope};

lectern_journal::events! {
    /// What happens to people, their rights, and their ways of signing in.
    pub enum IdentityEvent named IdentityEventName {
        /// The organisation was named, at the first start.
        OrganisationFounded = "organisation.founded" { new: OrganisationName },
        /// A person was added.
        PersonAdded = "person.added" { new: AddedPerson },
        /// An operator let a person back in, without second factor and lockout.
        PersonRecovered = "person.recovered",
        /// A person's roles were changed by an administrator.
        RolesChanged = "person.roles_changed" { old: PersonRights, new: PersonRights },
        /// An administrator confirmed reviewer roles that another one gave themself.
        SelfGrantConfirmed = "person.self_grant_confirmed" { new: PersonRights },
        /// A person was deactivated.
        Deactivated = "person.deactivated" { old: PersonRights, new: PersonRights },
        /// A person was reactivated.
        Reactivated = "person.reactivated" { old: PersonRights, new: PersonRights },
        /// A person's password was changed.
        PasswordChanged = "person.password_changed",
        /// An administrator made a link with which a person chooses a new password.
        PasswordLinkMade = "person.password_link_made",
        /// A person chose a password with a link.
        PasswordLinkUsed = "person.password_link_used",
        /// A wrong password was given where an action asks for it again.
        PasswordRefused = "person.password_refused",
        /// A person was given a role in a module.
        MemberAdded = "module.member_added" { old: Option<PersonRights>, new: MemberRights },
        /// A person lost all roles in a module.
        MemberRemoved = "module.member_removed" { old: PersonRights, new: PersonRights },
        /// A reviewer let somebody decide in their place.
        DelegationGiven = "delegation.given" { new: DelegationTerms },
        /// One of the two ended a delegation.
        DelegationEnded = "delegation.ended" { new: DelegationTerms },
        /// Too many wrong passwords or codes locked an account.
        AccountLocked = "account.locked" { new: LockedAccount },
        /// An administrator unlocked an account.
        AccountUnlocked = "account.unlocked",
        /// A person set a second factor.
        SecondFactorSet = "second_factor.set",
        /// A second factor was removed.
        SecondFactorRemoved = "second_factor.removed",
        /// A recovery code was used up.
        RecoveryCodeUsed = "second_factor.recovery_code_used" { new: RecoveryCodesLeft },
        /// An administrator settled an alert.
        AlertSettled = "alert.settled" { new: SettledAlert },
        /// Somebody signed in.
        SessionOpened = "session.opened" { new: NewSession },
        /// A session ended.
        SessionClosed = "session.closed",
        /// Attempts to sign in with a login, or from an address, are slowed down.
        SignInThrottled = "session.throttled" { new: ThrottledSignIn },
        /// A person reported a sign-in as not theirs.
        SignInReported = "session.reported" { new: ReportedSignIn },
        /// A token was created.
        TokenCreated = "token.created" { new: NewToken },
        /// A token was revoked.
        TokenRevoked = "token.revoked" { old: RevokedToken, },
        /// Wrong credentials were given for a signature.
        SignatureRefused = "signature.refused" { new: RefusedSignature },
        /// A person signed soon after a link set their password.
        SignedAfterReset = "signature.after_reset" { new: SignatureAfterReset },
    }
}

/// The name of the organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrganisationName {
    /// The name.
    pub name: String,
}

/// A person as they were added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddedPerson {
    /// The login.
    pub login: String,
    /// The name.
    pub name: String,
    /// The roles.
    pub roles: Vec<Grant>,
}

/// What a person may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonRights {
    /// The roles.
    pub roles: Vec<Grant>,
    /// Whether they can sign in.
    pub active: bool,
}

/// What a new member of a module may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberRights {
    /// The roles, in all modules.
    pub roles: Vec<Grant>,
    /// Whether they can sign in; absent for the founder of a module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// Who may decide for whom, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DelegationTerms {
    /// The delegation.
    pub id: DelegationId,
    /// The reviewer.
    pub from: PersonId,
    /// The delegate.
    pub to: PersonId,
    /// The module; `None` for all.
    pub module: Option<ModuleId>,
    /// The start, inclusive.
    pub starts: Timestamp,
    /// The end, exclusive.
    pub ends: Timestamp,
}

/// Why an account was locked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LockedAccount {
    /// Number of failed attempts.
    pub failures: u32,
    /// The address of the last one, if known.
    pub from: Option<String>,
}

/// How many recovery codes a person has left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecoveryCodesLeft {
    /// The number.
    pub left: usize,
}

/// The alert that was settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettledAlert {
    /// Its kind.
    pub kind: AlertKind,
    /// The person it is about.
    pub person: Option<PersonId>,
}

/// How somebody signed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewSession {
    /// What they proved.
    pub method: SigningMethod,
    /// Whether the device was new.
    pub new_device: bool,
}

/// Why sign-ins are slowed down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThrottledSignIn {
    /// Number of failed attempts.
    pub attempts: u32,
    /// Their address; absent when the subject of the entry is an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// A sign-in that a person does not recognise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportedSignIn {
    /// The time.
    pub at: Timestamp,
    /// The address.
    pub from: String,
}

/// A token as it was created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewToken {
    /// Whose it is.
    pub person: PersonId,
    /// The label.
    pub label: String,
    /// What it may be used for; absent in entries of earlier releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<TokenScope>,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// A token that was revoked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RevokedToken {
    /// The label.
    pub label: String,
}

/// Why a signature was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedSignature {
    /// What was wrong.
    pub why: String,
}

/// What was signed soon after a link set the signer's password.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignatureAfterReset {
    /// What was signed.
    pub what: Subject,
    /// When the password was set.
    pub reset_at: Timestamp,
    /// The administrator who made the link; `None` for the operator.
    pub made_by: Option<PersonId>,
}

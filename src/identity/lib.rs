//! People, roles, sessions, tokens, and proofs of permission, which only this crate can make.
//!
//! Domain functions require a proof – a [`Reader`], [`Editor`], [`Reviewer`], … – so a forgotten
//! permission check does not compile. Everything is denied by default; an admin can administer and
//! nothing else. The crate does not know what a module or an article is: it only sees a [`Place`].

mod add_person;
mod alert;
mod alert_kind;
mod attempt;
mod by_person;
mod delegation;
mod denied;
mod error;
mod event;
mod failure_log;
mod identity;
mod lease;
mod leases;
mod lockout;
mod network;
mod password;
mod password_change;
mod password_link;
mod pending_enrolments;
mod pending_sign_ins;
mod people;
mod person;
mod proof;
mod role;
mod second_factor;
mod secret;
mod session;
mod settings;
mod setup;
mod setup_code;
mod sign_in;
mod sign_in_history;
mod signer;
mod signing_method;
mod striped_lock;
#[cfg(test)]
mod tests;
mod throttle;
mod ticket;
mod ticket_store;
mod token;
mod token_scope;

pub use alert::Alert;
pub use alert_kind::AlertKind;
pub use delegation::{Delegation, NewDelegation};
pub use denied::Denied;
pub use error::IdentityError;
pub use event::{
    AddedPerson, DelegationTerms, IdentityEvent, IdentityEventName, LockedAccount, MemberRights,
    NewSession, NewToken, OrganisationName, PersonRights, RecoveryCodesLeft, RefusedSignature,
    ReportedSignIn, RevokedToken, SettledAlert, SignatureAfterReset, ThrottledSignIn,
};
pub use identity::Identity;
pub use password_link::PasswordLink;
pub use person::{Invitation, NewPerson, Person, SelfGrant, fold_login};
pub use proof::{
    Admin, Appointer, Approver, Archivist, Author, Caller, Editor, Founder, Overseer, Place,
    Reader, Reviewer, Steward, Via,
};
pub use role::{Grant, Role};
pub use second_factor::{Enrolment, SecondFactorInfo};
pub use session::OpenedSession;
pub use settings::IdentitySettings;
pub use sign_in::SignInStep;
pub use sign_in_history::{Origin, SignIn};
pub use signer::{Credentials, Signer};
pub use signing_method::SigningMethod;
pub use ticket::Ticket;
pub use token::{TokenInfo, TokenTerms};
pub use token_scope::TokenScope;

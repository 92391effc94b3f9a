//! People, roles, sessions, tokens, and the proofs of permission that only this room can make.
//!
//! The domain's verbs ask for a proof – a [`Reader`], [`Editor`], [`Reviewer`], … – so that a
//! forgotten check does not compile. Deny by default; an admin may nothing but administer. What a
//! module or an article is, this room does not know: it sees a [`Place`].

mod admit;
mod alert;
mod delegation;
mod device;
mod error;
mod guard;
mod password;
mod people;
mod person;
mod proof;
mod renewal;
mod role;
mod second;
mod secret;
mod service;
mod session;
mod settings;
mod setup;
mod sign_in;
mod signer;
#[cfg(test)]
mod tests;
mod throttle;
mod ticket;
mod token;

pub use alert::{Alert, AlertKind};
pub use delegation::{Delegation, NewDelegation};
pub use device::{Origin, SignIn};
pub use error::IdentityError;
pub use person::{NewPerson, Person, fold_login};
pub use proof::{
    Admin, Approver, Archivist, Author, Caller, Denied, Editor, Founder, Overseer, Place, Reader,
    Reviewer, Steward, Via,
};
pub use role::{Grant, Role};
pub use second::{Enrolment, SecondFactorInfo};
pub use service::Identity;
pub use session::Opened;
pub use settings::IdentitySettings;
pub use sign_in::Step;
pub use signer::{Credentials, Signer, SigningMethod};
pub use ticket::Ticket;
pub use token::TokenInfo;

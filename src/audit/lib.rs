//! Proof that the records are what was written: verification, checkpoints, and the audit trail in
//! readable terms (21 CFR 11.10(a) and (e)).

mod error;
mod evidence;
mod files;
mod trail;
mod verify;

pub use error::AuditError;
pub use trail::{AuditTrail, SubjectLabel, SubjectLabels, SubjectLink};
pub use verify::{KeptCheckpoint, VerificationReport, checkpoint, verify, verify_with_progress};

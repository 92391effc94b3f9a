//! Signatures and their journal entries: how they are recorded, and how they are verified.

use lectern_base::{Hash, ModuleId, SignatureId, Subject};
use lectern_journal::{AuditEvent, Entry, EventName as _, Journal, JournalError, Unnumbered};
use lectern_store::Batch;

use super::error::ReviewError;
use super::event::{ReviewEvent, ReviewEventName};
use super::reviews::Reviews;
use super::signature::Signature;

impl Signature {
    /// Returns the id of the signature that a journal entry records, if it records one.
    pub fn given_in(entry: &Entry) -> Option<SignatureId> {
        let is_signature =
            ReviewEventName::parse(&entry.deed) == Some(ReviewEventName::SignatureGiven);
        is_signature.then(|| entry.subject.id.parse().ok())?
    }

    /// Returns what is wrong with it: it differs from its journal entry `given`, or is under another
    /// text than the signed one; `text` is the hash of the revision it names (21 CFR 11.70).
    pub fn fault(&self, given: Option<&Entry>, text: Option<Hash>) -> Option<&'static str> {
        let is_given = |entry: &&Entry| {
            Self::given_in(entry) == Some(self.id) && entry.seq == self.journal_seq
        };
        match given.filter(is_given) {
            None => Some("the journal has no entry of it"),
            Some(entry) if entry.new != Some(self.as_entry()) => {
                Some("it is not as the journal has it")
            }
            Some(_) if text != Some(self.content_sha256) => {
                Some("it stands under another text than was signed")
            }
            Some(_) => None,
        }
    }

    fn event(&self, module: ModuleId) -> AuditEvent {
        let given = ReviewEvent::SignatureGiven {
            new: Unnumbered(self.clone()),
        };
        AuditEvent::new(self.signer, given, Subject::signature(self.id)).in_module(module)
    }
}

impl Reviews {
    /// Commits a batch with the signatures under what it does. Each signature is a journal entry
    /// before those of `events`, and its record names that entry.
    pub(super) async fn record_signed(
        &self,
        batch: Batch,
        events: Vec<AuditEvent>,
        signatures: Vec<Signature>,
        module: ModuleId,
    ) -> Result<(), ReviewError> {
        record_signed(&self.journal, batch, events, signatures, module, |_, _| {}).await?;
        Ok(())
    }
}

/// Commits a batch with the signatures under what it does. Each signature is a journal entry before
/// those of `events`, and its record names that entry; `number` gets the entries of `events`, for
/// records that name them, and adds to the batch.
///
/// # Errors
/// Those of the journal; nothing was written then.
pub async fn record_signed(
    journal: &Journal,
    batch: Batch,
    mut events: Vec<AuditEvent>,
    signatures: Vec<Signature>,
    module: ModuleId,
    number: impl Fn(&[Entry], &mut Batch) + Send + Sync + 'static,
) -> Result<(), JournalError> {
    let given = signatures.iter().map(|signature| signature.event(module));
    events.splice(0..0, given);
    let number_all = move |entries: &[Entry], batch: &mut Batch| {
        for (entry, signature) in entries.iter().zip(&signatures) {
            let mut signature = signature.clone();
            signature.journal_seq = entry.seq;
            signature.put(batch);
        }
        number(&entries[signatures.len()..], batch);
    };
    journal.record_numbered(batch, events, number_all).await?;
    Ok(())
}

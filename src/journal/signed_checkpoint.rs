//! Signed checkpoints, to be kept on another machine. They reveal a truncated or rewritten journal,
//! which a hash chain alone cannot (21 CFR 11.10(e)).

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use lectern_base::{Hash, InstanceId, Subject, Timestamp, canonical};
use lectern_store::{Batch, Store, StoreError, Table};

use super::{Actor, AuditEvent, Checkpoint, CheckpointError, Entry, Journal, JournalError};

/// The key file in the data directory: 32 bytes in hexadecimal, readable by the owner only.
const FILE: &str = "checkpoint.key";
const OWNER_ONLY: u32 = 0o600;

/// The identity of this instance, and the public key that signs for it.
static SIGNER: Table<String, SignerRecord> = Table::new("checkpoint_signer");

crate::events! {
    /// What happens to signed checkpoints.
    pub enum CheckpointEvent named CheckpointEventName {
        /// The key that signs checkpoints was made, or replaced an earlier one.
        KeyMade = "checkpoint.key_made" { old: Option<CheckpointKey>, new: CheckpointKey },
    }
}

/// A key that signs checkpoints, as the journal names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckpointKey {
    /// The Ed25519 public key (RFC 8032), 64 hexadecimal digits.
    pub public_key: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct SignerRecord {
    instance: InstanceId,
    public_key: String,
}

/// What stood at the end of the journal, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedCheckpoint {
    /// The house whose journal it is.
    pub instance: InstanceId,
    /// The number of the last entry.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// When it was signed.
    pub at: Timestamp,
    /// The Ed25519 key that signed it (RFC 8032), 64 hexadecimal digits.
    pub public_key: String,
    /// The signature over the canonical JSON (RFC 8785) of all else, 128 hexadecimal digits.
    pub signature: String,
}

impl SignedCheckpoint {
    fn sign(known: &SignerRecord, head: Checkpoint, at: Timestamp, key: &SigningKey) -> Self {
        let mut checkpoint = Self {
            instance: known.instance,
            seq: head.seq,
            hash: head.hash,
            at,
            public_key: public(key),
            signature: String::new(),
        };
        let signature = key.sign(&checkpoint.signed());
        checkpoint.signature = hex::encode(signature.to_bytes());
        checkpoint
    }

    /// Verifies the signature and returns the checkpoint.
    ///
    /// # Errors
    /// [`CheckpointError`] if the signature is invalid, or if it was made with another key than
    /// `key`, if that is given.
    pub fn prove(&self, key: Option<&str>) -> Result<Checkpoint, CheckpointError> {
        if !self.is_signed() {
            return Err(CheckpointError::Garbled);
        }
        if let Some(wanted) = key.filter(|key| !key.eq_ignore_ascii_case(&self.public_key)) {
            return Err(CheckpointError::OtherKey {
                found: self.public_key.clone(),
                wanted: wanted.to_owned(),
            });
        }
        Ok(Checkpoint {
            seq: self.seq,
            hash: self.hash,
        })
    }

    fn is_signed(&self) -> bool {
        let key = bytes::<32>(&self.public_key).and_then(|key| VerifyingKey::from_bytes(&key).ok());
        let signature = bytes::<64>(&self.signature).map(|bytes| Signature::from_bytes(&bytes));
        let (Some(key), Some(signature)) = (key, signature) else {
            return false;
        };
        key.verify_strict(&self.signed(), &signature).is_ok()
    }

    /// Returns the bytes that are signed.
    fn signed(&self) -> Vec<u8> {
        let mut value = serde_json::json!(self);
        if let Some(fields) = value.as_object_mut() {
            fields.remove("signature");
        }
        canonical(&value)
    }
}

/// Returns the instance that a store belongs to; `None` before its first checkpoint.
pub async fn instance(store: &Store) -> Result<Option<InstanceId>, StoreError> {
    let known = SIGNER.get(store, &record()).await?;
    Ok(known.map(|known| known.instance))
}

impl Journal {
    /// Signs the current end of the journal with the key in the data directory `folder`.
    ///
    /// Generates the key on first use, and records that as an event caused by `by`.
    pub async fn checkpoint(
        &self,
        folder: &Path,
        by: Actor,
    ) -> Result<SignedCheckpoint, JournalError> {
        let _signing = self.0.signing.lock().await;
        let (key, known) = self.signer(folder, by).await?;
        let head = *self.0.head.lock().await;
        let now = self.0.clock.now();
        Ok(SignedCheckpoint::sign(&known, head, now, &key))
    }

    /// Signs a checkpoint of `entry`, which must be an entry of this journal.
    pub async fn checkpoint_of(
        &self,
        folder: &Path,
        by: Actor,
        entry: &Entry,
    ) -> Result<SignedCheckpoint, JournalError> {
        let _signing = self.0.signing.lock().await;
        let (key, known) = self.signer(folder, by).await?;
        let end = Checkpoint {
            seq: entry.seq,
            hash: entry.hash,
        };
        Ok(SignedCheckpoint::sign(
            &known,
            end,
            self.0.clock.now(),
            &key,
        ))
    }

    async fn signer(
        &self,
        folder: &Path,
        by: Actor,
    ) -> Result<(SigningKey, SignerRecord), JournalError> {
        let path = folder.join(FILE);
        let file = path.clone();
        let read = tokio::task::spawn_blocking(move || load_or_make(&file)).await;
        let unusable = |why: String| JournalError::Key { path, why };
        let key = match read {
            Ok(Ok(key)) => key,
            Ok(Err(cause)) => return Err(unusable(cause.to_string())),
            Err(cause) => return Err(unusable(cause.to_string())),
        };
        let known = self.known(&key, by).await?;
        Ok((key, known))
    }

    /// Records the public key, unless it is the one on record.
    async fn known(&self, key: &SigningKey, by: Actor) -> Result<SignerRecord, JournalError> {
        let found = SIGNER.get_versioned(self.store(), &record()).await?;
        let public_key = public(key);
        if let Some(found) = &found
            && found.value.public_key == public_key
        {
            return Ok(found.value.clone());
        }
        let before = found.as_ref().map(|found| &found.value);
        let known = SignerRecord {
            instance: before.map_or_else(InstanceId::new, |before| before.instance),
            public_key,
        };
        let subject = Subject::new("instance", known.instance);
        let key = |of: &SignerRecord| CheckpointKey {
            public_key: of.public_key.clone(),
        };
        let made = CheckpointEvent::KeyMade {
            old: before.map(key),
            new: key(&known),
        };
        let event = AuditEvent::new(by, made, subject);
        let mut batch = Batch::new();
        match &found {
            Some(found) => SIGNER.put_expecting(&mut batch, &record(), &known, found),
            None => SIGNER.insert(&mut batch, &record(), &known),
        }
        self.record(batch, vec![event]).await?;
        Ok(known)
    }
}

fn record() -> String {
    "signer".to_owned()
}

fn public(key: &SigningKey) -> String {
    hex::encode(key.verifying_key().to_bytes())
}

fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Some(bytes)
}

fn load_or_make(path: &Path) -> io::Result<SigningKey> {
    match fs::read_to_string(path) {
        Ok(digits) => {
            let damaged = || io::Error::other("it does not hold 64 hexadecimal digits");
            let secret = bytes::<32>(digits.trim()).ok_or_else(damaged)?;
            Ok(SigningKey::from_bytes(&secret))
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => make(path),
        Err(cause) => Err(cause),
    }
}

/// Writes to a temporary file and renames it: a truncated key would be useless.
fn make(path: &Path) -> io::Result<SigningKey> {
    let key = SigningKey::from_bytes(&rand::random());
    let temporary = PathBuf::from(format!("{}.new", path.display()));
    match fs::remove_file(&temporary) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OWNER_ONLY)
        .open(&temporary)?;
    file.write_all(hex::encode(key.to_bytes()).as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use lectern_base::FixedClock;
    use lectern_store as store;

    async fn journal(folder: &Path) -> Journal {
        let clock = FixedClock::at(Timestamp::from_millis(1_777_000_000_000));
        let store = store::open(folder).unwrap();
        Journal::open(store, Arc::new(clock)).await.unwrap()
    }

    #[tokio::test]
    async fn the_key_is_generated_once_readable_by_its_owner_only_and_recorded() {
        let dir = tempfile::tempdir().unwrap();
        let journal = journal(dir.path()).await;
        let (first, second) = tokio::join!(
            journal.checkpoint(dir.path(), Actor::System),
            journal.checkpoint(dir.path(), Actor::System),
        );
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!(
            first, second,
            "Ed25519 is deterministic, and nothing was recorded in between"
        );
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, OWNER_ONLY);
        let entries = journal.read(0, 9).await.unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].deed, "checkpoint.key_made");
        assert_eq!(
            entries[0].new,
            Some(json!({"public_key": first.public_key}))
        );
        assert_eq!((first.seq, first.hash), (1, entries[0].hash));
        assert_eq!(
            instance(journal.store()).await.unwrap(),
            Some(first.instance)
        );
    }

    #[tokio::test]
    async fn replacing_a_lost_key_is_recorded() {
        let dir = tempfile::tempdir().unwrap();
        let journal = journal(dir.path()).await;
        let first = journal.checkpoint(dir.path(), Actor::System).await.unwrap();
        fs::remove_file(dir.path().join(FILE)).unwrap();
        let second = journal.checkpoint(dir.path(), Actor::System).await.unwrap();
        assert_eq!(first.instance, second.instance);
        assert_ne!(first.public_key, second.public_key);
        let entry = journal.read(1, 9).await.unwrap().remove(0);
        assert_eq!(entry.old, Some(json!({"public_key": first.public_key})));
        fs::write(dir.path().join(FILE), "not a key").unwrap();
        let refused = journal.checkpoint(dir.path(), Actor::System).await;
        assert!(matches!(refused, Err(JournalError::Key { .. })));
    }

    #[tokio::test]
    async fn a_checkpoint_verifies_only_unchanged_and_with_its_own_key() {
        let dir = tempfile::tempdir().unwrap();
        let journal = journal(dir.path()).await;
        let kept = journal.checkpoint(dir.path(), Actor::System).await.unwrap();
        let shown = Checkpoint {
            seq: 1,
            hash: kept.hash,
        };
        assert_eq!(kept.prove(None), Ok(shown));
        assert_eq!(kept.prove(Some(&kept.public_key.to_uppercase())), Ok(shown));
        let other = "00".repeat(32);
        assert!(matches!(
            kept.prove(Some(&other)),
            Err(CheckpointError::OtherKey { .. })
        ));
        let changes: [fn(&mut SignedCheckpoint); 6] = [
            |kept| kept.seq = 0,
            |kept| kept.hash = Hash::ZERO,
            |kept| kept.at = Timestamp::from_millis(0),
            |kept| kept.instance = InstanceId::new(),
            |kept| kept.public_key = "00".repeat(32),
            |kept| kept.signature = "nothing".to_owned(),
        ];
        for change in changes {
            let mut forged = kept.clone();
            change(&mut forged);
            assert_eq!(forged.prove(None), Err(CheckpointError::Garbled));
        }
    }
}

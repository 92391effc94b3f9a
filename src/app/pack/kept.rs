//! What a pack that was taken in leaves as evidence: its manifest, what it held, and its extracts of
//! the journal that its records are held against.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use lectern_base::{ArticleId, Hash};
use lectern_journal::Entry;
use lectern_store::{Store, StoreError};

use super::contents::{CONTENTS, Contents, Holds, JOURNAL};
use crate::AppError;

/// The deed of taking a pack in; its subject is the hash of the manifest.
pub(super) const IMPORTED: &str = "pack.imported";

/// The journal of the house that an imported pack came from, as far as it came along.
pub(crate) struct Origin {
    /// The entries, each proven by its own hash.
    pub entries: Vec<Entry>,
    /// The records that were taken over; the entries tell of more.
    holds: Holds,
}

impl Origin {
    /// Tells whether an entry is about a record that was taken over; of others it tells as well.
    pub fn holds(&self, entry: &Entry) -> bool {
        let id = &entry.subject.id;
        match entry.subject.kind.as_str() {
            "revision" => id
                .parse()
                .is_ok_and(|id| self.holds.revisions.contains(&id)),
            "review" => id.parse().is_ok_and(|id| self.holds.reviews.contains(&id)),
            "signature" => id
                .parse()
                .is_ok_and(|id| self.holds.signatures.contains(&id)),
            _ => true,
        }
    }
}

/// Returns what an entry of this house brought along from another, if it tells of a pack.
///
/// # Errors
/// [`AppError::Contradiction`] when what was kept is not what was taken in.
pub(crate) async fn origin(store: &Store, entry: &Entry) -> Result<Option<Origin>, AppError> {
    if entry.deed != IMPORTED {
        return Ok(None);
    }
    let kept = Kept::of(store, entry).await?;
    let mut origin = Origin {
        entries: Vec::new(),
        holds: Holds::default(),
    };
    for (name, hash) in &kept.sums {
        if is_extract(name) {
            let bytes = kept.file(name, *hash).await?;
            let read = read_extract(&bytes).map_err(|what| kept.fault(name, what))?;
            origin.entries.extend(read);
        }
    }
    for article in kept.contents().await?.articles {
        origin.holds.extend(article.holds);
    }
    origin.entries.sort_by_key(|entry| entry.seq);
    Ok(Some(origin))
}

/// Returns the extracts that a pack brought along for one article, with the hash of its manifest.
pub(super) async fn extracts_of(
    store: &Store,
    entry: &Entry,
    article: ArticleId,
) -> Result<(Hash, Vec<Vec<u8>>), AppError> {
    let kept = Kept::of(store, entry).await?;
    let contents = kept.contents().await?;
    let mut extracts = Vec::new();
    let found = contents.articles.into_iter().find(|one| one.id == article);
    for name in found.into_iter().flat_map(|found| found.journals) {
        let hash = kept.sums.get(&name).copied();
        let hash = hash.ok_or_else(|| kept.fault(&name, "it is missing"))?;
        extracts.push(kept.file(&name, hash).await?);
    }
    Ok((kept.manifest, extracts))
}

/// Tells whether a file of a pack is kept when the pack is taken in.
pub(super) fn is_kept(name: &str) -> bool {
    name == CONTENTS || is_extract(name)
}

fn is_extract(name: &str) -> bool {
    name.rsplit('/').next() == Some(JOURNAL)
}

/// Reads the lines of a manifest.
pub(super) fn read_sums(text: &[u8]) -> Option<BTreeMap<String, Hash>> {
    let line = |line: &str| {
        let (hash, name) = line.split_once("  ")?;
        Some((name.to_owned(), hash.parse().ok()?))
    };
    std::str::from_utf8(text).ok()?.lines().map(line).collect()
}

/// Writes entries as an extract: one line of canonical JSON (RFC 8785) each.
pub(super) fn write_extract(entries: &[Entry]) -> Vec<u8> {
    let mut text = Vec::new();
    for entry in entries {
        text.extend(lectern_base::canonical(entry));
        text.push(b'\n');
    }
    text
}

/// Reads an extract and proves each entry; says what is wrong otherwise.
pub(super) fn read_extract(text: &[u8]) -> Result<Vec<Entry>, String> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let entry: Entry = serde_json::from_slice(line).map_err(|cause| cause.to_string())?;
        let fault = match entries.last() {
            _ if entry.compute() != entry.hash => Some("it was changed after it was written"),
            Some(before) if entry.seq <= before.seq => Some("it stands behind a later one"),
            Some(before) if entry.seq == before.seq + 1 && entry.prev != before.hash => {
                Some("it does not follow the entry before it")
            }
            _ => None,
        };
        if let Some(fault) = fault {
            return Err(format!("journal entry {}: {fault}", entry.seq));
        }
        entries.push(entry);
    }
    Ok(entries)
}

struct Kept {
    store: Store,
    manifest: Hash,
    sums: BTreeMap<String, Hash>,
}

impl Kept {
    async fn of(store: &Store, entry: &Entry) -> Result<Self, AppError> {
        let mut kept = Self {
            store: store.clone(),
            manifest: entry.subject.id.parse().unwrap_or(Hash::ZERO),
            sums: BTreeMap::new(),
        };
        let bytes = kept.file("its manifest", kept.manifest).await?;
        let sums = read_sums(&bytes);
        kept.sums = sums.ok_or_else(|| kept.fault("its manifest", "it cannot be read"))?;
        Ok(kept)
    }

    async fn contents(&self) -> Result<Contents, AppError> {
        let hash = self.sums.get(CONTENTS).copied();
        let hash = hash.ok_or_else(|| self.fault(CONTENTS, "it is missing"))?;
        self.parse(CONTENTS, &self.file(CONTENTS, hash).await?)
    }

    fn parse<T: DeserializeOwned>(&self, name: &str, bytes: &[u8]) -> Result<T, AppError> {
        serde_json::from_slice(bytes).map_err(|cause| self.fault(name, cause))
    }

    async fn file(&self, name: &str, hash: Hash) -> Result<Vec<u8>, AppError> {
        match self.store.blobs().get(hash).await {
            Ok(Some(bytes)) => Ok(bytes.to_vec()),
            Ok(None) => Err(self.fault(name, "it is missing")),
            Err(StoreError::Damaged { .. }) => Err(self.fault(name, "it was changed")),
            Err(error) => Err(error.into()),
        }
    }

    fn fault(&self, name: &str, what: impl ToString) -> AppError {
        AppError::Contradiction {
            record: format!("{name} of the pack {} that was taken in", self.manifest),
            what: what.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_base::{FixedClock, Subject, Timestamp};
    use lectern_journal::{Actor, AuditEvent, Journal};
    use lectern_store::{self as store, Batch};

    async fn three_entries() -> Vec<Entry> {
        let dir = tempfile::tempdir().unwrap();
        let clock = std::sync::Arc::new(FixedClock::at(Timestamp::from_millis(0)));
        let journal = Journal::open(store::open(dir.path()).unwrap(), clock);
        let journal = journal.await.unwrap();
        let deed = |number: u32| AuditEvent::new(Actor::System, "a.b", Subject::new("x", number));
        let deeds = (1..=3).map(deed).collect();
        journal.record(Batch::new(), deeds).await.unwrap()
    }

    #[tokio::test]
    async fn each_entry_of_an_extract_is_proven_and_so_are_neighbours() {
        let mut entries = three_entries().await;
        let read = |entries: &[Entry]| read_extract(&write_extract(entries));
        assert_eq!(read(&entries), Ok(entries.clone()));
        let gap = [entries[0].clone(), entries[2].clone()];
        assert_eq!(read(&gap).unwrap().len(), 2);
        let swapped = [entries[1].clone(), entries[0].clone()];
        assert!(read(&swapped).unwrap_err().starts_with("journal entry 1"));
        entries[1].reason = Some("never said".to_owned());
        assert!(read(&entries).unwrap_err().starts_with("journal entry 2"));
        entries[1].hash = entries[1].compute();
        assert!(read(&entries).unwrap_err().starts_with("journal entry 3"));
    }

    #[test]
    fn a_manifest_is_read_as_sha256sum_writes_it() {
        let hash = Hash::of(b"x");
        let sums = read_sums(format!("{hash}  a b/c.txt\n").as_bytes()).unwrap();
        assert_eq!(sums, BTreeMap::from([("a b/c.txt".to_owned(), hash)]));
        assert_eq!(read_sums(b"nothing\n"), None);
    }
}

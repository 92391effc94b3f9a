//! The evidence that an imported pack leaves behind: its manifest, its list of contents, and its
//! extracts of the journal against which its records are verified.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use lectern_base::{ArticleId, Hash};
use lectern_journal::{Entry, EventName as _};
use lectern_store::{Store, StoreError};

use crate::OriginError;
use crate::contents::{CONTENTS, Contents, RecordIds};
use crate::event::PackEventName;
use crate::extract::{is_extract, read_extract};
use crate::manifest::read_sums;

/// The part of another instance's journal that came with an imported pack.
pub struct Origin {
    /// The entries, each verified by its own hash, in order.
    pub entries: Vec<Entry>,
    /// The imported records. The entries mention more than these.
    records: RecordIds,
}

impl Origin {
    /// Reads what an entry of this instance's journal brought along, if it is an import.
    ///
    /// # Errors
    /// [`OriginError::Contradiction`] when a file is no longer what was imported.
    pub async fn of(store: &Store, entry: &Entry) -> Result<Option<Self>, OriginError> {
        if !is_import(entry) {
            return Ok(None);
        }
        let evidence = Evidence::of(store, entry).await?;
        let mut origin = Self {
            entries: Vec::new(),
            records: RecordIds::default(),
        };
        for (name, hash) in &evidence.sums {
            if is_extract(name) {
                let bytes = evidence.file(name, *hash).await?;
                let read = read_extract(&bytes).map_err(|what| evidence.fault(name, what))?;
                origin.entries.extend(read);
            }
        }
        for article in evidence.contents().await?.articles {
            origin.records.extend(article.holds);
        }
        origin.entries.sort_by_key(|entry| entry.seq);
        Ok(Some(origin))
    }

    /// Returns whether an entry is about an imported record, or about none in particular.
    pub fn covers(&self, entry: &Entry) -> bool {
        let id = &entry.subject.id;
        match entry.subject.kind.as_str() {
            "revision" => id
                .parse()
                .is_ok_and(|id| self.records.revisions.contains(&id)),
            "review" => id
                .parse()
                .is_ok_and(|id| self.records.reviews.contains(&id)),
            "signature" => id
                .parse()
                .is_ok_and(|id| self.records.signatures.contains(&id)),
            _ => true,
        }
    }
}

/// Returns whether an entry records the import of a pack.
pub fn is_import(entry: &Entry) -> bool {
    PackEventName::parse(&entry.deed) == Some(PackEventName::Imported)
}

/// Returns the hash of an imported pack's manifest, and the extracts that came with it for one
/// article.
///
/// # Errors
/// [`OriginError::Contradiction`] when a file is no longer what was imported.
pub async fn extracts_of(
    store: &Store,
    entry: &Entry,
    article: ArticleId,
) -> Result<(Hash, Vec<Vec<u8>>), OriginError> {
    let evidence = Evidence::of(store, entry).await?;
    let contents = evidence.contents().await?;
    let mut extracts = Vec::new();
    let found = contents.articles.into_iter().find(|one| one.id == article);
    for name in found.into_iter().flat_map(|found| found.journals) {
        let hash = evidence.sums.get(&name).copied();
        let hash = hash.ok_or_else(|| evidence.fault(&name, "it is missing"))?;
        extracts.push(evidence.file(&name, hash).await?);
    }
    Ok((evidence.manifest, extracts))
}

/// Returns whether a file of a pack is kept as evidence when the pack is imported.
pub fn is_evidence(name: &str) -> bool {
    name == CONTENTS || is_extract(name)
}

/// The files of an imported pack, in the store.
struct Evidence {
    store: Store,
    manifest: Hash,
    sums: BTreeMap<String, Hash>,
}

impl Evidence {
    async fn of(store: &Store, entry: &Entry) -> Result<Self, OriginError> {
        let mut evidence = Self {
            store: store.clone(),
            manifest: entry.subject.id.parse().unwrap_or(Hash::ZERO),
            sums: BTreeMap::new(),
        };
        let bytes = evidence.file("its manifest", evidence.manifest).await?;
        let sums = read_sums(&bytes);
        evidence.sums = sums.ok_or_else(|| evidence.fault("its manifest", "it cannot be read"))?;
        Ok(evidence)
    }

    async fn contents(&self) -> Result<Contents, OriginError> {
        let hash = self.sums.get(CONTENTS).copied();
        let hash = hash.ok_or_else(|| self.fault(CONTENTS, "it is missing"))?;
        self.parse(CONTENTS, &self.file(CONTENTS, hash).await?)
    }

    fn parse<T: DeserializeOwned>(&self, name: &str, bytes: &[u8]) -> Result<T, OriginError> {
        serde_json::from_slice(bytes).map_err(|cause| self.fault(name, cause))
    }

    async fn file(&self, name: &str, hash: Hash) -> Result<Vec<u8>, OriginError> {
        match self.store.blobs().get(hash).await {
            Ok(Some(bytes)) => Ok(bytes.to_vec()),
            Ok(None) => Err(self.fault(name, "it is missing")),
            Err(StoreError::Damaged { .. }) => Err(self.fault(name, "it was changed")),
            Err(error) => Err(error.into()),
        }
    }

    fn fault(&self, name: &str, what: impl ToString) -> OriginError {
        OriginError::Contradiction {
            record: format!("{name} of the pack {} that was taken in", self.manifest),
            what: what.to_string(),
        }
    }
}

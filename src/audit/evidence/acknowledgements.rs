//! Checks acknowledgements against the journal and the acknowledged versions.

use std::collections::BTreeMap;

use lectern_base::{ArticleId, PersonId};
use lectern_journal::Entry;
use lectern_reading::{Acknowledgement, recorded_acknowledgement};

use super::{Evidence, JournalFacts, Source};
use crate::AuditError;

type Key = (ArticleId, PersonId, u32);

/// Indexes acknowledgements by article, person and version.
pub(super) fn by_key(all: Vec<Acknowledgement>) -> BTreeMap<Key, Acknowledgement> {
    let key = |one: &Acknowledgement| (one.article, one.person, one.version);
    all.into_iter().map(|one| (key(&one), one)).collect()
}

impl Evidence<'_> {
    /// Checks that each acknowledgement is as in the journal, and none is missing.
    pub(super) fn acknowledgements(&self) -> Result<(), AuditError> {
        for (key, given) in &self.acknowledged {
            self.expect_none(
                || self.describe_acknowledgement(given),
                self.acknowledgement_fault(key, given),
            )?;
        }
        let fact = self.facts.acknowledged.iter();
        for (_, (source, fact)) in fact.filter(|(key, _)| !self.acknowledged.contains_key(*key)) {
            let fault = format!("it is missing, and {source} speaks of it");
            self.expect_none(|| self.describe_acknowledgement(fact), Some(fault))?;
        }
        Ok(())
    }

    fn acknowledgement_fault(&self, key: &Key, given: &Acknowledgement) -> Option<String> {
        let Some((source, fact)) = self.facts.acknowledged.get(key) else {
            return Some("the journal does not say that it was given".to_owned());
        };
        let version = self.versions.get(&(given.article, given.version));
        match () {
            () if fact != given => Some(format!("{source} says otherwise")),
            () if version.is_none_or(|version| version.hash != given.content_sha256) => {
                Some("it is of another text than the version has".to_owned())
            }
            () => None,
        }
    }

    fn describe_acknowledgement(&self, given: &Acknowledgement) -> String {
        let version = self.describe_version((given.article, given.version));
        format!("acknowledgement of {version} by {}", given.printed_name)
    }
}

impl JournalFacts {
    pub(super) fn add_acknowledged(&mut self, entry: &Entry, source: Source) -> Option<()> {
        let fact = recorded_acknowledgement(entry)?;
        let key = (fact.article, fact.person, fact.version);
        self.acknowledged.insert(key, (source, fact));
        Some(())
    }
}

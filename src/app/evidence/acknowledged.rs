//! Acknowledgements are as the journal has them, and of texts that were versions.

use std::collections::BTreeMap;

use lectern_base::{ArticleId, PersonId};
use lectern_journal::Entry;
use lectern_reading::{Acknowledgement, recorded_acknowledgement};

use super::{AppError, Evidence, Place, Told};

type Key = (ArticleId, PersonId, u32);

/// Puts acknowledgements under article, person and version.
pub(super) fn by_key(all: Vec<Acknowledgement>) -> BTreeMap<Key, Acknowledgement> {
    let key = |one: &Acknowledgement| (one.article, one.person, one.version);
    all.into_iter().map(|one| (key(&one), one)).collect()
}

impl Evidence {
    /// Each acknowledgement says what the journal says of it, and none is missing.
    pub(super) fn acknowledgements(&self) -> Result<(), AppError> {
        for (key, given) in &self.acknowledged {
            self.refuse(
                || self.name_of_acknowledgement(given),
                self.acknowledgement_fault(key, given),
            )?;
        }
        let told = self.told.acknowledged.iter();
        for (_, (place, told)) in told.filter(|(key, _)| !self.acknowledged.contains_key(*key)) {
            let fault = format!("it is missing, and {place} speaks of it");
            self.refuse(|| self.name_of_acknowledgement(told), Some(fault))?;
        }
        Ok(())
    }

    fn acknowledgement_fault(&self, key: &Key, given: &Acknowledgement) -> Option<String> {
        let Some((place, told)) = self.told.acknowledged.get(key) else {
            return Some("the journal does not say that it was given".to_owned());
        };
        let version = self.versions.get(&(given.article, given.version));
        match () {
            () if told != given => Some(format!("{place} says otherwise")),
            () if version.is_none_or(|version| version.hash != given.content_sha256) => {
                Some("it is of another text than the version has".to_owned())
            }
            () => None,
        }
    }

    fn name_of_acknowledgement(&self, given: &Acknowledgement) -> String {
        let version = self.name_of_version((given.article, given.version));
        format!("acknowledgement of {version} by {}", given.printed_name)
    }
}

impl Told {
    pub(super) fn hear_acknowledged(&mut self, entry: &Entry, place: Place) -> Option<()> {
        let told = recorded_acknowledgement(entry)?;
        let key = (told.article, told.person, told.version);
        self.acknowledged.insert(key, (place, told));
        Some(())
    }
}

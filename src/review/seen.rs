//! Which sections of a text under review a person ticked as seen.

use std::collections::BTreeSet;

use lectern_base::{PersonId, ReviewId};
use lectern_identity::Editor;
use lectern_store::{Batch, Table, retrying};

use super::error::ReviewError;
use super::review::Review;
use super::reviews::Reviews;

/// The sections that a person ticked in a review. They are private bookmarks and decide nothing, so
/// there is no journal entry about them.
const SEEN: Table<(ReviewId, PersonId), BTreeSet<String>> = Table::new("reviews_seen");

impl Reviews {
    /// Returns the sections that a person ticked, by their keys.
    pub async fn seen_sections(
        &self,
        review: &Review,
        person: PersonId,
    ) -> Result<BTreeSet<String>, ReviewError> {
        let ticked = SEEN.get(&self.store, &(review.id, person)).await?;
        Ok(ticked.unwrap_or_default())
    }

    /// Ticks a section or removes its tick; returns the sections that are ticked now.
    ///
    /// # Errors
    /// [`ReviewError::NoSection`] when the text under review has no section of that key.
    pub async fn mark_seen(
        &self,
        by: &Editor,
        review: &Review,
        section: &str,
        seen: bool,
    ) -> Result<BTreeSet<String>, ReviewError> {
        if review.module != by.module() {
            return Err(ReviewError::NotFound);
        }
        let content = self.candidate_content(review).await?;
        if !content.sections.iter().any(|text| text.key == section) {
            return Err(ReviewError::NoSection);
        }
        let key = (review.id, by.person().id);
        retrying(ReviewError::Busy, || async {
            let found = SEEN.get_versioned(&self.store, &key).await?;
            let mut ticked = found.as_ref().map(|f| f.value.clone()).unwrap_or_default();
            let changed = match seen {
                true => ticked.insert(section.to_owned()),
                false => ticked.remove(section),
            };
            if !changed {
                return Ok(ticked);
            }
            let mut batch = Batch::new();
            match &found {
                Some(found) => SEEN.put_expecting(&mut batch, &key, &ticked, found),
                None => SEEN.insert(&mut batch, &key, &ticked),
            }
            self.store.commit(batch).await?;
            Ok(ticked)
        })
        .await
    }
}

//! Favourites: articles that a person wants at hand.

use std::sync::Arc;

use lectern_base::{ArticleId, Clock, PersonId, Timestamp};
use lectern_identity::Caller;
use lectern_store::{Batch, Store, Table};

use crate::error::{MOST_FAVOURITES, PersonalError};

/// When each person added each favourite.
const FAVOURITES: Table<(PersonId, ArticleId), Timestamp> = Table::new("favourites");

/// The favourites of everybody.
pub struct Favourites {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Favourites {
    /// Makes the service on `store`.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Adds a favourite of the caller. One that is there keeps its place.
    ///
    /// # Errors
    /// [`PersonalError::TooMany`] beyond [`MOST_FAVOURITES`].
    pub async fn add(&self, caller: &Caller, article: ArticleId) -> Result<(), PersonalError> {
        let own = self.of(caller.id()).await?;
        if own.contains(&article) {
            return Ok(());
        }
        if own.len() >= MOST_FAVOURITES {
            return Err(PersonalError::TooMany);
        }
        let mut batch = Batch::new();
        FAVOURITES.put(&mut batch, &(caller.id(), article), &self.clock.now());
        self.store.commit(batch).await?;
        Ok(())
    }

    /// Removes a favourite of the caller, if it is one.
    pub async fn remove(&self, caller: &Caller, article: ArticleId) -> Result<(), PersonalError> {
        let mut batch = Batch::new();
        FAVOURITES.delete(&mut batch, &(caller.id(), article));
        self.store.commit(batch).await?;
        Ok(())
    }

    /// Returns whether an article is a favourite of a person.
    pub async fn contains(
        &self,
        person: PersonId,
        article: ArticleId,
    ) -> Result<bool, PersonalError> {
        Ok(FAVOURITES.contains(&self.store, &(person, article)).await?)
    }

    /// Returns a person's favourites in the order in which they were added.
    pub async fn of(&self, person: PersonId) -> Result<Vec<ArticleId>, PersonalError> {
        let mut found = FAVOURITES.scan_under(&self.store, &person).await?;
        found.sort_by_key(|((_, article), since)| (*since, *article));
        let articles = found.into_iter().map(|((_, article), _)| article);
        Ok(articles.collect())
    }
}

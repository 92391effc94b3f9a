//! The articles that a person opened last.
//!
//! Opening an article costs no commit: the lists change in memory, and one batch stores those that
//! changed every few seconds. A crash loses the openings since then, and nothing else.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lectern_base::{ArticleId, PersonId};
use lectern_store::{Batch, Store, Table};

use crate::PersonalError;

/// The articles that each person opened last, newest first.
const RECENT: Table<PersonId, Vec<ArticleId>> = Table::new("recent_articles");

/// The number of articles in a list.
pub const MOST_RECENT: usize = 12;

/// The lists of everybody.
pub struct Recent {
    store: Store,
    /// What was opened since the last [`Recent::save`], newest last.
    opened: Mutex<HashMap<PersonId, Vec<ArticleId>>>,
}

impl Recent {
    /// Makes the service on `store`.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            opened: Mutex::default(),
        }
    }

    /// Records that a person opened an article.
    pub fn open(&self, person: PersonId, article: ArticleId) {
        let mut opened = self.opened();
        let own = opened.entry(person).or_default();
        own.retain(|known| *known != article);
        own.push(article);
        if own.len() > MOST_RECENT {
            own.remove(0);
        }
    }

    /// Returns the articles that a person opened last, newest first, at most [`MOST_RECENT`].
    pub async fn of(&self, person: PersonId) -> Result<Vec<ArticleId>, PersonalError> {
        let new = self.opened().get(&person).cloned().unwrap_or_default();
        self.joined(person, &new).await
    }

    /// Stores what was opened since the last call.
    ///
    /// # Errors
    /// The store's; what was opened is kept for the next call.
    pub async fn save(&self) -> Result<(), PersonalError> {
        let opened = self.opened().clone();
        if opened.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::new();
        for (person, new) in &opened {
            RECENT.put(&mut batch, person, &self.joined(*person, new).await?);
        }
        self.store.commit(batch).await?;
        // What was opened in the meantime stays.
        self.opened()
            .retain(|person, new| opened.get(person) != Some(new));
        Ok(())
    }

    async fn joined(
        &self,
        person: PersonId,
        new: &[ArticleId],
    ) -> Result<Vec<ArticleId>, PersonalError> {
        let stored = RECENT.get(&self.store, &person).await?.unwrap_or_default();
        let mut joined: Vec<ArticleId> = new.iter().rev().copied().collect();
        joined.extend(stored.into_iter().filter(|known| !new.contains(known)));
        joined.truncate(MOST_RECENT);
        Ok(joined)
    }

    fn opened(&self) -> MutexGuard<'_, HashMap<PersonId, Vec<ArticleId>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = lectern_store::open(folder.path()).unwrap();
        (folder, store)
    }

    #[tokio::test]
    async fn the_article_opened_last_comes_first_and_stands_once() {
        let (_folder, store) = store();
        let recent = Recent::new(store);
        let (ada, ben) = (PersonId::new(), PersonId::new());
        let [one, two, three] = [ArticleId::new(), ArticleId::new(), ArticleId::new()];
        recent.open(ada, one);
        recent.open(ada, two);
        recent.save().await.unwrap();
        recent.open(ada, three);
        recent.open(ada, one);
        assert_eq!(recent.of(ada).await.unwrap(), [one, three, two]);
        assert!(recent.of(ben).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn lists_are_bounded_and_survive_a_restart() {
        let (_folder, store) = store();
        let ada = PersonId::new();
        let articles: Vec<ArticleId> = (0..2 * MOST_RECENT).map(|_| ArticleId::new()).collect();
        let recent = Recent::new(store.clone());
        for (number, article) in articles.iter().enumerate() {
            recent.open(ada, *article);
            if number % 5 == 0 {
                recent.save().await.unwrap();
            }
        }
        recent.save().await.unwrap();
        assert!(
            recent.opened().is_empty(),
            "nothing is kept once it is stored"
        );
        let newest: Vec<ArticleId> = articles.into_iter().rev().take(MOST_RECENT).collect();
        assert_eq!(Recent::new(store).of(ada).await.unwrap(), newest);
    }
}

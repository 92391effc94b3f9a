//! Rebuilds the search index, the inboxes and the indexes of the journal.

use std::sync::Arc;

use lectern_base::Clock;
use lectern_config::Config;
use lectern_journal as journal;
use lectern_search::SearchError;
use lectern_store as store;

use crate::start::SEARCH;
use crate::{App, AppError};

/// Rebuilds the search index, the inboxes and the indexes of the journal of a data directory that no
/// server holds; returns the number of journal entries.
pub async fn reindex(config: Config, clock: Arc<dyn Clock>) -> Result<u64, AppError> {
    // Fails if a server holds the directory: its index must not be deleted.
    let held = store::open(&config.data)?;
    journal::rebuild_indexes(&held).await?;
    drop(held);
    let folder = config.data.join(SEARCH);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(SearchError::from)?;
    }
    let app = App::build(config, clock, store::OpenOptions::default()).await?;
    app.journal.build_indexes().await?;
    app.journal.catch_up(app.search.as_ref()).await?;
    app.inbox.clear().await?;
    app.journal
        .catch_up(app.notification_follower.as_ref())
        .await?;
    Ok(app.search.position()?)
}

//! Work that is done at intervals.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::App;

/// The interval at which due timers fire.
const TIMER_INTERVAL: Duration = Duration::from_secs(15);
/// The interval at which the lists of recent articles are stored.
const RECENT_INTERVAL: Duration = Duration::from_secs(10);
/// The interval at which unused attachments are removed.
const CLEANING_INTERVAL: Duration = Duration::from_secs(3_600);

/// Fires the due timers of reviews, versions and readings until shutdown. Timers that became due
/// while the server was down fire at once.
pub(crate) async fn fire_timers(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    loop {
        match app.timers.fire_due().await {
            Ok(0) => {}
            Ok(fired) => tracing::info!(fired, "Due timers fired"),
            Err(error) => tracing::error!(%error, "Due timers failed and will be retried"),
        }
        let stopped = timeout(TIMER_INTERVAL, stopping.wait_for(|stop| *stop)).await;
        if stopped.is_ok() {
            return;
        }
    }
}

/// Removes unused attachments at intervals until shutdown.
pub(crate) async fn clean_attachments(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    while timeout(CLEANING_INTERVAL, stopping.wait_for(|stop| *stop))
        .await
        .is_err()
    {
        if let Err(cause) = app.identity.forget_old_failures().await {
            tracing::warn!(%cause, "Old counts of failed sign-ins could not be removed");
        }
        match app.attachment_cleaner.clean(app.clock.now()).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "Unused attachments were removed"),
            Err(cause) => tracing::warn!(%cause, "Unused attachments could not be removed"),
        }
    }
}

/// Stores at intervals, and at shutdown, which articles people opened.
pub(crate) async fn save_recent(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    loop {
        let is_stopping = timeout(RECENT_INTERVAL, stopping.wait_for(|stop| *stop))
            .await
            .is_ok();
        if let Err(cause) = app.recent.save().await {
            tracing::warn!(%cause, "Which articles people opened could not be stored");
        }
        if is_stopping {
            return;
        }
    }
}
